"""Being qualified over time, held against a walk through the whole time."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, Touchpoint, TouchType, Value
from journey.qualification import Spell, next_move, spells
from journey.rules import Criterion, Disqualifier, Rule, ScoreRules
from journey.score import score

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FIT = Rule("fit", {}, 35, when=lambda values: bool(values.get("fit")), when_source="fit", fields=("fit",))
OUT = Disqualifier("out", {}, lambda values: bool(values.get("out")), "out")


def rule(
    name: str, kind: TouchType, points: float, half_life: float, window: float | None = None, at_most: int | None = None
) -> Rule:
    closes = None if window is None else window * DAY
    return Rule(name, {}, points, on=frozenset({kind}), half_life=half_life * DAY, window=closes, at_most=at_most)


def agreed(*own: Rule, stay: float = 14, refresh: int = 5) -> ScoreRules:
    return ScoreRules(
        (Criterion("all", 100, -100, (FIT, *own)),), (OUT,), minimum_stay=stay * DAY, refresh_points=refresh
    )


RULES = agreed(rule("demo", TouchType.FORM, 40, 14))


def touch(day: float, kind: TouchType = TouchType.FORM, number: int = 0) -> Touchpoint:
    ref = Ref("eu", kind.value, f"{day}-{number}")
    return Touchpoint(ref, BEGIN + day * DAY, kind, Direction.INBOUND, Actor.LEAD, None, {})


def journey(*touches: Touchpoint, moments: Mapping[float, Mapping[str, Value]] | None = None) -> Journey:
    known = tuple(Moment(BEGIN + day * DAY, values) for day, values in (moments or {0: {"fit": True}}).items())
    return Journey(PersonId("p"), (), known, tuple(sorted(touches, key=lambda t: (t.at, t.ref))), (), ())


def told(path: Journey, day: float, rules: ScoreRules = RULES) -> list[tuple[float, float | None]]:
    """Spells in days, to the second."""

    def days(at: datetime) -> float:
        return round((at - BEGIN) / DAY, 5)

    return [
        (days(spell.entered), None if spell.left is None else days(spell.left))
        for spell in spells(path, rules, BEGIN + day * DAY)
    ]


def test_a_person_qualifies_at_the_moment_of_what_brings_the_score_to_the_threshold() -> None:
    assert told(journey(touch(3.25)), 4) == [(3.25, None)]
    assert told(journey(touch(3.25)), 3.25) == [(3.25, None)]
    assert told(journey(touch(3.25)), 3.24) == []


def test_a_person_stays_qualified_between_the_two_thresholds() -> None:
    """75 points at first: below 70 within 3 days, below 60 within 10."""
    rules = agreed(rule("demo", TouchType.FORM, 40, 14), stay=0)
    assert score(journey(touch(0)), rules, BEGIN + 9 * DAY).total == 61
    assert told(journey(touch(0)), 9, rules) == [(0, None)]
    (spell,) = spells(journey(touch(0)), rules, BEGIN + 30 * DAY)
    assert spell.left is not None
    assert score(journey(touch(0)), rules, spell.left).total == 59
    assert score(journey(touch(0)), rules, spell.left - SECOND).total == 60


def test_a_person_stays_for_the_minimum_time_whatever_the_score() -> None:
    assert told(journey(touch(0)), 13.99) == [(0, None)]
    assert told(journey(touch(0)), 14) == [(0, 14)]


def test_a_second_reason_in_time_prolongs_the_spell_and_a_late_one_opens_another() -> None:
    assert told(journey(touch(0), touch(13)), 20) == [(0, None)]
    assert told(journey(touch(0), touch(40)), 41) == [(0, 14), (40, None)]


def test_a_disqualified_person_leaves_at_that_moment_and_comes_back_when_it_is_lifted() -> None:
    path = journey(touch(0), moments={0: {"fit": True}, 2: {"fit": True, "out": True}, 2.25: {"fit": True}})
    assert told(path, 4) == [(0, 2), (2.25, None)]
    assert spells(path, RULES, BEGIN + 4 * DAY)[0].disqualified_by == "out"
    assert spells(path, RULES, BEGIN + 4 * DAY)[1] == Spell(BEGIN + 2.25 * DAY)


def test_a_person_who_is_out_does_not_qualify() -> None:
    assert told(journey(touch(1), moments={0: {"fit": True, "out": True}}), 9) == []


def test_a_fading_penalty_lets_a_person_qualify_without_anything_happening() -> None:
    rules = agreed(rule("demo", TouchType.FORM, 40, 1000), rule("complaint", TouchType.NOTE, -20, 2))
    path = journey(touch(1), touch(1, TouchType.NOTE))
    ((entered, left),) = told(path, 30, rules)
    assert 4 < entered < 9
    assert left is None
    at = spells(path, rules, BEGIN + 30 * DAY)[0].entered
    assert (score(path, rules, at).total, score(path, rules, at - MINUTE).total) == (70, 69)


def test_a_window_that_closes_ends_a_spell_at_that_moment() -> None:
    rules = agreed(Rule("demo", {}, 40, on=frozenset({TouchType.FORM}), window=20 * DAY))
    assert told(journey(touch(1)), 30, rules) == [(1, 21)]


def test_a_floor_alone_can_qualify_from_the_beginning() -> None:
    assert told(journey(), 1, ScoreRules((Criterion("all", 100, 70, ()),))) == [(0, None)]


def test_leaving_is_told_as_the_same_moment_whenever_one_asks() -> None:
    """The score falls below the threshold within a second; the spell ends on the next whole one, not when we look."""
    rules = agreed(rule("demo", TouchType.FORM, 40, 14), stay=0)
    path = journey(touch(0.123456))
    left = spells(path, rules, BEGIN + 99 * DAY)[0].left
    assert left is not None
    assert left.microsecond == 0
    for early in (1, 500_000, 999_999):
        assert spells(path, rules, left - timedelta(microseconds=early))[0].left is None
    assert spells(path, rules, left)[0].left == left


KINDS = {
    TouchType.FORM: rule("demo", TouchType.FORM, 40, 3),
    TouchType.MEETING: rule("meeting", TouchType.MEETING, 30, 20, window=15),
    TouchType.PAGE_VIEW: rule("view", TouchType.PAGE_VIEW, 8, 5, at_most=2),
    TouchType.NOTE: rule("complaint", TouchType.NOTE, -25, 4),
}
TOUCHES = st.lists(
    st.builds(
        touch, st.integers(0, 30 * 24).map(lambda hours: hours / 24), st.sampled_from(sorted(KINDS)), st.integers(0, 2)
    ),
    max_size=8,
    unique_by=lambda touchpoint: touchpoint.ref,
)
MOMENTS = st.dictionaries(
    st.integers(1, 40),
    st.fixed_dictionaries({"fit": st.booleans(), "out": st.sampled_from([False, False, False, True])}),
    max_size=3,
).map(lambda later: {0.0: {"fit": True}, **dict(sorted(later.items()))})
STAYS = st.sampled_from([0, 1, 14])


def looks(until: datetime) -> Iterator[datetime]:
    """Every hour, when things happen, and the minute before, when most has faded."""
    at = BEGIN
    while at <= until:
        yield at
        yield at + HOUR - MINUTE
        at += HOUR


@given(TOUCHES, MOMENTS, STAYS)
@settings(max_examples=60, deadline=None)
def test_spells_agree_with_walking_through_the_whole_time(
    touches: list[Touchpoint], moments: dict[float, dict[str, bool]], stay: int
) -> None:
    path, rules = journey(*touches, moments=moments), agreed(*KINDS.values(), stay=stay)
    until = BEGIN + 45 * DAY
    found = spells(path, rules, until + DAY)
    for spell in found:
        first = score(path, rules, spell.entered)
        assert first.total >= 70
        assert not first.disqualified_by
        if spell.left is not None:
            last = score(path, rules, spell.left)
            assert last.disqualified_by == spell.disqualified_by
            assert last.disqualified_by or (last.total < 60 and spell.left >= spell.entered + stay * DAY)
    for at in looks(until):
        now = score(path, rules, at)
        inside = [spell for spell in found if spell.entered <= at and (spell.left is None or at < spell.left)]
        assert len(inside) <= 1
        if inside:
            assert not now.disqualified_by
            assert now.total >= 60 or at < inside[0].entered + stay * DAY
        else:
            assert now.total < 70 or now.disqualified_by


@given(TOUCHES, MOMENTS, STAYS, st.integers(0, 45), st.integers(0, 45))
@settings(deadline=None)
def test_what_comes_later_never_changes_what_was_told(
    touches: list[Touchpoint], moments: dict[float, dict[str, bool]], stay: int, first: int, later: int
) -> None:
    """I9: as told on an earlier day, and as told without everything after that day."""
    day, rules = min(first, later), agreed(*KINDS.values(), stay=stay)
    at, path = BEGIN + day * DAY, journey(*touches, moments=moments)
    known = {since: values for since, values in moments.items() if since <= day}
    early = spells(path, rules, at)
    assert early == spells(journey(*(t for t in touches if t.at <= at), moments=known), rules, at)
    late = [spell for spell in spells(path, rules, BEGIN + max(first, later) * DAY) if spell.entered <= at]
    assert [Spell(s.entered) if s.left is not None and s.left > at else s for s in late] == list(early)


@given(TOUCHES, MOMENTS, STAYS, st.integers(0, 45))
@settings(max_examples=60, deadline=None)
def test_nothing_moves_before_the_next_move_and_something_does_then(
    touches: list[Touchpoint], moments: dict[float, dict[str, bool]], stay: int, day: int
) -> None:
    path, rules, at = journey(*touches, moments=moments), agreed(*KINDS.values(), stay=stay), BEGIN + day * DAY
    move = next_move(path, rules, at)
    base, begun = score(path, rules, at).total, spells(path, rules, at)

    def moved(when: datetime) -> bool:
        known = spells(path, rules, when)
        return abs(score(path, rules, when).total - base) >= 5 or (len(known), known[-1:]) != (len(begun), begun[-1:])

    until = at + 200 * DAY if move is None else max(move - MINUTE, at)
    assert move is None or (move > at and moved(move))
    for step in range(1, 40):
        assert not moved(at + (until - at) * step / 40)
    assert not moved(until)


def test_someone_without_points_has_no_next_move() -> None:
    assert next_move(journey(), RULES, BEGIN) is None
    assert next_move(journey(moments={0: {}}), RULES, BEGIN) is None


def test_the_end_of_the_minimum_stay_is_a_move_even_if_nothing_fades() -> None:
    rules = agreed(Rule("demo", {}, 40, on=frozenset({TouchType.FORM}), window=5 * DAY), stay=14)
    path = journey(touch(0))
    assert next_move(path, rules, BEGIN + 6 * DAY) == BEGIN + 14 * DAY


@pytest.mark.parametrize("half_life", [1 / 24, 14, 36_500])
def test_any_half_life_is_followed_to_its_end(half_life: float) -> None:
    rules = agreed(rule("demo", TouchType.FORM, 40, half_life), stay=0)
    (spell,) = spells(journey(touch(0)), rules, BEGIN + 80_000 * DAY)
    assert spell.left is not None
    assert next_move(journey(touch(0)), rules, spell.entered) is not None
