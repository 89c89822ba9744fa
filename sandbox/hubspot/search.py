"""CRM search: its grammar, its limits, and what it finds.

Limits from developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm: 5 groups of 6 filters and 18 in all, a body of 3,000
characters, 200 a page, 10,000 in all. IN on a text property compares with lower-cased values; enumerations are case-sensitive.
"""

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from sandbox.common.times import parse_instant
from sandbox.hubspot.account import Account
from sandbox.hubspot.errors import bad_request
from sandbox.hubspot.kinds import Kind, kind_named
from sandbox.hubspot.properties import Property
from sandbox.hubspot.store import Record

MOST_RESULTS = 10_000
_MOST_BODY = 3_000
_MOST_GROUPS, _MOST_IN_GROUP, _MOST_FILTERS = 5, 6, 18
_LINKED = b'"associations.'
"""What marks a query that links decide, too: the index does not know when they change."""
_WORD = re.compile(r"[\w*]+")

Comparable = float | str
Test = Callable[[Record], bool]


@dataclass(frozen=True, slots=True)
class Span:
    """The modified times a query may match, closed, epoch ms; None is open. `alone`: they are all that it asks for."""

    low: int | None = None
    high: int | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search. `groups` are alternatives, the tests in one all hold."""

    groups: tuple[tuple[Test, ...], ...]
    sort: tuple[str, bool] | None
    after: int
    limit: int
    names: tuple[str, ...]
    span: Span
    key: bytes


def run_search(account: Account, kind: Kind, query: Query) -> tuple[list[Record], int]:
    """A page of records as the index has them, and the total. What the last few searches found is kept for their next pages."""
    index = account.indexes[kind.name]
    index.settle(account.clock.now())
    if query.span.alone and query.sort == (kind.modified, False):
        return index.page(query.span.low, query.span.high, query.after, query.limit)
    found = index.kept(query.key)
    if found is None:
        found = [
            record
            for record in index.between(query.span.low, query.span.high)
            if any(all(test(record) for test in group) for group in query.groups)
        ]
        found.sort(key=_order(account, kind, query.sort), reverse=bool(query.sort and query.sort[1]))
        if _LINKED not in query.key:
            index.keep(query.key, found)
    return found[query.after : query.after + query.limit], len(found)


def _order(
    account: Account, kind: Kind, sort: tuple[str, bool] | None
) -> Callable[[Record], tuple[bool, Comparable, int]]:
    name = sort[0] if sort else "hs_object_id"
    definition = account.catalogs[kind.name].named(name)
    as_text = sort is not None and name == "hs_object_id" and account.settings.search_ids_as_text

    def order(record: Record) -> tuple[bool, Comparable, int]:
        text = record.properties.get(name, "")
        value = text if as_text else comparable(definition, text)
        return value is None or not text, "" if value is None else value, record.id

    return order


def comparable(definition: Property, text: str) -> Comparable | None:
    """A value as search compares it: a number, an instant in epoch ms, or text; None when it is not of the property's type."""
    if definition.type == "number":
        try:
            return float(text)
        except ValueError:
            return None
    if definition.type in {"date", "datetime"}:
        at = parse_instant(text)
        return None if at is None else float(at)
    return text if definition.type == "enumeration" else text.lower()


def parse_query(account: Account, kind: Kind, body: bytes, given: Mapping[str, Any]) -> Query:
    """A search body, or the vendor's 400."""
    if len(body.decode()) > _MOST_BODY:
        raise bad_request(f"The request body must not be longer than {_MOST_BODY} characters")
    groups = given.get("filterGroups") or []
    if isinstance(given.get("filters"), list):
        groups = [*groups, {"filters": given["filters"]}]
    _check_size(groups)
    tests = [tuple(_test(account, kind, one) for one in group.get("filters", ())) for group in groups] or [()]
    if text := str(given.get("query") or "").lower():
        tests = [(*group, _full_text(kind, text)) for group in tests]
    span = _hull([_span(kind, group.get("filters", ())) for group in groups])
    after, limit = _position(given)
    return Query(
        tuple(tests),
        _sort(account, kind, given.get("sorts") or ()),
        after,
        limit,
        tuple(given.get("properties") or ()),
        replace(span, alone=span.alone and not text),
        orjson.dumps([groups, given.get("sorts"), given.get("query"), account.settings.search_ids_as_text]),
    )


