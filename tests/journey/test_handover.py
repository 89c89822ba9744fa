"""What sales made of each qualification."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from journey.fold import fold
from journey.handover import Decision, Handover, HandoverRules, handovers
from journey.model import Deal, DealStatus, Fact, Journey, Kind, Moment, PersonId, Ref, StageChange, Value
from journey.qualification import Spell

ANA = PersonId("p_ana")
CONTACT = Ref("crm", "contacts", "1")
RULES = HandoverRules(
    accepted=lambda values: values.get("stage") in ("sql", "customer"),
    rejected=lambda values: values.get("disqualified") is True,
    reason="disqualified_for",
    bad_data=frozenset({"duplicate"}),
)
OUT: Mapping[str, Value] = {"disqualified": True}


def day(number: float) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number)


def deal(created: float, closed: float | None = None, status: DealStatus = DealStatus.OPEN) -> Deal:
    closed_at = None if closed is None else day(closed)
    return Deal(Ref("crm", "deals", "1"), None, status, None, None, None, day(created), closed_at, None, (), {})


def path(
    moments: Mapping[float, Mapping[str, Value]] | None = None,
    stages: Mapping[float, str] | None = None,
    deals: tuple[Deal, ...] = (),
) -> Journey:
    return Journey(
        person=ANA,
        records=(),
        moments=tuple(Moment(day(at), values) for at, values in (moments or {-9: {}}).items()),
        touchpoints=(),
        deals=deals,
        stages=tuple(StageChange(stage, day(at)) for at, stage in (stages or {}).items()),
    )


def told(journey: Journey, *entered: float, as_of: float = 90, left: float | None = None) -> tuple[Handover, ...]:
    spells = [Spell(day(at), None if left is None else day(left)) for at in entered]
    return handovers(journey, spells, RULES, day(as_of))


def test_a_lead_that_reaches_sales_own_stage_is_accepted_then_by_whoever_owned_it() -> None:
    journey = path({-9: {"owner": "7"}, 1: {"owner": "8"}, 3: {"owner": "9"}}, {-9: "mql", 2: "sql"})
    assert told(journey, 0) == (Handover(day(0), Decision.ACCEPTED, day(2), owner="8"),)


def test_what_the_crm_says_of_the_stage_now_is_not_taken_for_what_it_was() -> None:
    journey = path({-9: {"stage": "customer"}}, {-9: "lead", 50: "customer"})
    assert told(journey, 0)[0].decided_at == day(50)
    assert told(journey, 0, as_of=49)[0].decision is Decision.OPEN


def test_a_deal_is_an_acceptance() -> None:
    assert told(path(deals=(deal(4),)), 0) == (Handover(day(0), Decision.ACCEPTED, day(4)),)


def test_a_deal_that_was_worked_already_is_an_acceptance_at_once_and_one_that_was_closed_is_none() -> None:
    assert told(path(deals=(deal(-5),)), 0)[0].decided_at == day(0)
    assert told(path(deals=(deal(-5, -1, DealStatus.LOST),)), 0)[0].decision is Decision.OPEN


def test_a_deal_that_closed_before_it_was_made_and_one_that_only_closed_are_acceptances_too() -> None:
    """CRMs hold both."""
    assert told(path(deals=(deal(4, 3, DealStatus.WON),)), 0)[0].decided_at == day(4)
    closed = replace(deal(0, 6, DealStatus.WON), created_at=None)
    assert told(path(deals=(closed,)), 0)[0].decided_at == day(6)


def test_a_rejection_has_its_time_its_reason_and_its_owner() -> None:
    journey = path({-9: {"owner": "7"}, 3: {**OUT, "owner": "7", "disqualified_for": "no budget"}})
    assert told(journey, 0) == (Handover(day(0), Decision.REJECTED, day(3), "no budget", "7"),)


def test_a_reason_that_is_typed_in_later_belongs_to_the_rejection() -> None:
    journey = path({-9: {}, 3: OUT, 4: {**OUT, "disqualified_for": "no budget"}})
    assert told(journey, 0) == (Handover(day(0), Decision.REJECTED, day(3), "no budget"),)
    assert told(journey, 0, as_of=3)[0].reason is None


def test_bad_data_is_returned_if_sales_says_so_in_time() -> None:
    def found(at: float, reason: str) -> bool:
        return told(path({-9: {}, at: {**OUT, "disqualified_for": reason}}), 0)[0].returned

    assert found(14, "Duplicate")
    assert not found(14.01, "Duplicate")
    assert not found(1, "no budget")


def test_nothing_said_is_open_while_the_person_is_qualified_and_undecided_after() -> None:
    assert told(path(), 0, left=20, as_of=19)[0].decision is Decision.OPEN
    assert told(path(), 0, left=20, as_of=20)[0].decision is Decision.UNDECIDED
    assert told(path({-9: {}, 30: {}}, {40: "sql"}), 0, left=20)[0].decided_at == day(40)


def test_an_accepted_lead_can_be_returned_for_two_weeks_and_is_accepted_from_then_on() -> None:
    early = path({-9: {}, 10: {**OUT, "disqualified_for": "duplicate"}}, {1: "sql"})
    late = path({-9: {}, 20: {**OUT, "disqualified_for": "duplicate"}}, {1: "sql"})
    assert told(early, 0)[0] == Handover(day(0), Decision.REJECTED, day(10), "duplicate", None, returned=True)
    assert told(late, 0)[0] == Handover(day(0), Decision.ACCEPTED, day(1))


def test_a_rejected_lead_that_is_accepted_later_is_accepted() -> None:
    assert told(path({-9: {}, 2: OUT, 5: {}}, {6: "sql"}), 0)[0] == Handover(day(0), Decision.ACCEPTED, day(6))


def test_a_deal_after_a_rejection_is_an_acceptance_though_nobody_takes_the_rejection_back() -> None:
    found = told(path({-9: {}, 2: OUT}, deals=(deal(4),)), 0)[0]
    assert found == Handover(day(0), Decision.ACCEPTED, day(4))
    assert told(path({-9: {}, 5: OUT}, deals=(deal(4),)), 0)[0].decision is Decision.REJECTED


def test_a_rejection_that_is_taken_back_and_said_again_has_its_first_time() -> None:
    assert told(path({-9: {}, 2: OUT, 5: {}, 6: OUT}), 0)[0].decided_at == day(2)


def test_each_qualification_has_its_own_decision() -> None:
    journey = path({-9: {}, 2: OUT, 20: {}}, {45: "sql"})
    assert [(one.decision, one.decided_at) for one in told(journey, 0, 40)] == [
        (Decision.REJECTED, day(2)),
        (Decision.ACCEPTED, day(45)),
    ]


def test_an_old_rejection_does_not_reject_again_but_an_old_acceptance_holds() -> None:
    assert told(path({-9: {}, 2: OUT}), 40)[0].decision is Decision.OPEN
    assert told(path(stages={-5: "customer"}), 0)[0] == Handover(day(0), Decision.ACCEPTED, day(0))


def test_nothing_is_decided_where_nothing_was_agreed() -> None:
    spells = [Spell(day(0))]
    journey = path({-9: {}, 2: OUT}, {1: "sql"})
    assert handovers(journey, spells, HandoverRules(), day(9))[0].decision is Decision.OPEN


def test_a_disqualification_that_the_crm_dates_says_nothing_of_the_time_before() -> None:
    values: Mapping[str, Value] = {
        "created_at": day(-9),
        "disqualified": True,
        "disqualified_at": day(3),
        "disqualified_for": "duplicate",
    }
    journey = fold(ANA, [Fact(Kind.PERSON, CONTACT, "1", day(80), values)])
    assert [moment.since for moment in journey.moments] == [day(-9), day(3)]
    assert journey.moments[0].values["disqualified"] is None
    assert told(journey, 0)[0] == Handover(day(0), Decision.REJECTED, day(3), "duplicate", None, returned=True)


def test_of_two_merged_records_the_one_that_was_rejected_last_counts() -> None:
    first = Fact(Kind.PERSON, CONTACT, "1", day(5), {"created_at": day(-9), "disqualified": False})
    twin = Ref("crm", "contacts", "2")
    second: Mapping[str, Value] = {"disqualified": True, "disqualified_at": day(2), "disqualified_for": "duplicate"}
    merged = Fact(Kind.PERSON, twin, "2", day(6), merged_into=CONTACT)
    assert told(fold(ANA, [first, Fact(Kind.PERSON, twin, "1", day(6), second)]), 0)[0].returned
    assert told(fold(ANA, [first, merged]), 0)[0].decision is Decision.OPEN


EVENT = st.tuples(st.integers(-8, 60), st.sampled_from(["sql", "lead", "out", "in", "deal"]))


@given(
    st.lists(EVENT, max_size=8), st.lists(st.integers(0, 60), min_size=1, max_size=4, unique=True), st.integers(0, 70)
)
def test_each_qualification_is_told_once_and_the_future_is_not_seen(
    events: list[tuple[int, str]], entered: list[int], as_of: int
) -> None:
    """I9: what is told as of a moment does not depend on what comes after it."""

    def built(until: float) -> Journey:
        seen = sorted(event for event in events if event[0] <= until)
        moments = {-9.0: dict[str, Value]()} | {float(at): {"disqualified": what == "out"} for at, what in seen}
        stages = {float(at): what for at, what in seen if what in ("sql", "lead")}
        return path(moments, stages, tuple(deal(at) for at, what in seen if what == "deal"))

    order = sorted(entered)
    found = told(built(99), *order, as_of=as_of)
    assert found == told(built(as_of), *order, as_of=as_of)
    assert [one.qualified_at for one in found] == [day(at) for at in order if at <= as_of]
    for one, until in zip(found, [*map(day, order[1:]), day(as_of)], strict=False):
        assert (one.decided_at is None) == (one.decision in (Decision.OPEN, Decision.UNDECIDED))
        assert one.decided_at is None or one.qualified_at <= one.decided_at <= max(until, one.qualified_at)
