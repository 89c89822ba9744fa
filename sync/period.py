"""Periods that people name, and the week, month or quarter in which something falls; all by the agreed clock on the wall."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_RANGE = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", re.ASCII)
_LAST_DAYS = re.compile(r"([1-9]\d{0,3})d", re.ASCII)


class Bucket(StrEnum):
    """The periods in which numbers can be grouped."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until just before `end`."""

    start: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether it happened in this period."""
        return at is not None and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Years:
    """How the company counts: in which zone days begin, and in which month (1 to 12) its first quarter does."""

    zone: ZoneInfo
    first_month: int = 1

    def period(self, text: str, now: datetime) -> Period:
        """`previous_quarter`, `this_month`, `90d` (the last 90 days), `2026-07-01..2026-09-30`, `2026-07-01` (until now).

        Raises ValueError for anything else, or if it begins in the future.
        """
        found = self._period(text, now)
        if found is None:
            raise ValueError(
                f"{text!r} is no period; write previous_quarter, this_month, 90d or 2026-07-01..2026-09-30"
            )
        if not found.start < min(found.end, now):
            raise ValueError(f"{text!r} has not begun, or ends before it begins")
        return found

    def _period(self, text: str, now: datetime) -> Period | None:
        which, _, unit = text.partition("_")
        if which in ("this", "previous") and unit in _MONTHS:
            return self._named(which, _MONTHS[unit], now)
        if days := _LAST_DAYS.fullmatch(text):
            return Period(now - int(days[1]) * DAY, now)
        try:
            if dates := _RANGE.fullmatch(text):
                return Period(self._midnight(dates[1]), self._midnight(dates[2], days=1))
            return Period(self._midnight(text), now)
        except ValueError:
            return None

    def around(self, at: datetime, months: int, back: int = 0) -> Period:
        """The period of so many months that holds `at`, or the one `back` before it."""
        local = at.astimezone(self.zone)
        month = local.year * 12 + local.month - self.first_month
        first = month - month % months - back * months + self.first_month - 1
        return Period(self._first_of(first), self._first_of(first + months))

    def holding(self, at: datetime, by: Bucket) -> Period:
        """The whole week (from Monday), month or quarter that `at` falls in."""
        if by is not Bucket.WEEK:
            return self.around(at, _MONTHS[by.value])
        local = at.astimezone(self.zone).date()
        monday = local - local.weekday() * DAY
        return Period(self._midnight(monday.isoformat()), self._midnight(monday.isoformat(), days=7))

    def bucket(self, at: datetime, by: Bucket) -> str:
        """`2026-W09`, `2026-03`, `2026-Q1` (the quarter of the company's year, named after the year it began in)."""
        local = at.astimezone(self.zone)
        if by is Bucket.WEEK:
            year, week, _ = local.isocalendar()
            return f"{year}-W{week:02}"
        if by is Bucket.MONTH:
            return f"{local:%Y-%m}"
        year, month = divmod(local.year * 12 + local.month - self.first_month, 12)
        return f"{year}-Q{month // 3 + 1}"

    def _named(self, which: str, months: int, now: datetime) -> Period:
        found = self.around(now, months, back=int(which == "previous"))
        return Period(found.start, min(found.end, now))

    def _first_of(self, month: int) -> datetime:
        year, index = divmod(month, 12)
        return datetime(year, index + 1, 1, tzinfo=self.zone).astimezone(UTC)

    def _midnight(self, text: str, days: int = 0) -> datetime:
        day = date.fromisoformat(text) + days * DAY
        return datetime.combine(day, time(), self.zone).astimezone(UTC)
