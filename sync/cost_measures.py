"""What campaigns cost, for each person won over, and what came back."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from journey.attribution import Model
from journey.model import Fact, Kind
from sync.app import App
from sync.deal_measures import Credits
from sync.measures import ALL, By, Number, Question
from sync.notes import Note, Says, note
from sync.subjects import every

CENT = Decimal("0.01")
MODEL = Model.U_SHAPED
"""The model whose credits are set against the costs."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A campaign's cost in the period; None if it is not known."""

    name: str
    amount: Decimal | None
    currency: str


def cost_numbers(
    app: App, question: Question, reached: Mapping[str, tuple[int, int]], credit: Credits
) -> Iterator[Number]:
    """By campaign where that is asked for, else in all; what is not known is not taken for nothing.

    `reached` is how many people qualified and bought in the period, by the same groups.
    """
    if question.by not in (None, By.CAMPAIGN):
        return
    groups: dict[str, list[Cost]] = defaultdict(list)
    for fact in every(app.store, Kind.CAMPAIGN):
        if (cost := cost_in(fact, question)) is not None:
            groups[cost.name if question.by is By.CAMPAIGN else ALL].append(cost)
    for group, costs in sorted(groups.items()):
        total = _total(costs)
        yield Number("cost", group, total.amount, len(costs), total.currency, note=total.why)
        yield from _each(group, total, reached.get(group, (0, 0)))
        yield _roi(group, total, {cost.name for cost in costs}, credit, question)


class Total(NamedTuple):
    """What some campaigns cost together; `amount` is None if that cannot be said, and `why` says why not."""

    amount: Decimal | None
    currency: str
    why: Note | None


def _total(costs: Sequence[Cost]) -> Total:
    known = [cost.amount for cost in costs if cost.amount is not None]
    if len(known) < len(costs):
        return Total(None, "", note(Says.COST_UNKNOWN, n=len(costs) - len(known), rows=len(costs)))
    currencies = {cost.currency for cost in costs}
    if len(currencies) > 1:
        return Total(None, "", note(Says.CURRENCIES, currencies=", ".join(sorted(currencies))))
    return Total(sum(known, Decimal(0)), min(currencies), None)


def _each(group: str, total: Total, reached: tuple[int, int]) -> Iterator[Number]:
    nobody = (("qualified", Says.NOBODY_QUALIFIED_THEN), ("won", Says.NOBODY_WON))
    for (name, none), people in zip(nobody, reached, strict=True):
        each = (total.amount / people).quantize(CENT) if total.amount is not None and people else None
        why = total.why or (None if people else note(none))
        yield Number(f"cost_per_{name}", group, each, people, total.currency, note=why)


def _roi(group: str, total: Total, channels: set[str], credit: Credits, question: Question) -> Number:
    own = [
        (amount, deals)
        for (model, channel, currency), (amount, deals) in credit.items()
        if model is MODEL and channel in channels and currency == total.currency
    ]
    deals = sum(deals for _, deals in own)
    missing = total.why or (None if own else note(Says.NO_CAMPAIGN_TOUCH))
    if missing or not total.amount:
        return Number("roi", group, None, deals, "share", note=missing or note(Says.NO_COST))
    margin = Decimal(1) if question.gross_margin is None else Decimal(str(question.gross_margin))
    earned = sum((amount for amount, _ in own), Decimal(0)) * margin
    says = Says.ROI_ON_REVENUE if question.gross_margin is None else Says.ROI_ON_MARGIN
    basis = note(says, model=MODEL.value)
    return Number("roi", group, float((earned - total.amount) / total.amount), deals, "share", note=basis)


def cost_in(fact: Fact, question: Question) -> Cost | None:
    """The part of its cost that falls into the period, spread evenly; None if the campaign was not running then."""
    values, period = fact.values, question.period
    starts, ends = values.get("starts_at"), values.get("ends_at")
    start = starts if isinstance(starts, datetime) else period.start
    end = ends if isinstance(ends, datetime) else max(question.as_of, start)
    if end < period.start or start >= period.end or end < start:
        return None
    cost, length = values.get("cost"), end - start
    inside = min(end, period.end) - max(start, period.start)
    part = Decimal(str(inside / length)) if length > timedelta() else Decimal(1)
    amount = (cost * part).quantize(CENT) if isinstance(cost, Decimal) else None
    return Cost(str(values.get("name") or fact.ref.id), amount, str(values.get("currency") or ""))
