"""Why a score changed: every point of the change has a cause, and the parts add up to it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from journey.canonical import canonical, plain
from journey.cause import MOST_PARTS, Cause, Part, Standing, parts_of, standing
from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, Touchpoint, TouchType, Value
from journey.rules import Criterion, Rule, ScoreRules
from journey.score import score_of
from journey.tally import Tally

DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FORMS = frozenset({TouchType.FORM})
CONTACT = Ref("crm", "contacts", "1")
LEAD = Ref("other", "leads", "9")
DEMO = Rule("demo", {}, 40, on=FORMS, half_life=14 * DAY)
SPAIN = Rule("spain", {}, 15, when=lambda v: v.get("country") == "ES", when_source="spain", fields=("country",))


def form(day: float, number: int = 1) -> Touchpoint:
    ref = Ref("crm", "forms", str(number))
    return Touchpoint(ref, BEGIN + day * DAY, TouchType.FORM, Direction.INBOUND, Actor.LEAD, None, {})


def journey(*touches: Touchpoint, moments: Mapping[float, Mapping[str, Value]] | None = None) -> Journey:
    known = tuple(Moment(BEGIN + day * DAY, values) for day, values in (moments or {0: {}}).items())
    return Journey(PersonId("p"), (CONTACT,), known, tuple(sorted(touches, key=lambda t: (t.at, t.ref))), (), ())


def rules(*own: Rule, cap: float = 100, floor: float = 0) -> ScoreRules:
    return ScoreRules((Criterion("interest", cap, floor, own),))


def stood(path: Journey, agreed: ScoreRules, day: float, records: Sequence[Ref] = (CONTACT,)) -> Standing:
    """The score as it was stored and read back."""
    score = score_of(Tally(path, agreed), BEGIN + day * DAY)
    return standing(score.total, agreed.version, records, json.loads(canonical(plain(score))))


def told(
    before: Standing | None, path: Journey, agreed: ScoreRules, day: float, records: Sequence[Ref] = (CONTACT,)
) -> Sequence[Part]:
    tally = Tally(path, agreed)
    return parts_of(before, score_of(tally, BEGIN + day * DAY), tally, records)


def causes(parts: Sequence[Part]) -> dict[Cause, float]:
    found: dict[Cause, float] = {}
    for part in parts:
        found[part.cause] = found.get(part.cause, 0.0) + part.points
    return {cause: round(points, 3) for cause, points in found.items() if abs(points) >= 0.5}


def test_the_first_score_has_each_criterion_as_a_part() -> None:
    assert told(None, journey(form(0)), rules(DEMO), 0) == (Part(Cause.FIRST, 40, "interest"),)


def test_a_new_activity_is_named() -> None:
    agreed = rules(replace(DEMO, half_life=None))
    parts = told(stood(journey(form(0)), agreed, 1), journey(form(0), form(2, 2)), agreed, 3)
    assert parts == (Part(Cause.ACTIVITY, 40, "interest", "demo", Ref("crm", "forms", "2")),)


def test_an_activity_that_was_read_late_is_named_too() -> None:
    agreed = rules(replace(DEMO, half_life=None))
    parts = told(stood(journey(), agreed, 3), journey(form(2)), agreed, 3)
    assert parts == (Part(Cause.ACTIVITY, 40, "interest", "demo", Ref("crm", "forms", "1")),)


def test_a_changed_field_is_named() -> None:
    parts = told(stood(journey(), rules(SPAIN), 1), journey(moments={0: {}, 2: {"country": "ES"}}), rules(SPAIN), 3)
    assert parts == (Part(Cause.FIELD, 15, "interest", "spain", ("country",)),)


def test_time_takes_points_away() -> None:
    before = stood(journey(form(0)), rules(DEMO), 0)
    assert told(before, journey(form(0)), rules(DEMO), 14) == (Part(Cause.TIME, -20, "interest"),)


def test_an_activity_that_has_grown_too_old_went_with_time() -> None:
    agreed = rules(replace(DEMO, half_life=None, window=7 * DAY))
    assert causes(told(stood(journey(form(0)), agreed, 1), journey(form(0)), agreed, 8)) == {Cause.TIME: -40}


def test_changed_rules_are_told_apart_from_time_and_new_activities() -> None:
    """The old rules' score of then against the new rules' score of then; the rest came later."""
    before = stood(journey(form(0)), rules(DEMO), 0)
    now = rules(replace(DEMO, points=20))
    parts = told(before, journey(form(0), form(14, 2)), now, 14)
    assert causes(parts) == {Cause.RULES: -20, Cause.TIME: -10, Cause.ACTIVITY: 20}
    assert {part.rule for part in parts if part.cause is Cause.RULES} == {"demo"}


def test_a_record_that_joined_is_named() -> None:
    before = stood(journey(), rules(DEMO), 1)
    parts = told(before, journey(form(1)), rules(DEMO), 1, (CONTACT, LEAD))
    assert parts == (Part(Cause.IDENTITY, 40, "interest", None, LEAD),)


def test_a_cap_is_a_part_of_its_own() -> None:
    agreed = rules(replace(DEMO, half_life=None), cap=60)
    parts = told(stood(journey(form(0)), agreed, 1), journey(form(0), form(2, 2)), agreed, 3)
    assert causes(parts) == {Cause.ACTIVITY: 40, Cause.LIMIT: -20}


def test_many_parts_become_few() -> None:
    agreed = rules(replace(DEMO, half_life=None, points=1))
    parts = told(stood(journey(), agreed, 0), journey(*(form(1, n) for n in range(50))), agreed, 2)
    assert len(parts) == MOST_PARTS + 1
    assert parts[0] == Part(Cause.ACTIVITY, 1, "interest", "demo", Ref("crm", "forms", "0"))
    assert sum(part.points for part in parts) == 50


DAYS = st.integers(0, 60)
SETS = st.lists(DAYS, max_size=6)
COUNTRY = st.dictionaries(DAYS, st.sampled_from(["ES", "FR", None]), max_size=3)
AGREED = st.builds(
    lambda points, half_life, at_most, cap: rules(
        replace(DEMO, points=points, half_life=half_life and half_life * DAY, at_most=at_most), SPAIN, cap=cap
    ),
    st.integers(-30, 60),
    st.one_of(st.none(), st.integers(1, 40)),
    st.one_of(st.none(), st.integers(1, 3)),
    st.integers(20, 140),
)


def built(days: Sequence[int], countries: Mapping[int, str | None]) -> Journey:
    moments: dict[float, Mapping[str, Value]] = {-1.0: {}}
    moments |= {float(day): {"country": country} for day, country in sorted(countries.items())}
    return journey(*(form(day, number) for number, day in enumerate(days)), moments=moments)


@given(SETS, SETS, COUNTRY, COUNTRY, AGREED, AGREED, DAYS, DAYS, st.booleans())
@settings(deadline=None)
def test_the_parts_add_up_to_the_change_whatever_changed(
    old_days: list[int],
    days: list[int],
    old_countries: dict[int, str | None],
    countries: dict[int, str | None],
    old: ScoreRules,
    new: ScoreRules,
    day: int,
    later: int,
    joined: bool,
) -> None:
    """I9, I14: for any facts and rules before and after, in at most so many parts."""
    before = stood(built(old_days, old_countries), old, day)
    path, at = built(days, countries), BEGIN + (day + later) * DAY
    after = score_of(Tally(path, new), at)
    parts = parts_of(before, after, Tally(path, new), (CONTACT, LEAD) if joined else (CONTACT,))
    assert math.isclose(sum(part.points for part in parts), after.total - before.total, abs_tol=1e-5)
    assert len(parts) <= MOST_PARTS + len(Cause) + 1
    assert (Cause.RULES in {part.cause for part in parts}) <= (old.version != new.version)


@given(SETS, COUNTRY, AGREED, DAYS)
@settings(deadline=None)
def test_nothing_changed_has_no_cause(
    days: list[int], countries: dict[int, str | None], agreed: ScoreRules, day: int
) -> None:
    """I2."""
    path = built(days, countries)
    assert told(stood(path, agreed, day), path, agreed, day) == ()
