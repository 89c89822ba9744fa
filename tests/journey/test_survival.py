"""The Kaplan–Meier estimate against hand-made cases, a product worked out anew for every time, and a published one."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.survival import Watched, kaplan_meier

WATCHED = st.lists(st.builds(Watched, st.integers(0, 20).map(float), st.booleans()), max_size=40)

# Remission in weeks of 21 patients on 6-MP (Freireich et al., Blood 21 (1963) 699), the textbook case of this estimate.
FREIREICH = [
    *[Watched(float(week), True) for week in (6, 6, 6, 7, 10, 13, 16, 22, 23)],
    *[Watched(float(week), False) for week in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)],
]


def test_the_textbook_case_comes_out_as_published() -> None:
    """Survival .8571 at 6 weeks, .6275 at 16, .4482 at 23; standard error .1346 there by Greenwood; median 23."""
    curve = kaplan_meier(FREIREICH)
    assert [round(1 - curve.by(week).value, 4) for week in (6, 16, 23, 30)] == [0.8571, 0.6275, 0.4482, 0.4482]
    assert (curve.rows, curve.happened, curve.watched_to, curve.quantile(0.5)) == (21, 9, 35.0, 23.0)
    left, error = 1 - curve.by(23).value, 0.1346
    spread = 1.959964 * error / (left * -math.log(left))
    share = curve.by(23)
    assert share.low == pytest.approx(1 - left ** math.exp(-spread), abs=1e-3)
    assert share.high == pytest.approx(1 - left ** math.exp(spread), abs=1e-3)


def test_nobody_watched_gives_no_share_and_no_band() -> None:
    """An empty team has no response time, and that is no error."""
    curve = kaplan_meier([])
    assert (curve.rows, curve.by(5).value, curve.by(5).low, curve.quantile(0.5)) == (0, 0.0, None, None)


def test_all_seen_to_the_end_is_the_plain_share() -> None:
    """Without anybody waiting the estimate is what everybody would count, and at 1 it has no band."""
    curve = kaplan_meier([Watched(float(time), True) for time in (1, 2, 3, 4)])
    assert [curve.by(time).value for time in (0.5, 1, 2.9, 4, 9)] == pytest.approx([0, 0.25, 0.5, 1, 1])
    assert (curve.by(4).low, curve.by(4).high) == (None, None)
    assert (curve.quantile(0.5), curve.quantile(0.51)) == (2.0, 3.0)


def test_a_quantile_that_was_not_reached_is_not_guessed() -> None:
    """One of three was answered: there is no median yet."""
    curve = kaplan_meier([Watched(1, True), Watched(2, False), Watched(3, False)])
    assert curve.quantile(0.3) == 1
    assert curve.quantile(0.5) is None


@given(WATCHED, st.integers(0, 21))
def test_the_share_is_the_product_over_all_earlier_events(watched: list[Watched], by: int) -> None:
    """Worked out from the definition, each at-risk set counted anew; the variance too."""
    left, variance = 1.0, 0.0
    for time in sorted({one.time for one in watched if one.happened and one.time <= by}):
        at_risk = sum(one.time >= time for one in watched)
        events = sum(one.time == time and one.happened for one in watched)
        left *= (at_risk - events) / at_risk
        variance += events / (at_risk * (at_risk - events)) if events < at_risk else math.inf
    share = kaplan_meier(watched).by(by)
    assert share.value == pytest.approx(1 - left)
    if 1e-9 < left < 1 - 1e-9:
        error = 1.959963984540054 * math.sqrt(variance) / math.log(left)
        bounds = sorted(1 - math.exp(math.log(left) * math.exp(sign * error)) for sign in (1, -1))
        assert [share.low, share.high] == pytest.approx(bounds)
        assert 0 <= bounds[0] <= share.value <= bounds[1] <= 1
    else:
        assert share.low is None


@given(WATCHED, st.randoms(use_true_random=False))
def test_order_does_not_matter(watched: list[Watched], chance: random.Random) -> None:
    """I9: equal facts give an equal curve."""
    shuffled = watched[:]
    chance.shuffle(shuffled)
    assert kaplan_meier(watched) == kaplan_meier(shuffled)


def test_the_band_holds_the_truth_as_often_as_it_says() -> None:
    """Of 400 simulated teams, answered after exponential times and cut off at random, about 95 % of bands hold the true share."""
    chance, held = random.Random(7), 0  # noqa: S311 (seeded, to be the same every time)
    for _ in range(400):
        watched = []
        for _ in range(60):
            answer, end = chance.expovariate(1.0), chance.uniform(0, 3)
            watched.append(Watched(min(answer, end), answer <= end))
        share = kaplan_meier(watched).by(1.0)
        held += share.low is not None and share.high is not None and share.low <= 1 - math.exp(-1) <= share.high
    assert 0.92 <= held / 400 <= 0.98
