"""Reads all records of an object through the list endpoint, which unlike the search knows every record at once."""

from collections.abc import Iterator
from urllib.parse import urlencode

from connectors.base import Change, Selection
from connectors.http import Declined, Reply, Request
from connectors.hubspot.account import Account, following
from connectors.hubspot.cursor import Backfill
from connectors.hubspot.details import links_of, properties, rows_by_id
from connectors.hubspot.records import ROW, Raw, changes, gone, inline_links, moment

PAGE = 100
PAGE_WITH_HISTORY = 50
LONGEST_URL = 6_000
"""Well under where a proxy may answer 414; a longer list of properties goes into the body of a batch read."""


def backfill(account: Account, selection: Selection, start: Backfill | None) -> Iterator[tuple[list[Change], Backfill]]:
    """Pages of changes with the position after each; the last one's `after` is empty.

    Records that change while this runs are not chased: the scan that follows begins before `started`.
    """
    after, started = (start.after, start.started) if start else ("", None)
    slim, restarted = _too_long(account, selection), False
    while True:
        try:
            reply = _page(account, selection, after, slim=slim)
        except Declined as declined:
            if declined.status != 400 or not after or restarted:
                raise
            after, restarted = "", True  # HubSpot no longer knows this paging cursor: the list starts over
            continue
        started = started if started is not None else account.now_ms()
        after = following(reply)
        yield _changes(account, selection, reply.data["results"], slim=slim), Backfill(after, started)
        if not after:
            return


def archived(account: Account, object_: str, since: int | None) -> Iterator[list[Change]]:
    """Records archived at or after `since` (epoch ms; None: ever). HubSpot cannot filter these: the list is read whole."""
    after = ""
    while True:
        query = [("limit", str(PAGE)), ("archived", "true"), *([("after", after)] if after else [])]
        request = Request("GET", account.paths.objects, {"object": object_}, tuple(query), promises="results", each=ROW)
        reply = account.api.call(request)
        found = [(row["id"], moment(row.get("archivedAt") or row["updatedAt"])) for row in reply.data["results"]]
        yield [gone(object_, id_, at) for id_, at in found if since is None or at.timestamp() * 1000 >= since]
        after = following(reply)
        if not after:
            return


def _page(account: Account, selection: Selection, after: str, *, slim: bool) -> Reply:
    request = Request(
        "GET",
        account.paths.objects,
        {"object": selection.object},
        _query(selection, after, slim=slim),
        promises="results",
        each=ROW,
    )
    return account.api.call(request)


def _query(selection: Selection, after: str, *, slim: bool) -> tuple[tuple[str, str], ...]:
    history = () if slim else selection.history
    query = [("limit", str(PAGE_WITH_HISTORY if history else PAGE))]
    if not slim:
        query.append(("properties", ",".join(properties(selection))))
    if history:
        query.append(("propertiesWithHistory", ",".join(history)))
    if selection.links:
        query.append(("associations", ",".join(selection.links)))
    if after:
        query.append(("after", after))
    return tuple(query)


def _too_long(account: Account, selection: Selection) -> bool:
    url = account.options.host + account.paths.objects + "?" + urlencode(_query(selection, "9" * 20, slim=False))
    return len(url) > LONGEST_URL


def _changes(account: Account, selection: Selection, listed: list[Raw], *, slim: bool) -> list[Change]:
    links, cut = inline_links(listed, selection.links)
    if cut:
        whole = links_of(account, selection, cut)
        links = {other: {**links[other], **whole[other]} for other in links}
    rows = rows_by_id(account, selection, [row["id"] for row in listed]) if slim else listed
    return changes(selection, rows, links)
