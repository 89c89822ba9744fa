"""The sandbox's own endpoints, under `/_sandbox`: what no CRM has and every test needs."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.hubspot.call import Answer, ok
from sandbox.hubspot.times import Clock, Millis, parse_instant
from sandbox.zoho.load import load
from sandbox.zoho.org import Org

Query = Mapping[str, str]
Run = Callable[[Org, Query, Any], Answer]
_CLOCKED = frozenset({"Created_Time", "Modified_Time", "Last_Activity_Time", "Closed_Time", "Converted_Date_Time"})


@dataclass(frozen=True, slots=True)
class Control:
    """One control endpoint."""

    method: str
    path: str
    run: Run


def _ledger(org: Org, query: Query, given: Any) -> Answer:
    return ok(org.ledger.shown(writes=query.get("writes") != "0"))


def _clear_ledger(org: Org, query: Query, given: Any) -> Answer:
    org.ledger.clear()
    return ok({})


def _faults(org: Org, query: Query, given: Any) -> Answer:
    org.faults.set(given, int(query.get("seed", 0)))
    return ok({"rules": len(org.faults.rules)})


def _config(org: Org, query: Query, given: Any) -> Answer:
    """Settings by name, and `clock`: {"frozen": instant}, {"offset_s": seconds} or {} for the real one."""
    values = dict(given)
    clock = values.pop("clock", None)
    org.configure(org.settings.changed(values))
    if clock is not None:
        _set_clock(org.clock, clock)
    return ok({"now": org.local(org.now())})


def _set_clock(clock: Clock, given: Mapping[str, Any]) -> None:
    at = given.get("frozen")
    frozen = None if at is None else parse_instant(str(at))
    if at is not None and frozen is None:
        raise ValueError(f"{at!r} is not an instant")
    clock.frozen, clock.offset = frozen, Millis(round(float(given.get("offset_s", 0)) * 1000))


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
    return ok({"now": org.local(org.now()), "records": records})


CONTROLS: tuple[Control, ...] = (
    Control("GET", "/health", _health),
    Control("GET", "/ledger", _ledger),
    Control("DELETE", "/ledger", _clear_ledger),
    Control("POST", "/faults", _faults),
    Control("POST", "/config", _config),
    Control("POST", "/load", _load),
    Control("GET", "/dump", _dump),
)
