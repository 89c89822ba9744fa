"""The control endpoints of this vendor's sandbox."""

import gc
from typing import Any

import orjson

from sandbox.common.control import SHARED, Controls, Query
from sandbox.common.wire import Answer, ok
from sandbox.zoho.load import load
from sandbox.zoho.org import Org

_CLOCKED = frozenset({"Created_Time", "Modified_Time", "Last_Activity_Time", "Closed_Time", "Converted_Date_Time"})


def _load(org: Org, query: Query, given: Any) -> Answer:
    told = ok({"ids": load(org, given)})
    gc.freeze()  # records that live as long as the process are not worth looking through for garbage
    return told


def _dump(org: Org, query: Query, given: Any) -> Answer:
    """Every record, grave and field in one canonical order. `times=0` leaves out what the server's clock wrote."""
    left_out = _CLOCKED if query.get("times") == "0" else frozenset[str]()
    told = {
        "objects": {
            name: [
                {"id": str(one.id), "values": {k: v for k, v in one.values.items() if k not in left_out}}
                for one in store.live.values()
            ]
            for name, store in org.stores.items()
        },
        "deleted": {name: sorted(str(id_) for id_ in store.graves) for name, store in org.stores.items()},
        "fields": {name: sorted(module.fields) for name, module in org.modules.items()},
    }
    return Answer(200, orjson.dumps(told, option=orjson.OPT_SORT_KEYS))


def _health(org: Org, query: Query, given: Any) -> Answer:
    records = {name: len(store.live) for name, store in org.stores.items()}
    return ok({"now": org.present(), "records": records})


CONTROLS: Controls[Org] = {
    **SHARED,
    ("GET", "/health"): _health,
    ("POST", "/load"): _load,
    ("GET", "/dump"): _dump,
}
