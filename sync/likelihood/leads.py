"""The leads that a model learns from: what was known of each when it came, and whether it bought in time.

Never what was learned later: a value that sales wrote down while selling tells who was sold to, not who will be.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from journey.contact import why_not
from journey.model import DealStatus, Journey, PersonId, Value
from state.store import Store
from sync.subjects import batches, won_at

MOST_LEADS = 200_000
"""The newest so many are learned from, so that memory has a bound."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One person who came at `at`. `values` are the model's fields, in its order, as they were known then.

    `bought` within the agreed time; None while that time is not over. `rewritten` tells of each field whether its value changed, or
    was first filled, after sales first touched the lead; None where the record did not change after that at all.
    """

    person: PersonId
    at: datetime
    values: tuple[Value, ...]
    bought: bool | None
    rewritten: tuple[bool, ...] | None = None


def lead_of(path: Journey, fields: Sequence[str], within: timedelta, as_of: datetime) -> Lead | None:
    """What a model may learn from a journey; None for somebody who had bought before they came, or comes later."""
    came = path.moments[0]
    if came.since > as_of or any(_won_before(deal.status, deal.closed_at, came.since) for deal in path.deals):
        return None
    won = won_at(path, came.since, as_of)
    over = came.since + within <= as_of
    bought = won is not None and won <= came.since + within
    return Lead(
        person=path.person,
        at=came.since,
        values=tuple(came.values.get(name) for name in fields),
        bought=bought if over else None,
        rewritten=_rewritten(path, fields, as_of),
    )


def leads(
    store: Store, fields: Sequence[str], within: timedelta, as_of: datetime, seen: Callable[[int], None]
) -> Sequence[Lead]:
    """Everybody, oldest first; at most the newest `MOST_LEADS`. `seen` is told of each batch how many people it had."""
    found = heapq.nlargest(MOST_LEADS, _every(store, fields, within, as_of, seen), key=by_time)
    return found[::-1]


def by_time(lead: Lead) -> tuple[datetime, PersonId]:
    """The order of leads: time, and whatever is always the same among those of one moment."""
    return lead.at, lead.person


def _every(
    store: Store, fields: Sequence[str], within: timedelta, as_of: datetime, seen: Callable[[int], None]
) -> Iterator[Lead]:
    for batch in batches(store):
        seen(len(batch))
        for _, _, path in batch:
            lead = lead_of(path, fields, within, as_of)
            if lead is not None:
                yield lead


def _won_before(status: DealStatus, closed_at: datetime | None, at: datetime) -> bool:
    return status is DealStatus.WON and closed_at is not None and closed_at < at


def _rewritten(path: Journey, fields: Sequence[str], as_of: datetime) -> tuple[bool, ...] | None:
    touched = _touched_at(path)
    if touched is None:
        return None
    before = [moment.values for moment in path.moments if moment.since <= touched] or [path.moments[0].values]
    later = [moment.values for moment in path.moments if touched < moment.since <= as_of]
    if not later:
        return None
    return tuple(any(values.get(name) != before[-1].get(name) for values in later) for name in fields)


def _touched_at(path: Journey) -> datetime | None:
    """When sales first did something about the person: a contact, or a deal."""
    contact = next((touch.at for touch in path.touchpoints if why_not(touch) is None), None)
    deals = [at for deal in path.deals for at in (deal.created_at, deal.closed_at) if at is not None]
    return min((at for at in (contact, *deals) if at is not None), default=None)
