"""Reads lists: pages of what was modified, records by id, the deleted ones, and answers to queries.

Sources: zoho.com/crm/developer/docs/api/v8/get-records.html, …/get-deleted-records.html and …/COQL-Overview.html.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from connectors.base import Change, Selection, Stop
from connectors.http import Declined, Request
from connectors.zoho.account import API, RECORDS, Account, more
from connectors.zoho.modules import ABOUT_MODULE, MODIFIED, asked, chunks
from connectors.zoho.records import ROW, Raw, gone, moment, stamp

PAGE = 200
IDS = 100
"""Ids in one call: their text stays far below what a URL may be long."""

QUERY_ROWS = 2_000


def modified(account: Account, selection: Selection, since: int) -> tuple[list[Raw], bool]:
    """A page of what was modified after `since` (epoch seconds), oldest first, with the fields of the first portion."""
    names = chunks(asked(selection))[0]
    query = [("sort_by", MODIFIED), ("sort_order", "asc"), ("per_page", str(PAGE))]
    headers = (("if-modified-since", stamp(since)),) if since > 0 else ()
    request = Request(
        "GET",
        RECORDS,
        {"object": selection.object},
        _query(selection.object, names, query),
        headers,
        promises="data",
        each=ROW,
    )
    reply = account.api.call(request)
    rows = reply.data.get("data", [])
    present(selection.object, names, rows)
    return rows, more(reply)


def whole(account: Account, selection: Selection, rows: Sequence[Raw]) -> list[Raw]:
    """Rows that have the first portion of the fields, with the others; a record that is gone meanwhile is left out."""
    for names in chunks(asked(selection))[1:]:
        others = by_ids(account, selection.object, names, [row["id"] for row in rows])
        rows = [{**others[row["id"]], **row} for row in rows if row["id"] in others]
    return list(rows)


def records(account: Account, selection: Selection, ids: Sequence[str]) -> list[Raw]:
    """The records that exist of those ids, with every field, in the order asked for."""
    found = by_ids(account, selection.object, chunks(asked(selection))[0], ids)
    return whole(account, selection, [found[id_] for id_ in ids if id_ in found])


def by_ids(account: Account, object_: str, names: Sequence[str], ids: Iterable[str]) -> dict[str, Raw]:
    """The records that exist of those ids, with these fields."""
    found: dict[str, Raw] = {}
    for batch in batches(ids, IDS):
        query = _query(object_, names, [("ids", ",".join(batch)), ("per_page", str(PAGE))])
        request = Request("GET", RECORDS, {"object": object_}, query, promises="data", each=ROW)
        rows = account.api.call(request).data.get("data", [])
        present(object_, names, rows)
        found.update((row["id"], row) for row in rows)
    return found


def exists(account: Account, object_: str, id_: str) -> bool:
    """Whether one record is there, asked for by itself."""
    request = Request("GET", RECORDS + "/{id}", {"object": object_, "id": id_}, _query(object_, (MODIFIED,), []))
    try:
        return bool(account.api.call(request).data)
    except Declined as declined:
        if declined.code != "INVALID_DATA":
            raise
        return False


def deleted(account: Account, object_: str, since: int) -> Iterator[list[Change]]:
    """Records deleted after `since` (epoch seconds), newest first: one deleted while this runs moves none out of sight."""
    page, going_on = 1, True
    while going_on:
        query = (("type", "all"), ("per_page", str(PAGE)), ("page", str(page)))
        headers = (("if-modified-since", stamp(since)),)
        each = frozenset({"id"})
        route = RECORDS + "/deleted"
        reply = account.api.call(Request("GET", route, {"object": object_}, query, headers, promises="data", each=each))
        now = account.told.now()
        rows = reply.data.get("data", [])
        yield [gone(object_, row["id"], moment(at) if (at := row.get("deleted_time")) else now) for row in rows]
        page, going_on = page + 1, more(reply)


def query(account: Account, text: str, *columns: str) -> tuple[list[Mapping[str, Any]], bool]:
    """The rows that a COQL query gives, each with these columns, and whether there are more than its limit."""
    body = {"select_query": text}
    reply = account.api.call(Request("POST", API + "/coql", body=body, promises="data", each=frozenset(columns)))
    return reply.data.get("data", []), more(reply)


def present(object_: str, names: Iterable[str], rows: Sequence[Raw]) -> None:
    """Raise `Stop` for a field that no row has: Zoho leaves out in silence what does not exist or may not be seen."""
    absent = [name for name in names if name != ABOUT_MODULE and not any(name in row for row in rows)]
    if rows and absent:
        fix = "Correct the mapping, or let the profile of the user who authorised the client see the field."
        raise Stop(f"Zoho CRM gives no {', '.join(absent)} of {object_}: it is no field, or hidden. {fix}", fix)


def batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids in portions, each once."""
    rest = iter(dict.fromkeys(ids))
    while batch := list(islice(rest, size)):
        yield batch


def _query(object_: str, names: Sequence[str], more_: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    converted = [("converted", "both")] if object_ == "Leads" else []
    return (("fields", ",".join(names)), *more_, *converted)
