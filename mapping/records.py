"""A record on its way through a mapping: what a connector gives, and what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from journey.model import Fact, Value


class HeldValue(Protocol):
    """A past value of a field, held from `at` on."""

    @property
    def value(self) -> str: ...

    @property
    def at(self) -> datetime: ...


class RawRecord(Protocol):
    """A record as a connector gives it; `connectors.base.Change` is one."""

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def modified(self) -> datetime: ...

    @property
    def fields(self) -> Mapping[str, Any]: ...

    @property
    def links(self) -> Mapping[str, Sequence[str]]: ...

    @property
    def history(self) -> Mapping[str, Sequence[HeldValue]]: ...

    @property
    def deleted(self) -> bool: ...

    @property
    def merged_into(self) -> str | None: ...

    @property
    def merged_object(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record could not be mapped: the journey field, what the CRM held (cut to 200 letters) and the reason.

    `raw` is personal data: for the rejected row and its reader only. `reason` never quotes it and may be logged.
    """

    field: str
    raw: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """The record's own fact first, then the touchpoints its fields tell of."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """The configuration says to leave such records out; to be counted under `reason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unmappable:
    """Every problem of the record, at least one."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class FieldTrace:
    """How one journey field of one record came about, for a person to read."""

    field: str
    raw: str | None
    result: Value
    how: str
    problem: str | None = None
