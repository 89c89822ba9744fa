"""Whether the score means anything: what became of people by the score they had when it mattered, and of other thresholds.

The score that counts is the highest from when the person came until sales decided on them or they bought: what sales could have
seen. Today's score would not do: it has faded for those who were left alone, and grown for those whom sales talked to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from journey.handover import Decision, HandoverRules, handovers
from journey.measures import Conversion, Span, conversion, proportion
from journey.model import Journey
from journey.qualification import Spell, highest
from journey.rules import ScoreRules
from journey.survival import Share
from journey.tally import Tally

WIDTH = 10
TOP = 90
"""The last band is from 90 to 100."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A person who came at `came`, with the score that counts, what sales decided, and when they bought."""

    score: int
    came: datetime
    decision: Decision
    won_at: datetime | None


@dataclass(frozen=True, slots=True)
class Band:
    """Those who scored from `low` to `high`: how many sales took and refused, and how many buy, from when they came."""

    low: int
    high: int
    leads: int
    accepted: int
    rejected: int
    conversion: Conversion


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a threshold at `at` would have sent to sales: `leads`, of which `won` have bought so far, as of all `buyers`."""

    at: int
    leads: int
    won: int
    buyers: int

    @property
    def precision(self) -> Share | None:
        """The share of those it sends that has bought, with its band; None if it sends nobody."""
        return proportion(self.won, self.leads)

    @property
    def recall(self) -> float | None:
        """The share of the buyers that it sends; None if nobody has bought."""
        return self.won / self.buyers if self.buyers else None


def graded(
    journey: Journey, rules: ScoreRules, handover: HandoverRules, won_at: datetime | None, as_of: datetime
) -> Graded:
    """The person's grade, from their first moment on; what happened after `as_of` is not seen (I9)."""
    came = journey.moments[0].since
    (decided,) = handovers(journey, [Spell(came)], handover, max(as_of, came))
    ends = [at for at in (decided.decided_at, won_at) if at is not None]
    return Graded(highest(Tally(journey, rules), came, min([as_of, *ends])), came, decided.decision, won_at)


def bands(people: Iterable[Graded], within: timedelta, as_of: datetime) -> tuple[Band, ...]:
    """Ten bands, 0–9 to 90–100; conversion `within` that time of coming."""
    members: dict[int, list[Graded]] = {low: [] for low in range(0, 100, WIDTH)}
    for one in people:
        members[min(one.score // WIDTH * WIDTH, TOP)].append(one)
    return tuple(_band(low, own, within, as_of) for low, own in members.items())


def _band(low: int, own: Sequence[Graded], within: timedelta, as_of: datetime) -> Band:
    return Band(
        low=low,
        high=100 if low == TOP else low + WIDTH - 1,
        leads=len(own),
        accepted=sum(one.decision is Decision.ACCEPTED for one in own),
        rejected=sum(one.decision is Decision.REJECTED for one in own),
        conversion=conversion([Span(one.came, one.won_at) for one in own], within, as_of),
    )


def thresholds(people: Sequence[Graded], levels: Iterable[int]) -> tuple[Threshold, ...]:
    """What each threshold would have sent."""
    buyers = sum(one.won_at is not None for one in people)
    return tuple(
        Threshold(
            at=level,
            leads=sum(one.score >= level for one in people),
            won=sum(one.score >= level and one.won_at is not None for one in people),
            buyers=buyers,
        )
        for level in levels
    )
