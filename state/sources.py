"""Small numbers for (connection, object), so that two short integers stand in every row instead of two names."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, insert, select

from journey.model import EVENTS_OF, Ref
from state.database import Database, Key, Source
from state.schema import sources


class Sources:
    """The numbers, kept in memory; read again when an unknown one appears (another process may have added it)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: dict[Source, int] = {}
        self._names: dict[int, Source] = {}

    def key(self, ref: Ref) -> Key:
        """The record's key. Raises KeyError for a source that was never added."""
        source = Source(ref.connection, ref.object)
        if source not in self._numbers:
            self._read()
        return Key(self._numbers[source], ref.id)

    def ref(self, source: int, id: str) -> Ref:  # noqa: A002 (the domain's word)
        """The record's name outside the database."""
        if source not in self._names:
            self._read()
        name = self._names[source]
        return Ref(name.connection, name.object, id)

    def number(self, source: Source) -> int | None:
        """The source's number; None if nothing of it was ever read."""
        if source not in self._numbers:
            self._read()
        return self._numbers.get(source)

    def numbers(self, connection: str) -> Sequence[int]:
        """The numbers of all objects of the connection."""
        self._read()
        return [number for number, source in self._names.items() if source.connection == connection]

    def events(self, connection: str, object: str) -> Mapping[str, int]:  # noqa: A002 (the domain's word)
        """The numbers of the objects that hold the events told by this one's fields, by name."""
        self._read()
        return {
            source.object: number
            for number, source in self._names.items()
            if source.connection == connection and source.object.startswith(object + EVENTS_OF)
        }

    def everywhere(self, id: str) -> Sequence[Key]:  # noqa: A002 (the domain's word)
        """The keys of the records that have this id, whatever they are."""
        self._read()
        return [Key(number, id) for number in self._names]

    def add(self, refs: Iterable[Ref]) -> None:
        """Give numbers to new sources, in a transaction of its own: a number without records harms nobody."""
        wanted = {Source(ref.connection, ref.object) for ref in refs}
        if wanted <= self._numbers.keys():
            return
        with self._database.writing() as connection:
            known = {Source(row.connection, row.object) for row in connection.execute(select(sources))}
            first = (connection.execute(select(func.max(sources.c.id))).scalar() or 0) + 1
            for number, source in enumerate(sorted(wanted - known), first):
                connection.execute(insert(sources).values(id=number, **source._asdict()))
        self._read()

    def _read(self) -> None:
        with self._database.reading() as connection:
            for row in connection.execute(select(sources)):
                source = Source(row.connection, row.object)
                self._numbers[source], self._names[row.id] = row.id, source
