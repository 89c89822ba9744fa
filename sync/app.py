"""The one place where things are built and wired: configuration, database, connectors, clock."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock
from types import TracebackType
from typing import Self

from connectors import registry
from connectors.base import Connector
from connectors.plugin import Ledger, Ports
from journey.derive import Agreement
from mapping.compiled import ObjectMapping
from state.store import Store
from sync.agreed import agreed
from sync.config import Config
from sync.config_check import SchemaFinding, check_against_schema
from sync.keyring import Keyring, key_path
from sync.secrets import secrets_of

LOOK_AGAIN = timedelta(hours=1)

Now = Callable[[], datetime]
Sleep = Callable[[float], None]


def system_clock() -> datetime:
    """The machine's clock, aware UTC. Nothing else reads a clock; everything is handed one."""
    return datetime.now(UTC)


class App:
    """A loaded configuration with its open database. Connectors are built when they are first asked for."""

    def __init__(self, config: Config, store: Store, now: Now, sleep: Sleep) -> None:
        self.config = config
        self.store = store
        self.now = now
        self.sleep = sleep
        self._connectors: dict[str, Connector] = {}
        self._ledgers = {name: Ledger() for name in config.connections}
        self._looked: dict[str, datetime] = {}
        self._building = Lock()
        key = config.sections.state.key
        self.keyring = Keyring(None if key is None else key.get_secret_value(), key_path(config.state_url))

    @classmethod
    def open(cls, config: Config, *, now: Now = system_clock, sleep: Sleep = time.sleep) -> Self:
        """Open the configured database, creating or migrating it. Makes no call to a CRM."""
        return cls(config, Store.open(config.state_url, now=now), now, sleep)

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connections(self) -> tuple[str, ...]:
        """The configured connections' names, in the file's order."""
        return tuple(self.config.connections)

    @property
    def mappings(self) -> Mapping[str, Mapping[str, ObjectMapping]]:
        """All compiled mappings, by connection and object, in the order they are pulled."""
        return self.config.mappings

    @property
    def agreement(self) -> Agreement:
        """The compiled agreement between marketing and sales, over the owners that are known now and the model in force."""
        return agreed(self.config, self.store)

    def connector(self, connection: str) -> Connector:
        """The connection's connector; one for the life of the app, shared by all threads."""
        with self._building:
            if connection not in self._connectors:
                configured = self.config.connections[connection]
                secrets = secrets_of(connection, self.store, self.keyring)
                ports = Ports(self.now, self.sleep, self._ledgers[connection], secrets)
                self._connectors[connection] = registry.load(configured.connector)(configured.options, ports)
            return self._connectors[connection]

    def schema_findings(self, connection: str) -> Sequence[SchemaFinding]:
        """Mapped fields that do not work in the CRM as this user sees it; asked anew at most once an hour while all is well."""
        looked = self._looked.get(connection)
        if looked is None or self.now() - looked >= LOOK_AGAIN:
            connector, mappings = self.connector(connection), self.mappings[connection]
            named = {name for name, mapping in mappings.items() if mapping.origins or mapping.targets}
            found = check_against_schema(mappings, {name: connector.describe(name) for name in named})
            if found:
                return found
            self._looked[connection] = self.now()
        return ()

    def api_calls(self, connection: str) -> int:
        """Calls made to this connection's CRM so far."""
        return self._ledgers[connection].calls
