"""Who is told while nobody has contacted a qualified person."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.business_time import ALWAYS_OPEN, Calendar, Shift
from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, Touchpoint, TouchType, Value
from journey.policy import Policy, Step
from journey.qualification import Spell
from journey.sla import Cycle, SlaStatus, cycles, next_change
from journey.target import Target
from journey.working_hours import WorkingHours

OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)
H = timedelta(hours=1)
HOURS = WorkingHours(
    {
        "always": Calendar(ZoneInfo("UTC"), ALWAYS_OPEN),
        "office": Calendar(ZoneInfo("UTC"), dict.fromkeys(range(5), (Shift.parse("09:00-17:00"),))),
    },
    "always",
)
STEPS = tuple(Step(at, ("owner",)) for at in ("150%", "50%", "-1h", "100%", "+4h"))


def call(after: timedelta) -> Touchpoint:
    return Touchpoint(
        Ref("c", "calls", str(after)), OPENED + after, TouchType.CALL, Direction.OUTBOUND, Actor.HUMAN, "7", {}
    )


def cycle(
    as_of: timedelta,
    *calls: Touchpoint,
    known: timedelta | None = None,
    target: str = "24h",
    calendar: str | None = None,
    moments: Sequence[tuple[timedelta, Mapping[str, Value]]] = ((-H, {}),),
) -> Cycle:
    policy = Policy(
        "first", Target.parse(target), calendar, escalate=STEPS, paused=lambda values: values.get("hold") is True
    )
    path = Journey(
        PersonId("p"),
        (),
        tuple(Moment(OPENED + since, values) for since, values in moments),
        tuple(sorted(calls, key=lambda touch: touch.at)),
        (),
        (),
    )
    known_until = OPENED + (as_of if known is None else known)
    return cycles(path, [Spell(OPENED, None, None)], [policy], HOURS, OPENED + as_of, known_until)[0]


def reached(told: Cycle) -> list[tuple[str, timedelta]]:
    return [(step.step, step.at - OPENED) for step in told.steps]


def test_steps_come_in_order_of_time_whatever_their_order_in_the_policy() -> None:
    assert reached(cycle(40 * H)) == [
        ("50%", 12 * H),
        ("-1h", 23 * H),
        ("100%", 24 * H),
        ("+4h", 28 * H),
        ("150%", 36 * H),
    ]


def test_a_contact_ends_the_escalation() -> None:
    assert reached(cycle(40 * H, call(23 * H))) == [("50%", 12 * H)]
    assert cycle(40 * H, call(23 * H)).next_step_at is None
    assert reached(cycle(40 * H, call(-H))) == []


def test_steps_are_in_working_time_when_the_target_is() -> None:
    """50 % of eight working hours from Monday 09:00 is Monday 13:00; four hours after the end, Tuesday 13:00."""
    told = dict(reached(cycle(100 * H, target="8bh", calendar="office")))
    assert (told["50%"], told["+4h"]) == (4 * H, 28 * H)


def test_a_pause_moves_the_steps_and_holds_them_back_while_it_lasts() -> None:
    held: tuple[tuple[timedelta, Mapping[str, Value]], ...] = ((-H, {}), (6 * H, {"hold": True}))
    assert reached(cycle(100 * H, moments=held)) == []
    over = (*held, (10 * H, {"hold": False}))
    assert reached(cycle(100 * H, moments=over))[0] == ("50%", 16 * H)


def test_no_step_is_reached_before_the_data_was_read_up_to_it() -> None:
    """I10"""
    told = cycle(30 * H, known=20 * H)
    assert reached(told) == [("50%", 12 * H)]
    assert told.next_step_at == OPENED + 23 * H
    change = next_change(told, OPENED + 30 * H)
    assert change is not None
    assert OPENED + 30 * H < change < OPENED + 30 * H + timedelta(seconds=1), "it is looked at again at once"


def test_the_next_step_is_a_reason_to_look_again() -> None:
    assert next_change(cycle(H), OPENED + H) == OPENED + 12 * H
    late = cycle(25 * H)
    assert late.status is SlaStatus.BREACHED
    assert next_change(late, OPENED + 25 * H) == OPENED + 28 * H
    assert next_change(cycle(40 * H), OPENED + 40 * H) is None


SPANS = st.integers(-30, 80).map(lambda hours: hours * H)


@given(SPANS, SPANS, st.lists(SPANS, max_size=3))
def test_what_was_reached_stays_reached_unless_an_earlier_contact_turns_up(
    first: timedelta, later: timedelta, calls: list[timedelta]
) -> None:
    """I9, I10: time and data only add steps; a contact that was read in time is never escalated."""
    first, later = sorted((max(first, timedelta(0)), max(later, timedelta(0))))
    touches = [call(at) for at in dict.fromkeys(calls)]
    before, after = cycle(first, *touches), cycle(later, *touches)
    assert reached(after)[: len(before.steps)] == reached(before)
    stop = min((max(at, timedelta(0)) for at in calls if at <= later), default=None)
    assert all(stop is None or at < stop for _, at in reached(after))


@pytest.mark.parametrize("text", ["", "50", "%", "4h", "-1", "+1w", "1000000%", "50 %"])
def test_a_step_that_stands_nowhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a share"):
        Step(text, ("owner",))


def test_two_steps_at_the_same_point_are_refused() -> None:
    with pytest.raises(ValueError, match="same point"):
        Policy("p", Target.parse("1h"), None, escalate=(Step("50%", ("a",)), Step("50%", ("b",))))
