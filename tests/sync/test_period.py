"""Periods as people name them, by the wall clock of the company."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.period import Bucket, Period, Years

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
MADRID = Years(ZoneInfo("Europe/Madrid"))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("previous_quarter", "2025-12-31T23:00", "2026-03-31T22:00"),
        ("this_month", "2026-04-30T22:00", "2026-05-12T12:00"),
        ("previous_year", "2024-12-31T23:00", "2025-12-31T23:00"),
        ("2d", "2026-05-10T12:00", "2026-05-12T12:00"),
        ("2026-03-29..2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-03-29", "2026-03-28T23:00", "2026-05-12T12:00"),
    ],
)
def test_periods_are_those_of_the_wall_clock(text: str, start: str, end: str) -> None:
    """Also on the day the clocks change."""
    times = [datetime.fromisoformat(time).replace(tzinfo=UTC) for time in (start, end)]
    assert MADRID.period(text, NOW) == Period(*times)


def test_a_companys_year_may_begin_in_april() -> None:
    """Then May is in its first quarter, and March was in the fourth of the year before."""
    years = Years(ZoneInfo("UTC"), 4)
    assert years.bucket(NOW, Bucket.QUARTER) == "2026-Q1"
    assert years.bucket(NOW - timedelta(days=60), Bucket.QUARTER) == "2025-Q4"
    assert years.bucket(NOW, Bucket.WEEK) == "2026-W20"
    assert years.around(NOW, 12).start == datetime(2026, 4, 1, tzinfo=UTC)
