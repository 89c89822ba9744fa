"""Calls stay under a vendor's limits, in every window."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Later
from connectors.pace import Limit, Pace
from connectors.testing import Clock


def granted(pace: Pace, clock: Clock, gaps: list[float]) -> list[datetime]:
    times = []
    for gap in gaps:
        clock.sleep(gap)
        pace.wait("calls", patience=1e9)
        times.append(clock.now())
    return times


@given(
    limit=st.integers(1, 20),
    seconds=st.floats(0.1, 20),
    gaps=st.lists(st.one_of(st.just(0.0), st.floats(0, 5)), min_size=1, max_size=120),
)
def test_no_window_ever_holds_more_than_the_limit(limit: int, seconds: float, gaps: list[float]) -> None:
    clock = Clock()
    times = granted(Pace({"calls": Limit(limit, seconds)}, clock.now, clock.sleep), clock, gaps)
    window = timedelta(seconds=seconds)
    assert all(later - first >= window for first, later in zip(times, times[limit:], strict=False))


def test_over_time_at_most_95_per_cent_of_the_limit_is_used(clock: Clock) -> None:
    times = granted(Pace({"calls": Limit(10, 1.0)}, clock.now, clock.sleep), clock, [0.0] * 1_000)
    assert 9.0 <= len(times) / (times[-1] - times[0]).total_seconds() <= 9.65


def test_a_short_run_does_not_wait(clock: Clock) -> None:
    granted(Pace({"calls": Limit(100, 10.0)}, clock.now, clock.sleep), clock, [0.0] * 100)
    assert clock.slept == 0.0


def test_a_block_holds_everyone_until_it_ends(clock: Clock) -> None:
    pace = Pace({}, clock.now, clock.sleep)
    pace.block("calls", 7.0)
    pace.block("calls", 2.0)
    pace.wait("search", patience=0.0)
    pace.wait("calls", patience=10.0)
    assert clock.slept == 7.0


def test_a_wait_beyond_patience_is_for_later_and_takes_no_place(clock: Clock) -> None:
    pace = Pace({"calls": Limit(1, 95.0)}, clock.now, clock.sleep)
    pace.wait("calls", patience=1.0)
    for _ in range(2):
        with pytest.raises(Later) as caught:
            pace.wait("calls", patience=60.0)
        assert caught.value.after == pytest.approx(100.0)
