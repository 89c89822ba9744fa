"""What became of people by the score they had when it mattered."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.calibration import Graded, bands, graded, thresholds
from journey.handover import Decision, HandoverRules
from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, StageChange, Touchpoint, TouchType
from journey.qualification import highest
from journey.rules import Criterion, Rule, ScoreRules
from journey.score import score
from journey.tally import Tally

DAY = timedelta(days=1)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
NOW = BEGIN + 100 * DAY
FORM = Rule("form", {"en": "form"}, 40, on=frozenset({TouchType.FORM}), half_life=5 * DAY)
VISIT = Rule("visit", {"en": "visit"}, 15, on=frozenset({TouchType.PAGE_VIEW}), half_life=3 * DAY, window=20 * DAY)
RULES = ScoreRules((Criterion("interest", 100, 0, (FORM, VISIT)),))
SQL = HandoverRules(accepted=lambda values: values.get("stage") == "sql")


def journey(forms: list[float], visits: tuple[float, ...] = (), stages: Mapping[float, str] | None = None) -> Journey:
    events = sorted([*((at, TouchType.FORM) for at in forms), *((at, TouchType.PAGE_VIEW) for at in visits)])
    touches = [
        Touchpoint(Ref("c", "o", str(n)), BEGIN + at * DAY, kind, Direction.INBOUND, Actor.LEAD, None, {})
        for n, (at, kind) in enumerate(events)
    ]
    changes = tuple(StageChange(stage, BEGIN + at * DAY) for at, stage in (stages or {}).items())
    return Journey(PersonId("p"), (), (Moment(BEGIN, {}),), tuple(touches), (), changes)


def test_the_score_that_counts_is_the_highest_and_not_todays() -> None:
    path = journey([1, 2])
    assert score(path, RULES, NOW).total == 0
    assert graded(path, RULES, SQL, None, NOW).score == score(path, RULES, BEGIN + 2 * DAY).total == 75


def test_what_happens_once_sales_has_decided_does_not_count() -> None:
    found = graded(journey([1, 10], stages={10: "sql"}), RULES, SQL, None, NOW)
    assert (found.score, found.decision) == (40, Decision.ACCEPTED)


def test_what_happens_once_they_bought_does_not_count() -> None:
    assert graded(journey([1, 10]), RULES, SQL, BEGIN + 9 * DAY, NOW).score == 40


def test_who_was_taken_at_once_has_the_score_of_that_moment() -> None:
    assert graded(journey([0, 3], stages={0: "sql"}), RULES, SQL, None, NOW).score == 40


def one(points: int, decision: Decision = Decision.OPEN, won: float | None = None, came: float = 0) -> Graded:
    return Graded(points, BEGIN + came * DAY, decision, None if won is None else BEGIN + won * DAY)


PEOPLE = [
    one(0),
    one(9),
    one(69, won=20),
    one(70, Decision.ACCEPTED, won=10),
    one(75, Decision.REJECTED),
    one(90, Decision.ACCEPTED, won=95),
    one(100, Decision.ACCEPTED),
]


def test_each_person_is_in_one_band_and_a_hundred_is_in_the_last() -> None:
    found = bands(PEOPLE, 30 * DAY, NOW)
    assert [(band.low, band.high) for band in found][-2:] == [(80, 89), (90, 100)]
    assert [band.leads for band in found] == [2, 0, 0, 0, 0, 0, 1, 2, 0, 2]
    assert [band.accepted for band in found] == [0, 0, 0, 0, 0, 0, 0, 1, 0, 2]
    assert [band.rejected for band in found][7] == 1


def test_conversion_is_within_the_agreed_time_of_coming() -> None:
    last = bands(PEOPLE, 30 * DAY, NOW)[-1].conversion
    assert last.share is not None
    assert (last.won, last.share.value, last.provisional) == (1, 0.0, False)
    assert bands([one(50, came=90)], 30 * DAY, NOW)[5].conversion.provisional
    assert bands([], 30 * DAY, NOW)[0].conversion.share is None


def test_a_threshold_says_what_it_would_have_sent() -> None:
    lower, agreed, higher = thresholds(PEOPLE, (65, 70, 95))
    assert (lower.leads, agreed.leads, higher.leads) == (5, 4, 1)
    assert agreed.precision is not None
    assert agreed.precision.value == 0.5
    assert agreed.recall == pytest.approx(2 / 3)
    assert (higher.won, higher.recall) == (0, 0.0)
    (nobody,) = thresholds([], (70,))
    assert nobody.precision is None
    assert nobody.recall is None


@given(st.lists(st.builds(one, st.integers(0, 100), won=st.none() | st.floats(0, 100)), max_size=30))
def test_bands_and_thresholds_tell_the_same(people: list[Graded]) -> None:
    """The bands from 70 on hold whom a threshold of 70 sends, and a higher one never sends more."""
    counted = bands(people, 30 * DAY, NOW)
    assert sum(band.leads for band in counted) == len(people)
    told = thresholds(people, (50, 70, 90))
    assert told[1].leads == sum(band.leads for band in counted if band.low >= 70)
    assert told[0].leads >= told[1].leads >= told[2].leads
    assert told[0].won <= told[0].buyers == sum(one.won_at is not None for one in people)


@given(
    st.lists(st.floats(0, 60), max_size=4), st.lists(st.floats(0, 60), max_size=4), st.floats(0, 80), st.floats(0, 80)
)
def test_no_moment_has_a_higher_score_than_the_highest(
    forms: list[float], visits: list[float], first: float, second: float
) -> None:
    path = journey(forms, tuple(visits))
    since, until = BEGIN + min(first, second) * DAY, BEGIN + max(first, second) * DAY
    found = highest(Tally(path, RULES), since, until)
    seen = [since + (until - since) * n / 20 for n in range(20)]
    seen += [touch.at for touch in path.touchpoints if since <= touch.at < until]
    scores = [score(path, RULES, at).total for at in seen]
    assert max(scores) == found
