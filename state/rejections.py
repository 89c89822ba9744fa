"""Rejected rows: records that could not be mapped and writes that the CRM refused, kept with the reason until settled."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, text

from state import schema
from state.codec import moment, plain_text
from state.database import Source, Upsert, by_names
from state.model import Rejection, RejectionStage, RunId
from state.views import RejectedRow

RAW_LIMIT = 500
_REASON_LIMIT = 1_000

_write = Upsert(
    schema.rejected,
    "raw = excluded.raw, reason = excluded.reason, code = excluded.code, retryable = excluded.retryable,"
    " run = excluded.run, at = excluded.at, settled = NULL,"
    " times = CASE WHEN rejected.run = excluded.run THEN rejected.times ELSE rejected.times + 1 END",
)
_OPEN = "connection = :connection AND object = :object AND stage = :stage AND settled IS NULL"


def reject(connection: Connection, run: RunId, rejections: Iterable[Rejection], at: int) -> None:
    """Open these rejections, or open them again; `times` counts runs. `at` is in microseconds."""
    rows = {}
    for r in rejections:
        key = (r.connection, r.object, r.id, str(r.stage), r.field)
        texts = (plain_text(r.raw, RAW_LIMIT), plain_text(r.reason, _REASON_LIMIT), plain_text(r.code, _REASON_LIMIT))
        rows[key] = (*key, *texts, int(r.retryable), run, at, at, 1, None)
    _write(connection, list(rows.values()))


def settle(connection: Connection, run: RunId, source: Source, stage: RejectionStage, ids: Iterable[str]) -> None:
    """Close what is open of these records: they were mapped, or written, or are judged anew."""
    where = {**source._asdict(), "stage": str(stage)}
    if connection.scalar(text(f"SELECT 1 FROM rejected WHERE {_OPEN} LIMIT 1"), where) is not None:  # noqa: S608
        sql = f"UPDATE rejected SET settled = :run WHERE {_OPEN} AND id IN (SELECT name FROM n)"  # noqa: S608
        by_names(connection, sql, ids, run=run, **where)


def open_of_run(connection: Connection, run: RunId, source: Source, ids: Iterable[str]) -> int:
    """How many of these records the run has rejected before, and nothing has settled since."""
    where = {**source._asdict(), "stage": str(RejectionStage.INBOUND)}
    sql = f"SELECT DISTINCT id FROM rejected WHERE {_OPEN} AND run = :run AND id IN (SELECT name FROM n)"  # noqa: S608
    return len(by_names(connection, sql, ids, run=run, **where))


def rejected(
    connection: Connection, run: RunId | None, name: str | None, open_only: bool, limit: int | None
) -> Sequence[RejectedRow]:
    """Newest first, optionally of one run or connection."""
    t = schema.rejected
    query = select(t).order_by(t.c.at.desc(), t.c.connection, t.c.object, t.c.id, t.c.field).limit(limit)
    if run is not None:
        query = query.where(t.c.run == run)
    if name is not None:
        query = query.where(t.c.connection == name)
    if open_only:
        query = query.where(t.c.settled.is_(None))
    return [_row(row) for row in connection.execute(query)]


def _row(row: Row[Any]) -> RejectedRow:
    stage = RejectionStage(row.stage)
    what = Rejection(
        row.connection, row.object, row.id, stage, row.field, row.raw, row.reason, row.code, bool(row.retryable)
    )
    return RejectedRow(what, RunId(row.run), moment(row.first_at), moment(row.at), row.times, row.settled)
