"""COUNT, SUM and the like, with or without GROUP BY."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sandbox.salesforce.fields import NUMBERS, Row
from sandbox.salesforce.soql.columns import Getter, Shown
from sandbox.salesforce.soql.lexer import malformed
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.tree import Aggregate, Name, Query

_Values = list[Any]
_FUNCTIONS: dict[str, Callable[[_Values], Shown]] = {
    "COUNT": len,
    "COUNT_DISTINCT": lambda values: len(set(values)),
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
    "SUM": lambda values: sum(values) if values else None,
    "AVG": lambda values: sum(values) / len(values) if values else None,
}


def is_plain_count(query: Query) -> bool:
    """`SELECT COUNT()`: the answer is `totalSize`, without records."""
    first = query.selected[0]
    return len(query.selected) == 1 and isinstance(first, Aggregate) and first.name is None


def is_aggregate(query: Query) -> bool:
    """Whether the records of the answer are groups."""
    return bool(query.group) or any(isinstance(one, Aggregate) for one in query.selected)


def aggregated(scope: Scope, query: Query, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The groups as `AggregateResult` records."""
    keys = [(name.text.split(".")[-1], scope.resolve(name)) for name in query.group]
    grouped = {name.text.lower() for name in query.group}
    columns: list[tuple[str, Callable[[Sequence[Row]], Shown]]] = []
    unnamed = 0
    for one in query.selected:
        if isinstance(one, Aggregate):
            columns.append((one.alias or f"expr{unnamed}", _function(scope, query, one)))
            unnamed += one.alias is None
        elif isinstance(one, Name) and one.text.lower() in grouped:
            resolved = scope.resolve(one)
            columns.append((resolved.field.name, _first(resolved.get)))
        else:
            at = one.at if isinstance(one, Name) else 0
            raise malformed(query.source, at, "Field must be grouped or aggregated: " + getattr(one, "text", ""))
    groups: dict[tuple[Shown, ...], list[Row]] = {} if keys else {(): []}
    for row in rows:
        groups.setdefault(tuple(resolved.get(row) for _, resolved in keys), []).append(row)
    return [
        {"attributes": {"type": "AggregateResult"}, **{name: of(group) for name, of in columns}}
        for group in groups.values()
    ]


def _first(get: Getter) -> Callable[[Sequence[Row]], Shown]:
    return lambda rows: get(rows[0]) if rows else None


def _function(scope: Scope, query: Query, one: Aggregate) -> Callable[[Sequence[Row]], Shown]:
    if one.name is None:
        raise malformed(query.source, 0, "COUNT() must be the only element in the SELECT list")
    resolved = scope.resolve(one.name)
    if one.function in {"SUM", "AVG"} and resolved.field.type not in NUMBERS:
        message = f"field {resolved.field.name} does not support aggregate operator {one.function}"
        raise malformed(query.source, one.name.at, message)
    get, function = resolved.get, _FUNCTIONS[one.function]
    return lambda rows: function([value for row in rows if (value := get(row)) is not None])
