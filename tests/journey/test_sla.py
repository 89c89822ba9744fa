"""The sales clock: hand-made cases, each with its verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.business_time import ALWAYS_OPEN, Calendar, Shift
from journey.contact import WhyCounts, WhyNot
from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, Touchpoint, TouchType, Value
from journey.qualification import Spell
from journey.sla import Cycle, Policy, SlaStatus, cycles, next_change
from journey.target import Target
from journey.working_hours import WorkingHours

MADRID = ZoneInfo("Europe/Madrid")
CALENDARS = {
    "madrid": Calendar(MADRID, dict.fromkeys(range(5), (Shift.parse("09:00-18:00"),)), frozenset({date(2026, 3, 19)})),
    "always": Calendar(MADRID, ALWAYS_OPEN),
}
HOURS = WorkingHours(CALENDARS, "always")


def t(text: str) -> datetime:
    """`"2 10:00"` is the 2nd of March 2026, a Monday, ten o'clock in Madrid."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, 1, int(hour), int(minute), tzinfo=MADRID).astimezone(UTC) + timedelta(days=int(day) - 1)


def activity(
    when: str,
    kind: TouchType = TouchType.CALL,
    direction: Direction = Direction.OUTBOUND,
    actor: Actor = Actor.HUMAN,
    owner: str | None = "7",
    **values: Value,
) -> Touchpoint:
    return Touchpoint(Ref("eu", kind.value, when), t(when), kind, direction, actor, owner, values)


def journey(touches: Sequence[Touchpoint], moments: Mapping[str, Mapping[str, Value]]) -> Journey:
    known = tuple(Moment(t(since), values) for since, values in moments.items())
    return Journey(PersonId("p"), (), known, tuple(sorted(touches, key=lambda x: (x.at, x.ref))), (), ())


def is_true(name: str) -> Any:
    return lambda values: bool(values.get(name))


OWNED: Mapping[str, Mapping[str, Value]] = {"-9 09:00": {"owner": "7"}}


@dataclass(frozen=True)
class Case:
    """A story, and how its last clock must stand. Qualified on Monday 2 March at 10:00 unless `spells` says otherwise."""

    name: str
    status: SlaStatus
    as_of: str
    touches: Sequence[Touchpoint] = ()
    target: str = "24h"
    due: str | None = None
    known: str | None = "as_of"
    spells: Sequence[tuple[str, str | None, str | None]] = (("2 10:00", None, None),)
    moments: Mapping[str, Mapping[str, Value]] = field(default_factory=lambda: OWNED)
    policy: Mapping[str, Any] = field(default_factory=dict)
    expect: Mapping[str, object] = field(default_factory=dict)


def run(case: Case) -> tuple[Cycle, ...]:
    spells = [Spell(t(entered), None if left is None else t(left), by) for entered, left, by in case.spells]
    policy = Policy("first", Target.parse(case.target), "madrid", **case.policy)
    known = None if case.known is None else t(case.as_of if case.known == "as_of" else case.known)
    return cycles(journey(case.touches, case.moments), spells, (policy,), HOURS, t(case.as_of), known)


SMS, MAIL, CALL, MEETING = TouchType.MESSAGE, TouchType.EMAIL, TouchType.CALL, TouchType.MEETING
IN, OUT, UNSAID = Direction.INBOUND, Direction.OUTBOUND, Direction.NONE
P, R, M, L, B, Z, X = (
    SlaStatus.PENDING,
    SlaStatus.AT_RISK,
    SlaStatus.MET,
    SlaStatus.MET_LATE,
    SlaStatus.BREACHED,
    SlaStatus.PAUSED,
    SlaStatus.EXCLUDED,
)
PAUSED = {"paused": is_true("hold")}
EXCLUDED = {"excluded": is_true("duplicate")}
SEQUENCE = activity("2 12:00", MAIL, OUT, Actor.AUTOMATED)
H = timedelta(hours=1)

