"""A selected field as bulk results have it: a column."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.salesforce.fields import Field, Row, Value

Shown = Value | dict[str, Value]
Getter = Callable[[Row], Shown]


@dataclass(frozen=True, slots=True)
class Column:
    """One selected field: its path as the answer names it, and how to read it."""

    path: str
    field: Field
    get: Getter
