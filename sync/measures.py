"""What is asked of the shared measures, and what an answer looks like."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from journey.business_time import Calendar
from journey.measures import Span, Standing, curve
from journey.model import Kind
from journey.survival import Share
from sync.app import App
from sync.notes import Note, Says, note
from sync.period import Bucket, Period, Years
from sync.subjects import Subject

Amount = float | Decimal | timedelta | None

ALL = "all"
NOTHING = "(none)"
"""The group of those whose grouping field is empty."""


class By(StrEnum):
    """What numbers can be grouped by."""

    SOURCE = "source"
    CAMPAIGN = "campaign"
    OWNER = "owner"
    TEAM = "team"
    SEGMENT = "segment"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


STANDING = {
    Standing.REACHED: Says.REACHED,
    Standing.ON_TRACK: Says.ON_TRACK,
    Standing.AT_RISK: Says.AT_RISK,
}
BUCKETS = {By.WEEK: Bucket.WEEK, By.MONTH: Bucket.MONTH, By.QUARTER: Bucket.QUARTER}


@dataclass(frozen=True, slots=True)
class Number:
    """One number. `value` is None where it cannot be known, and `note` says why; `rows` is how many people, clocks or deals it
    rests on; `low` and `high` are the 95 % band of a share; `unit` is `share`, `time`, `people`, `leads`, `clocks`, `deals` or a currency.
    """

    measure: str
    group: str
    value: Amount
    rows: int
    unit: str
    low: float | None = None
    high: float | None = None
    provisional: bool = False
    note: Note | None = None
    fresh: datetime | None = None


class LeadPart(NamedTuple):
    """So many of marketing's leads are to come from one source, campaign or segment."""

    by: By
    group: str
    target: int


@dataclass(frozen=True, slots=True)
class LeadGoal:
    """How many qualified leads marketing owes each week, month or quarter; without `target` as many as revenue needs."""

    per: Bucket
    target: int | None
    parts: tuple[LeadPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the period, what to group by, and what the company agreed on. `as_of` is now."""

    as_of: datetime
    period: Period
    by: By | None
    years: Years
    calendar: Calendar | None
    within: timedelta
    growth: float
    goal_months: int
    gross_margin: float | None
    leads: LeadGoal | None = None

    def working(self, start: datetime, end: datetime) -> float:
        """Seconds of working time by the agreed calendar; of plain time without one."""
        open_ = end - start if self.calendar is None else self.calendar.elapsed(start, end)
        return open_ / timedelta(seconds=1)

    def passed(self, period: Period) -> float:
        """How much of the period's working time is over, from 0 to 1."""
        whole = self.working(period.start, period.end)
        return self.working(period.start, min(self.as_of, period.end)) / whole if whole else 1.0

    def group(self, fields: Callable[[By], str | None], at: datetime | None) -> str:
        """The group of something with these fields that happened `at`."""
        if self.by is None:
            return ALL
        if self.by in BUCKETS:
            return NOTHING if at is None else self.years.bucket(at, BUCKETS[self.by])
        return fields(self.by) or NOTHING


RESTS_ON: tuple[tuple[str, frozenset[Kind]], ...] = (
    ("response_", frozenset({Kind.PERSON, Kind.TOUCHPOINT})),
    ("waiting", frozenset({Kind.PERSON, Kind.TOUCHPOINT})),
    ("leads", frozenset({Kind.PERSON})),
    ("qualified", frozenset({Kind.PERSON, Kind.TOUCHPOINT, Kind.COMPANY})),
    ("stage_", frozenset({Kind.PERSON})),
    ("goal_", frozenset({Kind.DEAL})),
    ("won_amount", frozenset({Kind.DEAL})),
)
EVERYTHING = frozenset({Kind.PERSON, Kind.TOUCHPOINT, Kind.COMPANY, Kind.DEAL})


def kinds_of(name: str) -> frozenset[Kind]:
    """The kinds of records a measure rests on."""
    return next((kinds for prefix, kinds in RESTS_ON if name.startswith(prefix)), EVERYTHING)


def rests_on(app: App, kinds: frozenset[Kind]) -> Mapping[str, datetime | None]:
    """Each `connection.object` with records of these kinds, and up to when all of it has been read; None: it never was."""
    return {
        f"{connection}.{name}": through.get(name)
        for connection, objects in app.mappings.items()
        for through in (app.store.read_through(connection),)
        for name, mapping in objects.items()
        if mapping.kind in kinds
    }


def read_until(app: App, kinds: frozenset[Kind]) -> datetime | None:
    """Up to when all records of these kinds have been read; None while one object never was, or if nothing of them is mapped."""
    read = rests_on(app, kinds).values()
    known = [at for at in read if at is not None]
    return min(known, default=None) if len(known) == len(read) else None


def share(
    name: str, group: str, told: Share | None, rows: int, *, provisional: bool = False, note: Note | None = None
) -> Number:
    """A share with its band."""
    value, low, high = told or (None, None, None)
    return Number(name, group, value, rows, "share", low, high, provisional, note)


def median(name: str, group: str, spans: Sequence[Span], as_of: datetime) -> Number:
    """The time by which half of them had come to an end, those still open included."""
    told = curve(spans, as_of)
    half = told.quantile(0.5)
    came = note(Says.CAME_TO_IT, n=told.happened, rows=told.rows)
    return Number(name, group, None if half is None else timedelta(seconds=half), told.rows, "time", note=came)


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
