"""What is measured of people: how many qualify and buy, how soon they are contacted, and where they stop."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from journey.measures import Span, Wait, conversion, curve, response
from journey.sla import SlaStatus
from sync.app import App
from sync.measures import By, Number, Question, share
from sync.subjects import Names, Subject, subjects

STEPS = ("leads", "qualified", "contacted", "deal", "won")
APART = frozenset({SlaStatus.PAUSED, SlaStatus.EXCLUDED})
"""Statuses of clocks that say nothing about how soon anybody answers."""


@dataclass(slots=True)
class Cohort:
    """One group's people: in the period created (`leads`), qualified, won; and their clocks opened in the period."""

    qualified: list[Span] = field(default_factory=list)
    won_in_period: int = 0
    waits: list[Wait] = field(default_factory=list)
    left_out: int = 0
    steps: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    stages: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))


Cohorts = Mapping[str, Cohort]


def cohorts(app: App, question: Question, named: Names) -> Cohorts:
    """One pass over everybody."""
    groups: dict[str, Cohort] = defaultdict(Cohort)
    for subject in subjects(app.store, app.agreement.rules, named, question.as_of):
        _add(groups, subject, question)
    return groups


def people_numbers(groups: Cohorts, question: Question) -> Iterator[Number]:
    """Conversion, response, funnel and stages, group by group."""
    for name, cohort in sorted(groups.items()):
        yield from _conversion(name, cohort, question)
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
            own = cohort(clock.opened_at)
            if clock.status in APART:
                own.left_out += 1
            else:
                own.waits.append(Wait(clock.opened_at, clock.due_at, clock.stopped_at))
    if period.holds(subject.created_at):
        _walk(cohort(subject.created_at), subject)
    for stage, span in subject.stages:
        if period.holds(span.start):
            cohort(span.start).stages[stage].append(span)


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


def field_of(subject: Subject, by: By) -> str | None:
    """The person's value of a grouping field."""
    found = {
        By.SOURCE: subject.source,
        By.CAMPAIGN: subject.campaign,
        By.OWNER: subject.owner,
        By.TEAM: subject.team,
        By.SEGMENT: subject.segment,
    }
    return found.get(by)


def _conversion(group: str, cohort: Cohort, question: Question) -> Iterable[Number]:
    told = conversion(cohort.qualified, question.within, question.as_of)
    yield Number("qualified", group, told.rows, told.rows, "people")
    yield Number("qualified_won", group, told.won, told.rows, "people")
    days = told.horizon // timedelta(days=1)
    note = f"within {days} d" if told.rows else "nobody qualified"
    yield share("conversion", group, told.share, told.rows, provisional=told.provisional, note=note)
    flow = cohort.won_in_period / told.rows if told.rows else None
    yield Number("period_flow", group, flow, told.rows, "share", note=f"{cohort.won_in_period} bought in the period")


def _response(group: str, cohort: Cohort, as_of: datetime) -> Iterable[Number]:
    told = response(cohort.waits, as_of)
    open_ = f"{told.waiting} still waiting" if told.waiting else ""
    reach = "" if told.rows else "no clock was opened"
    yield Number("response_median", group, told.median, told.rows, "time", note=reach or open_)
    yield Number("response_p90", group, told.p90, told.rows, "time", note=reach or open_)
    answered = told.rows - told.waiting
    yield Number("response_mean", group, told.mean, answered, "time", note="only those contacted, which flatters")
    yield share("response_in_time", group, told.in_time, told.rows, note=reach or open_)
    yield Number("waiting", group, told.waiting, told.rows, "clocks")
    yield Number("waiting_oldest", group, told.oldest, told.waiting, "time")
    if cohort.left_out:
        yield Number("response_left_out", group, cohort.left_out, cohort.left_out, "clocks", note="paused or excluded")


def _funnel(group: str, cohort: Cohort, as_of: datetime) -> Iterable[Number]:
    leads = cohort.counts["leads"]
    for step in STEPS:
        of = "" if step == "leads" or not leads else f"{cohort.counts[step] / leads:.1%} of leads"
        yield Number(f"funnel_{step}", group, cohort.counts[step], leads, "people", note=of)
    for name, spans in cohort.steps.items():
        yield _median(f"time_{name}", group, spans, as_of)
    for stage in sorted(cohort.stages):
        yield _median(f"stage_time:{stage}", group, cohort.stages[stage], as_of)


def _median(name: str, group: str, spans: Sequence[Span], as_of: datetime) -> Number:
    told = curve(spans, as_of)
    median = told.quantile(0.5)
    note = f"{told.happened} of {told.rows} came to it"
    return Number(name, group, None if median is None else timedelta(seconds=median), told.rows, "time", note=note)
