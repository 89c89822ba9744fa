"""The control endpoints of this vendor's sandbox."""

from typing import Any

import orjson

from sandbox.common.control import SHARED, Controls, Query
from sandbox.common.wire import Answer, ok
from sandbox.hubspot.account import Account
from sandbox.hubspot.load import load


def _load(account: Account, query: Query, given: Any) -> Answer:
    return ok({"ids": load(account, given)})


def _dump(account: Account, query: Query, given: Any) -> Answer:
    """Every record, owner, link and property in one canonical order. `times=0` leaves out what the server's clock wrote."""
    times = query.get("times") != "0"
    told = {
        "objects": {
            name: [_record(account, name, one.id, times) for one in store.all()]
            for name, store in sorted(account.stores.items())
        },
        "associations": account.links.rows(),
        "properties": {name: sorted(catalog.live) for name, catalog in sorted(account.catalogs.items())},
    }
    return Answer(200, orjson.dumps(told, option=orjson.OPT_SORT_KEYS))


def _record(account: Account, name: str, id_: int, times: bool) -> dict[str, Any]:
    store = account.stores[name]
    record = store.live.get(id_) or store.archived[id_]
    properties = dict(record.properties)
    if not times:
        for clocked in (store.kind.created, store.kind.modified):
            properties.pop(clocked, None)
    return {"id": str(id_), "archived": record.archived_at is not None, "properties": properties}


def _health(account: Account, query: Query, given: Any) -> Answer:
    return ok({"now": account.present(), "records": {name: len(store.live) for name, store in account.stores.items()}})


CONTROLS: Controls[Account] = {
    **SHARED,
    ("GET", "/health"): _health,
    ("POST", "/load"): _load,
    ("GET", "/dump"): _dump,
}
