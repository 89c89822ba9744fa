"""Columns of a query: how a path is read from a record, and how its values compare."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from sandbox.zoho.coql.syntax import Path
from sandbox.zoho.errors import bad
from sandbox.zoho.fields import NUMBERS, DataType
from sandbox.zoho.org import Org
from sandbox.zoho.store import Record
from sandbox.zoho.times import parse

Read = Callable[[Record], Any]
_USER_COLUMNS = ("id", "first_name", "last_name", "full_name", "email", "status")


class Kind(Enum):
    """How values compare: texts without regard to case, ids and instants as numbers."""

    TEXT = auto()
    LIST = auto()
    LONG_TEXT = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    DATE = auto()
    INSTANT = auto()
    ID = auto()


@dataclass(frozen=True, slots=True)
class Reader:
    """`shown` gives the value as the API writes it; `compared` as comparisons take it, None when there is none."""

    kind: Kind
    shown: Read
    compared: Read


_KINDS = {
    DataType.TEXTAREA: Kind.LONG_TEXT,
    DataType.MULTISELECT: Kind.LIST,
    DataType.BOOLEAN: Kind.BOOLEAN,
    DataType.DATE: Kind.DATE,
    DataType.DATETIME: Kind.INSTANT,
    DataType.LOOKUP: Kind.ID,
    DataType.OWNER: Kind.ID,
    DataType.BIGINT: Kind.NUMBER,
    **dict.fromkeys(NUMBERS, Kind.NUMBER),
}
_ID = Reader(Kind.ID, lambda record: str(record.id), lambda record: record.id)


def reader(org: Org, module: str, path: Path) -> Reader:
    """The reader for a path in a module; raises the vendor's 400 for one that leads nowhere."""
    name, rest = path[0], path[1:]
    if path == ("id",):
        return _ID
    field = org.modules[module].fields.get(name)
    if field is None or not field.visible:
        raise unknown_column(path)
    if rest:
        if field.data_type is DataType.OWNER:
            return _of_user(org, name, rest)
        if field.data_type is not DataType.LOOKUP or field.lookup == "*":
            raise unknown_column(path)
        return _through(org, field.lookup, name, reader(org, field.lookup, rest))
    return _plain(name, _KINDS.get(field.data_type, Kind.TEXT))


def unknown_column(path: Path) -> Exception:
    """400: no such column."""
    reason = "column given seems to be invalid"
    return bad("INVALID_QUERY", "Invalid query formed", reason=reason, column_name=".".join(path))


def _plain(name: str, kind: Kind) -> Reader:
    def shown(record: Record) -> Any:
        return record.values.get(name)

    if name == "Created_Time":
        return Reader(kind, shown, lambda record: record.created)
    if name == "Modified_Time":
        return Reader(kind, shown, lambda record: record.modified)
    if kind is Kind.ID:
        return Reader(kind, lambda record: _lookup(shown(record)), lambda record: comparable(kind, shown(record)))
    return Reader(kind, shown, lambda record: comparable(kind, shown(record)))


def _lookup(id_: Any) -> Any:
    return None if id_ is None else {"id": id_}


def comparable(kind: Kind, value: Any) -> Any:
    """A held value as comparisons take it; None when it is not of its kind."""
    if value is None:
        return None
    if kind is Kind.INSTANT:
        return parse(value) if isinstance(value, str) else None
    if kind is Kind.ID:
        return int(value) if str(value).isdecimal() else None
    if kind is Kind.NUMBER:
        return value if isinstance(value, int | float) else _number(value)
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else None
    return str(value).lower()


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _through(org: Org, module: str, name: str, inner: Reader) -> Reader:
    store = org.stores[module]

    def follow(read: Read) -> Read:
        def value(record: Record) -> Any:
            other = store.get(record.values.get(name, ""))
            return None if other is None else read(other)

        return value

    return Reader(inner.kind, follow(inner.shown), follow(inner.compared))


def _of_user(org: Org, name: str, rest: Path) -> Reader:
    if len(rest) > 1 or rest[0] not in _USER_COLUMNS:
        raise unknown_column((name, *rest))
    attribute, kind = rest[0], Kind.ID if rest == ("id",) else Kind.TEXT

    def shown(record: Record) -> Any:
        user = org.users.get(record.values.get(name, ""))
        return None if user is None else getattr(user, attribute)

    return Reader(kind, shown, lambda record: comparable(kind, shown(record)))
