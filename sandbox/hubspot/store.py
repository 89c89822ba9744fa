"""The records of one kind: live or archived; each a value that a write replaces."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NewType

from sortedcontainers import SortedDict

from sandbox.common.times import Millis, iso
from sandbox.hubspot.errors import not_found
from sandbox.hubspot.kinds import Kind

RecordId = NewType("RecordId", int)


@dataclass(frozen=True, slots=True)
class Version:
    """A property held `value` from `at` on, set by `source` (HubSpot's sourceType: CRM_UI, INTEGRATION …)."""

    value: str
    at: Millis
    source: str


@dataclass(frozen=True, slots=True)
class Record:
    """`properties` holds only what is set, the server's own properties included; it is replaced, never changed."""

    id: RecordId
    created: Millis
    updated: Millis
    properties: Mapping[str, str]
    history: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    archived_at: Millis | None = None

    def versions(self, name: str) -> tuple[Version, ...]:
        """The values of a property, oldest first."""
        if name in self.history:
            return self.history[name]
        value = self.properties.get(name)
        return () if value is None else (Version(value, self.created, "CRM_UI"),)


class Store:
    """One kind's records by id. Ids rise with creation, so the order of ids is the order of the list endpoint."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.live: SortedDict[RecordId, Record] = SortedDict()
        self.archived: SortedDict[RecordId, Record] = SortedDict()
        self.unique: dict[str, dict[str, RecordId]] = {}
        self.highest = 0

    def get(self, id_: RecordId, archived: bool = False) -> Record | None:
        """The record, if it is there."""
        found: Record | None = (self.archived if archived else self.live).get(id_)
        return found

    def find(self, text: str, id_property: str | None = None, archived: bool = False) -> Record | None:
        """The record by id, or by the value of a unique property."""
        if id_property is None or id_property == "hs_object_id":
            return self.get(RecordId(int(text)), archived) if text.isdecimal() else None
        id_ = self.unique.get(id_property, {}).get(text.lower())
        return None if id_ is None else self.get(id_, archived)

    def named(self, text: str, id_property: str | None = None, archived: bool = False) -> Record:
        """The record, or the vendor's 404."""
        found = self.find(text, id_property, archived)
        if found is None:
            raise not_found()
        return found

    def page(self, after: int, limit: int, archived: bool = False) -> list[Record]:
        """At most `limit` records with an id above `after`, in order."""
        held = self.archived if archived else self.live
        return [held[id_] for id_ in islice(held.irange(after, inclusive=(False, True)), limit)]

    def new_id(self) -> RecordId:
        """An id that no record had before."""
        self.highest += 1
        return RecordId(self.highest)

    def stamp(self, record: Record) -> Record:
        """The record with the server's own properties set from its id and times."""
        kind, held = self.kind, record.properties
        stamped = {
            **held,
            "hs_object_id": str(record.id),
            kind.created: held.get(kind.created) or iso(record.created),
            kind.modified: iso(record.updated),
        }
        return Record(record.id, record.created, record.updated, stamped, record.history, record.archived_at)

    def put(self, record: Record) -> None:
        """Hold the record in place of what had its id."""
        before = self.live.get(record.id)
        if before is not None and record.archived_at is None:
            # The usual write: in place, which leaves the order of ids alone.
            for name, taken in self.unique.items():
                if before.properties.get(name) != record.properties.get(name):
                    self._forget(before, name, taken)
                    self._claim(record, name, taken)
            self.live[record.id] = record
            return
        self.remove(record.id)
        self.highest = max(self.highest, record.id)
        if record.archived_at is not None:
            self.archived[record.id] = record
            return
        self.live[record.id] = record
        for name, taken in self.unique.items():
            self._claim(record, name, taken)

    def remove(self, id_: RecordId) -> None:
        """Drop the record without a trace in either list."""
        before = self.live.pop(id_, None) or self.archived.pop(id_, None)
        if before is not None:
            for name, taken in self.unique.items():
                self._forget(before, name, taken)

    def taken_by(self, name: str, value: str) -> RecordId | None:
        """Who holds this value of a unique property."""
        return self.unique.get(name, {}).get(value.lower())

    def all(self) -> Iterator[Record]:
        """Live records, then archived ones, each by id."""
        yield from self.live.values()
        yield from self.archived.values()

    def _claim(self, record: Record, name: str, taken: dict[str, RecordId]) -> None:
        if value := record.properties.get(name):
            taken[value.lower()] = record.id

    def _forget(self, record: Record, name: str, taken: dict[str, RecordId]) -> None:
        value = record.properties.get(name)
        if value and taken.get(value.lower()) == record.id:
            del taken[value.lower()]
