"""The service level agreement: sales make the first contact within the agreed time after a person qualifies.

A cycle is one running of that clock, and it is evidence: what counted, what did not and why, both clocks, and whether the data
that could refute a verdict has been read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from itertools import zip_longest
from typing import NamedTuple

from journey.business_time import Calendar
from journey.contact import WhyNot, weigh
from journey.lapse import Lapse, between_spells, shifted, while_holding
from journey.model import Journey, Moment, PersonId, Ref, Value
from journey.qualification import Spell
from journey.rules import Condition
from journey.target import Target, Unit

__all__ = ["Cycle", "Policy", "SlaStatus", "Target", "Unit", "WhyNot", "cycles", "next_change"]

ASK_AGAIN = timedelta(microseconds=1)
"""How long to wait with a cycle whose verdict waits for data: it is due at the very next look, which follows on reading."""


class SlaStatus(StrEnum):
    """How a cycle stands. A breach never turns green: answered after all, it is `MET_LATE`."""

    PENDING = "pending"
    AT_RISK = "at_risk"
    MET = "met"
    MET_LATE = "met_late"
    BREACHED = "breached"
    PAUSED = "paused"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class Policy:
    """What sales owe. Conditions see the person's fields; of several policies the first that applies at opening governs.

    At risk is a clock of which the share `at_risk` is used, or less than `at_risk_left` is left (but never before half of it
    is used, or a short target would begin at risk). A person who qualifies again within `reopen_within` of the last time goes
    on with the same clock. A contact up to `precontact_within` before qualification meets the agreement at once.
    `sequence_counts` lets automated e-mail in an owner's name stop the clock.
    """

    name: str
    target: Target
    calendar: str
    applies: Condition | None = field(default=None, compare=False)
    at_risk: float = 0.75
    at_risk_left: timedelta = timedelta(hours=2)
    reopen_within: timedelta = timedelta(days=14)
    precontact_within: timedelta = timedelta(days=30)
    sequence_counts: bool = False
    excluded: Condition | None = field(default=None, compare=False)
    paused: Condition | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One running clock, as it stood at the moment it was worked out for.

    `id` depends on the person and `n` (1 is the first) alone. `due_at` and `at_risk_at` were fixed at opening and moved only by
    lapses that have ended. `stopped_at` is the first contact's own time, or the opening when it came before (`precontacted`);
    `stop` is that activity. `elapsed` and `business_elapsed` run from opening to stop by the clock and in working time;
    `routing_delay` from opening until somebody owned the person (`assigned_at`), `response_time` from then until the stop.
    `awaiting_data`: overdue as far as is known, but what could refute that has not been read yet.
    """

    id: str
    person: PersonId
    policy: str
    target: str
    calendar: str
    n: int
    status: SlaStatus
    opened_at: datetime
    assigned_at: datetime | None
    at_risk_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    stop: Ref | None
    precontacted: bool
    excluded_by: str | None
    awaiting_data: bool
    elapsed: timedelta | None
    business_elapsed: timedelta | None
    routing_delay: timedelta | None
    response_time: timedelta | None
    counted: tuple[Ref, ...]
    not_counted: tuple[tuple[Ref, WhyNot], ...]


class _Opening(NamedTuple):
    """The spells that belong to the `n`-th cycle. Nothing from `closing` on does: the next one opens then."""

    n: int
    policy: Policy
    spells: list[Spell]
    closing: datetime | None


def cycles(
    journey: Journey,
    spells: Sequence[Spell],
    policies: Sequence[Policy],
    calendars: Mapping[str, Calendar],
    as_of: datetime,
    known_until: datetime | None,
) -> tuple[Cycle, ...]:
    """The person's cycles as of `as_of`, oldest first: a pure function of its arguments (I9).

    `known_until` is the time up to which everything that could stop a clock has been read (None: nothing yet). Nobody is
    told to be late before the data reaches the due time (I10). `calendars` holds those that the policies name.
    """
    return tuple(
        _cycle(journey, opening, calendars[opening.policy.calendar], as_of, known_until)
        for opening in _openings(journey, [spell for spell in spells if spell.entered <= as_of], policies)
    )


def next_change(cycle: Cycle, as_of: datetime) -> datetime | None:
    """The next time, after `as_of`, at which the passing of time alone changes the cycle's status; None if it does not."""
    if cycle.awaiting_data:
        return as_of + ASK_AGAIN
    return {SlaStatus.PENDING: cycle.at_risk_at, SlaStatus.AT_RISK: cycle.due_at}.get(cycle.status)


def _openings(journey: Journey, spells: Sequence[Spell], policies: Sequence[Policy]) -> Iterator[_Opening]:
    governed: list[tuple[Policy, list[Spell]]] = []
    for spell in spells:
        if governed and spell.entered - governed[-1][1][-1].entered <= governed[-1][0].reopen_within:
            governed[-1][1].append(spell)
            continue
        known = _known_at(journey, spell.entered)
        policy = next((policy for policy in policies if policy.applies is None or policy.applies(known)), None)
        if policy is not None:
            governed.append((policy, [spell]))
    closings = [own[0].entered for _, own in governed[1:]]
    for n, ((policy, own), closing) in enumerate(zip_longest(governed, closings), 1):
        yield _Opening(n, policy, own, closing)


