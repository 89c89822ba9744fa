"""A connection's safe, kept encrypted in the database: see `connectors.secrets`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from connectors.base import Later, Stop
from connectors.secrets import Remembered, Secrets
from state.model import Busy
from state.sealing import Keys, WrongKey
from state.store import Store
from sync.keyring import KeyFileOpen, Keyring

LOGIN_TAKES = 120.0
"""Seconds that another process may take to log in before we come back later."""

_log = logging.getLogger(__name__)


def secrets_of(connection: str, store: Store, keyring: Keyring) -> Secrets:
    """The safe of `connection`. Without a place for a key nothing outlives the process."""
    return KeptSecrets(connection, store, keyring) if keyring.here else Remembered()


class KeptSecrets:
    """Encrypted, and shared by every process on this database."""

    def __init__(self, connection: str, store: Store, keyring: Keyring) -> None:
        self._connection = connection
        self._vault = store.vault
        self._keyring = keyring

    def get(self, name: str, of: str) -> str | None:
        """See `Secrets`. One that cannot be opened is as good as none: the login goes on with what is configured."""
        try:
            return self._vault.get(self._keys(), self._connection, name, of)
        except WrongKey as error:
            _log.warning("%s: the kept %s cannot be read (%s); logging in anew", self._connection, name, error)
            return None

    def put(self, name: str, value: str, of: str) -> None:
        """See `Secrets`."""
        self._vault.put(self._keys(), self._connection, name, value, of)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See `Secrets`."""
        try:
            with self._vault.exclusive(self._connection, LOGIN_TAKES):
                yield
        except Busy as error:
            raise Later(f"Another process is logging in: {error}.", LOGIN_TAKES / 2) from None

    def _keys(self) -> Keys:
        try:
            return self._keyring.keys()
        except (KeyFileOpen, ValueError, OSError) as error:
            fix = "Mend the file of keys, or remove it: what was encrypted with it is then obtained anew."
            raise Stop(f"The key that encrypts secrets cannot be used: {error} {fix}", fix) from None
