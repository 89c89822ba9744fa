"""What is measured of people: how many qualify and buy, how soon they are contacted, and where they stop."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from journey.handover import Handover
from journey.measures import Span, Wait, conversion, response
from journey.sla import SlaStatus
from state.model import CycleRow
from sync.app import App
from sync.delivered import Delivered, deliver, nothing_delivered
from sync.handover_measures import handover_numbers
from sync.measures import Number, Question, field_of, median, share
from sync.notes import Says, note
from sync.subjects import Names, Subject, subjects

STEPS = ("leads", "qualified", "contacted", "deal", "won")
APART = frozenset({SlaStatus.PAUSED, SlaStatus.EXCLUDED})
"""Statuses of clocks that say nothing about how soon anybody answers."""


@dataclass(slots=True)
class Cohort:
    """One group's people: in the period created (`leads`), qualified, won; their qualifications in the period with what sales
    made of them; and their clocks opened in it.
    """

    qualified: list[Span] = field(default_factory=list)
    won_in_period: int = 0
    waits: list[Wait] = field(default_factory=list)
    left_out: int = 0
    steps: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    handovers: list[Handover] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    stages: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))


Cohorts = Mapping[str, Cohort]


def people(app: App, question: Question, named: Names) -> tuple[Cohorts, Sequence[Delivered]]:
    """One pass over everybody: the cohorts by group; and what marketing delivered in the period before, and in the running one."""
    groups: dict[str, Cohort] = defaultdict(Cohort)
    goal = question.leads
    delivered = nothing_delivered(goal, question.years, question.as_of) if goal else ()
    for subject in subjects(app.store, app.agreement, named, question.as_of):
        _add(groups, subject, question)
        _decisions(groups, subject, question, named)
        for told in delivered:
            deliver(told, subject)
    return groups, delivered


def people_numbers(groups: Cohorts, question: Question) -> Iterator[Number]:
    """Conversion, decisions, response, funnel and stages, group by group."""
    for name, cohort in sorted(groups.items()):
        yield from _conversion(name, cohort, question)
        yield from handover_numbers(name, cohort.handovers, question.as_of)
        yield from _response(name, cohort, question.as_of)
        yield from _funnel(name, cohort, question.as_of)


def _add(groups: dict[str, Cohort], subject: Subject, question: Question) -> None:
    period = question.period

    def cohort(at: datetime | None) -> Cohort:
        return groups[question.group(lambda by: field_of(subject, by), at)]

    if period.holds(subject.qualified_at) and subject.qualified_at is not None:
        cohort(subject.qualified_at).qualified.append(Span(subject.qualified_at, subject.won_at))
    if period.holds(subject.won_at):
        cohort(subject.won_at).won_in_period += 1
    for clock in subject.clocks:
        if period.holds(clock.opened_at):
            _wait(cohort(clock.opened_at), clock)
    if period.holds(subject.created_at):
        _walk(cohort(subject.created_at), subject)
    for stage, span in subject.stages:
        if period.holds(span.start):
            cohort(span.start).stages[stage].append(span)


def _decisions(groups: dict[str, Cohort], subject: Subject, question: Question, named: Names) -> None:
    """What became of the period's qualifications, with whoever decided, whom the person may have left since."""
    for handover in subject.handovers:
        if question.period.holds(handover.qualified_at):
            owner = handover.owner
            decider = replace(subject, owner=named.owner(owner), team=named.team(owner)) if owner else subject
            group = question.group(partial(field_of, decider), handover.qualified_at)
            groups[group].handovers.append(handover)


def _wait(cohort: Cohort, clock: CycleRow) -> None:
    if clock.status in APART:
        cohort.left_out += 1
    else:
        cohort.waits.append(Wait(clock.opened_at, clock.due_at, clock.stopped_at))


def _walk(cohort: Cohort, subject: Subject) -> None:
    """How far the person came, and how long each step took: a step is open until the next one is taken."""
    reached = (subject.created_at, subject.qualified_at, subject.contacted_at, subject.deal_at, subject.won_at)
    cohort.counts["leads"] += 1
    for (before, start), (step, end) in zip(_steps(reached), _steps(reached)[1:], strict=False):
        if end is not None:
            cohort.counts[step] += 1
        if start is not None:
            cohort.steps[f"{before}_to_{step}"].append(Span(start, end))


def _steps(reached: Sequence[datetime | None]) -> list[tuple[str, datetime | None]]:
    return list(zip(STEPS, reached, strict=True))


def _conversion(group: str, cohort: Cohort, question: Question) -> Iterable[Number]:
    told = conversion(cohort.qualified, question.within, question.as_of)
    yield Number("qualified", group, told.rows, told.rows, "people")
    yield Number("qualified_won", group, told.won, told.rows, "people")
    days = told.horizon // timedelta(days=1)
    within = note(Says.WITHIN_DAYS, days=days) if told.rows else note(Says.NOBODY_QUALIFIED)
    yield share("conversion", group, told.share, told.rows, provisional=told.provisional, note=within)
    flow = cohort.won_in_period / told.rows if told.rows else None
    bought = note(Says.BOUGHT_IN_PERIOD, n=cohort.won_in_period)
    yield Number("period_flow", group, flow, told.rows, "share", note=bought)


def _response(group: str, cohort: Cohort, as_of: datetime) -> Iterable[Number]:
    told = response(cohort.waits, as_of)
    open_ = note(Says.STILL_WAITING, n=told.waiting) if told.waiting else None
    reach = open_ if told.rows else note(Says.NO_CLOCK)
    yield Number("response_median", group, told.median, told.rows, "time", note=reach)
    yield Number("response_p90", group, told.p90, told.rows, "time", note=reach)
    answered = told.rows - told.waiting
    yield Number("response_mean", group, told.mean, answered, "time", note=note(Says.FLATTERS))
    yield share("response_in_time", group, told.in_time, told.rows, note=reach)
    yield Number("waiting", group, told.waiting, told.rows, "clocks")
    yield Number("waiting_oldest", group, told.oldest, told.waiting, "time")
    if cohort.left_out:
        yield Number("response_left_out", group, cohort.left_out, cohort.left_out, "clocks", note=note(Says.APART))


def _funnel(group: str, cohort: Cohort, as_of: datetime) -> Iterable[Number]:
    leads = cohort.counts["leads"]
    for step in STEPS:
        of = None if step == "leads" or not leads else note(Says.OF_LEADS, share=cohort.counts[step] / leads)
        yield Number(f"funnel_{step}", group, cohort.counts[step], leads, "people", note=of)
    for name, spans in cohort.steps.items():
        yield median(f"time_{name}", group, spans, as_of)
    for stage in sorted(cohort.stages):
        yield median(f"stage_time:{stage}", group, cohort.stages[stage], as_of)
