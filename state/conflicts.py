"""Fields of ours that a person edited in the CRM, and what was done about it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from state import agreed, schema
from state.codec import encode, micros, moment
from state.database import Key, Upsert, by_keys, replacing
from state.model import Agreed, ConflictPolicy, ConflictRow, RunId
from state.sources import Sources
from state.views import RecordedConflict

_write = replacing(schema.conflicts)
_settle = Upsert(schema.conflicts, "settled = excluded.settled")
_OPEN = """
    SELECT c.source, c.id, c.field, c.body, c.policy, c.at, c.run, c.settled
    FROM k JOIN conflicts c ON c.source = k.source AND c.id = k.id WHERE c.settled IS NULL
"""


def write(connection: Connection, sources: Sources, run: RunId, rows: Iterable[ConflictRow], at: datetime) -> None:
    """Open these conflicts; a newer one of the same field takes the older one's place."""
    found = {}
    for row in rows:
        body = encode({"theirs": row.theirs, "ours": row.ours})
        key = (*sources.key(row.ref), row.field)
        found[key] = (*key, body, str(row.policy), micros(at), run, None)
    _write(connection, list(found.values()))


def settle(connection: Connection, sources: Sources, run: RunId, rows: Sequence[Agreed]) -> None:
    """The CRM holds our value in these fields again."""
    fields: dict[Key, set[str]] = {}
    for row in rows:
        fields.setdefault(sources.key(row.ref), set()).update(row.fields)
    found = [row for row in by_keys(connection, _OPEN, fields) if row.field in fields[Key(row.source, row.id)]]
    _settle(connection, [(*row[:-1], run) for row in found])


def conflicts(
    connection: Connection, sources: Sources, name: str | None, open_only: bool, limit: int | None
) -> Sequence[RecordedConflict]:
    """Newest first, optionally of one connection."""
    t = schema.conflicts
    query = select(t).order_by(t.c.at.desc(), t.c.source, t.c.id, t.c.field).limit(limit)
    if name is not None:
        query = query.where(t.c.source.in_(sources.numbers(name)))
    if open_only:
        query = query.where(t.c.settled.is_(None))
    recorded = []
    for row in connection.execute(query):
        body = agreed.read_fields(row.body)
        ref, policy = sources.ref(row.source, row.id), ConflictPolicy(row.policy)
        what = ConflictRow(ref, row.field, body["theirs"], body["ours"], policy)
        recorded.append(RecordedConflict(what, moment(row.at), RunId(row.run), row.settled))
    return recorded