def _known_at(journey: Journey, at: datetime) -> Mapping[str, Value]:
    return next((moment.values for moment in reversed(journey.moments) if moment.since <= at), {})


class _Run(NamedTuple):
    """How one clock ran. `lapses` are in order, and none begins after the stop."""

    opened: datetime
    at_risk: datetime
    due: datetime
    stopped: datetime | None
    lapses: tuple[Lapse, ...]


def _cycle(
    journey: Journey, opening: _Opening, calendar: Calendar, as_of: datetime, known_until: datetime | None
) -> Cycle:
    policy, opened = opening.policy, opening.spells[0].entered
    closing = opening.closing
    touches = [touch for touch in journey.touchpoints if touch.at <= as_of and (closing is None or touch.at < closing)]
    evidence = weigh(touches, opened, policy.precontact_within, sequence_counts=policy.sequence_counts)
    stopped = evidence.stopped_at
    run = _run(policy, opened, stopped, _lapses(journey, opening, as_of), calendar)
    excluded_by = _excluded_by(run)
    status, awaiting = (SlaStatus.EXCLUDED, False) if excluded_by is not None else _status(run, as_of, known_until)
    assigned = _assigned(journey.moments, opened, as_of)
    return Cycle(
        id=_cycle_id(journey.person, opening.n),
        person=journey.person,
        policy=policy.name,
        target=str(policy.target),
        calendar=policy.calendar,
        n=opening.n,
        status=status,
        opened_at=opened,
        assigned_at=assigned,
        at_risk_at=run.at_risk,
        due_at=run.due,
        stopped_at=stopped,
        stop=evidence.stop,
        precontacted=evidence.precontacted,
        excluded_by=excluded_by,
        awaiting_data=awaiting,
        elapsed=None if stopped is None else stopped - opened,
        business_elapsed=None if stopped is None else calendar.elapsed(opened, stopped),
        routing_delay=None if assigned is None else assigned - opened,
        response_time=None if stopped is None or assigned is None else max(stopped - assigned, timedelta(0)),
        counted=evidence.counted,
        not_counted=evidence.not_counted,
    )


def _cycle_id(person: PersonId, n: int) -> str:
    return "c_" + blake2b(f"{person}\x1f{n}".encode(), digest_size=8).hexdigest()


def _lapses(journey: Journey, opening: _Opening, as_of: datetime) -> list[Lapse]:
    policy, opened, closing = opening.policy, opening.spells[0].entered, opening.closing
    until = as_of if closing is None else min(as_of, closing)
    lapses = [
        *between_spells(opening.spells, until),
        *while_holding(policy.excluded, journey.moments, opened, until, policy.name),
        *while_holding(policy.paused, journey.moments, opened, until),
    ]
    return [lapse for lapse in lapses if lapse.start != closing]


def _run(
    policy: Policy, opened: datetime, stopped: datetime | None, lapses: Iterable[Lapse], calendar: Calendar
) -> _Run:
    clock = policy.target.clock(calendar)
    first_due = policy.target.due(opened, calendar)
    whole = clock.elapsed(opened, first_due)
    used = min(whole * policy.at_risk, max(whole / 2, whole - policy.at_risk_left))
    relevant = tuple(sorted(lapse for lapse in lapses if stopped is None or lapse.start < stopped))
    moving = [lapse if stopped is None else lapse.ended(stopped) for lapse in relevant]
    return _Run(
        opened,
        shifted(clock.add(opened, used), moving, clock),
        shifted(first_due, moving, clock),
        stopped,
        relevant,
    )


def _excluded_by(run: _Run) -> str | None:
    """Who took the person out before the contact was due or made, if they still are out."""
    return next(
        (lapse.excluded_by for lapse in run.lapses if lapse.lasting and lapse.excluded_by and lapse.start < run.due),
        None,
    )


def _status(run: _Run, as_of: datetime, known_until: datetime | None) -> tuple[SlaStatus, bool]:
    """The status of a clock that is not excluded, and whether its verdict waits for data."""
    if run.stopped is not None and run.stopped <= run.due:
        return SlaStatus.MET, False
    if run.stopped is None and any(lapse.lasting and lapse.start < run.due for lapse in run.lapses):
        return SlaStatus.PAUSED, False
    if as_of < run.due:
        return (SlaStatus.PENDING if as_of < run.at_risk else SlaStatus.AT_RISK), False
    if known_until is None or known_until < run.due:
        return SlaStatus.AT_RISK, True
    return (SlaStatus.BREACHED if run.stopped is None else SlaStatus.MET_LATE), False


def _assigned(moments: Sequence[Moment], opened: datetime, as_of: datetime) -> datetime | None:
    """Since when somebody owned the person: not before the opening, and by the CRM's own time where it tells one."""
    ends = [moment.since for moment in moments[1:]]
    for moment, end in zip_longest(moments, ends):
        if moment.since > as_of:
            return None
        if moment.values.get("owner") is not None and (end is None or end > opened):
            told = moment.values.get("assigned_at")
            at = max(opened, told if isinstance(told, datetime) else moment.since)
            return at if at <= as_of else None
    return None
