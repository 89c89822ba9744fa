"""When people write and when they work."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

HOUR = 3_600_000
DAY = 24 * HOUR

# Requests by hour of the local day, in thousandths: the help desk's office hours, and the fifth that comes outside of them.
_BY_HOUR = (4, 2, 1, 1, 1, 3, 8, 36, 88, 94, 100, 72, 52, 50, 74, 86, 90, 72, 52, 38, 30, 24, 14, 8)
_BY_WEEKDAY = (17, 20, 19, 18, 15, 5, 6)


@dataclass(frozen=True, slots=True)
class Office:
    """Monday to Friday, nine to six, in a zone. A position is worked milliseconds since year one."""

    zone: ZoneInfo
    opens: int = 9 * HOUR
    closes: int = 18 * HOUR

    def position(self, at: int) -> int:
        """How much had been worked by this instant (epoch ms)."""
        local = datetime.fromtimestamp(at / 1000, self.zone)
        weeks, weekday = divmod(local.toordinal() - 1, 7)
        clock = ((local.hour * 60 + local.minute) * 60 + local.second) * 1000 + local.microsecond // 1000
        today = min(max(clock - self.opens, 0), self.closes - self.opens) if weekday < 5 else 0
        return (weeks * 5 + min(weekday, 5)) * (self.closes - self.opens) + today

    def at(self, position: int) -> int:
        """The first instant (epoch ms) by which that much has been worked."""
        days, today = divmod(position, self.closes - self.opens)
        weeks, weekday = divmod(days, 5)
        midnight = datetime.fromordinal(weeks * 7 + weekday + 1).replace(tzinfo=self.zone)
        return millis(midnight + timedelta(milliseconds=self.opens + today))

    def after(self, at: int, worked: int) -> int:
        """The instant at which `worked` milliseconds more have been worked."""
        return self.at(self.position(at) + worked)


def millis(at: datetime) -> int:
    """Epoch milliseconds."""
    return round(at.timestamp() * 1000)


class Arrivals:
    """Draws instants in a span of days, by weekday and hour of a local day."""

    def __init__(self, end: datetime, days: int, zone: ZoneInfo) -> None:
        self._zone = zone
        self._end = millis(end)
        last = end.astimezone(zone).date()
        self._days = [last - timedelta(days=n) for n in range(days, -1, -1)]
        self._weights = list(accumulate(_BY_WEEKDAY[day.weekday()] for day in self._days))
        self._hours = list(accumulate(_BY_HOUR))

    def draw(self, rng: random.Random) -> int:
        """An instant (epoch ms) not after the end."""
        while True:
            (day,) = rng.choices(self._days, cum_weights=self._weights)
            (hour,) = rng.choices(range(24), cum_weights=self._hours)
            local = datetime(day.year, day.month, day.day, hour, tzinfo=self._zone)
            at = millis(local.astimezone(UTC)) + int(rng.random() * HOUR)
            if at <= self._end:
                return at
