"""Marketing's side of the agreement: how many qualified leads it delivers, against how many it owes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from journey.measures import Span, conversion, leads_needed, pace, paced
from sync.deal_measures import Revenue, Sums, goal_periods
from sync.delivered import Delivered
from sync.measures import ALL, STANDING, LeadGoal, Number, Question
from sync.notes import Note, Says, note
from sync.period import Bucket

PER = {Bucket.WEEK: Says.PER_WEEK, Bucket.MONTH: Says.PER_MONTH, Bucket.QUARTER: Says.PER_QUARTER}


@dataclass(frozen=True, slots=True)
class Needed:
    """How many leads the revenue goal asks for, and the note that says how that was worked out, or why it cannot be."""

    leads: Decimal | None
    rows: int
    why: Note


def quantity_numbers(
    delivered: Sequence[Delivered], sold: Revenue, cohort: Sequence[Span], question: Question
) -> Iterator[Number]:
    """What is needed, owed, delivered, and to be expected by the end; nothing where no quantity was agreed.

    `delivered` is what was in the period before, and what is so far. `cohort` are those who qualified in the question's period; with its won deals they say what a lead is worth.
    """
    goal = question.leads
    if goal is None:
        return
    before, told = delivered
    needed = needed_leads(sold, cohort, goal, question)
    yield Number("quantity_needed", ALL, needed.leads, needed.rows, "leads", note=needed.why)
    target = needed.leads if goal.target is None else Decimal(goal.target)
    source = note(Says.FROM_REVENUE if goal.target is None else PER[goal.per])
    passed = question.passed(told.period)
    if target is not None:
        missing = target - before.leads
        verdict = note(Says.REACHED) if missing <= 0 else note(Says.MISSED, n=math.ceil(missing))
        yield Number("quantity_before", ALL, before.leads, before.leads + before.returned, "leads", note=verdict)
    yield from _paced(ALL, target, (told.leads, told.returned), source, passed)
    for part in goal.parts:
        group = part.group if question.by is part.by else f"{part.by.value}: {part.group}"
        counts = told.parts[part], told.returned_parts[part]
        yield from _paced(group, Decimal(part.target), counts, note(PER[goal.per]), passed)


def _paced(
    group: str, target: Decimal | None, counts: tuple[int, int], source: Note, passed: float
) -> Iterator[Number]:
    """Against a target; `counts` are delivered and given back."""
    actual, returned = counts
    given_back = note(Says.GIVEN_BACK, n=returned) if returned else None
    yield Number("quantity_target", group, target, 0, "leads", note=source)
    yield Number("quantity_actual", group, actual, actual + returned, "leads", note=given_back)
    if target is None:
        return
    at = paced(target, Decimal(actual), passed)
    over, verdict = note(Says.PASSED, share=passed), note(STANDING[at.standing])
    yield Number("quantity_expected", group, at.expected, actual, "leads", note=over)
    yield Number("quantity_forecast", group, at.forecast, actual, "leads", provisional=True, note=verdict)


def needed_leads(sold: Revenue, cohort: Sequence[Span], goal: LeadGoal, question: Question) -> Needed:
    """Revenue goal ÷ (average won deal × share of the qualified that buys), for as much of the goal's period as `goal.per` is."""
    running = goal_periods(question)[1]
    currencies = sorted({*sold.goal, *(currency for _, currency in sold.sums)})
    if len(currencies) != 1:
        why = note(Says.CURRENCIES, currencies=", ".join(currencies)) if currencies else note(Says.NOTHING_BEFORE)
        return Needed(None, 0, why)
    before, now = sold.goal[currencies[0]]
    revenue = pace(before.amount, question.growth, now.amount, 1.0).target
    won = _total(sold)
    told = conversion(cohort, question.within, question.as_of)
    rate = told.share.value if told.share else 0.0
    average = won.amount / won.deals if won.deals else Decimal(0)
    leads = leads_needed(revenue, average, rate)
    if leads is None or not revenue:
        return Needed(None, told.rows, note(Says.NO_RATE))
    whole, period = question.working(running.start, running.end), question.years.holding(question.as_of, goal.per)
    part = question.working(period.start, period.end) / whole if whole else 1.0
    why = note(Says.NEEDED, revenue=revenue, average=average, share=rate)
    return Needed(Decimal(str(round(leads * part, 1))), told.rows, why)


def _total(sold: Revenue) -> Sums:
    total = Sums()
    for sums in sold.sums.values():
        total.deals += sums.deals
        total.amount += sums.amount
    return total
