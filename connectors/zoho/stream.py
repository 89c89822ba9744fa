"""A module's change stream: first all records, then what changes and what is deleted.

A record may come to sight some seconds after the time it bears, and may be changed twice within the second that is all Zoho
tells: what is younger than `SETTLED` is read again by the next pull, and given again if it is not what was given.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace

from connectors.base import Page, Selection
from connectors.zoho.account import Account
from connectors.zoho.bulk import Unfinished, bulk, fits
from connectors.zoho.counts import count
from connectors.zoho.cursor import Bulk, Edge, Live, dump
from connectors.zoho.fields import Descriptions
from connectors.zoho.listing import deleted
from connectors.zoho.records import Raw, seconds
from connectors.zoho.scan import Scan
from connectors.zoho.stages import changes

SETTLED = 30
"""Seconds after which a change is taken to be in sight."""

OVERLAP = 300
"""Seconds before the last look for deletions that the next one begins."""

MOST_SEEN = 1_000
"""Records whose time a cursor remembers; the rest of what is unsettled is given again."""

Stage = Generator[Page, None, Live]
"""Pages, and the position after them."""


def stream(
    account: Account, descriptions: Descriptions, selection: Selection, since: Bulk | Live | None
) -> Iterator[Page]:
    """Pages from that position to the present end."""
    at = since if isinstance(since, Live) else (yield from _all(account, selection, since))
    at = yield from _modified(account, selection, at)
    at = yield from _deleted(account, selection, at)
    at = yield from _formulas(account, descriptions, selection, at)
    yield Page((), dump(at), last=True)


def _all(account: Account, selection: Selection, since: Bulk | None) -> Stage:
    """Everything by bulk read where that is cheaper; otherwise, or when it fails, the scan begins at the beginning."""
    start = since
    if start is None:
        expected = count(account, selection.object)
        start = Bulk(account.seconds(), expected)
        if expected < account.options.bulk_from or not fits(selection):
            return Live(Edge(0), start.started - OVERLAP)
    try:
        for found, position in bulk(account, selection, start):
            yield Page(found, dump(position))
    except Unfinished:
        return Live(Edge(0), start.started - OVERLAP)
    return Live(Edge(start.started - OVERLAP), start.started - OVERLAP)


def _modified(account: Account, selection: Selection, at: Live) -> Stage:
    scan, edge, young = Scan(account, selection), at.edge, dict[str, int]()
    for found in scan.pages(edge.at):
        fresh = [row for row in found.rows if edge.seen.get(row["id"]) != seconds(row)]
        settled = scan.asked - SETTLED
        _remember(young, fresh, settled, scan.asked)
        upto = Edge(max(edge.at, min(found.upto, settled)), edge.seen)
        if fresh:
            yield Page(changes(account, selection, fresh), dump(replace(at, edge=upto)))
    reached = max(edge.at, scan.asked - SETTLED)
    seen = {id_: time for id_, time in {**edge.seen, **young}.items() if time >= reached}
    return replace(at, edge=Edge(reached, seen))


def _remember(young: dict[str, int], rows: list[Raw], settled: int, now: int) -> None:
    """Note what may come again unchanged. A second that is not over may still bring another change of the same time."""
    for row in rows:
        time = seconds(row)
        if settled <= time < now - 1 and len(young) < MOST_SEEN:
            young[row["id"]] = time


def _deleted(account: Account, selection: Selection, at: Live) -> Stage:
    now = account.seconds()
    if now - at.swept < account.options.deleted_every.total_seconds():
        return at
    for gone in deleted(account, selection.object, at.swept - OVERLAP):
        if gone:
            yield Page(gone, dump(at))
    return replace(at, swept=now)


def _formulas(account: Account, descriptions: Descriptions, selection: Selection, at: Live) -> Stage:
    """Read all records again when a formula or roll-up is among the fields asked for, from the first pull on.

    Its value may change while the record's Modified_Time stays.
    """
    now = account.seconds()
    if at.refreshed is None:
        return replace(at, refreshed=now)
    if at.reading is None and now - at.refreshed < account.options.formulas_every.total_seconds():
        return at
    if at.reading is not None or descriptions.formulas(selection.object) & set(selection.fields):
        for found in Scan(account, selection).pages(at.reading or 0):
            at = replace(at, reading=found.upto)
            yield Page(changes(account, selection, found.rows), dump(at))
    return replace(at, reading=None, refreshed=now)