CASES = [
    Case("just opened", P, "2 10:00", due="3 10:00"),
    Case("before three quarters", P, "3 03:59"),
    Case("at three quarters", R, "3 04:00", expect={"at_risk_at": t("3 04:00")}),
    Case("at the due time", B, "3 10:00"),
    Case("long after", B, "20 10:00", expect={"stopped_at": None, "stop": None}),
    Case("a call in time", M, "9 10:00", [activity("2 15:00")], expect={"elapsed": 5 * H, "response_time": 5 * H}),
    Case("a call on the last moment", M, "9 10:00", [activity("3 10:00")]),
    Case("a call a minute late", L, "9 10:00", [activity("3 10:01")]),
    Case("a late answer never turns green", L, "9 10:00", [activity("4 10:00"), activity("5 10:00")]),
    Case("a one-to-one e-mail", M, "9 10:00", [activity("2 15:00", MAIL)]),
    Case("a meeting, whoever asked for it", M, "9 10:00", [activity("2 15:00", MEETING, IN)]),
    Case("a message, even without a direction", M, "9 10:00", [activity("2 15:00", SMS, UNSAID)]),
    Case("a meeting that is still to come", P, "2 12:00", [activity("2 15:00", MEETING)]),
    Case(
        "a meeting that was called off",
        B,
        "9 10:00",
        [activity("2 15:00", MEETING, outcome="CANCELED")],
        expect={"not_counted": ((Ref("eu", "meeting", "2 15:00"), WhyNot.NOT_HELD),)},
    ),
    Case("a meeting nobody came to", M, "9 10:00", [activity("2 15:00", MEETING, outcome="NO_SHOW")]),
    Case("their own mail", B, "9 10:00", [activity("2 15:00", MAIL, IN, Actor.LEAD)]),
    Case("their own call", B, "9 10:00", [activity("2 15:00", CALL, IN)]),
    Case("a sequence's mail", B, "9 10:00", [SEQUENCE], expect={"not_counted": ((SEQUENCE.ref, WhyNot.AUTOMATED),)}),
    Case("a sequence's mail that is agreed to count", M, "9 10:00", [SEQUENCE], policy={"sequence_counts": True}),
    Case(
        "a newsletter never counts",
        B,
        "9 10:00",
        [activity("2 12:00", MAIL, OUT, Actor.AUTOMATED, None)],
        policy={"sequence_counts": True},
    ),
    Case("a bulk mail", B, "9 10:00", [activity("2 12:00", MAIL, bulk=True)]),
    Case("a task and a note", B, "9 10:00", [activity("2 12:00", TouchType.TASK), activity("2 13:00", TouchType.NOTE)]),
    Case("a call by nobody knows whom", B, "9 10:00", [activity("2 12:00", actor=Actor.UNKNOWN)]),
    Case("a call nobody knows which way", B, "9 10:00", [activity("2 12:00", direction=UNSAID)]),
    Case(
        "an automated call, then a person's", M, "9 10:00", [SEQUENCE, activity("2 16:00")], expect={"elapsed": 6 * H}
    ),
    Case(
        "a contact before qualifying",
        M,
        "2 10:00",
        [activity("-20 12:00"), activity("-5 12:00")],
        expect={
            "elapsed": 0 * H,
            "precontacted": True,
            "stopped_at": t("2 10:00"),
            "stop": Ref("eu", "call", "-5 12:00"),
        },
    ),
    Case("a contact too long before", P, "2 10:00", [activity("-29 09:00")], expect={"precontacted": False}),
    Case(
        "by working hours over the weekend",
        P,
        "8 10:00",
        target="24bh",
        spells=[("6 10:00", None, None)],
        due="10 16:00",
    ),
    Case(
        "working hours over a holiday", R, "20 09:30", target="9bh", spells=[("18 10:00", None, None)], due="20 10:00"
    ),
    Case("a business day from Saturday", P, "7 12:00", target="1bd", spells=[("7 11:00", None, None)], due="10 09:00"),
    Case("a business day from Monday", R, "3 08:00", target="1bd", due="3 10:00"),
    Case(
        "both clocks",
        M,
        "20 10:00",
        [activity("9 10:00")],
        target="24bh",
        spells=[("6 16:00", None, None)],
        expect={"elapsed": 66 * H, "business_elapsed": 3 * H},
    ),
    Case("half an hour is not at risk at once", P, "2 10:10", target="30m", expect={"at_risk_at": t("2 10:15")}),
    Case("two hours before a short target is at risk", R, "2 12:00", target="4h", expect={"at_risk_at": t("2 12:00")}),
    Case("overdue, but nothing was read since", R, "3 12:00", known="3 09:59", expect={"awaiting_data": True}),
    Case("overdue, and nothing was ever read", R, "3 12:00", known=None, expect={"awaiting_data": True}),
    Case("overdue, and read up to the due time", B, "3 12:00", known="3 10:00", expect={"awaiting_data": False}),
    Case(
        "late, but an earlier call may be unread",
        R,
        "3 12:00",
        [activity("3 11:00")],
        known="3 09:00",
        expect={"awaiting_data": True},
    ),
    Case("in time is in time, whatever is unread", M, "3 12:00", [activity("2 11:00")], known="2 12:00"),
    Case(
        "disqualified before due",
        X,
        "9 10:00",
        spells=[("2 10:00", "2 18:00", "student")],
        expect={"excluded_by": "student"},
    ),
    Case(
        "disqualified after the breach",
        B,
        "9 10:00",
        spells=[("2 10:00", "4 18:00", "student")],
        expect={"excluded_by": None},
    ),
    Case(
        "disqualified after the answer", M, "9 10:00", [activity("2 12:00")], spells=[("2 10:00", "2 18:00", "student")]
    ),
    Case(
        "disqualified, then called all the same",
        X,
        "9 10:00",
        [activity("2 20:00")],
        spells=[("2 10:00", "2 18:00", "student")],
    ),
    Case(
        "a duplicate",
        X,
        "9 10:00",
        moments={**OWNED, "2 12:00": {"duplicate": True}},
        policy=EXCLUDED,
        expect={"excluded_by": "first"},
    ),
    Case(
        "no duplicate after all",
        B,
        "9 10:00",
        moments={**OWNED, "2 12:00": {"duplicate": True}, "2 14:00": {}},
        policy=EXCLUDED,
        due="3 12:00",
    ),
    Case("cooled down, not disqualified", B, "9 10:00", spells=[("2 10:00", "3 09:00", None)]),
    Case("paused", Z, "9 10:00", moments={**OWNED, "2 12:00": {"hold": True}}, policy=PAUSED, due="3 10:00"),
    Case("paused at this very moment", Z, "2 10:00", moments={"2 10:00": {"hold": True}}, policy=PAUSED),
    Case("out at this very moment", X, "2 12:00", moments={**OWNED, "2 12:00": {"duplicate": True}}, policy=EXCLUDED),
    Case("disqualified at this very moment", X, "2 12:00", spells=[("2 10:00", "2 12:00", "student")]),
    Case(
        "paused for a day",
        P,
        "4 09:00",
        moments={**OWNED, "2 20:00": {"hold": True}, "4 08:00": {}},
        policy=PAUSED,
        due="4 22:00",
    ),
    Case(
        "paused from the start",
        P,
        "4 09:00",
        moments={"-9 09:00": {"hold": True}, "4 08:00": {}},
        policy=PAUSED,
        due="5 08:00",
    ),
    Case("paused too late", B, "9 10:00", moments={**OWNED, "4 12:00": {"hold": True}}, policy=PAUSED, due="3 10:00"),
    Case(
        "called while paused",
        M,
        "9 10:00",
        [activity("5 12:00")],
        moments={**OWNED, "2 12:00": {"hold": True}},
        policy=PAUSED,
        due="6 10:00",
    ),
    Case(
        "a night's pause takes no working time",
        R,
        "3 08:00",
        target="9bh",
        moments={**OWNED, "2 19:00": {"hold": True}, "3 07:00": {}},
        policy=PAUSED,
        due="3 10:00",
    ),
    Case(
        "paused and out at once is counted once",
        R,
        "3 10:30",
        moments={**OWNED, "2 12:00": {"hold": True, "duplicate": True}, "2 13:00": {"hold": True}, "2 14:00": {}},
        policy={**PAUSED, **EXCLUDED},
        due="3 12:00",
    ),
    Case(
        "qualified again within a fortnight",
        L,
        "20 10:00",
        [activity("12 10:00")],
        spells=[("2 10:00", "2 12:00", "student"), ("10 12:00", None, None)],
        due="11 10:00",
        expect={"n": 1, "opened_at": t("2 10:00")},
    ),
    Case(
        "qualified again after a month",
        P,
        "41 12:00",
        spells=[("2 10:00", "20 10:00", None), ("41 10:00", None, None)],
        expect={"n": 2, "opened_at": t("41 10:00")},
    ),
    Case("assigned long ago", P, "2 12:00", expect={"assigned_at": t("2 10:00"), "routing_delay": 0 * H}),
    Case(
        "assigned to nobody",
        P,
        "2 12:00",
        moments={"-9 09:00": {}},
        expect={"assigned_at": None, "routing_delay": None},
    ),
    Case(
        "assigned three hours later",
        M,
        "9 10:00",
        [activity("2 15:00")],
        moments={"-9 09:00": {}, "2 13:00": {"owner": "7"}},
        expect={"routing_delay": 3 * H, "response_time": 2 * H, "elapsed": 5 * H},
    ),
    Case(
        "assigned when the CRM says, not when we read it",
        M,
        "9 10:00",
        [activity("2 15:00")],
        moments={"-9 09:00": {}, "2 14:00": {"owner": "7", "assigned_at": t("2 11:00")}},
        expect={"routing_delay": 1 * H, "response_time": 4 * H},
    ),
    Case(
        "called before it was assigned",
        M,
        "9 10:00",
        [activity("2 12:00")],
        moments={"-9 09:00": {}, "2 13:00": {"owner": "7"}},
        expect={"routing_delay": 3 * H, "response_time": 0 * H},
    ),
    Case("handed to another owner goes on", B, "9 10:00", moments={**OWNED, "2 20:00": {"owner": "8"}}, due="3 10:00"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_pain_24_the_clock_stands_as_agreed(case: Case) -> None:
    """I10 for the cases that wait for data."""
    cycle = run(case)[-1]
    assert cycle.status is case.status
    assert case.due is None or cycle.due_at == t(case.due)
    assert {name: getattr(cycle, name) for name in case.expect} == dict(case.expect)


def test_nobody_owes_anything_to_someone_who_never_qualified() -> None:
    assert run(Case("", P, "2 10:00", spells=[])) == ()
    assert run(Case("", P, "2 09:00")) == ()


def test_the_first_policy_that_applies_at_opening_governs_the_clock_for_good() -> None:
    path = journey([], {"-9 09:00": {"demo": True}, "2 12:00": {"demo": False}})
    quick = Policy("demo", Target.parse("30m"), "always", applies=is_true("demo"))
    slow = Policy("rest", Target.parse("24h"), "madrid")
    spells = [Spell(t("2 10:00"), t("20 10:00")), Spell(t("41 10:00"))]
    found = cycles(path, spells, (quick, slow), HOURS, t("42 10:00"), None)
    assert [(cycle.policy, cycle.target, cycle.calendar) for cycle in found] == [
        ("demo", "30m", "always"),
        ("rest", "24h", "madrid"),
    ]
    assert cycles(path, spells[1:], (quick,), HOURS, t("42 10:00"), None) == ()


def test_an_activity_belongs_to_one_cycle_alone() -> None:
    spells = [("2 10:00", "20 10:00", None), ("41 10:00", None, None)]
    first, second = run(Case("", M, "45 10:00", [activity("41 12:00")], spells=spells))
    assert (first.status, second.status) == (B, M)
    assert first.id != second.id


def test_a_cycle_keeps_its_id_whatever_becomes_of_it() -> None:
    ids = {run(case)[-1].id for case in CASES if dict(case.expect).get("n") != 2}
    assert len(ids) == 1


def test_evidence_is_listed_in_order_and_bounded() -> None:
    """I14."""
    calls = [activity(f"2 {hour}:{minute:02}") for hour in (12, 13) for minute in range(60)]
    tasks = [activity(f"2 {hour}:{minute:02}", TouchType.TASK) for hour in (12, 13) for minute in range(60)]
    (cycle,) = run(Case("", M, "9 10:00", [*calls, *tasks]))
    assert cycle.counted == tuple((call.ref, WhyCounts.CALL) for call in calls[:50])
    assert cycle.not_counted == tuple((task.ref, WhyNot.TASK) for task in tasks[:50])


def test_the_next_change_is_when_the_status_changes_next() -> None:
    def after(as_of: str, **more: Any) -> datetime | None:
        return next_change(run(Case("", P, as_of, **more))[-1], t(as_of))

    assert after("2 10:00") == t("3 04:00")
    assert after("3 04:00") == t("3 10:00")
    assert after("3 10:00") is None
    assert after("2 12:00", touches=[activity("2 11:00")]) is None
    assert after("3 11:00", known="3 09:00") == t("3 11:00") + timedelta(microseconds=1)


DAYS = st.integers(0, 60 * 24 * 6).map(lambda minutes: t("2 10:00") + timedelta(minutes=minutes))
TARGETS = st.sampled_from(["30m", "24h", "24bh", "9bh", "1bd", "2bd"])


@given(st.lists(DAYS, max_size=3, unique=True), DAYS, DAYS, TARGETS)
def test_a_verdict_against_sales_rests_on_data_that_was_read_after_the_due_time(
    calls: list[datetime], as_of: datetime, known: datetime, target: str
) -> None:
    """I10: whatever turns out to have happened after `known` changes no verdict that was given."""
    touches = sorted(
        (Touchpoint(Ref("eu", "call", str(at)), at, CALL, OUT, Actor.HUMAN, None, {}) for at in calls),
        key=lambda x: x.at,
    )
    policy = Policy("first", Target.parse(target), "madrid")

    def judged(seen: list[Touchpoint]) -> Cycle:
        path = Journey(PersonId("p"), (), (Moment(t("-9 10:00"), {}),), tuple(seen), (), ())
        return cycles(path, [Spell(t("2 10:00"))], (policy,), HOURS, as_of, known)[0]

    early = judged([touch for touch in touches if touch.at <= known])
    if early.status in (B, L):
        assert early.due_at <= known
        assert judged(touches).status in (B, L)
    change = next_change(early, as_of)
    assert change is None or change > as_of


@given(st.sampled_from(CASES), st.integers(0, 20 * 24 * 60))
def test_a_breach_never_turns_green(case: Case, minutes: int) -> None:
    """As time goes by, and everything is read at once, BREACHED becomes at most MET_LATE."""
    later = t(case.as_of) + timedelta(minutes=minutes)
    spells = [Spell(t(entered), None if left is None else t(left), by) for entered, left, by in case.spells]
    policy = Policy("first", Target.parse(case.target), "madrid", **case.policy)
    path = journey(case.touches, case.moments)
    before = cycles(path, spells, (policy,), HOURS, t(case.as_of), t(case.as_of))[0]
    after = cycles(path, spells, (policy,), HOURS, later, later)[0]
    if before.status in (B, L):
        assert after.status in (B, L)
