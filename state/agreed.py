"""What each CRM last confirmed about the fields that are ours: the agreed version (I7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from sqlalchemy import Connection

from journey.model import Scalar
from state import schema
from state.codec import decode, encode, micros
from state.database import Key, by_keys, replacing

Fields = Mapping[str, Scalar]

_READ = "SELECT a.source, a.id, a.fields, a.yielded, a.version FROM k JOIN agreed_fields a ON a.source = k.source AND a.id = k.id"
_write = replacing(schema.agreed_fields)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`fields` is what the CRM holds; `yielded` what we wanted where a person's edit was kept."""

    fields: Fields = field(default_factory=dict)
    yielded: Fields = field(default_factory=dict)
    version: str | None = None

    def lacks(self, name: str, value: Scalar) -> bool:
        """Whether the CRM must be asked to hold this value."""
        return not _has(self.fields, name, value) and not _has(self.yielded, name, value)

    def after_agreeing(self, fields: Fields, version: str | None) -> "Confirmed":
        """The CRM confirmed these fields."""
        yielded = {name: value for name, value in self.yielded.items() if name not in fields}
        return Confirmed({**self.fields, **fields}, yielded, version)

    def after_yielding(self, name: str, theirs: Scalar, ours: Scalar) -> "Confirmed":
        """A person's edit of one field was kept."""
        return replace(self, fields={**self.fields, name: theirs}, yielded={**self.yielded, name: ours})

    def after_undoing(self, ours: Fields, version: str | None) -> "Confirmed":
        """These values of ours were taken back; what the CRM holds instead is its own."""
        fields = {name: value for name, value in self.fields.items() if name not in ours}
        return Confirmed(fields, {**self.yielded, **ours}, version)


def confirmed(connection: Connection, keys: Iterable[Key]) -> dict[Key, Confirmed]:
    """The agreed versions of these records, as far as there are any."""
    return {
        Key(row.source, row.id): Confirmed(read_fields(row.fields), read_fields(row.yielded), row.version)
        for row in by_keys(connection, _READ, keys)
    }


def store(connection: Connection, confirmations: Mapping[Key, Confirmed], at: datetime) -> None:
    """Replace the agreed versions of these records."""
    rows = [(*key, encode(c.fields), encode(c.yielded), c.version, micros(at)) for key, c in confirmations.items()]
    _write(connection, rows)


def read_fields(text: str) -> dict[str, Scalar]:
    """Decoded fields of a CRM record, none of which is a list."""
    return cast("dict[str, Scalar]", decode(text))


def _has(fields: Fields, name: str, value: Scalar) -> bool:
    return name in fields and fields[name] == value
