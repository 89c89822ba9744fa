"""The connector protocol, and its words.

object      a kind of record in the CRM's words ("contacts", "deals")
record      one row of an object; `Change` is a record as it was read, or the news that it is gone
cursor      a connector's own position in one object's change stream; opaque to everyone else
page        some changes, and the cursor that is safe to resume from once they are stored
write       fields to set on one existing record; `Outcome` is what the CRM said of that one write

Errors say what to do. `Stop`: park this connection until someone acts. `Later`: come back after so many seconds. A write
that the CRM refuses is a value (`Refused`), never an exception. A method raises nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, Protocol, runtime_checkable

Cursor = NewType("Cursor", str)


class ConnectorError(Exception):
    """Anything a connector may raise."""


class Stop(ConnectorError):
    """The connection cannot be used until a person acts; the message says what to do. `fix` is that advice alone."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class Later(ConnectorError):
    """The CRM cannot serve us now. `after` is in seconds; the run is picked up from its cursor then."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message)
        self.after = after


@dataclass(frozen=True, slots=True)
class Selection:
    """What to read of an object: fields, the objects it is linked to, and fields whose history is wanted."""

    object: str
    fields: tuple[str, ...]
    links: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A field held `value` from `at` on."""

    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A record as the CRM gave it. `version` changes whenever the record does.

    `links` holds linked record ids by object, `history` the past values by field, oldest first. A record that was deleted,
    archived, merged away or converted has no fields; `merged_into` is the id of the record that took its place, and
    `merged_object` its object where that is another one (a converted lead's contact).
    """

    object: str
    id: str
    version: str
    modified: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    history: Mapping[str, tuple[Held, ...]] = field(default_factory=dict)
    deleted: bool = False
    merged_into: str | None = None
    merged_object: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`cursor` may be stored only together with `changes`. `last` says that the stream is read to its present end."""

    changes: Sequence[Change]
    cursor: Cursor
    last: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Set `fields` on the record. With `version`, refuse (stale) if the record has moved on, where the CRM can tell."""

    object: str
    id: str
    fields: Mapping[str, Any]
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The CRM took the write; `version` is the record's new one."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The CRM did not take this one write. `reason` and `code` are its own words; `retryable` if time alone may help."""

    id: str
    reason: str
    code: str
    retryable: bool = False
    stale: bool = False


Outcome = Written | Refused


@dataclass(frozen=True, slots=True)
class Window:
    """Records modified at or after `since` and before `until` (both aware UTC); an open end is unbounded."""

    since: datetime | None = None
    until: datetime | None = None


class FieldKind(StrEnum):
    """The type of a CRM's field, in words all connectors share."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    ENUM = "enum"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object as the CRM describes it to this user: what it may read and write."""

    name: str
    label: str
    kind: FieldKind
    readable: bool = True
    writable: bool = True
    calculated: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """An object's fields by name."""

    object: str
    fields: Mapping[str, Field]

    @property
    def calculated(self) -> frozenset[str]:
        """The fields that the CRM works out by itself: their values change without their record's knowing."""
        return frozenset(name for name, field in self.fields.items() if field.calculated)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field that should exist, so that Relevo can write to it."""

    object: str
    name: str
    label: str
    kind: FieldKind
    options: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What became of one `FieldSpec`: `created`, already there, or not possible with the `problem` in the CRM's words."""

    spec: FieldSpec
    created: bool
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a connector can do; every stage asks here instead of knowing vendors.

    `push` is best given `batch_size` writes at once; from `bulk_from` writes of one object on, up to `bulk_size` (None: never).
    """

    objects: tuple[str, ...]
    writable: tuple[str, ...] = ()
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    history: tuple[str, ...] = ()
    tells_deletes: bool = False
    tells_merges: bool = False
    guards_versions: bool = False
    batch_size: int = 100
    bulk_from: int | None = None
    bulk_size: int = 10_000
    provisions_fields: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing `check` looked at. `fix` says what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Quota:
    """The vendor's own count of our calls: `used` of `limit` in the current window, as last told in an answer."""

    used: int
    limit: int
    window: str


@runtime_checkable
class Connector(Protocol):
    """One configured account of a CRM. Thread-safe; blocking; every call has a timeout."""

    abilities: Abilities

    def check(self) -> Sequence[Finding]:
        """Look at token, scopes and quota. Raises `Stop` only when nothing at all can be asked."""
        ...

    def describe(self, object: str) -> Schema:  # noqa: A002 (the domain's word)
        """The object's fields, as this user may read and write them."""
        ...

    def pull(self, selection: Selection, since: Cursor | None) -> Iterator[Page]:
        """Changes after `since` (all records when None), oldest first where the vendor can; ends with a `last` page."""
        ...

    def rewind(self, object: str, to: datetime) -> Cursor:  # noqa: A002 (the domain's word)
        """A cursor from which `pull` gives every record modified at or after `to`, without a backfill."""
        ...

    def read(self, selection: Selection, ids: Sequence[str]) -> Sequence[Change]:
        """The named records as the CRM holds them now (not from an index); ids that are gone come back as deleted."""
        ...

    def count(self, object: str, window: Window) -> int:  # noqa: A002 (the domain's word)
        """How many live records the CRM counts in the window."""
        ...

    def push(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """One outcome for each write, in order. Nothing to write: no call."""
        ...

    def provision(self, fields: Sequence[FieldSpec]) -> Sequence[Provisioned]:
        """Create the fields that are missing; leaves existing ones as they are."""
        ...

    def quota(self) -> Quota | None:
        """The vendor's count of our calls, once an answer has told it."""
        ...
