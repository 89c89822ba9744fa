"""Working time: how long a team was at work between two moments, and when so much working time will have passed.

A calendar's working hours become one sorted list of windows in UTC with the open time before each. Elapsed and due are then
two bisections, right across clock changes, lunch breaks and overnight shifts. About 2 ms a year to build.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from journey.instants import EPOCH, SECOND, instant, micros, span

DAY = 24 * 60
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""No calendar is open outside these years, so that one absurd date cannot cost seconds and memory."""
_LATEST = micros(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Shift:
    """Open from `opens` until `closes`, in minutes after midnight of the day it opens on.

    `closes` may be on the next day (22:00–06:00 is 1320, 1800). Raises ValueError unless 0 ≤ opens < 24 h and
    opens < closes ≤ opens + 24 h.
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.opens < DAY and self.opens < self.closes <= self.opens + DAY):
            raise ValueError(f"no shift opens at minute {self.opens} and closes at minute {self.closes}")

    @classmethod
    def parse(cls, text: str) -> "Shift":
        """`"09:00-14:00"`, `"22:00-06:00"` (into the next day), `"00:00-24:00"`. Raises ValueError for anything else."""
        match = re.fullmatch(r"\s*(\d\d?):([0-5]\d)\s*[-–]\s*(\d\d?):([0-5]\d)\s*", text, re.ASCII)
        if match is None:
            raise ValueError(f"{text!r} is not a shift like 09:00-14:00")
        hour, minute, end_hour, end_minute = map(int, match.groups())
        opens, closes = hour * 60 + minute, end_hour * 60 + end_minute
        if closes > DAY:
            raise ValueError(f"{text!r} ends after 24:00; write the time on the next day")
        return cls(opens, closes if closes > opens else closes + DAY)


ALWAYS_OPEN: Mapping[int, tuple[Shift, ...]] = dict.fromkeys(range(7), (Shift(0, DAY),))
"""The hours of a calendar that never closes."""


class Calendar:
    """A team's working hours.

    `hours` holds the shifts of each weekday (0 is Monday) in the wall time of `zone`; on `holidays` no shift opens. A shift
    that runs past midnight belongs to the day it opened on. A shift that begins or ends inside the hour that a clock change
    repeats covers both passes; inside the hour that it skips, it begins or ends at the change.

    The years from `start_year` to `end_year` are built at first use, others when they are asked for.
    Raises ValueError when there is no shift at all, or when two of one day overlap.
    """

    __slots__ = ("_holidays", "_hours", "_index", "_years", "zone")

    def __init__(
        self,
        zone: ZoneInfo,
        hours: Mapping[int, tuple[Shift, ...]],
        holidays: frozenset[date] = frozenset(),
        start_year: int = 2015,
        end_year: int = 2030,
    ) -> None:
        self.zone = zone
        self._hours = {
            day: tuple(sorted(shifts, key=lambda shift: shift.opens)) for day, shifts in hours.items() if shifts
        }
        self._holidays = holidays
        self._years = (max(start_year, FIRST_YEAR), min(end_year, LAST_YEAR))
        self._index: _Index | None = None
        if not self._hours or not all(0 <= day < 7 for day in self._hours):
            raise ValueError("a calendar needs a shift on at least one weekday, 0 (Monday) to 6")
        for shifts in self._hours.values():
            if any(later.opens < earlier.closes for earlier, later in pairwise(shifts)):
                raise ValueError("two shifts of one day overlap")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time from `start` to `end`; negative when `end` is the earlier one."""
        first, last = micros(start), micros(end)
        index = self._covering(min(first, last), max(first, last))
        return timedelta(microseconds=index.open_before(last) - index.open_before(first))

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The earliest moment at which `open_time` has passed since `start`: a day's last minute is due at closing time.

        Raises ValueError when `open_time` is negative or does not pass before the year 2200.
        """
        if open_time < timedelta(0):
            raise ValueError("open time cannot be taken back")
        if not open_time:
            return start
        begin, wanted = micros(start), span(open_time)
        index = self._covering(begin, begin)
        while (found := index.at(index.open_before(begin) + wanted)) is None:
            index = self._extended(index.until)
        return instant(found)

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same local time `days` open days later; if that is outside working hours, the next opening.

        A start outside working hours counts from the next opening, so that a lead of Saturday is never due before one of
        Friday night. An overnight shift counts as the day it opened on.
        """
        start = self.next_opening(start)
        local = start.astimezone(self.zone).replace(tzinfo=None)
        opened_on = self._opening_day(local)
        day = opened_on
        for _ in range(days):
            day = self._next_open_day(day)
        wall = local + (day - opened_on)
        return self.next_opening(instant(_micros_of(self.zone, wall))) if days else start

    def is_open(self, at: datetime) -> bool:
        """Whether the team is at work; no longer at closing time itself."""
        moment = micros(at)
        return self._covering(moment, moment).is_open(moment)

    def next_opening(self, at: datetime) -> datetime:
        """`at` if the calendar is open then, or the next moment it is. Raises ValueError beyond the year 2199."""
        moment = micros(at)
        index = self._covering(moment, moment)
        while (found := index.opening(moment)) is None:
            index = self._extended(index.until)
        return at if found == moment else instant(found)

    def _opening_day(self, local: datetime) -> date:
        minute = local.hour * 60 + local.minute
        yesterday = local.date() - timedelta(days=1)
        if not self._runs(local.date(), minute) and self._runs(yesterday, minute + DAY):
            return yesterday
        return local.date()

    def _runs(self, day: date, minute: int) -> bool:
        return any(shift.opens <= minute < shift.closes for shift in self._shifts(day))

    def _next_open_day(self, day: date) -> date:
        day += timedelta(days=1)
        while not self._shifts(day):
            day += timedelta(days=1)
        return day

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        return () if day in self._holidays else self._hours.get(day.weekday(), ())

    def _covering(self, first: int, last: int) -> "_Index":
        index = self._index
        if index is None:
            index = self._index = self._build(*self._years)
        if first < index.since:
            start, end = self._years
            index = self._rebuilt(min(2 * start - end - 1, instant(first).year - 1), end)
        if last >= index.until:
            index = self._extended(min(last, _LATEST - 1))
        return index

    def _extended(self, moment: int) -> "_Index":
        if moment >= _LATEST:
            raise ValueError(f"no open time is left before the year {LAST_YEAR + 1}")
        start, end = self._years
        # Twice as many years each time, so that a search far ahead does not build the same years again and again.
        return self._rebuilt(start, max(2 * end - start + 1, instant(moment).year + 1))

    def _rebuilt(self, start_year: int, end_year: int) -> "_Index":
        self._years = (max(start_year, FIRST_YEAR), min(end_year, LAST_YEAR))
        self._index = index = self._build(*self._years)
        return index

    def _build(self, start_year: int, end_year: int) -> "_Index":
        return _Index(sorted(self._windows(date(start_year, 1, 1), date(end_year, 12, 31))), start_year, end_year)

    def _windows(self, day: date, last: date) -> Iterator[tuple[int, int]]:
        while day <= last:
            midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 (wall time, placed in its zone below)
            for shift in self._shifts(day):
                yield (
                    _micros_of(self.zone, midnight + timedelta(minutes=shift.opens)),
                    _micros_of(self.zone, midnight + timedelta(minutes=shift.closes), last=True),
                )
            day += timedelta(days=1)


class _Index:
    """Windows in UTC microseconds, touching ones merged, with the open time before each."""

    __slots__ = ("_before", "_closed", "_ends", "_starts", "since", "until")

    def __init__(self, windows: list[tuple[int, int]], start_year: int, end_year: int) -> None:
        # Two days: a local day and its overnight shift reach at most that far from its date in UTC.
        margin = span(timedelta(days=2))
        opening, closing = datetime(start_year, 1, 1, tzinfo=UTC), datetime(end_year + 1, 1, 1, tzinfo=UTC)
        self.since = micros(opening) + margin if start_year > FIRST_YEAR else -(2**63)
        self.until = micros(closing) - margin if end_year < LAST_YEAR else 2**63
        self._starts, self._ends, self._before, self._closed = list[int](), list[int](), list[int](), list[int]()
        for start, end in windows:
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            elif start < end:
                self._starts.append(start)
                self._ends.append(end)
        total = 0
        for start, end in zip(self._starts, self._ends, strict=True):
            self._before.append(total)
            total += end - start
            self._closed.append(total)

    def open_before(self, moment: int) -> int:
        position = bisect_right(self._starts, moment) - 1
        if position < 0:
            return 0
        return self._before[position] + min(moment, self._ends[position]) - self._starts[position]

    def at(self, open_time: int) -> int | None:
        position = bisect_left(self._closed, open_time)
        if position == len(self._closed):
            return None
        return self._starts[position] + open_time - self._before[position]

    def is_open(self, moment: int) -> bool:
        position = bisect_right(self._starts, moment) - 1
        return position >= 0 and moment < self._ends[position]

    def opening(self, moment: int) -> int | None:
        if self.is_open(moment):
            return moment
        position = bisect_right(self._starts, moment)
        return self._starts[position] if position < len(self._starts) else None


def _micros_of(zone: ZoneInfo, wall: datetime, *, last: bool = False) -> int:
    """When a clock in `zone` shows `wall`: the first time, or the `last`; the clock change itself if it never does."""
    first_offset = _offset(wall.replace(tzinfo=zone))
    last_offset = _offset(wall.replace(tzinfo=zone, fold=1))
    naive = micros(wall.replace(tzinfo=UTC))
    if first_offset < last_offset:
        return _clock_change(zone, naive - last_offset, naive - first_offset, first_offset)
    return naive - (last_offset if last else first_offset)


def _clock_change(zone: ZoneInfo, before: int, after: int, offset: int) -> int:
    """The moment in (before, after] at which `zone` leaves `offset`, to the second."""
    while after - before > SECOND:
        middle = before + (after - before) // (2 * SECOND) * SECOND
        if _offset((EPOCH + timedelta(microseconds=middle)).astimezone(zone)) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(local: datetime) -> int:
    return span(local.utcoffset() or timedelta(0))
