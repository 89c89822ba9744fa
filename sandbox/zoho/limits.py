"""Credits per rolling day, calls at once, and bulk downloads per minute.

Numbers: zoho.com/crm/developer/docs/api/v8/api-limits.html and …/bulk-read/limitations.html. The remaining credits are told in
X-API-CREDITS-REMAINING once half of them are spent; a 429 has no Retry-After.
"""

from collections import deque

from sandbox.zoho.settings import Settings
from sandbox.zoho.times import DAY, Seconds


class Limits:
    """Counts what calls cost. Windows roll on the organisation's clock."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.under_way = 0
        self.heavy_under_way = 0
        self._spent: deque[tuple[Seconds, int]] = deque()
        self._sum = 0
        self._downloads: deque[Seconds] = deque()

    def used(self, now: Seconds) -> int:
        """Credits spent in the last 24 hours."""
        while self._spent and self._spent[0][0] <= now - DAY:
            self._sum -= self._spent.popleft()[1]
        return self._sum + self.settings.credits_used

    def left(self, now: Seconds) -> int:
        """Credits that may still be spent."""
        return max(0, self.settings.credits - self.used(now))

    def affords(self, price: int, now: Seconds) -> bool:
        """Whether a call of this price may still be made."""
        return not self.settings.limits or price <= self.left(now)

    def spend(self, price: int, now: Seconds) -> None:
        """A call was paid for."""
        self._sum += price
        if self._spent and self._spent[-1][0] == now:
            price += self._spent.pop()[1]
        self._spent.append((now, price))

    def busy(self, heavy: bool) -> bool:
        """Whether one call more would be too many at once."""
        settings = self.settings
        if not settings.limits:
            return False
        return self.under_way >= settings.concurrency or (heavy and self.heavy_under_way >= settings.sub_concurrency)

    def headers(self, now: Seconds) -> dict[str, str]:
        """What an answer says of credits."""
        if not self.settings.limits or 2 * self.used(now) < self.settings.credits:
            return {}
        return {"X-API-CREDITS-REMAINING": str(self.left(now))}

    def download(self, now: Seconds) -> bool:
        """Count a bulk download; whether it may be made."""
        while self._downloads and self._downloads[0] <= now - 60:
            self._downloads.popleft()
        if self.settings.limits and len(self._downloads) >= self.settings.downloads_per_minute:
            return False
        self._downloads.append(now)
        return True
