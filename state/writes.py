"""What each write changed in a CRM: of each field the value before and ours, with the run and what became of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from journey.model import Ref, Scalar
from state import agreed, outbox
from state.agreed import read_fields
from state.codec import encode, micros, moment, plain_text
from state.database import by_keys, replacing
from state.model import Agreed, RefusedWrite, RunId
from state.schema_past import writes
from state.sources import Sources

MOST_WRITES = 100
"""Writes kept of a record; the oldest go first."""

_REASON_LIMIT = 500
_COLUMNS = "w.source, w.id, w.at, w.run, w.old, w.new, w.refused, w.undone"
_OF = f"SELECT {_COLUMNS} FROM k JOIN writes w ON w.source = k.source AND w.id = k.id ORDER BY w.at, w.source, w.id"  # noqa: S608
_LATEST = """
    SELECT w.source, w.id, w.new, w.refused FROM (
      SELECT k.source, k.id, (SELECT MAX(x.at) FROM writes x WHERE x.source = k.source AND x.id = k.id) AS at FROM k
    ) l JOIN writes w ON w.source = l.source AND w.id = l.id AND w.at = l.at
"""
_FORGET_OLD = """
    , cut(source, id, at) AS MATERIALIZED (
      SELECT k.source, k.id, (
        SELECT x.at FROM writes x WHERE x.source = k.source AND x.id = k.id ORDER BY x.at DESC LIMIT 1 OFFSET :kept - 1
      ) FROM k
    )
    DELETE FROM writes WHERE (source, id, at, run) IN (
      SELECT w.source, w.id, w.at, w.run FROM cut JOIN writes w ON w.source = cut.source AND w.id = cut.id AND w.at < cut.at
    )
"""
_MARK = text("UPDATE writes SET undone = :u WHERE source = :s AND id = :i AND at = :t AND run = :r")
_write = replacing(writes)


@dataclass(frozen=True, slots=True)
class RecordedWrite:
    """One write of a record: `old` is what the CRM held, in its own words, `new` what we sent.

    `refused` is the CRM's reason for refusing it; `undone` the run that put the old values back.
    """

    ref: Ref
    at: datetime
    run: RunId
    old: Mapping[str, Scalar]
    new: Mapping[str, Scalar]
    refused: str | None = None
    undone: RunId | None = None


@dataclass(frozen=True, slots=True)
class PutBack:
    """The CRM holds `fields` again, as before the write of `at`, in place of `ours`."""

    ref: Ref
    at: datetime
    fields: Mapping[str, Scalar]
    ours: Mapping[str, Scalar]
    version: str | None


def put_back(
    connection: Connection, sources: Sources, run: RunId, undone: RunId, rows: Sequence[PutBack], at: datetime
) -> None:
    """Writes of the run `undone` were undone by `run`. Ours is not owed again until it changes."""
    keys = {sources.key(row.ref): row for row in rows}
    held = agreed.confirmed(connection, keys)
    agreed.store(
        connection,
        {key: held.get(key, agreed.Confirmed()).after_undoing(row.ours, row.version) for key, row in keys.items()},
        at,
    )
    outbox.take_out(connection, {key: row.ours for key, row in keys.items()})
    record(connection, sources, run, [Agreed(r.ref, r.fields, r.version, old=r.ours) for r in rows], at)
    marks = [{"s": key.source, "i": key.id, "t": micros(row.at), "r": undone, "u": run} for key, row in keys.items()]
    if marks:
        connection.execute(_MARK, marks)


def record(
    connection: Connection, sources: Sources, run: RunId, rows: Iterable[Agreed | RefusedWrite], at: datetime
) -> None:
    """Write down what was sent. A write that is refused again and again is written down once."""
    sent = {(sources.key(row.ref), isinstance(row, RefusedWrite)): row for row in rows if row.old is not None}
    if not sent:
        return
    keys = {key for key, _ in sent}
    known = {
        (row.source, row.id, row.new)
        for row in (by_keys(connection, _LATEST, keys) if any(refused for _, refused in sent) else ())
        if row.refused is not None
    }
    lines = []
    for (key, refused), row in sent.items():
        new, old = encode(row.fields), encode({name: _scalar(value) for name, value in (row.old or {}).items()})
        reason = plain_text(row.reason, _REASON_LIMIT) if isinstance(row, RefusedWrite) else None
        if not refused or (*key, new) not in known:
            lines.append((*key, micros(at), run, old, new, reason, None))
    _write(connection, lines)
    by_keys(connection, _FORGET_OLD, keys, kept=MOST_WRITES)


def of_records(connection: Connection, sources: Sources, refs: Iterable[Ref]) -> Sequence[RecordedWrite]:
    """What was written to these records, oldest first."""
    return [_recorded(sources, row) for row in by_keys(connection, _OF, [sources.key(ref) for ref in refs])]


def of_run(
    connection: Connection, sources: Sources, run: RunId, limit: int | None, after: Ref | None
) -> Sequence[RecordedWrite]:
    """What the run wrote, by object and record id, at most `limit`, behind `after`."""
    query = select(writes).where(writes.c.run == run).order_by(writes.c.source, writes.c.id).limit(limit)
    if after is not None:
        source, id_ = sources.key(after)
        behind = (writes.c.source > source) | ((writes.c.source == source) & (writes.c.id > id_))
        query = query.where(behind)
    return [_recorded(sources, row) for row in connection.execute(query)]


def count(connection: Connection, run: RunId) -> int:
    """How many records the run wrote to, or tried to."""
    return connection.scalar(select(func.count()).where(writes.c.run == run)) or 0


def _recorded(sources: Sources, row: Row[Any]) -> RecordedWrite:
    return RecordedWrite(
        *(sources.ref(row.source, row.id), moment(row.at), row.run, read_fields(row.old), read_fields(row.new)),
        *(row.refused, row.undone),
    )


def _scalar(value: object) -> Scalar:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