def _check_size(groups: Sequence[Mapping[str, Any]]) -> None:
    sizes = [len(group.get("filters", ())) for group in groups]
    if len(groups) > _MOST_GROUPS:
        raise bad_request(f"There are too many filter groups; the maximum is {_MOST_GROUPS}")
    if max(sizes, default=0) > _MOST_IN_GROUP or sum(sizes) > _MOST_FILTERS:
        raise bad_request(
            f"There are too many filters; the maximum is {_MOST_IN_GROUP} a group and {_MOST_FILTERS} in all"
        )


def _position(given: Mapping[str, Any]) -> tuple[int, int]:
    after, limit = str(given.get("after") or 0), given.get("limit", 10)
    if not after.isdecimal():
        raise bad_request(f"after must be an integer, not {after}")
    if type(limit) is not int or not 1 <= limit <= 200:
        raise bad_request(f"Invalid limit: {limit}; it must be between 1 and 200")
    if int(after) + limit > MOST_RESULTS:
        raise bad_request(f"Paging past {MOST_RESULTS} results is not supported")
    return int(after), limit


def _sort(account: Account, kind: Kind, sorts: Sequence[Any]) -> tuple[str, bool] | None:
    if len(sorts) > 1:
        raise bad_request("Only one sort is supported")
    if not sorts:
        return None
    one = sorts[0]
    if isinstance(one, dict):
        name, descending = str(one.get("propertyName")), one.get("direction") == "DESCENDING"
    else:
        name, descending = str(one).lstrip("-"), str(one).startswith("-")
    if name not in account.catalogs[kind.name]:
        raise bad_request(f"Invalid sort property: {name}")
    return name, descending


def _span(kind: Kind, filters: Sequence[Mapping[str, Any]]) -> Span:
    """What one group says of the modified time."""
    low: list[int] = []
    high: list[int] = []
    others = 0
    for one in filters:
        operator = one.get("operator")
        at, until = parse_instant(str(one.get("value"))), parse_instant(str(one.get("highValue")))
        if one.get("propertyName") != kind.modified or at is None or operator not in _BOUNDS:
            others += 1
            continue
        lower, upper = _BOUNDS[operator](at, at if until is None else until)
        low += [lower] if lower is not None else []
        high += [upper] if upper is not None else []
    return Span(max(low, default=None), min(high, default=None), alone=not others)


_BOUNDS: dict[str, Callable[[int, int], tuple[int | None, int | None]]] = {
    "EQ": lambda at, _: (at, at),
    "GT": lambda at, _: (at + 1, None),
    "GTE": lambda at, _: (at, None),
    "LT": lambda at, _: (None, at - 1),
    "LTE": lambda at, _: (None, at),
    "BETWEEN": lambda at, until: (at, until),
}


def _hull(spans: Sequence[Span]) -> Span:
    """The narrowest span around all."""
    lows, highs = [span.low for span in spans], [span.high for span in spans]
    low = None if None in lows or not lows else min(low for low in lows if low is not None)
    high = None if None in highs or not highs else max(high for high in highs if high is not None)
    return Span(low, high, alone=all(span.alone for span in spans) and len(spans) <= 1)


def _full_text(kind: Kind, text: str) -> Test:
    words = text.split()

    def test(record: Record) -> bool:
        held = " ".join(record.properties.get(name, "") for name in kind.searched).lower()
        return all(word in held for word in words)

    return test


