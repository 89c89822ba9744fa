"""What a period would have been under another agreement: everybody derived anew in memory, both ways, and nothing stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from journey.derive import Agreement, derive
from journey.handover import Decision, handovers
from journey.model import Journey
from journey.sla import SlaStatus
from sync.app import App
from sync.derivation import data_known_until
from sync.period import Period
from sync.subjects import Names, batches, names, won_at

LATE = frozenset({SlaStatus.BREACHED, SlaStatus.MET_LATE})
APART = frozenset({SlaStatus.PAUSED, SlaStatus.EXCLUDED})
NOBODY = "(none)"


@dataclass(slots=True)
class Outcome:
    """One agreement's period.

    `qualified` people qualified in it (of whom `bought` have since), `load` of each owner's; `clocks` were opened, of which `late`
    were not answered in time (so far, by all that is known now) and `apart` are paused or excluded. Of the `buyers` of the
    period, `found` had qualified before they bought. Of its qualifications sales has `decided` on so many, and `accepted` those.
    """

    qualified: int = 0
    bought: int = 0
    clocks: int = 0
    late: int = 0
    apart: int = 0
    buyers: int = 0
    found: int = 0
    accepted: int = 0
    decided: int = 0
    load: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float | None:
        """The share of those it sent to sales that has bought so far; None if it sent nobody."""
        return self.bought / self.qualified if self.qualified else None

    @property
    def recall(self) -> float | None:
        """The share of the period's buyers that it had sent to sales before; None if nobody bought."""
        return self.found / self.buyers if self.buyers else None

    @property
    def acceptance(self) -> float | None:
        """The share of the decided qualifications that sales accepted; None if none was decided."""
        return self.accepted / self.decided if self.decided else None

    @property
    def late_share(self) -> float | None:
        """The share of clocks that count which were late."""
        counting = self.clocks - self.apart
        return self.late / counting if counting else None


def outcomes(app: App, agreements: Sequence[Agreement], period: Period) -> Sequence[Outcome]:
    """What the period was, or would have been, under each agreement, as is known now."""
    named, as_of = names(app.store), app.now()
    known_until = data_known_until(app.store, app.mappings)
    told = [Outcome() for _ in agreements]
    for batch in batches(app.store):
        for _, _, path in batch:
            for agreement, outcome in zip(agreements, told, strict=True):
                _add(outcome, path, agreement, named, period, (as_of, known_until))
    return told


def _add(
    outcome: Outcome,
    path: Journey,
    agreement: Agreement,
    named: Names,
    period: Period,
    known: tuple[datetime, datetime | None],
) -> None:
    as_of = known[0]
    derived = derive(path, agreement, *known)
    entered = [spell.entered for spell in derived.spells]
    inside = next((at for at in entered if period.holds(at)), None)
    if inside is not None:
        outcome.qualified += 1
        outcome.bought += won_at(path, inside, as_of) is not None
        owner = path.now.get("owner")
        outcome.load[named.owner(None if owner is None else str(owner)) or NOBODY] += 1
    for handover in handovers(path, derived.spells, agreement.handover, as_of):
        if period.holds(handover.qualified_at):
            outcome.decided += handover.decided_at is not None
            outcome.accepted += handover.decision is Decision.ACCEPTED
    for cycle in derived.cycles:
        if period.holds(cycle.opened_at):
            outcome.clocks += 1
            outcome.late += cycle.status in LATE
            outcome.apart += cycle.status in APART
    sold_at = won_at(path, period.start, as_of)
    if period.holds(sold_at) and sold_at is not None:
        outcome.buyers += 1
        outcome.found += any(at <= sold_at for at in entered)
