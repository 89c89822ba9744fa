"""Keeps calls under a vendor's rate limits: never more than 95 % of a limit in any window of its length.

A log of the last grants is exact for rolling windows, which a token bucket is not (a full bucket plus its refill passes the
limit), and unlike an even spacing it costs a short quiet run no waiting.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from connectors.base import Later

SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float


class Pace:
    """Grants calls by limit class, for all threads of a connection. A class without a limit is only held by `block`."""

    def __init__(
        self, limits: Mapping[str, Limit], now: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        self._limits = dict(limits)
        self._grants: dict[str, deque[datetime]] = {name: deque(maxlen=limit.calls) for name, limit in limits.items()}
        self._blocked: dict[str, datetime] = {}
        self._now = now
        self._sleep = sleep
        self._lock = Lock()

    def wait(self, name: str, patience: float) -> None:
        """Sleep until one more call is allowed. Raises `Later` at once if that is more than `patience` seconds away."""
        delay = self._reserve(name, patience)
        if delay > 0:
            self._sleep(delay)

    def block(self, name: str, seconds: float) -> None:
        """Let no call of this class through for so long: the vendor said so."""
        with self._lock:
            until = self._now() + timedelta(seconds=seconds)
            self._blocked[name] = max(until, self._blocked.get(name, until))

    def learn(self, name: str, limit: Limit) -> None:
        """Take over the limit that the vendor's own answers tell."""
        with self._lock:
            if self._limits.get(name) != limit:
                self._limits[name] = limit
                self._grants[name] = deque(self._grants.get(name, ()), maxlen=limit.calls)

    def _reserve(self, name: str, patience: float) -> float:
        with self._lock:
            now = self._now()
            start = max(now, self._blocked.get(name, now))
            grants = self._grants.get(name)
            if grants is not None and len(grants) == grants.maxlen:
                start = max(start, grants[0] + timedelta(seconds=self._limits[name].seconds / SHARE))
            delay = (start - now).total_seconds()
            if delay > patience:
                raise Later(f"The CRM's rate limit allows the next call in {delay:.0f} s.", delay)
            if grants is not None:
                grants.append(start)
            return delay