def _test(account: Account, kind: Kind, one: Mapping[str, Any]) -> Test:
    name, operator = str(one.get("propertyName")), str(one.get("operator"))
    if name.startswith("associations."):
        return _linked(account, kind, kind_named(name.removeprefix("associations.")), one)
    definition = account.catalogs[kind.name].get(name)
    if definition is None:
        raise bad_request(f"There was a problem with the request: property {name} does not exist")
    if operator == "HAS_PROPERTY":
        return lambda record: name in record.properties
    if operator == "NOT_HAS_PROPERTY":
        return lambda record: name not in record.properties
    if operator in {"IN", "NOT_IN"}:
        return _listed(definition, one, operator == "IN")
    if operator in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
        return _tokens(definition, str(one.get("value")), operator == "CONTAINS_TOKEN")
    if operator == "BETWEEN":
        low, high = _operand(definition, one.get("value")), _operand(definition, one.get("highValue"))
        return _compared(definition, lambda value: low <= value <= high)  # type: ignore[operator]
    if operator not in _OPERATORS:
        raise bad_request(f"Invalid filter operator: {operator}")
    return _OPERATORS[operator](definition, _operand(definition, one.get("value")))


def _operand(definition: Property, value: Any) -> Comparable:
    if value is None or (operand := comparable(definition, str(value))) is None:
        raise bad_request(f"There was a problem with the request: {value} is not a valid value for {definition.name}")
    return operand


def _compared(definition: Property, holds: Callable[[Comparable], bool]) -> Test:
    name = definition.name

    def test(record: Record) -> bool:
        text = record.properties.get(name)
        value = None if text is None else comparable(definition, text)
        return value is not None and holds(value)

    return test


def _not_equal(definition: Property, operand: Comparable) -> Test:
    equal = _compared(definition, lambda value: value == operand)
    return lambda record: not equal(record)


_OPERATORS: dict[str, Callable[[Property, Comparable], Test]] = {
    "EQ": lambda definition, operand: _compared(definition, lambda value: value == operand),
    "NEQ": _not_equal,
    "LT": lambda definition, operand: _compared(definition, lambda value: value < operand),  # type: ignore[operator]
    "LTE": lambda definition, operand: _compared(definition, lambda value: value <= operand),  # type: ignore[operator]
    "GT": lambda definition, operand: _compared(definition, lambda value: value > operand),  # type: ignore[operator]
    "GTE": lambda definition, operand: _compared(definition, lambda value: value >= operand),  # type: ignore[operator]
}


def _listed(definition: Property, one: Mapping[str, Any], inside: bool) -> Test:
    values = one.get("values")
    if not isinstance(values, list) or not values:
        raise bad_request(f"The {one.get('operator')} operator needs a list of values")
    # Text values are taken as they come: HubSpot asks for them in lower case and finds nothing otherwise.
    texts = {str(value) for value in values}
    operands = (
        texts
        if definition.type in {"string", "bool", "phone_number"}
        else {_operand(definition, value) for value in values}
    )
    held = _compared(definition, lambda value: value in operands)
    return held if inside else lambda record: definition.name in record.properties and not held(record)


def _tokens(definition: Property, value: str, inside: bool) -> Test:
    patterns = [re.compile(fnmatch.translate(word)) for word in _WORD.findall(value.lower())]

    def test(record: Record) -> bool:
        words = _WORD.findall(record.properties.get(definition.name, "").lower())
        return all(any(pattern.match(word) for word in words) for pattern in patterns) == inside

    return test


def _linked(account: Account, kind: Kind, other: Kind, one: Mapping[str, Any]) -> Test:
    ids = {str(value) for value in one.get("values") or [one.get("value")]}
    if one.get("operator") not in {"EQ", "IN"}:
        raise bad_request("Associations can be searched with EQ and IN only")
    return lambda record: any(str(id_) in ids for id_ in account.links.of(kind, record.id, other))
