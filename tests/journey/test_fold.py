"""From facts to one journey."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.fold import fold
from journey.model import (
    Actor,
    DealStatus,
    Direction,
    Fact,
    Journey,
    Kind,
    PastValues,
    PersonId,
    Ref,
    StageChange,
    TouchType,
    Value,
)

ANA = PersonId("p_ana")
CONTACT = Ref("eu", "contacts", "1")
LEAD = Ref("us", "leads", "1")
COMPANY = Ref("eu", "companies", "1")


def day(number: float) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number)


def person(modified: float, values: Mapping[str, Value], ref: Ref = CONTACT) -> Fact:
    return Fact(Kind.PERSON, ref, str(modified), day(modified), values)


def company(modified: float, values: Mapping[str, Value], ref: Ref = COMPANY) -> Fact:
    return Fact(Kind.COMPANY, ref, str(modified), day(modified), values)


def touch(number: int, at: float, **values: Value) -> Fact:
    return Fact(
        Kind.TOUCHPOINT, Ref("eu", "calls", str(number)), "1", day(at), {"type": "call", "at": day(at), **values}
    )


def test_the_newest_value_wins_and_a_null_hides_nothing() -> None:
    older = person(1, {"country": "ES", "phone": "1", "stage": None}, LEAD)
    newer = person(2, {"country": "MX", "phone": None, "stage": None})
    assert fold(ANA, [newer, older]).now == {"country": "MX", "phone": "1", "stage": None}


def test_records_modified_at_the_same_time_are_taken_in_the_order_of_their_refs() -> None:
    facts = [person(1, {"country": "ES"}, LEAD), person(1, {"country": "MX"})]
    assert fold(ANA, facts).now["country"] == fold(ANA, facts[::-1]).now["country"] == "ES"


def test_fields_of_linked_companies_carry_a_prefix() -> None:
    assert fold(ANA, [person(1, {"name": "Ana"}), company(1, {"name": "Acme"})]).now == {
        "name": "Ana",
        "company_name": "Acme",
    }


def test_only_the_newest_version_of_a_record_counts_and_a_deleted_one_not_at_all() -> None:
    """I11."""
    gone = Fact(Kind.PERSON, LEAD, "9", day(9), deleted=True)
    merged = Fact(Kind.PERSON, Ref("eu", "contacts", "2"), "9", day(9), merged_into=CONTACT)
    journey = fold(
        ANA, [person(2, {"country": "MX"}), person(1, {"country": "ES"}), person(3, {"phone": "1"}, LEAD), gone, merged]
    )
    assert journey.records == (CONTACT,)
    assert journey.now == {"country": "MX"}


def test_past_values_become_moments_of_person_and_company_together() -> None:
    facts = [person(8, {"stage": "mql", "created_at": day(0)}), company(5, {"employees": 300})]
    past = [
        PastValues(CONTACT, day(4), {"stage": "lead", "created_at": day(0)}),
        PastValues(COMPANY, day(5), {"employees": 20}),
        PastValues(CONTACT, day(2), {"stage": None, "created_at": day(0)}),
    ]
    told = [(m.since, m.values["stage"], m.values["company_employees"]) for m in fold(ANA, facts, past).moments]
    assert told == [(day(0), None, 20), (day(2), "lead", 20), (day(4), "mql", 20), (day(5), "mql", 300)]


def test_a_change_that_shows_nowhere_makes_no_moment() -> None:
    facts = [person(9, {"stage": "mql", "created_at": day(0)})]
    past = [PastValues(CONTACT, day(4), {"stage": "mql", "created_at": day(0)})]
    assert len(fold(ANA, facts, past).moments) == 1


@pytest.mark.parametrize(
    ("facts", "past", "begin"),
    [
        ([person(5, {"created_at": day(1)}), person(3, {"created_at": day(2)}, LEAD)], [], 1),
        ([person(5, {"created_at": day(1)}), touch(1, 0.5)], [], 0.5),
        ([person(5, {}), person(3, {}, LEAD)], [], 3),
        ([person(5, {})], [PastValues(CONTACT, day(4), {})], 4),
        ([person(5, {}), touch(1, 7)], [], 5),
        ([touch(1, 7)], [], 7),
    ],
    ids=["created", "touched before", "modified", "past", "touched after", "no record"],
)
def test_the_first_moment_is_when_the_person_is_first_known_of(
    facts: list[Fact], past: list[PastValues], begin: float
) -> None:
    assert fold(ANA, facts, past).moments[0].since == day(begin)


def test_a_person_of_whom_nothing_is_left_still_has_a_moment() -> None:
    journey = fold(ANA, [])
    assert journey.now == {}
    assert journey.records == ()


def test_touchpoints_are_read_in_our_words_and_in_order() -> None:
    facts = [
        touch(1, 3, direction="outbound", actor="human", owner="7"),
        touch(2, 1, type="carrier pigeon", direction="sideways", actor=None),
    ]
    first, second = fold(ANA, facts).touchpoints
    assert (first.type, first.direction, first.actor, first.owner) == (
        TouchType.OTHER,
        Direction.NONE,
        Actor.UNKNOWN,
        None,
    )
    assert (second.type, second.direction, second.actor, second.owner) == (
        TouchType.CALL,
        Direction.OUTBOUND,
        Actor.HUMAN,
        "7",
    )
    assert second.at == day(3)


def test_a_touchpoint_without_a_time_has_no_place_on_a_journey() -> None:
    assert fold(ANA, [Fact(Kind.TOUCHPOINT, CONTACT, "1", day(1), {"type": "call", "at": None})]).touchpoints == ()


def test_deals_are_read_with_exact_amounts() -> None:
    def deal(number: int, **values: Value) -> Fact:
        return Fact(Kind.DEAL, Ref("eu", "deals", str(number)), "1", day(1), values)

    facts = [
        deal(
            1,
            name="Big",
            status="won",
            amount=Decimal("10.10"),
            created_at=day(2),
            closed_at=day(3),
            currency="EUR",
            owner="7",
        ),
        deal(2, status="maybe", amount=0.1, created_at=day(1)),
        deal(3, amount=True, stage="new"),
    ]
    third, second, first = fold(ANA, facts).deals
    assert (first.name, first.status, first.amount, first.closed_at) == (
        "Big",
        DealStatus.WON,
        Decimal("10.10"),
        day(3),
    )
    assert (second.status, second.amount) == (DealStatus.OPEN, Decimal("0.1"))
    assert (third.stage, third.amount, third.created_at) == ("new", None, None)


def test_stage_changes_of_all_records_stand_in_order_once() -> None:
    lead, mql = StageChange("lead", day(1)), StageChange("mql", day(2))
    facts = [
        Fact(Kind.PERSON, CONTACT, "1", day(3), {}, stages=(lead, mql)),
        Fact(Kind.PERSON, LEAD, "1", day(3), {}, stages=(mql,)),
    ]
    assert fold(ANA, facts).stages == (lead, mql)


VALUES = st.dictionaries(st.sampled_from(["country", "stage"]), st.sampled_from([None, "a", "b"]))
DAYS = st.integers(0, 9)
FACTS = st.lists(
    st.one_of(
        st.builds(person, DAYS, VALUES, st.sampled_from([CONTACT, LEAD])),
        st.builds(company, DAYS, VALUES, st.sampled_from([COMPANY])),
        st.builds(touch, DAYS, DAYS),
    ),
    max_size=10,
    unique_by=lambda fact: (fact.ref, fact.version),
)
PAST = st.lists(
    st.builds(PastValues, st.sampled_from([CONTACT, LEAD, COMPANY]), DAYS.map(day), VALUES),
    max_size=6,
    unique_by=lambda old: (old.ref, old.until),
)


@given(FACTS, PAST, st.randoms())
def test_neither_order_nor_repetition_of_facts_changes_the_journey(
    facts: list[Fact], past: list[PastValues], random: Random
) -> None:
    """I9."""

    def stirred() -> Journey:
        twice, older = [*facts, *facts], [*past, *past]
        return fold(ANA, random.sample(twice, len(twice)), random.sample(older, len(older)))

    assert stirred() == fold(ANA, facts, past)


@given(FACTS, PAST)
def test_moments_are_never_empty_run_forward_and_end_in_what_is_known_now(
    facts: list[Fact], past: list[PastValues]
) -> None:
    journey = fold(ANA, facts, past)
    times = [moment.since for moment in journey.moments]
    assert times == sorted(set(times))
    assert all(times[0] <= touchpoint.at for touchpoint in journey.touchpoints)
    assert journey.now == fold(ANA, facts).now
