"""What a connector class is made of: the `Options` a person may set, and the `Ports` it is given to reach the world.

A connector class declares `Options` (its own subclass of the one here) and is built as `X(options, ports)`. Building makes
no call.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated, Any, NamedTuple, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict

from connectors.base import Connector
from connectors.secrets import Remembered, Secrets

SPAN = re.compile(r"(\d+)\s*(s|m|h|d)")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _span(value: object) -> object:
    match = SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    return timedelta(**{UNITS[match[2]]: int(match[1])}) if match else value


Span = Annotated[timedelta, BeforeValidator(_span)]
"""A length of time in an option: "90s", "15m", "1h" or "2d"."""


class Options(BaseModel):
    """A connection's settings. Unknown keys are refused; every field has a description; secrets are `SecretStr`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Call(NamedTuple):
    """What calls are counted by: method, route template ("/objects/{object}"), and status (0: no answer came)."""

    method: str
    route: str
    status: int


class Ledger:
    """Counts every call that left for a vendor. Thread-safe."""

    def __init__(self) -> None:
        self._counts: Counter[Call] = Counter()
        self._lock = Lock()

    def record(self, call: Call) -> None:
        """Count one call."""
        with self._lock:
            self._counts[call] += 1

    @property
    def calls(self) -> int:
        """How many calls were made in all, failed ones included."""
        with self._lock:
            return self._counts.total()

    def counts(self) -> Mapping[Call, int]:
        """A copy of the counts as they are now."""
        with self._lock:
            return dict(self._counts)


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a connector may touch besides its vendor's API.

    `now` gives aware UTC, `sleep` takes seconds. `secrets` keeps what a login obtains, for other processes and later ones.
    """

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    ledger: Ledger = field(default_factory=Ledger)
    secrets: Secrets = field(default_factory=Remembered)


class ConnectorClass(Protocol):
    """A connector's class: `load(name)` gives one."""

    @property
    def Options(self) -> type[Options]:  # noqa: N802 (a class attribute that is a class)
        """The pydantic model of this connector's settings."""
        ...

    def __call__(self, options: Any, ports: Ports) -> Connector:
        """Build the connector; `options` is an instance of its own `Options`."""
        ...
