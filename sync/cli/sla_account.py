"""All that there is to tell about one SLA clock: its verdict, what it rests on, and what was said before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from journey.correction import corrects
from journey.lapse import Standstill
from journey.model import Journey, Ref, Touchpoint
from journey.ownership import Segment
from journey.running import SlaStatus
from state.database import Source
from state.model import ReachedStep, Verdict
from state.views import PersonRow
from sync.app import App
from sync.cli.clocks import Clock, opened
from sync.cli.errors import Failure
from sync.cli.people import journey_of
from sync.config_sla import Policy
from sync.derivation import evidence_read
from sync.subjects import Names, names


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity that bears on the clock, and the rule that decided. `touch` is None when it is not in the CRM any more."""

    ref: Ref
    counts: bool
    rule: str
    touch: Touchpoint | None

    @property
    def at(self) -> datetime | None:
        """When it took place."""
        return self.touch.at if self.touch else None


@dataclass(frozen=True, slots=True)
class Account:
    """One clock of `of` the person has had. `policy` is None when the configuration no longer has it."""

    clock: Clock
    of: int
    journey: Journey
    policy: Policy | None
    names: Names
    said: Sequence[Verdict]
    steps: Sequence[ReachedStep]
    read: Sequence[tuple[Source, datetime | None]]
    as_of: datetime

    @property
    def body(self) -> Mapping[str, Any]:
        """The evidence as it was stored with the verdict."""
        return self.clock.body

    @property
    def status(self) -> SlaStatus:
        """The verdict."""
        return SlaStatus(self.clock.row.cycle.status)

    @property
    def activities(self) -> Sequence[Activity]:
        """What counted and what did not, by time; what is gone comes first."""
        touches = {touch.ref: touch for touch in self.journey.touchpoints}
        judged = [
            (pair, counts) for counts in (True, False) for pair in self.body["counted" if counts else "not_counted"]
        ]
        found = [Activity(Ref(*ref), counts, rule, touches.get(Ref(*ref))) for (ref, rule), counts in judged]
        return sorted(found, key=lambda one: (one.at is not None, one.at or self.as_of, one.ref))

    @property
    def owners(self) -> Sequence[Segment]:
        """Who had the person while the clock ran."""
        return [Segment(owner, _time(since), _time_or_none(until)) for owner, since, until in self.body["owners"]]

    @property
    def standstills(self) -> Sequence[Standstill]:
        """When the clock stood still."""
        return [Standstill(_time(since), _time_or_none(until), by) for since, until, by in self.body["standstills"]]

    def time(self, name: str) -> datetime | None:
        """One of the body's times."""
        return _time_or_none(self.body.get(name))

    def history(self) -> Iterator[tuple[Verdict, bool]]:
        """What was said of the clock, oldest first, and whether it put right what was said before."""
        before: SlaStatus | None = None
        for verdict in self.said:
            status = SlaStatus(verdict.status)
            yield verdict, before is not None and corrects(before, status)
            before = status


def accounts(app: App, row: PersonRow) -> Sequence[Account]:
    """Everything about each of the person's clocks, oldest first. A failure if there is none."""
    clocks = sorted(
        (opened(sla, row) for sla in app.store.sla_rows(person=row.person)), key=lambda one: one.row.cycle.n
    )
    if not clocks:
        raise Failure("No clock has run for this person: they have never qualified, or no policy applied then.")
    journey, named = journey_of(app, row), names(app.store)
    policies = {policy.name: policy for policy in app.config.sections.sla.policies}
    said, steps = app.store.trail.verdicts([row.person]), app.store.trail.steps([row.person])
    return [
        Account(
            clock=clock,
            of=len(clocks),
            journey=journey,
            policy=policies.get(clock.row.cycle.policy),
            names=named,
            said=[verdict for verdict in said if verdict.cycle == clock.row.cycle.id],
            steps=[step for step in steps if step.cycle == clock.row.cycle.id],
            read=list(evidence_read(app.store, app.mappings)),
            as_of=row.as_of or app.now(),
        )
        for clock in clocks
    ]


def document(account: Account) -> dict[str, object]:
    """The account for JSON."""
    cycle = account.clock.row.cycle
    return {
        **account.clock.document(),
        "n": cycle.n,
        "of": account.of,
        "as_of": account.as_of,
        "applied_when": account.policy.when if account.policy else None,
        "calendar_by": account.body["calendar_by"],
        "assigned_at": account.time("assigned_at"),
        "at_risk_at": account.time("at_risk_at"),
        "precontacted": account.body["precontacted"],
        "excluded_by": account.body["excluded_by"],
        "stop": account.clock.stop and account.clock.stop._asdict(),
        "owners": [segment._asdict() for segment in account.owners],
        "standstills": [lapse._asdict() for lapse in account.standstills],
        "activities": [_activity(one) for one in account.activities],
        "steps": [
            {
                "at": one.step.step,
                "to": one.step.to,
                "due": one.step.at,
                "reached": one.reached,
                "corrected": one.corrected,
            }
            for one in account.steps
        ],
        "next_step_at": account.time("next_step_at"),
        "said": [
            {"status": one.status, "at": one.at, "run": one.run, "correction": correction}
            for one, correction in account.history()
        ],
        "read_through": {f"{source.connection}.{source.object}": through for source, through in account.read},
    }


def _activity(one: Activity) -> dict[str, object]:
    touch = one.touch
    told = {
        "type": touch.type if touch else None,
        "direction": touch.direction if touch else None,
        "actor": touch.actor if touch else None,
        "owner": touch.owner if touch else None,
    }
    return {"at": one.at, "counts": one.counts, "rule": one.rule, **told, "record": one.ref._asdict()}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _time_or_none(text: str | None) -> datetime | None:
    return None if text is None else _time(text)
