"""The control endpoints of this vendor's sandbox."""

import gc
from typing import Any

import orjson

from sandbox.common.control import SHARED, Controls, Query, clear_ledger, config
from sandbox.common.wire import Answer, ok
from sandbox.salesforce.assertion import public_key
from sandbox.salesforce.convert import convert
from sandbox.salesforce.load import load
from sandbox.salesforce.merge import merge
from sandbox.salesforce.org import Org
from sandbox.salesforce.sessions import App
from sandbox.salesforce.store import Table
from sandbox.salesforce.writes import Actor, delete

_CLOCKED = frozenset({"CreatedDate", "LastModifiedDate", "SystemModstamp"})


def _health(org: Org, query: Query, given: Any) -> Answer:
    live = {
        table.kind.name: sum(not row.get("IsDeleted") for row in table.rows.values()) for table in org.tables.values()
    }
    return ok({"now": org.present(), "records": live})


def _ledger(org: Org, query: Query, given: Any) -> Answer:
    return ok({**org.ledger.shown(writes=query.get("writes") != "0"), "logins": org.sessions.logins})


def _clear_ledger(org: Org, query: Query, given: Any) -> Answer:
    org.sessions.logins = 0
    return clear_ledger(org, query, given)


def _config(org: Org, query: Query, given: Any) -> Answer:
    """What every vendor's takes, and `used`: API calls on the books."""
    values = dict(given)
    used = values.pop("used", None)
    told = config(org, query, values)
    if used is not None:
        org.limits.set_used(int(used), org.clock.now())
    return told


def _load(org: Org, query: Query, given: Any) -> Answer:
    # Hundreds of thousands of records that live as long as the process are not worth looking through for garbage.
    gc.disable()
    try:
        return ok({"ids": load(org, given)})
    finally:
        gc.freeze()
        gc.enable()


def _dump(org: Org, query: Query, given: Any) -> Answer:
    """Every record of the CRM's objects in one canonical order. `times=0` leaves out what the server's clock wrote."""
    out = frozenset() if query.get("times") != "0" else _CLOCKED
    told = {table.kind.name: _records(table, out) for _, table in sorted(org.tables.items())}
    return Answer(200, orjson.dumps({"objects": told}, option=orjson.OPT_SORT_KEYS))


def _records(table: Table, out: frozenset[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in out} for row in table.rows.values()]


def _merge(org: Org, query: Query, given: Any) -> Answer:
    """{master, losers: [ids]}: as a person merges in the CRM's own pages."""
    merge(org, str(given["master"]), [str(one) for one in given["losers"]], Actor(org.admin))
    return ok({})


def _convert(org: Org, query: Query, given: Any) -> Answer:
    """{lead, account?, contact?, opportunity?: name or null, status?}: the three ids (opportunity null when none was wanted)."""
    return ok(convert(org, given, Actor(org.admin)))


def _delete(org: Org, query: Query, given: Any) -> Answer:
    """{ids, purge?}: to the recycle bin, or out of it for good."""
    for text in given["ids"]:
        id_ = org.id_of(text)
        table = None if id_ is None else org.table_of(id_)
        if id_ is None or table is None:
            raise ValueError(f"{text!r} is no record's id")
        if not table.rows[id_].get("IsDeleted"):
            delete(org, table, id_, Actor(org.admin))
        if given.get("purge"):
            table.purge(id_)
    return ok({})


def _app(org: Org, query: Query, given: Any) -> Answer:
    """{client_id, secret?, certificate?, runs_as?, approved?}: register a connected app, or change one."""
    if given.get("certificate"):
        public_key(given["certificate"])
    held = org.sessions.apps.get(given["client_id"], App(given["client_id"], ""))
    org.sessions.apps[held.client_id] = App(
        held.client_id,
        given.get("secret", held.secret),
        given.get("certificate", held.certificate),
        given.get("runs_as", held.runs_as),
        frozenset(given["approved"]) if "approved" in given else held.approved,
    )
    return ok({})


def _expire(org: Org, query: Query, given: Any) -> Answer:
    """{token?}: end this session, or all that can end; a refresh token is revoked."""
    if "token" in given:
        return ok({"ended": org.sessions.revoke(given["token"])})
    ended = [token for token, one in org.sessions.open.items() if one.expires is not None]
    for token in ended:
        del org.sessions.open[token]
    return ok({"ended": len(ended)})


CONTROLS: Controls[Org] = {
    **SHARED,
    ("GET", "/health"): _health,
    ("GET", "/ledger"): _ledger,
    ("DELETE", "/ledger"): _clear_ledger,
    ("POST", "/config"): _config,
    ("POST", "/load"): _load,
    ("GET", "/dump"): _dump,
    ("POST", "/merge"): _merge,
    ("POST", "/convert"): _convert,
    ("POST", "/delete"): _delete,
    ("POST", "/app"): _app,
    ("POST", "/expire"): _expire,
}
