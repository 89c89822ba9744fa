"""The org's API limits: calls in the last 24 hours, and long calls at the same time.

Source: developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet; over the limit is a 403 without a Retry-After, and every answer says
`Sforce-Limit-Info: api-usage=used/limit`.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.common.times import DAY, Millis
from sandbox.salesforce.errors import Refusal, refuse
from sandbox.salesforce.settings import Settings

_MINUTE = 60_000


class Limits:
    """Counts calls by the minute of the org's clock; how long a call runs is measured on a monotonic one."""

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._monotonic = monotonic
        self._minutes: deque[list[int]] = deque()
        self._used = 0
        self._running: dict[int, float] = {}
        self._started = 0

    def spend(self, now: Millis) -> None:
        """Count a call. Raises the vendor's refusal when there is none left, or too many long ones are running."""
        used = self.used(now)
        self._count(now)
        if not self.settings.limits:
            return
        if used >= self.settings.daily:
            raise refuse(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        begun_before = self._monotonic() - self.settings.long_call_s
        if sum(begun <= begun_before for begun in self._running.values()) >= self.settings.concurrent:
            raise too_many_long_calls()

    @contextmanager
    def running(self) -> Iterator[None]:
        """A call is being answered."""
        self._started += 1
        mark = self._started
        self._running[mark] = self._monotonic()
        try:
            yield
        finally:
            del self._running[mark]

    def used(self, now: Millis) -> int:
        """Calls in the last 24 hours."""
        while self._minutes and self._minutes[0][0] <= now - DAY:
            self._used -= self._minutes.popleft()[1]
        return self._used

    def set_used(self, used: int, now: Millis) -> None:
        """Other apps have called: from now on, so many calls are on the books."""
        self._minutes.clear()
        self._minutes.append([now, used])
        self._used = used

    def header(self, now: Millis) -> str:
        """The value of Sforce-Limit-Info."""
        return f"api-usage={self.used(now)}/{self.settings.daily}"

    def _count(self, now: Millis) -> None:
        minute = now - now % _MINUTE
        if not self._minutes or self._minutes[-1][0] < minute:
            self._minutes.append([minute, 0])
        self._minutes[-1][1] += 1
        self._used += 1


def too_many_long_calls() -> Refusal:
    """403: too many calls of twenty seconds and more at once."""
    return refuse(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
