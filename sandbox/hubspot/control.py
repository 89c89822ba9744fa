"""The sandbox's own endpoints, under `/_sandbox`: what no CRM has and every test needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.hubspot.account import Account
from sandbox.hubspot.call import Answer, ok
from sandbox.hubspot.load import load
from sandbox.hubspot.times import Clock, iso, parse_instant

Query = Mapping[str, str]
Run = Callable[[Account, Query, Any], Answer]


@dataclass(frozen=True, slots=True)
class Control:
    """One control endpoint."""

    method: str
    path: str
    run: Run


def _ledger(account: Account, query: Query, given: Any) -> Answer:
    return ok(account.ledger.shown(writes=query.get("writes") != "0"))


def _faults(account: Account, query: Query, given: Any) -> Answer:
    account.faults.set(given, int(query.get("seed", 0)))
    return ok({"rules": len(account.faults.rules)})


def _config(account: Account, query: Query, given: Any) -> Answer:
    """Settings by name, and `clock`: {"frozen": instant}, {"offset_s": seconds} or {} for the real one."""
    values = dict(given)
    clock = values.pop("clock", None)
    account.configure(account.settings.changed(values))
    if clock is not None:
        _set_clock(account.clock, clock)
    return ok({"now": iso(account.clock.now())})


def _set_clock(clock: Clock, given: Mapping[str, Any]) -> None:
    at = given.get("frozen")
    frozen = None if at is None else parse_instant(str(at))
    if at is not None and frozen is None:
        raise ValueError(f"{at!r} is not an instant")
    clock.frozen, clock.offset = frozen, round(float(given.get("offset_s", 0)) * 1000)


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


def _clear_ledger(account: Account, query: Query, given: Any) -> Answer:
    account.ledger.clear()
    return ok({})


def _health(account: Account, query: Query, given: Any) -> Answer:
    return ok(
        {"now": iso(account.clock.now()), "records": {name: len(store.live) for name, store in account.stores.items()}}
    )


CONTROLS: tuple[Control, ...] = (
    Control("GET", "/health", _health),
    Control("GET", "/ledger", _ledger),
    Control("DELETE", "/ledger", _clear_ledger),
    Control("POST", "/faults", _faults),
    Control("POST", "/config", _config),
    Control("POST", "/load", _load),
    Control("GET", "/dump", _dump),
)
