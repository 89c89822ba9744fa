"""WHERE as functions of a record."""

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sandbox.salesforce.errors import Refusal, refuse
from sandbox.salesforce.fields import IDS, NUMBERS, Field, FieldType, Row
from sandbox.salesforce.ids import canonical
from sandbox.salesforce.soql.columns import Getter, Shown
from sandbox.salesforce.soql.lexer import invalid_field
from sandbox.salesforce.soql.periods import period
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.tree import Both, Compare, Condition, Either, Literal, Sort
from sandbox.salesforce.times import stamp

Test = Callable[[Row], bool]
_ORDERED: dict[str, Callable[[Shown, Shown], bool]] = {
    "<": lambda a, b: a < b,  # type: ignore[operator]  # both sides are of the field's one type by now
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
}
_WANTED = {FieldType.DATETIME: "dateTime", FieldType.DATE: "date", FieldType.BOOLEAN: "boolean"}


def compile_condition(scope: Scope, condition: Condition) -> Test:
    """The test of a condition. Raises the vendor's refusal for a field or a value that cannot stand there."""
    if isinstance(condition, Compare):
        return _comparison(scope, condition)
    if isinstance(condition, Both):
        parts = [compile_condition(scope, part) for part in condition.parts]
        return lambda row: all(part(row) for part in parts)
    if isinstance(condition, Either):
        parts = [compile_condition(scope, part) for part in condition.parts]
        return lambda row: any(part(row) for part in parts)
    inner = compile_condition(scope, condition.part)
    return lambda row: not inner(row)


def _comparison(scope: Scope, given: Compare) -> Test:
    resolved = scope.resolve(given.name)
    field = resolved.field
    if not field.filterable:
        raise invalid_field(scope.source, given.name.at, f"field '{field.name}' can not be filtered in a query call")
    literals = [(one, wire_value(scope, field, one)) for one in given.literals]
    get = _folded(resolved.get) if is_text(field) else resolved.get
    if given.operator in {"IN", "NOT IN"}:
        values = frozenset(value for _, value in literals)
        wanted = given.operator == "IN"
        return lambda row: (get(row) in values) is wanted
    literal, value = literals[0]
    if literal.sort is Sort.PERIOD:
        return _in_period(get, given.operator, *edges(scope, field, literal))
    if given.operator == "LIKE":
        return _like(scope, field, literal, get)
    if given.operator in {"=", "!="}:
        wanted = given.operator == "="
        return lambda row: (get(row) == value) is wanted
    compare = _ORDERED[given.operator]
    if value is None or field.type is FieldType.BOOLEAN:
        raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on field: {field.name}")
    return lambda row: (held := get(row)) is not None and compare(held, value)


def is_text(field: Field) -> bool:
    """Whether values are compared without regard to case."""
    return field.type not in NUMBERS | IDS | {FieldType.BOOLEAN, FieldType.DATE, FieldType.DATETIME}


def _folded(get: Getter) -> Getter:
    def folded(row: Row) -> Shown:
        held = get(row)
        return held.casefold() if isinstance(held, str) else held

    return folded


def wire_value(scope: Scope, field: Field, literal: Literal) -> str | float | bool | None:
    """A literal as the field holds it. Raises the vendor's refusal when it is of another type."""
    if literal.sort is Sort.NULL:
        return None
    if literal.sort is Sort.PERIOD:
        if field.type in {FieldType.DATE, FieldType.DATETIME}:
            return None
        raise _mistyped(scope, field, literal)
    if field.type in IDS:
        return _id(scope, field, literal)
    if literal.sort is not _expected(field):
        raise _mistyped(scope, field, literal)
    return literal.value.casefold() if is_text(field) and isinstance(literal.value, str) else literal.value


def _expected(field: Field) -> Sort:
    if field.type in NUMBERS:
        return Sort.NUMBER
    by_type = {FieldType.BOOLEAN: Sort.BOOLEAN, FieldType.DATE: Sort.DATE, FieldType.DATETIME: Sort.DATETIME}
    return by_type.get(field.type, Sort.STRING)


def _id(scope: Scope, field: Field, literal: Literal) -> str | None:
    if literal.sort is not Sort.STRING:
        raise _mistyped(scope, field, literal)
    if literal.value == "":
        return None
    id_ = canonical(literal.value)
    if id_ is None:
        raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.value}")
    return id_


def _mistyped(scope: Scope, field: Field, literal: Literal) -> Refusal:
    wanted = _WANTED.get(field.type, "double" if field.type in NUMBERS else "string")
    quotes = "should be enclosed in quotes" if wanted == "string" else "should not be enclosed in quotes"
    return invalid_field(
        scope.source,
        literal.at,
        f"value of filter criterion for field '{field.name}' must be of type {wanted} and {quotes}",
    )


def edges(scope: Scope, field: Field, literal: Literal) -> tuple[str, str]:
    """The first wire value in a period, and the first after it."""
    start, end = period(str(literal.value), date.fromisoformat(scope.today))
    if field.type is FieldType.DATE:
        return start.isoformat(), end.isoformat()
    zone = ZoneInfo(scope.org.settings.time_zone)
    first, after = (
        stamp(round(datetime.combine(day, datetime.min.time(), zone).timestamp() * 1000)) for day in (start, end)
    )
    return first, after


def _in_period(get: Getter, operator: str, start: str, end: str) -> Test:
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda held: start <= held < end,
        "!=": lambda held: not start <= held < end,
        "<": lambda held: held < start,
        "<=": lambda held: held < end,
        ">": lambda held: held >= end,
        ">=": lambda held: held >= start,
    }
    test = tests[operator]
    return lambda row: isinstance(held := get(row), str) and test(held)


def _like(scope: Scope, field: Field, literal: Literal, get: Getter) -> Test:
    if not is_text(field):
        raise refuse(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on field: {field.name}")
    pattern = re.compile(re.escape(str(literal.value).casefold()).replace("%", ".*").replace("_", "."), re.DOTALL)
    return lambda row: isinstance(held := get(row), str) and pattern.fullmatch(held) is not None
