"""Runs, their counters, and where each object's reading stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, RowMapping, func, insert, select, text, update
from ulid import ULID

from state import schema
from state.codec import micros, micros_or_none, moment, moment_or_none, plain_text
from state.database import Source, Upsert
from state.model import ObjectCounts, RunId, RunState, Taken, TakenPage, UnknownRun
from state.views import RunRow

_PREFIX = "run_"
_ERROR_LIMIT = 2_000
_TALLY = (*schema.COUNTERS, *schema.OUTCOMES)
_add = Upsert(schema.run_objects, ", ".join(f"{name} = run_objects.{name} + excluded.{name}" for name in _TALLY))


def begin(connection: Connection, name: str, trigger: str, at: datetime) -> RunId:
    """A new run of the connection. Its lock is held, so a run that never ended belongs to a process that is dead."""
    t = schema.runs
    dead = update(t).where(t.c.connection == name, t.c.state == RunState.RUNNING)
    connection.execute(
        dead.values(state=RunState.INTERRUPTED, ended=micros(at), error="the process ended during the run")
    )
    run = RunId(f"{_PREFIX}{ULID.from_datetime(at)}")
    state = str(RunState.RUNNING)
    connection.execute(
        insert(t).values(id=run, connection=name, trigger=trigger, state=state, started=micros(at), api_calls=0)
    )
    return run


def end(connection: Connection, run: RunId, state: RunState, error: str | None, api_calls: int, at: datetime) -> None:
    """The run is over. Raises UnknownRun if it never began."""
    t = schema.runs
    text_ = None if error is None else plain_text(error, _ERROR_LIMIT)
    changes = {"state": str(state), "ended": micros(at), "error": text_, "api_calls": api_calls}
    if connection.execute(update(t).where(t.c.id == run).values(changes)).rowcount == 0:
        raise UnknownRun(f"no run {run}")


def tally(connection: Connection, run: RunId, source: Source, **counts: int) -> None:
    """Add to the run's counters of one object; the names are those of `schema.COUNTERS` and `schema.OUTCOMES`."""
    _add(connection, [(run, *source, *(counts.get(counter, 0) for counter in _TALLY))])


def runs(connection: Connection, limit: int, name: str | None) -> Sequence[RunRow]:
    """The newest runs first, optionally of one connection."""
    t = schema.runs
    query = select(t).order_by(t.c.id.desc()).limit(limit)
    if name is not None:
        query = query.where(t.c.connection == name)
    return [_row(connection, row) for row in connection.execute(query)]


def run(connection: Connection, which: str) -> RunRow:
    """The run with this id, unique beginning of an id, or the `latest`. Raises UnknownRun."""
    if which == "latest":
        found = runs(connection, 1, None)
        if not found:
            raise UnknownRun("there has been no run yet")
        return found[0]
    t = schema.runs
    prefix = _PREFIX + which.removeprefix(_PREFIX).upper()
    rows = connection.execute(select(t).where(t.c.id.startswith(prefix, autoescape=True)).limit(2)).all()
    if len(rows) != 1:
        raise UnknownRun(f"no run {which}" if not rows else f"several runs begin with {which}")
    return _row(connection, rows[0])


def last_done(connection: Connection, name: str) -> datetime | None:
    """When the connection's last run that reached its end did so."""
    t = schema.runs
    states = [str(RunState.DONE), str(RunState.PARTIAL)]
    query = select(func.max(t.c.ended)).where(t.c.connection == name, t.c.state.in_(states))
    return moment_or_none(connection.scalar(query))


def _row(connection: Connection, row: Row[Any]) -> RunRow:
    t = schema.run_objects
    query = select(t).where(t.c.run == row.id).order_by(t.c.connection, t.c.object)
    counts = connection.execute(query).mappings()
    return RunRow(
        RunId(row.id), row.connection, row.trigger, RunState(row.state), moment(row.started), moment_or_none(row.ended),
        row.error, row.api_calls, tuple(_counts(c) for c in counts),
    )  # fmt: skip


def _counts(row: RowMapping) -> ObjectCounts:
    taken = Taken(**{name: row[name] for name in schema.COUNTERS})
    return ObjectCounts(row["connection"], row["object"], taken, **{name: row[name] for name in schema.OUTCOMES})


_SET_CURSOR = """
    INSERT INTO cursors (connection, object, cursor, read_through, run, updated)
    VALUES (:connection, :object, :cursor, :read_through, :run, :updated)
    ON CONFLICT (connection, object) DO UPDATE SET
      cursor = COALESCE(excluded.cursor, cursors.cursor), run = excluded.run, updated = excluded.updated,
      read_through = CASE WHEN excluded.read_through IS NULL OR excluded.read_through < cursors.read_through
        THEN cursors.read_through ELSE excluded.read_through END
"""


def set_cursor(connection: Connection, page: TakenPage, at: datetime) -> None:
    """Where the page's object stands. None leaves what is stored; `read_through` never goes back."""
    values = {"connection": page.connection, "object": page.object, "cursor": page.cursor, "run": page.run}
    through = micros_or_none(page.read_through)
    connection.execute(text(_SET_CURSOR), {**values, "read_through": through, "updated": micros(at)})


def cursor(connection: Connection, source: Source) -> str | None:
    """The stored cursor; None if the object must be read from its beginning."""
    t = schema.cursors
    query = select(t.c.cursor).where(t.c.connection == source.connection, t.c.object == source.object)
    return connection.scalar(query)


def move_cursor(connection: Connection, source: Source, cursor: str | None, at: datetime) -> None:
    """Put the cursor elsewhere; None for the object's beginning."""
    t = schema.cursors
    values = {"cursor": cursor, "updated": micros(at)}
    moved = update(t).where(t.c.connection == source.connection, t.c.object == source.object).values(values)
    if connection.execute(moved).rowcount == 0:
        connection.execute(insert(t).values(connection=source.connection, object=source.object, **values))


def read_through(connection: Connection, name: str) -> Mapping[str, datetime]:
    """Up to when each object of the connection is completely read."""
    t = schema.cursors
    query = select(t.c.object, t.c.read_through).where(t.c.connection == name, t.c.read_through.is_not(None))
    return {row.object: moment(row.read_through) for row in connection.execute(query)}
