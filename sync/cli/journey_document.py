"""One person's whole path as one document: what `relevo journey WHO -o json` prints and the HTML page is made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

from journey.handover import Handover
from journey.model import Deal, Journey, StageChange
from journey.qualification import Spell, spells_of
from journey.rules import ScoreRules
from journey.score import score_of
from journey.tally import Tally
from state.told import ConfirmedFields, ScoreChange
from state.views import PersonRow
from state.writes import RecordedWrite
from sync.cli.clocks import Clock
from sync.cli.journey_events import Event
from sync.cli.score_history import Labels, documents
from sync.cli.writes import write_documents


@dataclass(frozen=True, slots=True)
class Path:
    """The whole path. `events` are in order; `scores` are as many, the score right then by the rules of today.

    `history` is what was written down at the time, `labels` what rules are called; `writes` what was sent to the CRMs, `confirmed` what the CRMs hold of ours now.
    """

    row: PersonRow
    journey: Journey
    events: Sequence[Event]
    scores: Sequence[int]
    spells: Sequence[Spell]
    handovers: Sequence[Handover]
    clocks: Sequence[Clock]
    history: Sequence[ScoreChange]
    labels: Labels
    writes: Sequence[RecordedWrite]
    confirmed: Sequence[ConfirmedFields]
    as_of: datetime


class Stay(NamedTuple):
    """A time in one stage; `left` is None while it goes on."""

    stage: str
    entered: datetime
    left: datetime | None
    time: timedelta


def scores_at(path: Journey, rules: ScoreRules, times: Sequence[datetime]) -> Sequence[int]:
    """The score at each of these times, what came later unseen."""
    tally = Tally(path, rules)
    known = {at: score_of(tally, at).total for at in {*times}}
    return [known[at] for at in times]


def spells_until(path: Journey, rules: ScoreRules, as_of: datetime) -> Sequence[Spell]:
    """When the person was qualified."""
    return spells_of(Tally(path, rules), as_of)


def document(path: Path) -> Mapping[str, object]:
    """The path in keys that are never translated."""
    row = path.row
    return {
        "person": row.person,
        "email": row.email,
        "records": [ref._asdict() for ref in path.journey.records],
        "score": row.score,
        "qualified": row.qualified,
        "qualified_at": row.qualified_at,
        "reason": row.reason,
        "as_of": row.as_of,
        "events": [_event(event, score) for event, score in zip(path.events, path.scores, strict=True)],
        "stages": _stages(path.journey.stages, path.as_of),
        "deals": [_deal(deal, path.as_of) for deal in path.journey.deals],
        "spells": [{"entered": s.entered, "left": s.left, "disqualified_by": s.disqualified_by} for s in path.spells],
        "handovers": [_handover(one) for one in path.handovers],
        "sla": [clock.document() for clock in path.clocks],
        "score_history": documents(path.history),
        "writes": write_documents(path.writes),
        "held": [{"record": one.ref._asdict(), "at": one.at, "fields": dict(one.fields)} for one in path.confirmed],
    }


def _event(event: Event, score: int) -> dict[str, object]:
    return {
        "at": event.at,
        "who": event.who or None,
        "what": event.what,
        "note": event.note,
        "record": event.ref and event.ref._asdict(),
        "clock": event.verdict,
        "score": score,
    }


def stays(changes: Sequence[StageChange], as_of: datetime) -> Iterator[Stay]:
    """Each stage with the time in it; the last one goes on until `as_of`."""
    for change, following in zip_longest(changes, changes[1:]):
        if change is not None:
            left = None if following is None else following.at
            yield Stay(change.stage, change.at, left, (left or max(as_of, change.at)) - change.at)


def _stages(changes: Sequence[StageChange], as_of: datetime) -> list[dict[str, object]]:
    return [
        {"stage": stay.stage, "entered_at": stay.entered, "left_at": stay.left, "time_in_s": stay.time}
        for stay in stays(changes, as_of)
    ]


def _handover(one: Handover) -> dict[str, object]:
    return {
        "qualified_at": one.qualified_at,
        "decision": one.decision,
        "decided_at": one.decided_at,
        "reason": one.reason,
        "owner": one.owner,
        "returned": one.returned,
    }


def _deal(deal: Deal, as_of: datetime) -> dict[str, object]:
    return {
        "record": deal.ref._asdict(),
        "name": deal.name,
        "status": deal.status,
        "stage": deal.stage,
        "amount": deal.amount,
        "currency": deal.currency,
        "owner": deal.owner,
        "created_at": deal.created_at,
        "closed_at": deal.closed_at,
        "stages": _stages(deal.stages, deal.closed_at or as_of),
    }
