"""An object's change stream: first all records, then what changes, read twice, and what is archived.

HubSpot's search shows a change only some time after it was made, and a link that changed not at all until its record does.
So a window is read as soon as it is there, and once more when the index has had time to catch up (`second_pass_after`). A
calculated property changes without its record's knowing: where one is read, so are all records every `calculated_every`.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import timedelta

from connectors.base import Change, Page, Selection
from connectors.hubspot.account import Account
from connectors.hubspot.backfill import archived, backfill
from connectors.hubspot.cursor import Backfill, Edge, Live, dump
from connectors.hubspot.details import links_of, rows_by_id
from connectors.hubspot.fields import describe
from connectors.hubspot.records import changes
from connectors.hubspot.search import Found, Search

OVERLAP = timedelta(minutes=5)
"""How long before the backfill began the scan begins: room for clocks read to the second, and for a slow first page."""

Stage = Generator[Page, None, Live]
"""Pages, and the position after them."""


def stream(account: Account, selection: Selection, since: Backfill | Live | None) -> Iterator[Page]:
    """Pages from that position to the present end."""
    at = since if isinstance(since, Live) else (yield from _all(account, selection, since))
    search = Search(account, selection)
    reached = at.edge.at + bool(at.edge.ids or at.edge.whole)
    at = yield from _fresh(account, selection, search, at)
    at = yield from _late(account, selection, search, at, reached)
    at = yield from _archived(account, selection, at)
    at = yield from _calculated(account, selection, at)
    yield Page((), dump(at), last=True)


def begin(at: int) -> Live:
    """The position from which everything modified at or after `at` (epoch ms) is given, and every archived record."""
    return Live(edge=Edge(at), late=Edge(at))


def _all(account: Account, selection: Selection, start: Backfill | None) -> Stage:
    for found, position in backfill(account, selection, start):
        if position.after:
            yield Page(found, dump(position))
        else:
            live = begin(position.started - _millis(OVERLAP))
            yield Page(found, dump(live))
    return live


def _fresh(account: Account, selection: Selection, search: Search, at: Live) -> Stage:
    for found in search.scan(at.edge):
        at = replace(at, edge=found.edge)
        yield Page(_changes(account, selection, found), dump(at))
    return at


def _late(account: Account, selection: Selection, search: Search, at: Live, reached: int) -> Stage:
    """Read again what earlier pulls had read before `reached` (epoch ms), and the index has had time to settle since.

    What this pull has read itself was settled then, or its turn comes.
    """
    settled = search.began - _millis(account.options.second_pass_after)
    if settled <= at.late.at:
        return at
    until = min(settled, reached)
    for found in search.scan(at.late, until) if until > at.late.at else ():
        at = replace(at, late=found.edge)
        yield Page(_changes(account, selection, found), dump(at))
    return replace(at, late=Edge(settled))


def _archived(account: Account, selection: Selection, at: Live) -> Stage:
    now = account.now_ms()
    if at.swept is not None and now - at.swept < _millis(account.options.archived_every):
        return at
    since = None if at.swept is None else at.swept - _millis(OVERLAP)
    for gone in archived(account, selection.object, since):
        if gone:
            yield Page(gone, dump(at))
    return replace(at, swept=now)


def _calculated(account: Account, selection: Selection, at: Live) -> Stage:
    """Read all records again when a calculated property is among those asked for, from the first pull on."""
    now = account.now_ms()
    if at.refreshed is None:
        return replace(at, refreshed=now)
    if not at.reading and now - at.refreshed < _millis(account.options.calculated_every):
        return at
    if at.reading or describe(account, selection.object).calculated & set(selection.fields):
        for found, position in backfill(account, selection, Backfill(at.reading, now)):
            at = replace(at, reading=position.after)
            yield Page(found, dump(at))
    return replace(at, reading="", refreshed=now)


def _changes(account: Account, selection: Selection, found: Found) -> list[Change]:
    ids = [row["id"] for row in found.rows]
    rows = found.rows if found.whole else rows_by_id(account, selection, ids)
    return changes(selection, rows, links_of(account, selection, ids) if selection.links else {})


def _millis(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
