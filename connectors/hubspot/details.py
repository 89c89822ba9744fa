"""Reads records by id: their fields, their history and their links, as they are now and not as an index remembers them."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from connectors.base import Change, Later, Selection
from connectors.http import Declined, Request
from connectors.hubspot.account import Account
from connectors.hubspot.paths import MERGED, MERGING
from connectors.hubspot.records import ROW, Links, Raw, changes, gone

READ_BATCH = 100
READ_BATCH_WITH_HISTORY = 50
LINKS_BATCH = 1000


def properties(selection: Selection) -> tuple[str, ...]:
    """The properties to ask for: the selection's, and the one that tells of merges."""
    merged = (MERGED,) if selection.object in MERGING else ()
    return tuple(dict.fromkeys((*selection.fields, *merged)))


def rows_by_id(account: Account, selection: Selection, ids: Sequence[str]) -> list[Raw]:
    """The records that exist of those ids, in the order asked for."""
    found: dict[str, Raw] = {}
    body: dict[str, Any] = {"properties": properties(selection)}
    if selection.history:
        body["propertiesWithHistory"] = selection.history
    for batch in _batches(ids, READ_BATCH_WITH_HISTORY if selection.history else READ_BATCH):
        request = Request(
            "POST",
            account.paths.objects + "/batch/read",
            {"object": selection.object},
            body={**body, "inputs": [{"id": id_} for id_ in batch]},
            promises="results",
            each=ROW,
        )
        found.update((row["id"], row) for row in account.api.call(request).data["results"])
    return [found[id_] for id_ in ids if id_ in found]


def links_of(account: Account, selection: Selection, ids: Iterable[str]) -> Links:
    """The links of those records, whole."""
    wanted = list(ids)
    return {other: _links_to(account, selection.object, other, wanted) for other in selection.links}


def read(account: Account, selection: Selection, ids: Sequence[str]) -> list[Change]:
    """The records as they are now; a missing one as gone, or as merged where HubSpot leads to its survivor."""
    rows = rows_by_id(account, selection, ids)
    there = {row["id"] for row in rows}
    found = changes(selection, rows, links_of(account, selection, there))
    return found + [_missing(account, selection.object, id_) for id_ in ids if id_ not in there]


def _missing(account: Account, object_: str, id_: str) -> Change:
    request = Request("GET", account.paths.objects + "/{id}", {"object": object_, "id": id_})
    try:
        survivor = account.api.call(request).data.get("id")
    except Declined as declined:
        if declined.status != 404:
            raise
        return gone(object_, id_, account.told.now())
    if survivor in (None, id_):
        raise Later("HubSpot says of one and the same record that it is there and that it is not.", 60)
    return gone(object_, id_, account.told.now(), str(survivor))


def _links_to(account: Account, object_: str, other: str, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    inputs: list[dict[str, str]] = [{"id": id_} for id_ in ids]
    while inputs:
        batch, inputs = inputs[:LINKS_BATCH], inputs[LINKS_BATCH:]
        request = Request(
            "POST",
            account.paths.associations,
            {"object": object_, "to": other},
            body={"inputs": batch},
            promises="results",
            each=frozenset({"from", "to"}),
        )
        for item in account.api.call(request).data["results"]:
            id_ = str(item["from"]["id"])
            found.setdefault(id_, {}).update((str(to["toObjectId"]), None) for to in item["to"])
            if after := ((item.get("paging") or {}).get("next") or {}).get("after"):
                inputs.append({"id": id_, "after": after})
    return {id_: tuple(linked) for id_, linked in found.items()}


def _batches(ids: Iterable[str], size: int) -> Iterable[list[str]]:
    rest = iter(dict.fromkeys(ids))
    while batch := list(islice(rest, size)):
        yield batch
