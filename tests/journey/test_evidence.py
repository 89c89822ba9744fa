"""What a verdict rests on: the rule by which each activity counts or not, when the clock stood still, and what is a correction."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from journey.business_time import ALWAYS_OPEN, Calendar
from journey.contact import WhyCounts, WhyNot
from journey.correction import corrects
from journey.lapse import Standstill
from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, Touchpoint, TouchType
from journey.policy import Policy
from journey.qualification import Spell
from journey.running import SlaStatus
from journey.sla import Cycle, cycles
from journey.target import Target
from journey.working_hours import WorkingHours

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOURS = WorkingHours({"always": Calendar(ZoneInfo("UTC"), ALWAYS_OPEN)}, "always")


def hour(hours: float) -> datetime:
    return OPENED + timedelta(hours=hours)


def cycle(*touches: Touchpoint, moments: tuple[Moment, ...] = (), at: float = 12, sequences: bool = False) -> Cycle:
    policy = Policy(
        "first",
        Target.parse("24h"),
        None,
        sequence_counts=sequences,
        paused=lambda values: bool(values.get("hold")),
        excluded=lambda values: bool(values.get("partner")),
    )
    path = Journey(PersonId("p"), (), moments or (Moment(hour(-9), {}),), touches, (), ())
    (found,) = cycles(path, [Spell(OPENED, None, None)], (policy,), HOURS, hour(at), hour(at))
    return found


def touch(kind: TouchType, actor: Actor = Actor.HUMAN, at: float = 1) -> Touchpoint:
    return Touchpoint(Ref("crm", kind.value, f"{at}"), hour(at), kind, Direction.OUTBOUND, actor, "7", {})


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (TouchType.CALL, WhyCounts.CALL),
        (TouchType.EMAIL, WhyCounts.EMAIL),
        (TouchType.MEETING, WhyCounts.MEETING),
        (TouchType.MESSAGE, WhyCounts.MESSAGE),
    ],
)
def test_what_counts_names_the_rule_that_lets_it(kind: TouchType, rule: WhyCounts) -> None:
    one = touch(kind)
    assert cycle(one).counted == ((one.ref, rule),)


def test_a_sequence_counts_by_a_rule_of_its_own_and_else_does_not() -> None:
    mail = touch(TouchType.EMAIL, Actor.AUTOMATED)
    assert cycle(mail, sequences=True).counted == ((mail.ref, WhyCounts.SEQUENCE),)
    assert cycle(mail).not_counted == ((mail.ref, WhyNot.AUTOMATED),)


def test_standing_still_is_told_with_its_span_and_whoever_took_the_person_out() -> None:
    moments = (
        Moment(hour(-9), {}),
        Moment(hour(2), {"hold": True}),
        Moment(hour(5), {}),
        Moment(hour(6), {"partner": True}),
    )
    assert cycle(moments=moments).standstills == (
        Standstill(hour(2), hour(5), ""),
        Standstill(hour(6), None, "first"),
    )


def test_a_clock_that_stands_still_looks_the_same_an_hour_later() -> None:
    """I2: or it would be written anew at every look."""
    moments = (Moment(hour(-9), {}), Moment(hour(2), {"hold": True}))
    assert cycle(moments=moments, at=12) == cycle(moments=moments, at=13)


P, R, M, L, B, X = (
    SlaStatus.PENDING,
    SlaStatus.AT_RISK,
    SlaStatus.MET,
    SlaStatus.MET_LATE,
    SlaStatus.BREACHED,
    SlaStatus.EXCLUDED,
)


def test_only_another_view_of_the_past_is_a_correction() -> None:
    course = [(P, R), (P, M), (R, M), (R, B), (R, L), (B, L), (P, X), (X, P), (B, B), (M, M)]
    assert [pair for pair in course if corrects(*pair)] == []
    assert all(corrects(*pair) for pair in [(B, M), (M, B), (M, P), (L, M), (L, B), (M, L), (B, X), (M, X), (B, P)])
