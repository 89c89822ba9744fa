"""business-time: working time against a walk through every minute of a year, and what one difference costs.

The walk asks the wall clock of each UTC minute whether its team is at work, and nothing else. 10,000 random intervals over ten
zones (clock changes of 30 and 60 minutes, both hemispheres, none) and four calendars (office, lunch break, night shift, always
open) with holidays; half of the intervals begin within four days of a clock change or of a holiday.
"""

import argparse
import random
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from benchmarks.figure import finish
from journey.business_time import ALWAYS_OPEN, Calendar, Shift

YEAR = 2026
START = datetime(YEAR, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MINUTES = 365 * 24 * 60
AROUND = 4 * 24 * 60
LIMIT_US = 5.0
TIMED = 200_000

ZONES = (
    *("Europe/Madrid", "Europe/London", "America/New_York", "America/Santiago", "America/St_Johns"),
    *("Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Asia/Kolkata", "UTC"),
)
HOLIDAYS = frozenset(
    {date(YEAR, 1, 6), date(YEAR, 3, 30), date(YEAR, 4, 3), date(YEAR, 10, 12), date(YEAR, 10, 26), date(YEAR, 12, 25)}
)
KINDS: Mapping[str, Mapping[int, tuple[Shift, ...]]] = {
    "office": dict.fromkeys(range(5), (Shift.parse("09:00-18:00"),)),
    "lunch": dict.fromkeys(range(5), (Shift.parse("09:00-14:00"), Shift.parse("15:00-18:30"))),
    "night": dict.fromkeys(range(6), (Shift.parse("22:00-06:00"),)),
    "always": ALWAYS_OPEN,
}


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="business-time", description=__doc__)
    parser.add_argument("--intervals", type=int, default=10_000)
    intervals = parser.parse_args(arguments).intervals
    chance = random.Random(11)
    each = -(-intervals // (len(ZONES) * len(KINDS)))
    wrong, compared = {}, 0
    for zone in ZONES:
        walls = [(START + n * MINUTE).astimezone(ZoneInfo(zone)) for n in range(MINUTES)]
        pairs = _pairs(walls, each, chance)
        for kind, hours in KINDS.items():
            passed = list(accumulate((at_work(wall, hours) for wall in walls), initial=0))
            calendar = Calendar(ZoneInfo(zone), hours, HOLIDAYS)
            wrong[f"{zone} {kind}"] = _wrong(calendar, passed, pairs)
            compared += len(pairs)
        print(
            f"{zone:22} {len(KINDS) * each} intervals, {sum(wrong[f'{zone} {kind}'] for kind in KINDS)} wrong",
            flush=True,
        )
    cost = {kind: _microseconds(kind, chance) for kind in KINDS}
    total = sum(wrong.values())
    ok = total == 0 and max(cost.values()) <= LIMIT_US and compared >= intervals
    return finish(
        "business-time",
        value=total,
        ok=ok,
        details={"intervals": compared, "zones": len(ZONES), "calendars": list(KINDS), "us_per_difference": cost},
    )


def at_work(wall: datetime, hours: Mapping[int, tuple[Shift, ...]]) -> bool:
    """Whether the team is at work, by its wall clock alone."""
    for days in (0, 1):
        opened = wall.date() - timedelta(days=days)
        minute = wall.hour * 60 + wall.minute + days * 1440
        shifts = hours.get(opened.weekday(), ()) if opened not in HOLIDAYS else ()
        if any(shift.opens <= minute < shift.closes for shift in shifts):
            return True
    return False


def _pairs(walls: list[datetime], count: int, chance: random.Random) -> list[tuple[int, int]]:
    """Intervals in minutes of the year: every second one begins near a place where clocks or calendars jump."""
    jumps = [n for n in range(1, MINUTES) if walls[n].utcoffset() != walls[n - 1].utcoffset()]
    jumps += [n for n in range(1, MINUTES) if walls[n].date() in HOLIDAYS and walls[n - 1].date() not in HOLIDAYS]
    pairs = []
    for n in range(count):
        if n % 2:
            one = min(max(chance.choice(jumps) + chance.randint(-AROUND, AROUND), 0), MINUTES)
            other = min(one + chance.randint(0, 2 * AROUND), MINUTES)
        else:
            one, other = sorted((chance.randint(0, MINUTES), chance.randint(0, MINUTES)))
        pairs.append((one, other))
    return pairs


def _wrong(calendar: Calendar, passed: list[int], pairs: list[tuple[int, int]]) -> int:
    return sum(
        calendar.elapsed(START + one * MINUTE, START + other * MINUTE) != (passed[other] - passed[one]) * MINUTE
        for one, other in pairs
    )


def _microseconds(kind: str, chance: random.Random) -> float:
    """Per difference of two times up to sixty days apart, the index being built."""
    calendar = Calendar(ZoneInfo("Europe/Madrid"), KINDS[kind], HOLIDAYS)
    calendar.elapsed(START, START + MINUTES * MINUTE)
    starts = [START + chance.randrange(MINUTES - 60 * 1440) * MINUTE for _ in range(TIMED)]
    ends = [start + chance.randrange(60 * 86_400) * timedelta(seconds=1) for start in starts]
    began = time.perf_counter()
    for start, end in zip(starts, ends, strict=True):
        calendar.elapsed(start, end)
    return round((time.perf_counter() - began) / TIMED * 1e6, 2)
