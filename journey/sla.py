"""The service level agreement: sales make the first contact within the agreed time after a person qualifies.

A cycle is one running of that clock, and it is evidence: what counted, what did not and why, both clocks, and whether the data
that could refute a verdict has been read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import zip_longest
from typing import NamedTuple

from journey.contact import WhyCounts, WhyNot, weigh
from journey.escalation import Reached, coming, so_far
from journey.lapse import Lapse, Standstill, between_spells, standstills, while_holding
from journey.model import Journey, PersonId, Ref, Value
from journey.ownership import Segment, assigned, segments
from journey.policy import Policy
from journey.qualification import Spell
from journey.running import SlaStatus, run_of
from journey.target import Target, Unit
from journey.working_hours import CalendarBy, WorkingHours

__all__ = ["Cycle", "Policy", "SlaStatus", "Target", "Unit", "WhyNot", "cycles", "next_change"]

ASK_AGAIN = timedelta(microseconds=1)
"""How long to wait with a cycle whose verdict waits for data: it is due at the very next look, which follows on reading."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """One running clock, as it stood at the moment it was worked out for.

    `id` depends on the person and `n` (1 is the first) alone. `due_at` and `at_risk_at` were fixed at opening and moved only by
    lapses that have ended. `stopped_at` is the first contact's own time, or the opening when it came before (`precontacted`);
    `stop` is that activity. `elapsed` and `business_elapsed` run from opening to stop by the clock and in working time;
    `routing_delay` from opening until somebody owned the person (`assigned_at`), `response_time` from then until the stop.
    `awaiting_data`: overdue as far as is known, but what could refute that has not been read yet. It stood still in `standstills`.
    `owners` had the person while it ran, one after the other. `steps` of the escalation were reached; the next one falls due at
    `next_step_at`.
    """

    id: str
    person: PersonId
    policy: str
    target: str
    calendar: str
    calendar_by: CalendarBy
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
    standstills: tuple[Standstill, ...]
    owners: tuple[Segment, ...]
    steps: tuple[Reached, ...]
    next_step_at: datetime | None
    counted: tuple[tuple[Ref, WhyCounts], ...]
    not_counted: tuple[tuple[Ref, WhyNot], ...]


class _Opening(NamedTuple):
    """The spells that belong to the `n`-th cycle. Nothing from `closing` on does: the next one opens then."""

    n: int
    policy: Policy
    owner: Value
    spells: list[Spell]
    closing: datetime | None

    @property
    def opened(self) -> datetime:
        """When the clock began."""
        return self.spells[0].entered


def cycles(
    journey: Journey,
    spells: Sequence[Spell],
    policies: Sequence[Policy],
    hours: WorkingHours,
    as_of: datetime,
    known_until: datetime | None,
) -> tuple[Cycle, ...]:
    """The person's cycles as of `as_of`, oldest first: a pure function of its arguments (I9).

    `known_until` is the time up to which everything that could stop a clock has been read (None: nothing yet). Nobody is
    told to be late before the data reaches the due time (I10).
    """
    return tuple(
        _cycle(journey, opening, hours, as_of, known_until)
        for opening in _openings(journey, [spell for spell in spells if spell.entered <= as_of], policies)
    )


def next_change(cycle: Cycle, as_of: datetime) -> datetime | None:
    """The next time, after `as_of`, at which the passing of time alone changes the cycle's status, or reaches a step of it;
    None if it does not."""
    if cycle.awaiting_data:
        return as_of + ASK_AGAIN
    moves = {SlaStatus.PENDING: cycle.at_risk_at, SlaStatus.AT_RISK: cycle.due_at}.get(cycle.status)
    step = None if cycle.next_step_at is None else max(cycle.next_step_at, as_of + ASK_AGAIN)
    return min((time for time in (moves, step) if time is not None), default=None)


def _openings(journey: Journey, spells: Sequence[Spell], policies: Sequence[Policy]) -> Iterator[_Opening]:
    governed: list[tuple[Policy, Value, list[Spell]]] = []
    for spell in spells:
        if governed and spell.entered - governed[-1][-1][-1].entered <= governed[-1][0].reopen_within:
            governed[-1][-1].append(spell)
            continue
        known = _known_at(journey, spell.entered)
        policy = next((policy for policy in policies if _governs(policy, spell.entered, known)), None)
        if policy is not None:
            governed.append((policy, known.get("owner"), [spell]))
    closings = [own[0].entered for *_, own in governed[1:]]
    for n, ((policy, owner, own), closing) in enumerate(zip_longest(governed, closings), 1):
        yield _Opening(n, policy, owner, own, closing)


def _governs(policy: Policy, opened: datetime, known: Mapping[str, Value]) -> bool:
    return policy.in_force(opened) and (policy.applies is None or policy.applies(known))


def _known_at(journey: Journey, at: datetime) -> Mapping[str, Value]:
    return next((moment.values for moment in reversed(journey.moments) if moment.since <= at), {})


def _cycle(
    journey: Journey, opening: _Opening, hours: WorkingHours, as_of: datetime, known_until: datetime | None
) -> Cycle:
    policy, opened, closing = opening.policy, opening.opened, opening.closing
    chosen = hours.choose(policy.calendar, opening.owner)
    calendar = hours.calendars[chosen.calendar]
    touches = [touch for touch in journey.touchpoints if touch.at <= as_of and (closing is None or touch.at < closing)]
    evidence = weigh(touches, opened, policy.precontact_within, sequence_counts=policy.sequence_counts)
    stopped = evidence.stopped_at
    run = run_of(policy, opened, stopped, closing, _lapses(journey, opening, as_of), calendar)
    standing = run.standing(as_of, known_until)
    owned_since = assigned(journey.moments, opened, as_of)
    steps = tuple(coming(policy.escalate, run))
    reached = so_far(steps, as_of, known_until)
    return Cycle(
        id=_cycle_id(journey.person, opening.n),
        person=journey.person,
        policy=policy.name,
        target=str(policy.target),
        calendar=chosen.calendar,
        calendar_by=chosen.by,
        n=opening.n,
        status=standing.status,
        opened_at=opened,
        assigned_at=owned_since,
        at_risk_at=run.at_risk,
        due_at=run.due,
        stopped_at=stopped,
        stop=evidence.stop,
        precontacted=evidence.precontacted,
        excluded_by=run.excluded_by,
        awaiting_data=standing.awaiting_data,
        elapsed=None if stopped is None else stopped - opened,
        business_elapsed=None if stopped is None else calendar.elapsed(opened, stopped),
        routing_delay=None if owned_since is None else owned_since - opened,
        response_time=None if stopped is None or owned_since is None else max(stopped - owned_since, timedelta(0)),
        standstills=standstills(run.lapses),
        owners=segments(journey.moments, opened, as_of, stopped),
        steps=reached,
        next_step_at=steps[len(reached)].at if len(reached) < len(steps) else None,
        counted=evidence.counted,
        not_counted=evidence.not_counted,
    )


def _cycle_id(person: PersonId, n: int) -> str:
    return "c_" + blake2b(f"{person}\x1f{n}".encode(), digest_size=8).hexdigest()


def _lapses(journey: Journey, opening: _Opening, as_of: datetime) -> list[Lapse]:
    policy, opened, closing = opening.policy, opening.opened, opening.closing
    until = as_of if closing is None else min(as_of, closing)
    lapses = [
        *between_spells(opening.spells, until),
        *while_holding(policy.excluded, journey.moments, opened, until, policy.name),
        *while_holding(policy.paused, journey.moments, opened, until),
    ]
    return [lapse for lapse in lapses if lapse.start != closing]
