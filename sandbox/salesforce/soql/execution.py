"""Running a query: which records, in which order."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sandbox.salesforce.errors import refuse
from sandbox.salesforce.fields import IDS, Row
from sandbox.salesforce.org import Org
from sandbox.salesforce.soql.aggregates import aggregated, is_aggregate, is_plain_count
from sandbox.salesforce.soql.columns import Getter, Shown
from sandbox.salesforce.soql.conditions import compile_condition
from sandbox.salesforce.soql.lexer import LONGEST, invalid_field, malformed, pointed
from sandbox.salesforce.soql.parser import parse
from sandbox.salesforce.soql.ranges import LAST, hull, ids_named
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.selection import Child, Selection, select
from sandbox.salesforce.soql.tree import Name, Order, Query
from sandbox.salesforce.store import Table

__all__ = ["LONGEST", "MOST_SKIPPED", "Result", "run"]

MOST_SKIPPED = 2_000
_ARCHIVED = frozenset({"Task", "Event"})


@dataclass(frozen=True, slots=True)
class Result:
    """`rows` with the `selection` that shows them; or, of an aggregate query, `groups` (None for plain COUNT(), whose answer is `total`)."""

    kind: str
    total: int
    rows: Sequence[Row] = ()
    selection: Selection | None = None
    groups: Sequence[dict[str, Any]] | None = None


def run(org: Org, user: str, source: str, root: str, *, deleted: bool = False) -> Result:
    """The result of a query in a user's name; with `deleted`, what is in the recycle bin or archived too. Raises the vendor's refusals."""
    query = parse(source)
    table = _table(org, query)
    scope = Scope(org, table.kind, user, source)
    if query.offset > MOST_SKIPPED:
        message = f"Maximum SOQL offset allowed is {MOST_SKIPPED}"
        raise refuse(400, "NUMBER_OUTSIDE_VALID_RANGE", pointed(source, query.offset_at, message))
    rows = _rows(scope, table, query, deleted=deleted)
    if is_plain_count(query):
        return Result(table.kind.name, sum(1 for _ in islice(rows, query.limit)))
    if is_aggregate(query):
        groups = aggregated(scope, query, rows)[query.offset :][: query.limit]
        return Result(table.kind.name, len(groups), groups=groups)
    selection = select(scope, query, root, _children(scope, query, root, deleted=deleted))
    found = list(rows)
    return Result(table.kind.name, len(found), found, selection)


def _table(org: Org, query: Query) -> Table:
    table = org.tables.get(query.kind.text.lower())
    if table is None:
        message = (
            f"sObject type '{query.kind.text}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after "
            "the entity name. Please reference your WSDL or the describe call for the appropriate names."
        )
        raise refuse(400, "INVALID_TYPE", pointed(query.source, query.kind.at, message))
    return table


def _rows(scope: Scope, table: Table, query: Query, *, deleted: bool) -> Iterator[Row]:
    """The matching records in order, lazily where the order is that of an index."""
    candidates, order = _candidates(table, query)
    test = None if query.where is None else compile_condition(scope, query.where)
    hidden = not deleted and table.kind.name in _ARCHIVED
    found: Iterator[Row] = (
        row
        for row in candidates
        if (deleted or not row.get("IsDeleted"))
        and not (hidden and row.get("IsArchived"))
        and (test is None or test(row))
    )
    keys = [_sort_key(scope, key) for key in query.order] if not is_aggregate(query) else []
    if keys and not _is_order(query.order, order):
        rows = list(found)
        for get, key in reversed(keys):
            _sort(rows, get, key)
        found = iter(rows)
    if is_aggregate(query):
        return found
    return islice(found, query.offset, None if query.limit is None else query.offset + query.limit)


def _candidates(table: Table, query: Query) -> tuple[Iterable[Row], Sequence[str]]:
    """Records that may match, and the fields in whose order they come."""
    named = ids_named(query.where)
    if named is not None:
        return (table.rows[id_] for id_ in sorted(named) if id_ in table.rows), ("id",)
    stamps = hull(query.where, "systemmodstamp")
    by_stamp = [one.name.text.lower() for one in query.order][:1] == ["systemmodstamp"]
    if not stamps.whole or by_stamp:
        return table.changed_between((stamps.low, ""), (stamps.high, LAST)), ("systemmodstamp", "id")
    ids = hull(query.where, "id")
    return table.with_ids_between(ids.low, ids.high), ("id",)


def _is_order(order: Sequence[Order], natural: Sequence[str]) -> bool:
    wanted = [one.name.text.lower() for one in order]
    return not any(one.descending for one in order) and (
        wanted == list(natural) or wanted == list(natural)[: len(wanted)]
    )


def _sort_key(scope: Scope, order: Order) -> tuple[Getter, Order]:
    resolved = scope.resolve(order.name)
    if not resolved.field.sortable:
        raise invalid_field(
            scope.source, order.name.at, f"field '{resolved.field.name}' can not be sorted in a query call"
        )
    if resolved.field.type in IDS:
        return resolved.get, order

    def folded(row: Row) -> Shown:
        held = resolved.get(row)
        return held.casefold() if isinstance(held, str) else held

    return folded, order


def _sort(rows: list[Row], get: Getter, order: Order) -> None:
    """Stable; nulls come first unless said otherwise, whichever the direction."""

    def key(row: Row) -> tuple[bool, Any]:
        held: Shown = get(row)
        null = held is None
        first = null if (order.nulls_last != order.descending) else not null
        return first, "" if null else held

    rows.sort(key=key, reverse=order.descending)


def _children(scope: Scope, query: Query, root: str, *, deleted: bool) -> list[Child]:
    return [_child(scope, one, root, deleted=deleted) for one in query.selected if isinstance(one, Query)]


def _child(scope: Scope, query: Query, root: str, *, deleted: bool) -> Child:
    names = {name.lower(): (name, *to) for name, to in scope.kind.children.items()}
    found = names.get(query.kind.text.lower())
    if found is None:
        message = (
            f"Didn't understand relationship '{query.kind.text}' in FROM part of query call. If you are attempting to use a custom relationship, "
            "be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the "
            "appropriate names."
        )
        raise refuse(400, "INVALID_TYPE", pointed(query.source, query.kind.at, message))
    relationship, kind, back = found
    if any(not isinstance(one, Name) for one in query.selected):
        raise malformed(query.source, query.kind.at, "only root queries support aggregate expressions and sub-selects")
    table = scope.org.table(kind)
    inner = Scope(scope.org, table.kind, scope.user, query.source)
    selection = select(inner, query, root)
    test = None if query.where is None else compile_condition(inner, query.where)
    keys = [_sort_key(inner, one) for one in query.order]
    field = table.kind.fields[back.lower()]

    def look(row: Row) -> dict[str, Any] | None:
        rows = [one for one in table.having(field, row["Id"]) if test is None or test(one)]
        for get, order in reversed(keys):
            _sort(rows, get, order)
        shown = [selection.shape(one) for one in rows[query.offset :][: query.limit]]
        return {"totalSize": len(shown), "done": True, "records": shown} if shown else None

    return relationship, look
