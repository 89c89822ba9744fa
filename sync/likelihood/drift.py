"""Whether the leads of today are still like those a model was fitted on."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from journey.likelihood import Feature, LikelihoodModel
from sync.likelihood.card import Card, FieldCard
from sync.likelihood.fit import predicted
from sync.likelihood.leads import Lead

FEWEST = 200
"""Fewer new leads than this show nothing."""
SHIFTED = 0.25
"""The population stability index from which on a field's leads are other leads than before (Siddiqi 2006: 0.25, a major shift)."""
ERRORS_OFF = 3.0
"""So many standard errors between predicted and bought are no chance any more."""
LEAST_SHARE = 0.001
"""Stands in for an empty level, whose logarithm there is not."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of the model's world. `leads` came since; `shifts` is the stability index of each field.

    Of the `closed` ones, whose time to buy is over, so many were to be expected to buy, `expected`, and so many `bought`.
    """

    leads: int
    shifts: Mapping[str, float]
    closed: int
    expected: float
    bought: int
    error: float

    @property
    def shifted(self) -> tuple[str, ...]:
        """The fields whose values are no longer distributed as they were."""
        return tuple(name for name, shift in self.shifts.items() if shift >= SHIFTED)

    @property
    def off(self) -> bool:
        """Whether more or fewer bought than chance explains."""
        return self.closed >= FEWEST and abs(self.bought - self.expected) > ERRORS_OFF * self.error

    @property
    def drifted(self) -> bool:
        """Whether it is time to fit anew."""
        return bool(self.shifted) or self.off


def drift(card: Card, model: LikelihoodModel, found: Sequence[Lead]) -> Drift:
    """Compare the leads that came after those the card speaks of; too few of them show no shift."""
    since = [lead for lead in found if card.until is not None and lead.at > card.until]
    shifts: dict[str, float] = {}
    if len(since) >= FEWEST:
        learned = {one.field: one for one in card.learned}
        shifts = {one.field: _shift(one, learned[one.field], card, since) for one in model.features}
    closed = [lead for lead in since if lead.bought is not None]
    told = [predicted(model, card.fields, lead) for lead in closed]
    return Drift(
        leads=len(since),
        shifts=shifts,
        closed=len(closed),
        expected=math.fsum(told),
        bought=sum(bool(lead.bought) for lead in closed),
        error=math.sqrt(math.fsum(share * (1 - share) for share in told)),
    )


def _shift(feature: Feature, learned: FieldCard, card: Card, since: Sequence[Lead]) -> float:
    place = card.fields.index(feature.field)
    now = Counter(feature.level({feature.field: lead.values[place]}) for lead in since)
    then = {one.level: one.leads for one in learned.levels}
    return stability(then, now)


def stability(then: Mapping[str, int], now: Mapping[str, int]) -> float:
    """The population stability index: Σ (b − a) · ln(b / a) over the levels' shares; 0 where nothing changed."""
    before, after = sum(then.values()), sum(now.values())
    pairs = [
        (max(then.get(level, 0) / before, LEAST_SHARE), max(now.get(level, 0) / after, LEAST_SHARE))
        for level in sorted({*then, *now})
    ]
    return math.fsum((b - a) * math.log(b / a) for a, b in pairs)
