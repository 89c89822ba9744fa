"""A fitted model as part of the score: points that add up, from what was known at the moment."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.canonical import canonical
from journey.likelihood import MISSING, RARE, Feature, LikelihoodModel, level_of
from journey.model import Journey, Moment, PersonId, Value
from journey.rules import Criterion, ScoreRules
from journey.score import Score, score
from journey.wording import reason

DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Feature("source", (), {"paid": 6.5, "event": -3.0, MISSING: 2.0, RARE: -1.5})
SIZE = Feature("employees", (20.0, 200.0), {"< 20": -4.0, "20 … < 200": 5.0, "≥ 200": 1.0})
MODEL = LikelihoodModel((SOURCE, SIZE), 0.5, 0.1)

levels_points = st.floats(-40, 40).map(lambda points: round(points, 1) + 0.0)
words = st.sampled_from(["paid", "event", "social", "", None, "rare thing"])
numbers = st.one_of(st.none(), st.integers(-5, 1_000))


def journey(moments: Mapping[float, Mapping[str, Value]]) -> Journey:
    known = tuple(Moment(BEGIN + day * DAY, values) for day, values in moments.items())
    return Journey(PersonId("p"), (), known, (), (), ())


def scored(path: Journey, day: float, model: LikelihoodModel = MODEL, cap: float = 25, floor: float = 0) -> Score:
    agreed = ScoreRules((Criterion("likelihood", cap, floor, (), model),))
    return score(path, agreed, BEGIN + day * DAY)


@given(
    points=st.dictionaries(st.sampled_from(["paid", "event", MISSING, RARE]), levels_points),
    sizes=st.fixed_dictionaries({"< 20": levels_points, "20 … < 200": levels_points, "≥ 200": levels_points}),
    start=levels_points,
    source=words,
    employees=numbers,
)
def test_each_fields_points_add_up_to_the_whole_exactly(
    points: dict[str, float], sizes: dict[str, float], start: float, source: str | None, employees: int | None
) -> None:
    """The breakdown is the score (I9): nothing is earned that no line shows."""
    model = LikelihoodModel((Feature("source", (), points), Feature("employees", (20.0, 200.0), sizes)), start, 0.1)
    values: Mapping[str, Value] = {"source": source, "employees": employees}
    told = scored(journey({0: values}), 400, model, cap=1_000, floor=-1_000)
    (criterion,) = told.criteria
    assert criterion.raw == math.fsum(line.points for line in criterion.lines) == model.points(values)
    assert criterion.points == criterion.raw


def test_points_come_from_what_was_known_at_the_moment() -> None:
    path = journey({0: {"source": "event", "employees": 50}, 10: {"source": "paid", "employees": 50}})
    assert [scored(path, day).exact for day in (9, 10)] == [0.5 - 3.0 + 5.0, 0.5 + 6.5 + 5.0]


def test_points_do_not_fade() -> None:
    path = journey({0: {"source": "paid", "employees": 50}})
    assert scored(path, 0).exact == scored(path, 3_000).exact == 12.0


def test_a_line_says_which_value_earned_it() -> None:
    told = scored(journey({0: {"source": "paid", "employees": 50}}), 1)
    assert [(line.rule, line.points, line.evidence) for line in told.lines] == [
        ("likelihood.source", 6.5, ("source = paid",)),
        ("likelihood.employees", 5.0, ("employees = 50",)),
        ("likelihood.start", 0.5, ()),
    ]


def test_the_reason_names_fields_and_values_in_both_languages() -> None:
    told = scored(journey({0: {"employees": 50}}), 1)
    assert reason(told, "en") == "8: employees 20 … < 200 (+5), source: not known (+2)"
    assert "source: sin dato (+2)" in reason(told, "es")


def test_what_the_model_does_not_know_earns_what_rare_values_do_or_nothing() -> None:
    assert MODEL.points({"source": "smoke signals", "employees": 50}) == 0.5 - 1.5 + 5.0
    assert MODEL.points({"source": "paid", "employees": "many"}) == 0.5 + 6.5
    assert MODEL.points({"source": "paid", "shoe_size": 44}) == 0.5 + 6.5


def test_missing_is_a_value_of_its_own() -> None:
    assert MODEL.points({"employees": 50}) == MODEL.points({"source": "", "employees": 50}) == 0.5 + 2.0 + 5.0


@pytest.mark.parametrize(
    ("employees", "level"),
    [(19.9, "< 20"), (20, "20 … < 200"), (199, "20 … < 200"), (200, "≥ 200"), (True, MISSING)],
)
def test_numbers_fall_between_edges(employees: Value, level: str) -> None:
    assert level_of(employees, SIZE.edges) == level


def test_the_criterion_is_held_between_floor_and_cap() -> None:
    assert scored(journey({0: {"source": "paid", "employees": 50}}), 1, cap=10).exact == 10
    assert scored(journey({0: {"source": "event", "employees": 5}}), 1).exact == 0


def test_every_ten_points_double_the_odds_of_buying() -> None:
    shares = [MODEL.probability(points) for points in (0, 10, 20)]
    assert shares[0] == pytest.approx(0.1)
    odds = [share / (1 - share) for share in shares]
    assert [odds[1] / odds[0], odds[2] / odds[1]] == pytest.approx([2, 2])


def test_the_rules_version_changes_with_any_point_of_the_model() -> None:
    """Who is scored by another model is scored by other rules (I9)."""
    other = LikelihoodModel((SOURCE, SIZE), 0.6, 0.1)
    versions = [ScoreRules((Criterion("likelihood", 25, 0, (), one),)).version for one in (None, MODEL, other)]
    assert len({*versions}) == 3
    assert MODEL.version != other.version


@given(st.lists(st.tuples(words, numbers), min_size=1, max_size=6))
def test_the_same_moments_give_the_same_bytes(known: list[tuple[str | None, int | None]]) -> None:
    """A pure function of journey, rules and moment (I9)."""
    moments: dict[float, Mapping[str, Value]] = {
        day: {"source": source, "employees": employees} for day, (source, employees) in enumerate(known)
    }
    again = LikelihoodModel((SOURCE, SIZE), 0.5, 0.1)
    for day in range(len(known)):
        assert canonical(scored(journey(moments), day)) == canonical(scored(journey(moments), day, again))


def test_a_base_rate_of_nobody_or_everybody_is_refused() -> None:
    for share in (0.0, 1.0):
        with pytest.raises(ValueError, match="base_rate"):
            LikelihoodModel((), 0, share)
