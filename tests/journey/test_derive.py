"""Everything worked out of one journey, as one pure function (I9)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.business_time import Calendar, Shift
from journey.canonical import canonical, plain
from journey.derive import Agreement, Derived, derive
from journey.fold import fold
from journey.instants import instant, micros
from journey.model import Actor, Direction, Fact, Kind, PastValues, PersonId, Ref, TouchType, Value
from journey.rules import Condition, Criterion, Disqualifier, Rule, ScoreRules
from journey.sla import Policy
from journey.target import Target
from journey.working_hours import WorkingHours

DAY = timedelta(days=1)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
ANA = PersonId("p_ana")
CONTACT = Ref("eu", "contacts", "1")
INTEREST = Criterion(
    "interest",
    60,
    -10,
    (
        Rule("demo", {"en": "demo"}, 40, on=frozenset({TouchType.FORM}), half_life=14 * DAY),
        Rule(
            "view",
            {"en": "visit"},
            4,
            on=frozenset({TouchType.PAGE_VIEW}),
            half_life=7 * DAY,
            window=30 * DAY,
            at_most=5,
        ),
        Rule(
            "reply",
            {"en": "reply"},
            12,
            on=frozenset({TouchType.EMAIL}),
            direction=Direction.INBOUND,
            actor=Actor.LEAD,
            when=lambda values: values.get("person_country") == "ES",
            when_source='person_country == "ES"',
            half_life=21 * DAY,
        ),
        Rule("complaint", {"en": "complaint"}, -15, on=frozenset({TouchType.NOTE}), half_life=5 * DAY),
    ),
)


def is_from(country: str) -> Condition:
    return lambda values: values.get("country") == country


FIT = Criterion(
    "fit",
    40,
    0,
    tuple(
        Rule(f"fit_{country}", {"en": country}, points, when=is_from(country), when_source=country)
        for country, points in (("ES", 35), ("MX", 30), ("US", 10))
    ),
)
RULES = ScoreRules((INTEREST, FIT), (Disqualifier("rival", {"en": "rival"}, is_from("XX"), "XX"),))
OFFICE = Calendar(ZoneInfo("Europe/Madrid"), dict.fromkeys(range(5), (Shift.parse("09:00-18:00"),)))
AGREED = Agreement(
    RULES,
    (
        Policy(
            "spain",
            Target.parse("9bh"),
            "madrid",
            applies=is_from("ES"),
            paused=lambda v: v.get("hold") is True,
        ),
        Policy("rest", Target.parse("24h"), "madrid"),
    ),
    WorkingHours({"madrid": OFFICE}, "madrid"),
)


def at(hours: int) -> datetime:
    return BEGIN + timedelta(hours=hours)


def contact(hours: int, country: str | None, hold: bool = False) -> Fact:
    values = {"country": country, "hold": hold, "owner": "7", "created_at": BEGIN}
    return Fact(Kind.PERSON, CONTACT, str(hours), at(hours), values)


def touch(hours: int, kind: TouchType, direction: Direction, actor: Actor) -> Fact:
    values = {"type": kind.value, "at": at(hours), "direction": direction.value, "actor": actor.value, "owner": "7"}
    return Fact(Kind.TOUCHPOINT, Ref("eu", kind.value, f"{hours}{direction}{actor}"), "1", at(hours), values)


HOURS = st.integers(0, 24 * 45)
COUNTRIES = st.sampled_from(["ES", "MX", "XX", None])
TOUCHES = st.lists(
    st.builds(
        touch,
        HOURS,
        st.sampled_from(
            [TouchType.FORM, TouchType.FORM, TouchType.PAGE_VIEW, TouchType.EMAIL, TouchType.CALL, TouchType.NOTE]
        ),
        st.sampled_from(Direction),
        st.sampled_from(Actor),
    ),
    max_size=12,
    unique_by=lambda fact: fact.ref,
)
PAST = st.lists(
    st.builds(
        lambda hours, country, hold: PastValues(CONTACT, at(hours), {"country": country, "hold": hold, "owner": None}),
        HOURS,
        COUNTRIES,
        st.booleans(),
    ),
    max_size=3,
    unique_by=lambda old: old.until,
)


def derived(facts: list[Fact], past: list[PastValues], hours: int, known: int | None = None) -> Derived:
    read = at(hours if known is None else known)
    return derive(fold(ANA, facts, past), AGREED, at(hours), read)


@given(TOUCHES, COUNTRIES, PAST, HOURS, HOURS, st.randoms())
@settings(deadline=None)
def test_any_order_and_repetition_of_facts_derives_the_same_bytes(
    touches: list[Fact], country: str | None, past: list[PastValues], hours: int, known: int, random: Random
) -> None:
    """I9."""
    facts = [*touches, contact(1100, country)]
    twice = [*facts, *facts]
    again = derived(random.sample(twice, len(twice)), random.sample(past, len(past)), hours, known)
    assert canonical(again) == canonical(derived(facts, past, hours, known))


@given(TOUCHES, COUNTRIES, PAST, HOURS)
@settings(deadline=None)
def test_what_happens_later_changes_nothing_but_when_to_look_again(
    touches: list[Fact], country: str | None, past: list[PastValues], hours: int
) -> None:
    """I9: late data about later times does not rewrite the past."""
    earlier = [fact for fact in touches if fact.modified <= at(hours)]
    one = derived([*touches, contact(1100, country)], past, hours)
    other = derived([*earlier, contact(1100, country)], past, hours)
    assert canonical(replace(one, next_due=None)) == canonical(replace(other, next_due=None))


@given(TOUCHES, COUNTRIES, PAST, HOURS)
@settings(deadline=None)
def test_nothing_that_is_shown_changes_before_the_next_due_time(
    touches: list[Fact], country: str | None, past: list[PastValues], hours: int
) -> None:
    facts = [*touches, contact(1100, country)]
    now = derived(facts, past, hours)
    end = at(24 * 120) if now.next_due is None else now.next_due - timedelta(minutes=1)
    assert now.next_due is None or now.next_due > at(hours)
    for step in range(1, 12):
        when = at(hours) + max(end - at(hours), timedelta(0)) * step / 11
        then = derive(fold(ANA, facts, past), AGREED, when, when)
        assert abs(then.score.total - now.score.total) < RULES.refresh_points
        for name in ("qualified", "qualified_at", "sla_status", "sla_due", "sla_responded_at", "sla_response_hours"):
            assert then.fields[name] == now.fields[name]


@given(TOUCHES, COUNTRIES, PAST, HOURS)
@settings(deadline=None)
def test_the_fields_say_what_score_spells_and_cycles_say(
    touches: list[Fact], country: str | None, past: list[PastValues], hours: int
) -> None:
    found = derived([*touches, contact(1100, country)], past, hours)
    assert found.fields["score"] == found.score.total
    parts = int(str(found.fields["interest"])) + int(str(found.fields["fit"]))
    assert abs(min(max(parts, 0), 100) - found.score.total) <= 1
    assert found.fields["qualified"] is any(spell.left is None for spell in found.spells)
    assert found.fields["sla_status"] == (found.cycles[-1].status if found.cycles else None)
    assert not (found.fields["qualified"] and found.score.disqualified_by)


def test_a_lead_from_first_form_to_a_late_call() -> None:
    facts = [
        contact(1100, "ES"),
        touch(1, TouchType.FORM, Direction.INBOUND, Actor.LEAD),
        touch(26, TouchType.CALL, Direction.OUTBOUND, Actor.HUMAN),
    ]
    assert derived(facts, [], 0).fields == {
        "score": 35,
        "interest": 0,
        "fit": 35,
        "qualified": False,
        "qualified_at": None,
        "reason": "35: ES (+35)",
        "sla_status": None,
        "sla_due": None,
        "sla_responded_at": None,
        "sla_response_hours": None,
    }
    assert derived(facts, [], 0).next_due == at(1)
    open_one = derived(facts, [], 2)
    assert open_one.fields["reason"] == "75: demo (+40), ES (+35)"
    assert open_one.fields["sla_status"] == "pending"
    assert open_one.fields["sla_due"] == at(25)
    assert derived(facts, [], 25).fields["sla_status"] == "breached"
    late = derived(facts, [], 30)
    assert late.fields["sla_status"] == "met_late"
    assert late.fields["sla_responded_at"] == at(26)
    assert late.fields["sla_response_hours"] == 25.0
    assert late.rules_version == RULES.version


def test_a_person_created_in_the_year_one_is_judged_like_any_other() -> None:
    """CRMs hold such dates; none may stop a run."""
    ancient = datetime(1, 1, 1, tzinfo=UTC)
    values: dict[str, Value] = {"country": "ES", "created_at": ancient}
    facts = [Fact(Kind.PERSON, CONTACT, "1", at(0), values), touch(1, TouchType.FORM, Direction.INBOUND, Actor.LEAD)]
    demo_then = replace(facts[1], values={**facts[1].values, "at": ancient})
    for policy in AGREED.policies:
        agreed = replace(AGREED, policies=(replace(policy, applies=None),))
        assert derive(fold(ANA, [facts[0], demo_then]), agreed, at(2), at(2)).cycles[0].opened_at == ancient


def test_a_policy_without_its_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="no calendar 'lisbon'"):
        Agreement(RULES, (Policy("p", Target.parse("1h"), "lisbon"),), WorkingHours({"madrid": OFFICE}, "madrid"))


def test_a_value_has_one_canonical_form() -> None:
    value = {
        "b": (timedelta(hours=1), Decimal("1.10"), date(2026, 3, 2), BEGIN),
        "a": [0.1 + 0.2, None, True, TouchType.CALL, frozenset({"y", "x"})],
    }
    assert canonical(value) == (
        b'{"a":[0.3,null,true,"call",["x","y"]],"b":[3600.0,"1.10","2026-03-02","2026-03-02T09:00:00+00:00"]}'
    )
    assert plain(CONTACT) == ["eu", "contacts", "1"]
    with pytest.raises(TypeError, match="no canonical form"):
        canonical(object())


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_survives_being_a_number(when: datetime) -> None:
    """I13."""
    assert instant(micros(when)) == when


def test_a_time_beyond_all_calendars_is_the_last_one() -> None:
    assert instant(2**62) == datetime.max.replace(tzinfo=UTC)


def test_deriving_is_quick_enough_for_a_hundred_thousand_people() -> None:
    random = Random(7)  # noqa: S311 (a fixed sample, nothing secret)
    kinds = [TouchType.FORM, TouchType.PAGE_VIEW, TouchType.PAGE_VIEW, TouchType.EMAIL, TouchType.CALL]
    paths = [
        fold(
            ANA,
            [
                contact(1100, random.choice(["ES", "US", None])),
                *(
                    touch(random.randrange(1000), random.choice(kinds), Direction.INBOUND, Actor.LEAD)
                    for _ in range(10)
                ),
            ],
        )
        for _ in range(300)
    ]
    begun = process_time()
    for path in paths:
        derive(path, AGREED, at(1050), at(1050))
    # About 0.4 ms each where this was written; ten times that would still pass, a walk over time would not.
    assert (process_time() - begun) / len(paths) < 4e-3
