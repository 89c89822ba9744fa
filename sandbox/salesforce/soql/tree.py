"""A query as read, names not yet looked up. `at` is where in the text something begins (from 0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """What a literal is."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    DATE = "date"
    PERIOD = "period"
    BOOLEAN = "boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Name:
    """A field or a path to one."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """`value` is text for strings, times in wire form, and the name of a period (`LAST_N_DAYS:3`)."""

    sort: Sort
    value: str | float | bool | None
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`operator` is =, !=, <, <=, >, >=, LIKE, IN or NOT IN; only the last two have several literals."""

    name: Name
    operator: str
    literals: Sequence[Literal]


@dataclass(frozen=True, slots=True)
class Both:
    """AND."""

    parts: Sequence["Condition"]


@dataclass(frozen=True, slots=True)
class Either:
    """OR."""

    parts: Sequence["Condition"]


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT."""

    part: "Condition"


Condition = Compare | Both | Either | Negation


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`COUNT(Id) alias`; without a name it is `COUNT()`."""

    function: str
    name: Name | None
    alias: str | None


@dataclass(frozen=True, slots=True)
class AllFields:
    """`FIELDS(ALL)`, `FIELDS(STANDARD)` or `FIELDS(CUSTOM)`."""

    which: str
    at: int


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key."""

    name: Name
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query, or a child sub-select; `kind` is then the child relationship."""

    source: str
    selected: Sequence["Name | Aggregate | AllFields | Query"]
    kind: Name
    where: Condition | None = None
    group: Sequence[Name] = ()
    order: Sequence[Order] = ()
    limit: int | None = None
    offset: int = 0
    offset_at: int = 0
