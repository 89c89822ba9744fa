"""Everything that is worked out of one journey at one moment, and when it is worth working out again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from journey.handover import HandoverRules
from journey.mass_mail import MassMailRule
from journey.model import Journey, PersonId, Value
from journey.policy import Policy
from journey.qualification import Spell, next_move_of, spells_of
from journey.rules import ScoreRules
from journey.score import Score, score_of
from journey.sla import Cycle, cycles, next_change
from journey.tally import Tally, whole
from journey.wording import reason
from journey.working_hours import WorkingHours

NOTHING_AGREED = HandoverRules()
USUAL_MASS_MAIL = MassMailRule()


@dataclass(frozen=True, slots=True)
class Agreement:
    """What marketing and sales agreed on. Raises ValueError when a policy names a calendar that is not there."""

    rules: ScoreRules
    policies: tuple[Policy, ...]
    hours: WorkingHours
    lang: str = "en"
    handover: HandoverRules = NOTHING_AGREED
    mass_mail: MassMailRule = USUAL_MASS_MAIL

    def __post_init__(self) -> None:
        for policy in self.policies:
            if policy.calendar is not None:
                self.hours.require(policy.calendar, policy.name)


@dataclass(frozen=True, slots=True)
class Derived:
    """A person's score and service levels as of `as_of`.

    `fields` is all that can be written into a CRM: `score`, each criterion's points by its name, `qualified`, `qualified_at` (the
    last time), `reason`, and of the newest cycle `sla_status`, `sla_due`, `sla_responded_at`, `sla_response_hours`.
    `next_due` is when time alone will have changed something; None: only new facts can. `tally` is what the score was taken from.
    """

    person: PersonId
    as_of: datetime
    rules_version: str
    score: Score
    spells: tuple[Spell, ...]
    cycles: tuple[Cycle, ...]
    fields: Mapping[str, Value]
    next_due: datetime | None
    tally: Tally = field(compare=False, repr=False)


def derive(journey: Journey, agreement: Agreement, as_of: datetime, known_until: datetime | None) -> Derived:
    """A pure function of its arguments (I9): what happened after `as_of` is not seen. See `cycles` for `known_until`."""
    tally = Tally(journey, agreement.rules)
    score, spells = score_of(tally, as_of), spells_of(tally, as_of)
    clocks = cycles(journey, spells, agreement.policies, agreement.hours, as_of, known_until)
    times = [
        next_move_of(tally, spells, as_of),
        *_later(journey, as_of),
        *(next_change(cycle, as_of) for cycle in clocks),
    ]
    return Derived(
        person=journey.person,
        as_of=as_of,
        rules_version=agreement.rules.version,
        score=score,
        spells=spells,
        cycles=clocks,
        fields=_fields(score, spells, clocks, agreement.lang),
        next_due=min((time for time in times if time is not None), default=None),
        tally=tally,
    )


def _later(journey: Journey, as_of: datetime) -> Iterator[datetime]:
    """The first known thing that is still to come, such as a meeting that is booked."""
    yield from (moment.since for moment in journey.moments if moment.since > as_of)
    yield from (touch.at for touch in journey.touchpoints if touch.at > as_of)


def _fields(score: Score, spells: tuple[Spell, ...], clocks: tuple[Cycle, ...], lang: str) -> Mapping[str, Value]:
    qualified = bool(spells) and spells[-1].left is None
    return {
        **{criterion.name: whole(criterion.points) for criterion in score.criteria},
        "score": score.total,
        "qualified": qualified,
        "qualified_at": spells[-1].entered if spells else None,
        "reason": reason(score, lang),
        **_sla_fields(clocks[-1] if clocks else None),
    }


def _sla_fields(cycle: Cycle | None) -> Mapping[str, Value]:
    if cycle is None:
        return dict.fromkeys(("sla_status", "sla_due", "sla_responded_at", "sla_response_hours"))
    hours = None if cycle.elapsed is None else round(cycle.elapsed.total_seconds() / 3600, 2)
    return {
        "sla_status": cycle.status.value,
        "sla_due": cycle.due_at,
        "sla_responded_at": cycle.stopped_at,
        "sla_response_hours": hours,
    }
