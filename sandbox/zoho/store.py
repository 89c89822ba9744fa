"""One module's records: live ones in three orders, and what is left of deleted ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NewType

from sortedcontainers import SortedDict, SortedList

from sandbox.zoho.times import Seconds

RecordId = NewType("RecordId", int)
Key = tuple[int, int]
"""An instant and an id: where a record stands in an order."""


@dataclass(frozen=True, slots=True)
class StageVisit:
    """A deal entered `stage` at `at`, moved there by a user."""

    stage: str
    at: Seconds
    by: str
    amount: float | None = None
    closing: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """`values` holds only what is set, in the form the API writes, lookups as bare ids; it is replaced, never changed."""

    id: RecordId
    created: Seconds
    modified: Seconds
    values: Mapping[str, Any]
    locked: bool = False
    stages: tuple[StageVisit, ...] = ()

    @property
    def converted(self) -> bool:
        """Whether a lead became a contact, which hides it from most answers."""
        return self.values.get("Converted__s") is True


@dataclass(frozen=True, slots=True)
class Grave:
    """What the deleted list knows. A permanent one has lost its name and people."""

    id: RecordId
    at: Seconds
    permanent: bool
    name: str | None
    deleted_by: str | None
    created_by: str | None


class Order:
    """Records by an instant and id, either way round."""

    def __init__(self) -> None:
        self._keys: SortedList[Key] = SortedList()

    def add(self, key: Key) -> None:
        """A record came."""
        self._keys.add(key)

    def extend(self, keys: Sequence[Key]) -> None:
        """Many came."""
        self._keys.update(keys)

    def remove(self, key: Key) -> None:
        """A record went."""
        self._keys.remove(key)

    def walk(self, low: Key | None, high: Key | None, reverse: bool) -> Iterator[RecordId]:
        """Ids between two keys, both left out."""
        for _, id_ in self._keys.irange(low, high, inclusive=(False, False), reverse=reverse):
            yield RecordId(id_)

    def count_above(self, low: Key) -> int:
        """How many keys come after this one."""
        return len(self._keys) - int(self._keys.bisect_right(low))


class Store:
    """Live records and graves of one module."""

    def __init__(self) -> None:
        self.live: SortedDict[RecordId, Record] = SortedDict()
        self.graves: dict[RecordId, Grave] = {}
        self.by_created = Order()
        self.by_modified = Order()
        self._holders: dict[str, dict[str, tuple[RecordId, ...]]] = {}

    def get(self, id_: str | int) -> Record | None:
        """The live record, if it is there; an id that is no number is nobody's."""
        text = str(id_)
        found: Record | None = self.live.get(RecordId(int(text))) if text.isdecimal() else None
        return found

    def put(self, record: Record) -> None:
        """Hold a record in place of what had its id."""
        before: Record | None = self.live.get(record.id)
        if before is None:
            self.by_created.add((record.created, record.id))
            self.by_modified.add((record.modified, record.id))
        else:
            self._move(self.by_created, record.id, before.created, record.created)
            self._move(self.by_modified, record.id, before.modified, record.modified)
        self.live[record.id] = record
        self._claim(before, record)

    def put_new(self, records: Sequence[Record]) -> None:
        """Hold many records whose ids are new."""
        self.live.update({record.id: record for record in records})
        self.by_created.extend([(record.created, record.id) for record in records])
        self.by_modified.extend([(record.modified, record.id) for record in records])
        if self._holders:
            for record in records:
                self._claim(None, record)

    def bury(self, grave: Grave) -> None:
        """Take a record out of the living."""
        before: Record | None = self.live.pop(grave.id, None)
        if before is not None:
            self.by_created.remove((before.created, before.id))
            self.by_modified.remove((before.modified, before.id))
            self._claim(before, None)
        self.graves[grave.id] = grave

    def drop(self, id_: RecordId) -> None:
        """Take a record away without a trace."""
        record = self.live[id_]
        self.bury(Grave(id_, record.modified, True, None, None, None))
        del self.graves[id_]

    def watch(self, name: str) -> None:
        """Keep an index of this field's values from now on."""
        if name not in self._holders:
            self._holders[name] = {}
            for record in self.live.values():
                self._claim_value(name, record.values.get(name), record.id)

    def holder(self, name: str, value: object) -> Record | None:
        """The oldest record that holds this value, letter case apart."""
        self.watch(name)
        ids = self._holders[name].get(str(value).lower(), ())
        return self.live[min(ids)] if ids else None

    def ids(self, low: RecordId | None, high: RecordId | None, reverse: bool) -> Iterator[RecordId]:
        """Ids between two others, both left out."""
        ids: Iterator[RecordId] = self.live.irange(low, high, inclusive=(False, False), reverse=reverse)
        return ids

    def modified_since(self, at: Seconds, most: int) -> list[Record] | None:
        """Records modified after an instant in order of ids; None when there are more than `most`."""
        low = (at, 2**63)
        if self.by_modified.count_above(low) > most:
            return None
        return [self.live[id_] for id_ in sorted(islice(self.by_modified.walk(low, None, reverse=False), most))]

    @staticmethod
    def _move(order: Order, id_: RecordId, before: int, after: int) -> None:
        if before != after:
            order.remove((before, id_))
            order.add((after, id_))

    def _claim(self, before: Record | None, after: Record | None) -> None:
        for name in self._holders:
            old = None if before is None else before.values.get(name)
            new = None if after is None else after.values.get(name)
            if old == new:
                continue
            if before is not None:
                self._free_value(name, old, before.id)
            if after is not None:
                self._claim_value(name, new, after.id)

    def _claim_value(self, name: str, value: object, id_: RecordId) -> None:
        if value is not None:
            held, text = self._holders[name], str(value).lower()
            held[text] = (*held.get(text, ()), id_)

    def _free_value(self, name: str, value: object, id_: RecordId) -> None:
        if value is not None:
            held, text = self._holders[name], str(value).lower()
            held[text] = tuple(one for one in held[text] if one != id_)
