"""How long an agreement gives, and when that time is up."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from journey.business_time import Calendar, Shift
from journey.target import Target, Unit

MADRID = ZoneInfo("Europe/Madrid")
OFFICE = Calendar(MADRID, dict.fromkeys(range(5), (Shift.parse("09:00-18:00"),)), frozenset({date(2026, 3, 19)}))


def t(text: str) -> datetime:
    """`"2 10:00"` is the 2nd of March 2026, a Monday, ten o'clock in Madrid."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, 1, int(hour), int(minute), tzinfo=MADRID).astimezone(UTC) + timedelta(days=int(day) - 1)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("24h", Target(24, Unit.HOURS)),
        (" 24 bh ", Target(24, Unit.BUSINESS_HOURS)),
        ("1bd", Target(1, Unit.BUSINESS_DAYS)),
    ],
)
def test_a_target_is_an_amount_and_a_unit(text: str, target: Target) -> None:
    assert Target.parse(text) == target
    assert Target.parse(str(target)) == target


@pytest.mark.parametrize("text", ["24", "h", "", "-1h", "0h", "1.5h", "24 hours", "1w", "٢h", "9999999h"])
def test_a_target_without_a_unit_or_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="target"):
        Target.parse(text)


@pytest.mark.parametrize(
    ("text", "due"),
    [("90m", "2 11:30"), ("2d", "4 10:00"), ("90bm", "2 11:30"), ("9bh", "3 10:00"), ("3bd", "5 10:00")],
)
def test_each_unit_runs_on_its_own_clock(text: str, due: str) -> None:
    assert Target.parse(text).due(t("2 10:00"), OFFICE) == t(due)
