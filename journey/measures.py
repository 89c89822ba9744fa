"""What both teams are measured by: conversion, response, growth. Pure functions of what happened when, as of a moment.

Those who still wait are part of every measure (see `journey.survival`). What happened after `as_of` is not seen.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from journey.survival import Z95, Curve, Share, Watched, kaplan_meier

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Something that began at `start` and ended at `end`, or has not ended."""

    start: datetime
    end: datetime | None = None


def curve(spans: Iterable[Span], as_of: datetime) -> Curve:
    """To which share of the spans had ended by each time after their start, in seconds; open ones count as still running.

    A span that ended before it started took no time; one that starts after `as_of` is left out.
    """
    return kaplan_meier(_watched(span, as_of) for span in spans if span.start <= as_of)


def _watched(span: Span, as_of: datetime) -> Watched:
    ended = span.end is not None and span.end <= as_of
    end = span.end if span.end is not None and ended else as_of
    return Watched(max((end - span.start) / SECOND, 0.0), ended)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Of `rows` people, `won` have bought so far; `share` is the part that does within `horizon`, those who may yet included.

    `horizon` is the time agreed, or as much of it as anybody has been watched for. Provisional until everybody has been
    watched for all of it.
    """

    rows: int
    won: int
    share: Share | None
    horizon: timedelta
    provisional: bool


def conversion(spans: Sequence[Span], within: timedelta, as_of: datetime) -> Conversion:
    """Of a cohort: each from qualifying to buying. No share where there is nobody."""
    told = curve(spans, as_of)
    horizon = min(within, timedelta(seconds=told.watched_to))
    young = any(span.start + within > as_of and (span.end is None or span.end > as_of) for span in spans)
    share = told.by(horizon / SECOND) if told.rows else None
    return Conversion(told.rows, told.happened, share, horizon, provisional=young)


def proportion(happened: int, rows: int) -> Share | None:
    """The plain share with its 95 % band; None of nothing. Wilson, J. Am. Stat. Assoc. 22 (1927) 209."""
    if not rows:
        return None
    value, z2 = happened / rows, Z95 * Z95
    middle = (value + z2 / (2 * rows)) / (1 + z2 / rows)
    half = Z95 / (1 + z2 / rows) * math.sqrt(value * (1 - value) / rows + z2 / (4 * rows * rows))
    return Share(value, max(middle - half, 0.0), min(middle + half, 1.0))


@dataclass(frozen=True, slots=True)
class Wait:
    """A sales clock: opened, due, and stopped by the first contact if there was one."""

    opened: datetime
    due: datetime
    stopped: datetime | None


@dataclass(frozen=True, slots=True)
class Response:
    """How soon `rows` people were contacted; `waiting` of them are not yet, the one of `oldest` longest.

    `median` and `p90` include those who wait, and are None if it has not come to that share; `mean` is of those contacted
    alone, which flatters. `in_time` is the share contacted before it was due, whatever each clock's target and calendar.
    """

    rows: int
    waiting: int
    median: timedelta | None
    p90: timedelta | None
    mean: timedelta | None
    in_time: Share | None
    oldest: timedelta | None


def response(waits: Sequence[Wait], as_of: datetime) -> Response:
    """Of sales clocks that were opened by `as_of`."""
    told = [wait for wait in waits if wait.opened <= as_of]
    spans = [Span(wait.opened, wait.stopped) for wait in told]
    known = curve(spans, as_of)
    open_ = [as_of - span.start for span in spans if span.end is None or span.end > as_of]
    took = [max(span.end - span.start, timedelta()) for span in spans if span.end is not None and span.end <= as_of]
    in_time = kaplan_meier(_used(wait, as_of) for wait in told)
    return Response(
        rows=known.rows,
        waiting=len(open_),
        median=_seconds(known.quantile(0.5)),
        p90=_seconds(known.quantile(0.9)),
        mean=sum(took, timedelta()) / len(took) if took else None,
        in_time=in_time.by(1.0) if told else None,
        oldest=max(open_, default=None),
    )


def _used(wait: Wait, as_of: datetime) -> Watched:
    """How much of the time to the due moment was used: 1 is all of it, so that clocks of any target can be compared."""
    time, stopped = _watched(Span(wait.opened, wait.stopped), as_of)
    allowed = (wait.due - wait.opened) / SECOND
    return Watched(time / allowed if allowed > 0 else (math.inf if time else 0.0), stopped)


def _seconds(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)


class Standing(StrEnum):
    """Whether a target is in reach."""

    REACHED = "reached"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a goal stands: `actual` of `target`, `expected` by now, and `forecast` for the end at the pace so far."""

    target: Decimal
    actual: Decimal
    expected: Decimal
    forecast: Decimal | None

    @property
    def standing(self) -> Standing:
        """At risk while the pace so far does not lead to the target."""
        if self.actual >= self.target:
            return Standing.REACHED
        return Standing.AT_RISK if self.forecast is not None and self.forecast < self.target else Standing.ON_TRACK


def pace(baseline: Decimal, growth: float, actual: Decimal, passed: float) -> Pace:
    """Towards `growth` (0.2 is 20 %) over `baseline`, when the share `passed` of the period's working time is over."""
    return paced(baseline * (1 + Decimal(str(growth))), actual, passed)


def paced(target: Decimal, actual: Decimal, passed: float) -> Pace:
    """Towards `target`, as far along as the working time is."""
    share = Decimal(str(round(passed, 6)))
    return Pace(target, actual, target * share, actual / share if share else None)


def leads_needed(revenue: Decimal, average: Decimal, rate: float) -> float | None:
    """How many qualified leads it takes to win `revenue`, when a deal is worth `average` and the share `rate` of leads is won."""
    return float(revenue / average) / rate if average and rate else None


def growth(now: Decimal, before: Decimal) -> float | None:
    """How much more than before, as a share; None if there was nothing before."""
    return float(now / before) - 1 if before else None
