"""The shared measures on cases small enough to be worked out by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.measures import Span, Wait, conversion, curve, growth, pace, response

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def wait(opened: float, took: float | None, target: float = 24) -> Wait:
    """A clock opened so many hours after the start, stopped after `took` hours or not yet."""
    at = START + opened * HOUR
    return Wait(at, at + target * HOUR, None if took is None else at + took * HOUR)


def test_those_who_wait_count_in_the_response_time() -> None:
    """Two were answered, after 1 and 3 hours; two wait, 10 hours by now: a mean of 2, but a median of 3 and no p90."""
    told = response([wait(0, 1), wait(0, 3), wait(0, None), wait(0, None)], START + 10 * HOUR)
    assert (told.rows, told.waiting, told.mean, told.median, told.p90) == (4, 2, 2 * HOUR, 3 * HOUR, None)
    assert told.oldest == 10 * HOUR
    assert told.in_time is not None
    assert told.in_time.value == pytest.approx(0.5)


def test_in_time_goes_by_each_clocks_own_target() -> None:
    """A demo answered after 40 of its 30 minutes is late, a download after 5 of its 24 hours is not."""
    told = response([wait(0, 40 / 60, target=0.5), wait(0, 5, target=24)], START + 100 * HOUR)
    assert told.in_time is not None
    assert told.in_time.value == pytest.approx(0.5)


def test_nobody_gives_no_number() -> None:
    """Not a zero that somebody would be praised for."""
    told = response([], START)
    assert (told.rows, told.median, told.mean, told.in_time, told.oldest) == (0, None, None, None, None)
    assert conversion([], DAY, START).share is None


def test_what_happened_later_is_not_seen() -> None:
    """I9: as of the second hour one is answered, one waits, and one is not there yet."""
    waits = [wait(0, 1), wait(0, 3), wait(5, 1)]
    told = response(waits, START + 2 * HOUR)
    assert (told.rows, told.waiting, told.mean) == (2, 1, HOUR)


def test_a_cohort_is_provisional_until_everybody_was_watched_for_all_of_the_time() -> None:
    """Ten qualified on one day, three bought within a month. After 20 days nothing is known beyond them; after 90 all is."""
    spans = [Span(START, START + day * DAY) for day in (3, 10, 30)] + [Span(START)] * 7
    early, late = conversion(spans, 90 * DAY, START + 20 * DAY), conversion(spans, 90 * DAY, START + 90 * DAY)
    assert (early.rows, early.won, early.horizon, early.provisional) == (10, 2, 20 * DAY, True)
    assert (late.won, late.horizon, late.provisional) == (3, 90 * DAY, False)
    assert early.share is not None
    assert late.share is not None
    assert [early.share.value, late.share.value] == pytest.approx([0.2, 0.3])


def test_a_young_member_leaves_a_cohort_provisional_but_not_blank() -> None:
    """One of two old leads bought on day 10; one lead came yesterday: one in three so far, one in two in the end."""
    now = START + 100 * DAY
    told = conversion([Span(START, START + 10 * DAY), Span(START), Span(now - DAY)], 90 * DAY, now)
    assert told.provisional
    assert told.share is not None
    assert told.share.value == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(0, 50), st.none() | st.integers(-5, 80)), max_size=30), st.integers(0, 100))
def test_with_nobody_waiting_the_curve_is_the_plain_share(told: list[tuple[int, int | None]], now: int) -> None:
    """Those who start later are left out; an end before the start counts as at once."""
    as_of = START + now * DAY
    spans = [Span(START + DAY * begin, None if end is None else START + DAY * end) for begin, end in told]
    begun = [span for span in spans if span.start <= as_of]
    found = curve(spans, as_of)
    assert found.rows == len(begun)
    assert found.happened == sum(span.end is not None and span.end <= as_of for span in begun)
    if found.happened == found.rows and begun:
        assert found.by(found.watched_to).value == pytest.approx(1.0)


def test_a_goal_is_paced_by_working_time() -> None:
    """20 % over 1,000: a quarter of the period is over, 250 are in; that is 50 short, and heads for 1,000."""
    told = pace(Decimal(1000), 0.2, Decimal(250), 0.25)
    assert (told.target, told.expected, told.forecast) == (Decimal("1200.0"), Decimal("300.000"), Decimal(1000))
    assert pace(Decimal(1000), 0.2, Decimal(0), 0.0).forecast is None


def test_growth_over_nothing_is_not_a_number() -> None:
    """A first quarter cannot have grown."""
    assert growth(Decimal(120), Decimal(100)) == pytest.approx(0.2)
    assert growth(Decimal(120), Decimal(0)) is None
