"""The functions of the expression language, with the types they take and give. Null in, null out, unless noted.

All are total and bounded: no loops over anything but their own arguments, no regular expressions, no result longer than
`LONGEST_TEXT`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from mapping import casts
from mapping.casts import Unreadable

LONGEST_TEXT = 10_000
MOST_DIGITS = 10


class Family(StrEnum):
    """Types that can be compared with each other; the value is the word used in messages."""

    TEXT = "text"
    NUMBER = "a number"
    BOOLEAN = "true/false"
    DATE = "a date"
    DATETIME = "a date and time"
    LIST = "a list"


FAMILIES: Mapping[type, Family] = MappingProxyType(
    {
        str: Family.TEXT,
        int: Family.NUMBER,
        float: Family.NUMBER,
        Decimal: Family.NUMBER,
        bool: Family.BOOLEAN,
        date: Family.DATE,
        datetime: Family.DATETIME,
        tuple: Family.LIST,
        list: Family.LIST,
    }
)


class ExpressionFailure(Unreadable):
    """An expression could not be computed for this record; the message says why, without quoting values."""


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` gives the families allowed at each position; the last one repeats. An empty set allows any."""

    call: Callable[..., Any]
    takes: tuple[frozenset[Family], ...]
    gives: Family | None
    least: int
    most: int
    usage: str


