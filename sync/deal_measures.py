"""What is measured of deals: revenue, whom it is owed to, and whether the goal is in reach."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from journey.attribution import Model, Path, credited
from journey.markov import Chain
from journey.measures import growth, pace
from journey.model import DealStatus
from sync.app import App
from sync.measures import ALL, STANDING, By, Number, Question, field_of
from sync.notes import Says, note
from sync.period import Period
from sync.subjects import ClosedDeal, Names, closed_deals, subject

ENOUGH_PATHS = 1_000
"""With fewer paths Markov's effects are chance more than anything."""
NO_TOUCH = "(no marketing touch)"


Credits = Mapping[tuple[Model, str, str], tuple[Decimal, int]]
"""(model, channel, currency) → what it is credited with, and in how many deals it was met."""


@dataclass(slots=True)
class Sums:
    """One group's won deals in one currency."""

    deals: int = 0
    amount: Decimal = Decimal(0)
    sourced: Decimal = Decimal(0)
    influenced: Decimal = Decimal(0)


@dataclass(slots=True)
class Revenue:
    """What is kept of the closed deals: counts and sums of the won ones, the paths to them, and the chain of all."""

    won: Counter[str] = field(default_factory=Counter)
    unpriced: Counter[str] = field(default_factory=Counter)
    sums: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    paths: list[tuple[str, Decimal, Path]] = field(default_factory=list)
    untouched: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    chain: Chain = field(default_factory=Chain)
    goal: dict[str, tuple[Sums, Sums]] = field(default_factory=lambda: defaultdict(lambda: (Sums(), Sums())))
    chained: int = 0


def revenue(app: App, question: Question, named: Names) -> Revenue:
    """One pass over the closed deals of the period, and of the goal's two."""
    period, goal = question.period, goal_periods(question)
    told = Revenue()
    for closed in closed_deals(app.store, question.as_of, min(period.start, goal[0].start)):
        _towards_goal(told, closed, goal)
        if period.holds(closed.deal.closed_at):
            _add(told, closed, named, question)
    return told


def deal_numbers(told: Revenue, credit: Credits, question: Question) -> Iterator[Number]:
    """Revenue, sourced and influenced; credits by channel; the goal."""
    yield from _sums(told)
    yield from _attribution(told, credit)
    yield from _goal(told, goal_periods(question)[1], question)


def _add(told: Revenue, closed: ClosedDeal, named: Names, question: Question) -> None:
    deal, touches = closed.deal, closed.marketing(named)
    won = deal.status is DealStatus.WON
    if touches:
        told.chain.add([touch.channel for touch in touches], won=won)
        told.chained += 1
    if won:
        group = _group(closed, named, question)
        told.won[group] += 1
        told.unpriced[group] += deal.amount is None
    if not won or deal.amount is None:
        return
    currency = deal.currency or ""
    own = told.sums[group, currency]
    own.deals += 1
    own.amount += deal.amount
    own.sourced += deal.amount if closed.sourced else 0
    own.influenced += deal.amount if touches else 0
    if touches:
        created = (path.now.get("created_at") for path in closed.people)
        lead_at = min((at for at in created if isinstance(at, datetime)), default=None)
        told.paths.append((currency, deal.amount, Path(touches, lead_at, deal.created_at)))
    else:
        told.untouched[currency].deals += 1
        told.untouched[currency].amount += deal.amount


def _group(closed: ClosedDeal, named: Names, question: Question) -> str:
    deal = closed.deal

    def field_of_deal(by: By) -> str | None:
        if by is By.OWNER:
            return named.owner(deal.owner)
        if by is By.TEAM:
            return named.team(deal.owner)
        seen = [subject(path, None, (), named, question.as_of) for path in closed.people]
        return next((value for one in seen if (value := field_of(one, by))), None)

    return question.group(field_of_deal, deal.closed_at)


def _sums(told: Revenue) -> Iterator[Number]:
    for group, deals in sorted(told.won.items()):
        unpriced = note(Says.NO_AMOUNT, n=told.unpriced[group]) if told.unpriced[group] else None
        yield Number("won_deals", group, deals, deals, "deals", note=unpriced)
    for (group, currency), own in sorted(told.sums.items()):
        yield Number("won_amount", group, own.amount, own.deals, currency)
        yield Number("sourced_amount", group, own.sourced, own.deals, currency, note=note(Says.FIRST_TOUCH))
        yield Number("influenced_amount", group, own.influenced, own.deals, currency, note=note(Says.ANY_TOUCH))


def credits_of(told: Revenue) -> Credits:
    """What each model credits each channel with."""
    effects = told.chain.removal_effects()
    sums: dict[tuple[Model, str, str], tuple[Decimal, int]] = {}
    for currency, amount, path in told.paths:
        for model in Model:
            met: set[str] = set()
            for touch, part in zip(path.touches, credited(path, amount, model, effects), strict=True):
                key = (model, touch.channel, currency)
                before, deals = sums.get(key, (Decimal(0), 0))
                sums[key] = (before + part, deals + (touch.channel not in met))
                met.add(touch.channel)
    return sums


def _attribution(told: Revenue, credit: Credits) -> Iterator[Number]:
    few = note(Says.FEW_PATHS, n=told.chained, enough=ENOUGH_PATHS) if told.chained < ENOUGH_PATHS else None
    for (model, channel, currency), (amount, deals) in sorted(credit.items()):
        doubt = few if model is Model.MARKOV else None
        name = f"attribution_{model.value}"
        yield Number(name, channel, amount, deals, currency, provisional=doubt is not None, note=doubt)
    for currency, own in sorted(told.untouched.items()):
        yield Number("attribution_none", NO_TOUCH, own.amount, own.deals, currency, note=note(Says.CREDITED_TO_NOBODY))


def goal_periods(question: Question) -> tuple[Period, Period]:
    """The period to beat, and the one that is running."""
    years, now, months = question.years, question.as_of, question.goal_months
    return years.around(now, months, back=1), years.around(now, months)


def _towards_goal(told: Revenue, closed: ClosedDeal, goal: tuple[Period, Period]) -> None:
    deal = closed.deal
    if deal.status is DealStatus.WON and deal.amount is not None:
        for period, sums in zip(goal, told.goal[deal.currency or ""], strict=True):
            if period.holds(deal.closed_at):
                sums.deals += 1
                sums.amount += deal.amount


def _goal(told: Revenue, running: Period, question: Question) -> Iterator[Number]:
    passed = question.passed(running)
    for currency, (before, now) in sorted(told.goal.items()):
        at = pace(before.amount, question.growth, now.amount, passed)
        none = None if before.amount else note(Says.NOTHING_BEFORE)
        aim = none or note(Says.MORE_THAN_BEFORE, share=question.growth, amount=before.amount)
        over = note(Says.PASSED, share=passed)
        yield Number("goal_baseline", ALL, before.amount, before.deals, currency)
        yield Number("goal_target", ALL, None if none else at.target, before.deals, currency, note=aim)
        yield Number("goal_actual", ALL, now.amount, now.deals, currency, note=over)
        yield Number("goal_expected", ALL, None if none else at.expected, before.deals, currency, note=none or over)
        yield Number(
            "goal_forecast",
            ALL,
            at.forecast,
            now.deals,
            currency,
            provisional=True,
            note=none or note(STANDING[at.standing]),
        )
        grown = growth(now.amount, before.amount)
        yield Number(
            "goal_growth", ALL, grown, now.deals, "share", provisional=True, note=none or note(Says.NOT_TO_THE_END)
        )
