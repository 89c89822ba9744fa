"""An object's change stream: first all records, then what changes, read twice, and what is purged.

A change is stamped when it is made and shows when its transaction ends; its stamp has whole seconds. So a second is read again
until it is over, and every window once more when nothing can turn up in it any longer (`overlap`).
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.base import Page, Selection
from connectors.http import Request
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.backfill import backfill, by_id
from connectors.salesforce.cursor import Backfill, Edge, Live, dump
from connectors.salesforce.details import read, told
from connectors.salesforce.fields import describe
from connectors.salesforce.objects import KINDS, ROLES
from connectors.salesforce.records import Raw, asked, gone, literal, moment, version
from connectors.salesforce.soql import PAGE, among, page, quoted, select

YOUNG = timedelta(seconds=2)
"""How long a second may still get changes."""

DELETIONS_KEPT = timedelta(days=15)
"""How far back getDeleted looks (developer.salesforce.com/docs/platform/api-rest/guide/resources-getdeleted.md)."""

ROOM = timedelta(minutes=5)
"""For getDeleted, which cuts its window to minutes."""

ROLE_FIELDS = ("Id", "SystemModstamp", "OpportunityId")
Stage = Generator[Page, None, Live]
"""Pages, and the position after them."""


def stream(account: Account, selection: Selection, since: Backfill | Live | None) -> Iterator[Page]:
    """Pages from that position to the present end."""
    at = since if isinstance(since, Live) else (yield from _all(account, selection, since))
    reached = at.edge.at
    at = yield from _fresh(account, selection, at)
    at = yield from _roles(account, selection, at)
    at = yield from _late(account, selection, at, reached)
    at = yield from _purged(account, selection, at)
    at = yield from _formulas(account, selection, at)
    yield Page((), dump(at), last=True)


def begin(to: str, now: str) -> Live:
    """The position from which everything stamped at or after `to` is given."""
    edge = Edge(to)
    return Live(edge, edge, edge, swept=to, refreshed=now)


def _all(account: Account, selection: Selection, start: Backfill | None) -> Stage:
    for rows, at in backfill(account, selection, start):
        yield Page(told(account, selection, rows), dump(at))
    return begin(literal(moment(at.started) - account.options.overlap), at.started)


def _scan(
    account: Account, object_: str, fields: Sequence[str], edge: Edge, until: str = ""
) -> Iterator[tuple[list[Raw], Edge]]:
    """Pages of records stamped behind the edge, deleted ones included, with the edge after each."""
    more = True
    while more:
        where = [f"SystemModstamp >= {edge.at}"]
        if edge.id:
            where.append(f"(SystemModstamp > {edge.at} OR Id > {quoted(edge.id)})")
        if until:
            where.append(f"SystemModstamp < {until}")
        rows, more = page(account, select(object_, fields, where, "SystemModstamp, Id", PAGE))
        if rows:
            edge = Edge(version(rows[-1]["SystemModstamp"]), rows[-1]["Id"])
            yield rows, edge


def _settled(account: Account, edge: Edge) -> Edge:
    """The edge before its last second, if that is not over."""
    return edge if edge.at < literal(account.told.now() - YOUNG) else Edge(edge.at)


def _fresh(account: Account, selection: Selection, at: Live) -> Stage:
    for rows, edge in _scan(account, selection.object, asked(selection), at.edge):
        at = replace(at, edge=edge)
        yield Page(told(account, selection, rows), dump(at))
    return replace(at, edge=_settled(account, at.edge))


def _roles(account: Account, selection: Selection, at: Live) -> Stage:
    """Opportunities whose contacts changed: their own stamp does not move for that."""
    if not _has_roles(selection):
        return at
    for rows, edge in _scan(account, ROLES, ROLE_FIELDS, at.roles):
        at = replace(at, roles=edge)
        yield Page(read(account, selection, [row["OpportunityId"] for row in rows]), dump(at))
    return replace(at, roles=_settled(account, at.roles))


def _late(account: Account, selection: Selection, at: Live, reached: str) -> Stage:
    """Read again what earlier pulls had read before `reached`, and nothing can turn up in any longer.

    What this pull has read itself was settled then, or its turn comes. Windows are let grow as long as the wait for them.
    """
    now, overlap = account.told.now(), account.options.overlap
    if moment(at.late.at) > now - 2 * overlap:
        return at
    settled = literal(now - overlap)
    until = min(settled, reached)
    if until > at.late.at:
        for rows, _ in _scan(account, ROLES, ROLE_FIELDS, Edge(at.late.at), until) if _has_roles(selection) else ():
            yield Page(read(account, selection, [row["OpportunityId"] for row in rows]), dump(at))
        for rows, edge in _scan(account, selection.object, asked(selection), at.late, until):
            at = replace(at, late=edge)
            yield Page(told(account, selection, rows), dump(at))
    return replace(at, late=Edge(settled))


def _has_roles(selection: Selection) -> bool:
    return selection.object == "Opportunity" and "Contact" in selection.links


def _purged(account: Account, selection: Selection, at: Live) -> Stage:
    """Tell what was deleted for good before a scan could see it in the recycle bin."""
    now = account.told.now()
    if not KINDS[selection.object].deletable or now - moment(at.swept) < account.options.deletions_every:
        return at
    answer = _deletions(account, selection.object, max(moment(at.swept) - ROOM, now - DELETIONS_KEPT + ROOM), now)
    deleted = {row["id"]: version(row["deletedDate"]) for row in answer["deletedRecords"]}
    binned = {row["Id"] for row in among(account, selection.object, ("Id",), "Id", list(deleted))}
    lost = [gone(selection.object, id_, stamp) for id_, stamp in deleted.items() if id_ not in binned]
    if lost:
        yield Page(lost, dump(at))
    return replace(at, swept=min(literal(now), version(answer["latestDateCovered"])))


def _deletions(account: Account, object_: str, start: datetime, end: datetime) -> Mapping[str, Any]:
    request = Request(
        "GET",
        f"{ROOT}/sobjects/{{object}}/deleted",
        {"object": object_},
        (("start", literal(start)), ("end", literal(end))),
        promises="deletedRecords",
        each=frozenset({"id", "deletedDate"}),
    )
    return account.api.call(request).data


def _formulas(account: Account, selection: Selection, at: Live) -> Stage:
    """Read all records again when a formula field is among those asked for: its value changes and no stamp moves."""
    now = account.told.now()
    if not at.reading and now - moment(at.refreshed) < account.options.formulas_every:
        return at
    if at.reading or describe(account, selection.object).calculated & set(selection.fields):
        for rows, last in by_id(account, selection, at.reading):
            at = replace(at, reading=last)
            yield Page(told(account, selection, rows), dump(at))
    return replace(at, reading="", refreshed=literal(now))
