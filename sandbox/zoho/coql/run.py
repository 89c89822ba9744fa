"""`POST /coql`: a query's answer.

A row holds the selected columns and always the id; lookups are their ids alone. Leads that were converted are left out unless the query
speaks of Converted__s.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import Call, nothing
from sandbox.zoho.coql.columns import Kind, Reader, reader
from sandbox.zoho.coql.criteria import bounds, test
from sandbox.zoho.coql.parse import DEFAULT_LIMIT, parse
from sandbox.zoho.coql.syntax import Query, criteria
from sandbox.zoho.errors import bad, forbidden
from sandbox.zoho.org import Org
from sandbox.zoho.store import Record, RecordId, Store

_LIMIT = re.compile(r"\blimit\s+(\d+)", re.IGNORECASE)
_SMALL_PART = 8
"""An index that narrows to one in so many is worth sorting afterwards."""
_INDEXED = {"id": Kind.ID, "Modified_Time": Kind.INSTANT, "Created_Time": Kind.INSTANT}


def credits_of(call: Call) -> int:
    """What a query costs, by its LIMIT."""
    found = _LIMIT.search(call.body.decode("utf-8", "replace"))
    limit = int(found[1]) if found else DEFAULT_LIMIT
    return 1 if limit <= 200 else 2 if limit <= 1_000 else 3


def execute(call: Call) -> Answer:
    """200 with data and info; 204 when nothing fits."""
    source = call.json().get("select_query")
    if not isinstance(source, str):
        raise bad("MANDATORY_NOT_FOUND", "mandatory key not found", api_name="select_query")
    org, settings = call.org, call.org.settings
    query = parse(source, settings.coql_fields, settings.coql_values)
    if query.module not in org.modules:
        raise bad("INVALID_MODULE", "the given module is not supported in api")
    if org.forbids(f"View_{query.module}"):
        raise forbidden(f"View_{query.module}")
    columns = [(column.name, reader(org, query.module, column.path)) for column in query.columns]
    found = _found(org, query)
    if any(column.counts for column in query.columns):
        return _counted(query, found)
    wanted = list(islice(found, query.offset, query.offset + query.limit + 1))
    if not wanted:
        return nothing()
    shown, more = wanted[: query.limit], len(wanted) > query.limit
    rows = [_row(record, columns) for record in shown]
    return ok({"data": rows, "info": {"count": len(rows), "more_records": more}})


def _counted(query: Query, found: Iterator[Record]) -> Answer:
    if len(query.columns) > 1:
        raise bad("SYNTAX_ERROR", "given coql query not supported")
    total = sum(1 for _ in found)
    return ok({"data": [{query.columns[0].name: total}], "info": {"count": 1, "more_records": False}})


def _row(record: Record, columns: Iterable[tuple[str, Reader]]) -> dict[str, Any]:
    told = {name: column.shown(record) for name, column in columns}
    told["id"] = str(record.id)
    return told


def _found(org: Org, query: Query) -> Iterator[Record]:
    """Every record that fits, in order."""
    store, fits = org.stores[query.module], test(org, query.module, query.where)
    hidden = org.modules[query.module].converts and ("Converted__s",) not in {one.path for one in criteria(query.where)}
    name, down = _index(query)
    if name and not _narrower(store, query, name):
        candidates = _walk(store, query, name, down)
        return (one for one in candidates if fits(one) and not (hidden and one.converted))
    candidates = _walk(store, query, _narrowest(query), reverse=False)
    kept = [one for one in candidates if fits(one) and not (hidden and one.converted)]
    return iter(_sorted(org, query, kept))


def _index(query: Query) -> tuple[str, bool]:
    """The index whose order is the query's, if one's is, and its direction."""
    if not query.order:
        return "id", False
    (path, down), *rest = query.order
    serves = len(path) == 1 and path[0] in _INDEXED and all(one == (("id",), down) for one in rest)
    return (path[0], down) if serves else ("", False)


def _narrowest(query: Query) -> str:
    bounded = [name for name, kind in _INDEXED.items() if bounds(query.where, name, kind)[0] is not None]
    return next((name for name in ("Modified_Time", "Created_Time") if name in bounded), "id")


def _narrower(store: Store, query: Query, name: str) -> bool:
    """Whether the modified times narrow the search so far that sorting what is left is less work than walking `name`."""
    low, _ = bounds(query.where, "Modified_Time", Kind.INSTANT)
    if name == "Modified_Time" or low is None or _narrowest(query) != "Modified_Time":
        return False
    return store.by_modified.count_above((low - 1, 2**63)) * _SMALL_PART < len(store.live)


def _walk(store: Store, query: Query, name: str, reverse: bool) -> Iterator[Record]:
    """Records in an index's order, as far as the condition bounds it."""
    low, high = bounds(query.where, name, _INDEXED[name])
    if name == "id":
        above = None if low is None else RecordId(low - 1)
        below = None if high is None else RecordId(high + 1)
        ids = store.ids(above, below, reverse)
    else:
        order = store.by_modified if name == "Modified_Time" else store.by_created
        ids = order.walk(None if low is None else (low, -1), None if high is None else (high, 2**63), reverse)
    return (store.live[id_] for id_ in ids)


def _sorted(org: Org, query: Query, records: list[Record]) -> list[Record]:
    """By the order asked for, then by id; records without a value come first going up."""
    records.sort(key=lambda record: record.id)
    for path, down in reversed(query.order):
        read = reader(org, query.module, path).compared
        records.sort(key=lambda record: _sort_key(read(record)), reverse=down)
    return records


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)
