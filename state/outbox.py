"""Writes that are owed: one row a record, with just the fields that differ from the agreed version.

A row leaves when nothing in it is owed any more. A refused row stays, to be tried again later or, refused for good, when ours
changes or a person asks for it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from journey.model import PersonId, Scalar
from state import agreed, schema
from state.codec import encode, micros
from state.database import Key, Source, by_keys, by_names, replacing
from state.model import OutboxRow, Owed, RunId
from state.sources import Sources

_ROW = "o.source, o.id, o.person, o.fields, o.attempts, o.next_attempt, o.run, o.backlog"
_BY_KEY = f"SELECT {_ROW} FROM k JOIN outbox o ON o.source = k.source AND o.id = k.id"  # noqa: S608
_BY_PERSON = f"SELECT {_ROW} FROM n JOIN outbox o ON o.person = n.name"  # noqa: S608
_DUE = """
    SELECT o.source, o.id, o.person, o.fields, o.attempts, a.fields AS agreed, a.version
    FROM outbox o LEFT JOIN agreed_fields a ON a.source = o.source AND a.id = o.id
    WHERE o.source = :source AND o.next_attempt <= :now AND o.id > :after
      AND o.backlog IN (:backlog, :either) ORDER BY o.id LIMIT :limit
"""

_write = replacing(schema.outbox)


class Waiting(NamedTuple):
    """A row of `outbox`, its columns in order; `fields` is JSON."""

    source: int
    id: str
    person: PersonId
    fields: str
    attempts: int
    next_attempt: int | None
    run: str
    backlog: int

    @property
    def key(self) -> Key:
        """The record's key."""
        return Key(self.source, self.id)


def owe(
    connection: Connection,
    sources: Sources,
    run: RunId,
    wanted: Mapping[PersonId, Sequence[Owed]],
    at: datetime,
    backlog: bool = False,
) -> int:
    """Put what differs from the agreed version into the outbox, take out what is not owed any more. Returns the rows owed.

    `backlog`: it can wait until everything else is written, unless it was owed already and could not.
    """
    owed = {sources.key(item.ref): (person, item.fields) for person, items in wanted.items() for item in items}
    present = {row.key: row for row in _present(connection, owed, wanted)}
    rows = [
        Waiting(*key, owed[key][0], encode(fields), 0, micros(at), run, int(backlog))
        for key, fields in _differing(connection, {key: fields for key, (_, fields) in owed.items()})
    ]
    _delete(connection, present.keys() - {row.key for row in rows})
    merged = [(present.get(row.key), _merged(present.get(row.key), row)) for row in rows]
    _write(connection, [row for held, row in merged if held != row])
    return len(rows)


def would_owe(connection: Connection, sources: Sources, owed: Sequence[Owed]) -> Mapping[Source, int]:
    """How many of these records hold something else, by object."""
    wanted = {sources.key(item.ref): item.fields for item in owed}
    refs = (sources.ref(*key) for key, _ in _differing(connection, wanted))
    return Counter(Source(ref.connection, ref.object) for ref in refs)


def _differing(connection: Connection, wanted: Mapping[Key, agreed.Fields]) -> Iterator[tuple[Key, agreed.Fields]]:
    """Of each record the fields in which the CRM must be asked to hold another value, if there are any."""
    held = agreed.confirmed(connection, wanted)
    for key, fields in wanted.items():
        known = held.get(key, agreed.Confirmed())
        if differing := {name: value for name, value in fields.items() if known.lacks(name, value)}:
            yield key, differing


def due(
    connection: Connection,
    sources: Sources,
    source: Source,
    now: datetime,
    limit: int,
    after: str,
    backlog: bool | None = None,
) -> Sequence[OutboxRow]:
    """Rows whose time has come, in the order of record ids, behind the id `after`; only those (not) of the `backlog`, if said."""
    number = sources.number(source)
    if number is None:
        return []
    kinds = {"backlog": int(backlog or False), "either": int(backlog is None or backlog)}
    where = {"source": number, "now": micros(now), "limit": limit, "after": after, **kinds}
    return [
        OutboxRow(
            sources.ref(row.source, row.id),
            row.person,
            agreed.read_fields(row.fields),
            None if row.agreed is None else agreed.read_fields(row.agreed),
            row.version,
            row.attempts,
        )
        for row in connection.execute(text(_DUE), where)
    ]


def take_out(connection: Connection, settled: Mapping[Key, Mapping[str, Scalar]]) -> None:
    """These values are owed no more. A field that is owed with another value by now stays."""
    done: list[Key] = []
    rest: list[Waiting] = []
    for row in waiting(connection, settled):
        answered = settled[row.key]
        fields = agreed.read_fields(row.fields)
        left = {name: value for name, value in fields.items() if name not in answered or answered[name] != value}
        if not left:
            done.append(row.key)
        elif len(left) < len(fields):
            rest.append(row._replace(fields=encode(left)))
    _delete(connection, done)
    _write(connection, rest)


def waiting(connection: Connection, keys: Iterable[Key]) -> list[Waiting]:
    """The rows of these records."""
    return [Waiting._make(row) for row in by_keys(connection, _BY_KEY, keys)]


def postpone(connection: Connection, attempts: Mapping[Key, int | None]) -> None:
    """These writes failed once more; try them again at the time given, or not until asked."""
    rows = waiting(connection, attempts)
    _write(connection, [row._replace(attempts=row.attempts + 1, next_attempt=attempts[row.key]) for row in rows])


def retry_now(connection: Connection, keys: Iterable[Key], at: datetime) -> int:
    """These writes are due at once. Returns how many of them are still owed."""
    rows = waiting(connection, keys)
    _write(connection, [row._replace(next_attempt=micros(at)) for row in rows])
    return len(rows)


def _present(connection: Connection, keys: Iterable[Key], people: Iterable[PersonId]) -> list[Waiting]:
    return waiting(connection, keys) + [Waiting._make(row) for row in by_names(connection, _BY_PERSON, people)]


def _merged(present: Waiting | None, row: Waiting) -> Waiting:
    # The same write keeps its attempts and its time, so that deriving again does not hurry a refused one.
    if present is None:
        return row
    kept = present if (present.person, present.fields) == (row.person, row.fields) else row
    return kept._replace(backlog=min(present.backlog, row.backlog))


def _delete(connection: Connection, keys: Iterable[Key]) -> None:
    if gone := sorted(keys):
        by_keys(connection, "DELETE FROM outbox WHERE (source, id) IN (SELECT source, id FROM k)", gone)
