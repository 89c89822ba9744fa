"""One fit: learned from the older leads, tried on the newest, and through the gate or not.

The newest fifth by time is never learned from. The model that is tried is the one that scores, points rounded and all.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from journey.likelihood import DOUBLING, Feature, LikelihoodModel
from journey.model import Value
from sync.likelihood import regression
from sync.likelihood.card import Card, FieldCard, Leak, LevelCard, Reason, Tenth, Trial, Why
from sync.likelihood.leads import Lead, by_time
from sync.likelihood.leakage import leaks
from sync.likelihood.levels import Levels, levels
from sync.likelihood.regression import Weights

LEADS_NEEDED, CONVERSIONS_NEEDED = 1_000, 120
"""What Salesforce asks of a company's own history before Einstein scores by it (help.salesforce.com)."""
AUC_NEEDED = 0.60
NEWEST = 0.20
DIGITS = 1
"""Decimals of a level's points."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A model, None where there is nothing to fit, and its card."""

    card: Card
    model: LikelihoodModel | None


def fit(fields: Sequence[str], found: Sequence[Lead], within: timedelta) -> Fit:
    """Fit, try and judge. The order of `found` does not matter. Raises NotInstalled without scikit-learn."""
    regression.require()
    closed = sorted((lead for lead in found if lead.bought is not None), key=by_time)
    blank = _card(fields, closed, within, len(found) - len(closed))
    if blank.reasons:
        return Fit(blank, None)
    split = len(closed) - math.ceil(len(closed) * NEWEST)
    older, newest = closed[:split], closed[split:]
    if any(len({lead.bought for lead in part}) < 2 for part in (older, newest)):
        return _nothing(blank, Why.ONE_OUTCOME)
    left_out = leaks(fields, found, older)
    kept = [name for name in fields if name not in {leak.field for leak in left_out}]
    if not kept:
        return _nothing(blank, Why.NO_FIELD_LEFT, left_out)
    return _fitted(fields, kept, blank, (older, newest), left_out)


def _nothing(blank: Card, why: Why, left_out: Sequence[Leak] = ()) -> Fit:
    return Fit(replace(blank, reasons=(Reason(why, 0, 1),), leaks=tuple(left_out)), None)


def _card(fields: Sequence[str], closed: Sequence[Lead], within: timedelta, young: int) -> Card:
    bought = sum(bool(lead.bought) for lead in closed)
    needed = ((Why.FEW_LEADS, len(closed), LEADS_NEEDED), (Why.FEW_CONVERSIONS, bought, CONVERSIONS_NEEDED))
    return Card(
        fields=tuple(fields),
        within=within / timedelta(days=1),
        leads=len(closed),
        bought=bought,
        young=young,
        since=closed[0].at if closed else None,
        until=closed[-1].at if closed else None,
        reasons=tuple(Reason(why, measured, least) for why, measured, least in needed if measured < least),
    )


def _fitted(
    fields: Sequence[str],
    kept: Sequence[str],
    blank: Card,
    parts: tuple[Sequence[Lead], Sequence[Lead]],
    left_out: Sequence[Leak],
) -> Fit:
    older, newest = parts
    places = [fields.index(name) for name in kept]
    rows = [[lead.values[place] for place in places] for lead in older]
    known = [levels(name, [row[n] for row in rows]) for n, name in enumerate(kept)]
    said = [bool(lead.bought) for lead in older]
    found = regression.weights(known, rows, said)
    model = scorecard(known, found, sum(said) / len(said))
    trial = _trial(model, fields, newest)
    card = replace(
        blank,
        reasons=_reasons(trial),
        leaks=tuple(left_out),
        learned=tuple(
            _field_card(feature, one, [row[n] for row in rows], said)
            for n, (feature, one) in enumerate(zip(model.features, known, strict=True))
        ),
        slope=found.slope,
        offset=found.offset,
        trial=trial,
    )
    return Fit(card, model)


def scorecard(fields: Sequence[Levels], found: Weights, base_rate: float) -> LikelihoodModel:
    """Log-odds as points: the average lead of each field gets 0, and what all have in common goes to the start."""
    features, start = [], found.start
    for one, own in zip(fields, found.levels, strict=True):
        middle = math.fsum(count * own[name] for name, count in one.counts.items()) / sum(one.counts.values())
        start += middle
        features.append(Feature(one.field, one.edges, {name: _points(weight - middle) for name, weight in own.items()}))
    return LikelihoodModel(tuple(features), _points(start - math.log(base_rate / (1 - base_rate))), round(base_rate, 6))


def _points(log_odds: float) -> float:
    return round(log_odds / math.log(2) * DOUBLING, DIGITS) + 0.0  # no negative zero


def predicted(model: LikelihoodModel, fields: Sequence[str], lead: Lead) -> float:
    """The share that buys among leads like this one, from what was known when it came."""
    return model.probability(model.points(dict(zip(fields, lead.values, strict=True))))


def _trial(model: LikelihoodModel, fields: Sequence[str], newest: Sequence[Lead]) -> Trial:
    told = [predicted(model, fields, lead) for lead in newest]
    said = [bool(lead.bought) for lead in newest]
    share = sum(said) / len(said)
    return Trial(
        leads=len(newest),
        bought=sum(said),
        since=newest[0].at,
        auc=regression.auc(said, told),
        brier=regression.brier(said, told),
        brier_base=share * (1 - share),
        calibration=_tenths(told, said),
    )


def _tenths(told: Sequence[float], said: Sequence[bool]) -> tuple[Tenth, ...]:
    """Ten parts of the leads by prediction, lowest first."""
    ranked = sorted(zip(told, said, strict=True))
    cuts = [len(ranked) * part // 10 for part in range(11)]
    parts = [ranked[start:end] for start, end in pairwise(cuts)]
    return tuple(
        Tenth(len(part), math.fsum(share for share, _ in part) / len(part), sum(bought for _, bought in part))
        for part in parts
    )


def _reasons(trial: Trial) -> tuple[Reason, ...]:
    reasons = []
    if trial.auc < AUC_NEEDED:
        reasons.append(Reason(Why.AUC, trial.auc, AUC_NEEDED))
    if trial.brier >= trial.brier_base:
        reasons.append(Reason(Why.BRIER, trial.brier, trial.brier_base))
    return tuple(reasons)


def _field_card(feature: Feature, one: Levels, values: Sequence[Value], said: Sequence[bool]) -> FieldCard:
    bought: Mapping[str | None, int] = Counter(one.of(value) for value, yes in zip(values, said, strict=True) if yes)
    rows = [LevelCard(name, count, bought.get(name, 0), feature.points[name]) for name, count in one.counts.items()]
    return FieldCard(feature.field, tuple(sorted(rows, key=lambda row: (-row.points, row.level))))
