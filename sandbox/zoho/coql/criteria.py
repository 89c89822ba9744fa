"""Conditions as functions of a record."""

import operator
from collections.abc import Callable
from typing import Any

from sandbox.zoho.coql.columns import Kind, Reader, reader
from sandbox.zoho.coql.syntax import Both, Condition, Criterion, Either, Literal, Operator
from sandbox.zoho.errors import Refusal, bad
from sandbox.zoho.org import Org
from sandbox.zoho.store import Record
from sandbox.zoho.times import parse

Test = Callable[[Record], bool]
_ORDERED = {
    Operator.LESS: operator.lt,
    Operator.LESS_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_EQUAL: operator.ge,
}
_RANGES = frozenset({*_ORDERED, Operator.BETWEEN, Operator.NOT_BETWEEN})
_LIKES = frozenset({Operator.LIKE, Operator.NOT_LIKE})
_SETS = frozenset({Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.NOT_IN})
_NULLS = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})
ALLOWED = {
    Kind.TEXT: _SETS | _LIKES | _NULLS,
    Kind.LIST: _SETS | _LIKES | _NULLS,
    Kind.LONG_TEXT: frozenset[Operator](),
    Kind.NUMBER: _SETS | _RANGES | _NULLS,
    Kind.BOOLEAN: frozenset({Operator.EQUAL, Operator.NOT_EQUAL}) | _NULLS,
    Kind.DATE: _SETS | _RANGES | _NULLS,
    Kind.INSTANT: _SETS | _RANGES | _NULLS,
    Kind.ID: _SETS | _RANGES | _NULLS,
}


def test(org: Org, module: str, condition: Condition) -> Test:
    """The condition as a function; raises the vendor's 400 for a column, operator or value that does not fit."""
    if isinstance(condition, Criterion):
        return _criterion(condition, reader(org, module, condition.path))
    left, right = test(org, module, condition.left), test(org, module, condition.right)
    if isinstance(condition, Both):
        return lambda record: left(record) and right(record)
    return lambda record: left(record) or right(record)


def _criterion(criterion: Criterion, column: Reader) -> Test:
    what, name = criterion.operator, ".".join(criterion.path)
    if column.kind is Kind.LONG_TEXT:
        raise bad("INVALID_QUERY", "unsupported column in criteria", column_name=name, operator=what.value)
    if what not in ALLOWED[column.kind]:
        reason = "invalid operator found"
        raise bad("INVALID_QUERY", "Invalid query formed", reason=reason, column_name=name, operator=what.value)
    if what in _NULLS:
        empty, read = what is Operator.IS_NULL, column.compared
        return lambda record: (read(record) is None) is empty
    values = tuple(literal(column.kind, value, name) for value in criterion.values)
    return _comparison(what, column.compared, values)


def _comparison(what: Operator, read: Callable[[Record], Any], values: tuple[Any, ...]) -> Test:
    if what in _ORDERED:
        compare, edge = _ORDERED[what], values[0]
        return lambda record: (value := read(record)) is not None and compare(value, edge)
    if what in {Operator.BETWEEN, Operator.NOT_BETWEEN}:
        low, high = values
        inside = what is Operator.BETWEEN
        return lambda record: (value := read(record)) is not None and (low <= value <= high) is inside
    if what in _LIKES:
        fits, wanted = _pattern(str(values[0])), what is Operator.LIKE
        return lambda record: fits(str(read(record) or "")) is wanted
    members, wanted = frozenset(values), what in {Operator.EQUAL, Operator.IN}
    return lambda record: (read(record) in members) is wanted


def _pattern(text: str) -> Callable[[str], bool]:
    """`%` at the start, the end, or both: nothing else is supported."""
    inner = text.strip("%")
    if text.startswith("%") and text.endswith("%"):
        return lambda value: inner in value
    if text.startswith("%"):
        return lambda value: value.endswith(inner)
    if text.endswith("%"):
        return lambda value: value.startswith(inner)
    return lambda value: value == inner


def literal(kind: Kind, value: Literal, column: str) -> Any:
    """A written value as comparisons take it; raises the vendor's 400 for one of another type."""
    if kind in {Kind.TEXT, Kind.LIST} and isinstance(value, str):
        return value.lower()
    if kind is Kind.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if kind is Kind.BOOLEAN and isinstance(value, bool):
        return value
    if kind is Kind.DATE and isinstance(value, str) and len(value) == 10:
        return value
    if kind is Kind.ID and not isinstance(value, bool) and str(value).isdecimal():
        return int(value)
    if kind is Kind.INSTANT and isinstance(value, str) and (at := parse(value)) is not None:
        return at
    raise _wrong_value(column, value)


def _wrong_value(column: str, value: Literal) -> Refusal:
    return bad(
        "INVALID_QUERY", "Invalid query formed", reason="invalid value found", column_name=column, value=str(value)
    )


def bounds(condition: Condition, name: str, kind: Kind) -> tuple[int | None, int | None]:
    """The least and greatest value of a numeric column that the condition lets through, None where it sets no bound."""
    if isinstance(condition, Criterion):
        return _bounds_of(condition, name, kind)
    (low_a, high_a), (low_b, high_b) = bounds(condition.left, name, kind), bounds(condition.right, name, kind)
    if isinstance(condition, Either):
        return (
            None if low_a is None or low_b is None else min(low_a, low_b),
            None if high_a is None or high_b is None else max(high_a, high_b),
        )
    lows, highs = [x for x in (low_a, low_b) if x is not None], [x for x in (high_a, high_b) if x is not None]
    return max(lows, default=None), min(highs, default=None)


def _bounds_of(criterion: Criterion, name: str, kind: Kind) -> tuple[int | None, int | None]:
    if criterion.path != (name,):
        return None, None
    values = [literal(kind, value, name) for value in criterion.values]
    match criterion.operator:
        case Operator.EQUAL | Operator.IN:
            return min(values), max(values)
        case Operator.GREATER | Operator.GREATER_EQUAL:
            return values[0], None
        case Operator.LESS | Operator.LESS_EQUAL:
            return None, values[0]
        case Operator.BETWEEN:
            return values[0], values[1]
    return None, None
