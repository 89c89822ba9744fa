"""Who owned a person while a clock ran, and since when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from journey.model import Moment


class Segment(NamedTuple):
    """`owner` (a CRM's id; None: nobody) had the person from `since` to `until`; None while they still do."""

    owner: str | None
    since: datetime
    until: datetime | None


def segments(
    moments: Sequence[Moment], opened: datetime, as_of: datetime, stopped: datetime | None
) -> tuple[Segment, ...]:
    """Who owned the person from opening to stop, one after the other: a change of owner resets no clock, but it is seen."""
    told: list[Segment] = []
    for since, owner in _changes(moments, opened, as_of if stopped is None else stopped):
        if told and told[-1].owner == owner:
            continue
        if told:
            told[-1] = told[-1]._replace(until=since)
        told.append(Segment(owner, since, None))
    if told and stopped is not None:
        told[-1] = told[-1]._replace(until=stopped)
    return tuple(told)


def _changes(moments: Sequence[Moment], opened: datetime, end: datetime) -> Iterator[tuple[datetime, str | None]]:
    for moment, following in zip_longest(moments, moments[1:]):
        if moment.since > end:
            return
        if following is None or following.since > opened:
            owner = moment.values.get("owner")
            yield max(moment.since, opened), None if owner is None else str(owner)


def assigned(moments: Sequence[Moment], opened: datetime, as_of: datetime) -> datetime | None:
    """Since when somebody owned the person: not before the opening, and by the CRM's own time where it tells one."""
    ends = [moment.since for moment in moments[1:]]
    for moment, end in zip_longest(moments, ends):
        if moment.since > as_of:
            return None
        if moment.values.get("owner") is not None and (end is None or end > opened):
            told = moment.values.get("assigned_at")
            at = max(opened, told if isinstance(told, datetime) else moment.since)
            return at if at <= as_of else None
    return None
