"""The records of one object, by id and by SystemModstamp, deleted ones among them until they are purged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sortedcontainers import SortedDict, SortedList

from sandbox.common.times import Millis
from sandbox.salesforce.fields import Field, Kind, Row, Value
from sandbox.salesforce.ids import numbered

Stamped = tuple[str, str]
"""A record's place in the order of changes: SystemModstamp as the wire has it, and id."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A record went to the recycle bin at `at`."""

    at: Millis
    id: str


class Table:
    """One object's records. Ids rise with creation."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.rows: SortedDict[str, Row] = SortedDict()
        self.deletions: list[Deletion] = []
        self._changes: SortedList[Stamped] = SortedList()
        self._keys: dict[str, dict[str, set[str]]] = {}
        self.undo: list[tuple[str, Row | None]] | None = None
        """While not None, `put` notes here what it replaces."""
        self._made = 0

    def new_id(self) -> str:
        """An id that no record had before."""
        while True:
            self._made += 1
            made = numbered(self.kind.prefix, self._made)
            if made not in self.rows:
                return made

    def put(self, row: Row) -> None:
        """Hold the record in place of what had its id."""
        id_ = str(row["Id"])
        before = self.rows.get(id_)
        if self.undo is not None:
            self.undo.append((id_, before))
        if before is not None:
            self._changes.discard(place(before))
        for name, held in self._keys.items():
            index(held, name, id_, before, row)
        self._changes.add(place(row))
        self.rows[id_] = row

    def put_new(self, rows: Iterable[Row]) -> None:
        """Hold many records whose ids are new, at once."""
        made = {str(row["Id"]): row for row in rows}
        self.rows.update(made)
        self._changes.update(place(row) for row in made.values())
        for name, held in self._keys.items():
            for id_, row in made.items():
                index(held, name, id_, None, row)

    def purge(self, id_: str) -> None:
        """Drop the record without a trace."""
        before = self.rows.pop(id_, None)
        if before is not None:
            self._changes.discard(place(before))
            for name, held in self._keys.items():
                index(held, name, id_, before, {})

    def changed_between(self, low: Stamped, high: Stamped) -> Iterator[Row]:
        """Records whose place lies within the closed range, in that order."""
        for _, id_ in self._changes.irange(low, high):
            yield self.rows[id_]

    def with_ids_between(self, low: str, high: str) -> Iterator[Row]:
        """Records whose id lies within the closed range, in that order."""
        for id_ in self.rows.irange(low, high):
            yield self.rows[id_]

    def having(self, field: Field, value: Value) -> list[Row]:
        """Live records that hold this value in this field, texts without regard to case."""
        return [row for row in self.holding(field.name, value) if not row.get("IsDeleted")]

    def holding(self, name: str, value: Value) -> list[Row]:
        """Records, deleted ones too, that hold this value in the field of this name; by an index made at the first look."""
        held = self._keys.get(name)
        if held is None:
            held = self._keys[name] = {}
            for id_, row in self.rows.items():
                index(held, name, id_, None, row)
        return [self.rows[id_] for id_ in sorted(held.get(key(value), ()))]


def place(row: Row) -> Stamped:
    """Where the record stands in the order of changes."""
    return str(row["SystemModstamp"]), str(row["Id"])


def key(value: Value) -> str:
    """A value as an index has it."""
    return str(value).casefold()


def index(held: dict[str, set[str]], name: str, id_: str, before: Row | None, after: Row) -> None:
    """Bring one field's index up to a record's new values."""
    old = None if before is None else before.get(name)
    new = after.get(name)
    if old == new:
        return
    if old is not None:
        held.get(key(old), set()).discard(id_)
    if new is not None:
        held.setdefault(key(new), set()).add(id_)