def bounded(text: str) -> str:
    """`text`, unless it is longer than an expression may give."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionFailure(f"gives a text longer than {LONGEST_TEXT:,} characters")
    return text


def _concat(*texts: str) -> str:
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise ExpressionFailure(f"gives a text longer than {LONGEST_TEXT:,} characters")
    return "".join(texts)


def _replace(text: str, old: str, new: str) -> str:
    if not old:
        raise ExpressionFailure("REPLACE needs a text to look for")
    if len(text) + text.count(old) * (len(new) - len(old)) > LONGEST_TEXT:
        raise ExpressionFailure(f"gives a text longer than {LONGEST_TEXT:,} characters")
    return text.replace(old, new)


def _left(text: str, length: float) -> str:
    return text[: max(int(length), 0)]


def _right(text: str, length: float) -> str:
    return text[len(text) - min(max(int(length), 0), len(text)) :]


def _contains(where: str | tuple[str, ...], what: str) -> bool:
    return what in where


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return casts.to_text(";".join(value) if isinstance(value, tuple | list) else value)


def _number(value: Any) -> int | float | None:
    if value.__class__ is str and value.isdigit() and value.isascii() and len(value) < 19:
        return int(value)
    number = casts.to_decimal(value)
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _days_between(start: Any, end: Any) -> int:
    if start.__class__ is date and end.__class__ is date:
        return int((end - start).days)
    first, last = _instant(start), _instant(end)
    if first is None or last is None:
        raise ExpressionFailure("DAYS_BETWEEN needs two times")
    return int((last - first).total_seconds() / 86_400)


def _instant(value: Any) -> datetime | None:
    return casts.to_datetime(value, UTC if value.__class__ is date else None)


def _round(number: Any, digits: float = 0) -> int | float | Decimal:
    if not 0 <= digits <= MOST_DIGITS:
        raise ExpressionFailure(f"ROUND keeps 0 to {MOST_DIGITS} digits")
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    rounded = exact.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP)
    if int(digits) == 0:
        return int(rounded)
    return rounded if isinstance(number, Decimal) else float(rounded)


def _same_family(values: tuple[Any, ...]) -> None:
    if len({FAMILIES.get(value.__class__) for value in values}) > 1:
        raise ExpressionFailure("MIN and MAX need values of one type")


def _least(*values: Any) -> Any:
    _same_family(values)
    return min(values)


def _greatest(*values: Any) -> Any:
    _same_family(values)
    return max(values)


def _domain(address: str) -> str | None:
    domain = address.strip().lower().rpartition("@")[2]
    host = domain.partition("://")[2].partition("/")[0] if "://" in domain else domain
    return host.removeprefix("www.") if "." in host and " " not in host else None


def _split_part(text: str, separator: str, position: float) -> str | None:
    if not separator:
        raise ExpressionFailure("SPLIT_PART needs a separator")
    parts = text.split(separator)
    index = int(position)
    if index == 0 or abs(index) > len(parts):
        return None
    return parts[index - 1 if index > 0 else index]


def finite(number: Any) -> Any:
    """A computed number, unless it has left the range that can be stored."""
    if isinstance(number, float) and not math.isfinite(number):
        raise ExpressionFailure("gives a number that is too large")
    if abs(number) > 10**30:
        raise ExpressionFailure("gives a number that is too large")
    return number


_T = frozenset({Family.TEXT})
_N = frozenset({Family.NUMBER})
_ANY: frozenset[Family] = frozenset()
_MOMENT = frozenset({Family.TEXT, Family.DATE, Family.DATETIME})
_ORDERED = frozenset({Family.NUMBER, Family.DATE, Family.DATETIME})
MANY = 50

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "LOWER": Function(str.lower, (_T,), Family.TEXT, 1, 1, "LOWER(text)"),
        "UPPER": Function(lambda text: bounded(text.upper()), (_T,), Family.TEXT, 1, 1, "UPPER(text)"),
        "TRIM": Function(str.strip, (_T,), Family.TEXT, 1, 1, "TRIM(text)"),
        "CONCAT": Function(_concat, (_T,), Family.TEXT, 1, MANY, "CONCAT(text, …)"),
        "LEFT": Function(_left, (_T, _N), Family.TEXT, 2, 2, "LEFT(text, length)"),
        "RIGHT": Function(_right, (_T, _N), Family.TEXT, 2, 2, "RIGHT(text, length)"),
        "LEN": Function(len, (_T | {Family.LIST},), Family.NUMBER, 1, 1, "LEN(text or list)"),
        "REPLACE": Function(_replace, (_T, _T, _T), Family.TEXT, 3, 3, "REPLACE(text, old, new)"),
        "CONTAINS": Function(_contains, (_T | {Family.LIST}, _T), Family.BOOLEAN, 2, 2, "CONTAINS(text or list, text)"),
        "STARTS_WITH": Function(str.startswith, (_T, _T), Family.BOOLEAN, 2, 2, "STARTS_WITH(text, start)"),
        "ENDS_WITH": Function(str.endswith, (_T, _T), Family.BOOLEAN, 2, 2, "ENDS_WITH(text, end)"),
        "SPLIT_PART": Function(_split_part, (_T, _T, _N), Family.TEXT, 3, 3, "SPLIT_PART(text, separator, position)"),
        "DOMAIN": Function(_domain, (_T,), Family.TEXT, 1, 1, "DOMAIN(e-mail or URL)"),
        "TEXT": Function(_text, (_ANY,), Family.TEXT, 1, 1, "TEXT(value)"),
        "NUMBER": Function(_number, (_T | _N,), Family.NUMBER, 1, 1, "NUMBER(text)"),
        "INTEGER": Function(casts.to_integer, (_T | _N,), Family.NUMBER, 1, 1, "INTEGER(text)"),
        "BOOLEAN": Function(casts.to_boolean, (_T | _N | {Family.BOOLEAN},), Family.BOOLEAN, 1, 1, "BOOLEAN(text)"),
        "DATE": Function(casts.to_date, (_MOMENT | _N,), Family.DATE, 1, 1, "DATE(text or time)"),
        "DATETIME": Function(casts.to_datetime, (_MOMENT | _N,), Family.DATETIME, 1, 1, "DATETIME(text)"),
        "DAYS_BETWEEN": Function(_days_between, (_MOMENT, _MOMENT), Family.NUMBER, 2, 2, "DAYS_BETWEEN(start, end)"),
        "ROUND": Function(_round, (_N, _N), Family.NUMBER, 1, 2, "ROUND(number, digits)"),
        "ABS": Function(abs, (_N,), Family.NUMBER, 1, 1, "ABS(number)"),
        "MIN": Function(_least, (_ORDERED,), None, 1, MANY, "MIN(value, …)"),
        "MAX": Function(_greatest, (_ORDERED,), None, 1, MANY, "MAX(value, …)"),
    }
)
