"""A query as it was written."""

from dataclasses import dataclass
from enum import StrEnum

Path = tuple[str, ...]
"""A field's name, behind those of the lookups that lead to it."""
Literal = str | float | int | bool


class Operator(StrEnum):
    """What a criterion may say of a column."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    IN = "in"
    NOT_IN = "not in"
    LIKE = "like"
    NOT_LIKE = "not like"
    BETWEEN = "between"
    NOT_BETWEEN = "not between"
    IS_NULL = "is null"
    IS_NOT_NULL = "is not null"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One comparison; `values` are none for the null tests, two for between."""

    path: Path
    operator: Operator
    values: tuple[Literal, ...] = ()


@dataclass(frozen=True, slots=True)
class Both:
    """Two conditions, both of which must hold."""

    left: "Condition"
    right: "Condition"


@dataclass(frozen=True, slots=True)
class Either:
    """Two conditions, one of which must hold."""

    left: "Condition"
    right: "Condition"


Condition = Criterion | Both | Either


@dataclass(frozen=True, slots=True)
class Column:
    """A selected field under its path or alias; `counts` for COUNT(id)."""

    path: Path
    name: str
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. `order` pairs paths with whether they descend."""

    columns: tuple[Column, ...]
    module: str
    where: Condition
    order: tuple[tuple[Path, bool], ...]
    limit: int
    offset: int


def criteria(condition: Condition) -> list[Criterion]:
    """Every comparison of a condition."""
    if isinstance(condition, Criterion):
        return [condition]
    return criteria(condition.left) + criteria(condition.right)
