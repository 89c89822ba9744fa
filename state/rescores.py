"""Everybody derived again, in slices: who asked for it, how far it is, and where it goes on.

There is at most one under way. Its position moves in the transaction that stores a slice's results, so a process that dies
loses at most one slice's work. A newer request takes its place and begins at the first person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NewType

from sqlalchemy import Connection, Row, func, insert, select, text, update
from ulid import ULID

from journey.model import PersonId
from state.codec import micros, moment, moment_or_none
from state.model import RunId
from state.schema_past import rescores

RescoreId = NewType("RescoreId", str)

KEPT = 50
"""Rescores remembered."""

_TOTAL = text("SELECT COUNT(DISTINCT person) FROM records WHERE person IS NOT NULL AND gone = 0")
_NEXT = text("""
    SELECT DISTINCT person FROM records WHERE person IS NOT NULL AND person > :after AND gone = 0
    ORDER BY person LIMIT :limit
""")


class Replaced(Exception):
    """Another rescore has taken this one's place."""


@dataclass(frozen=True, slots=True)
class Rescore:
    """How far a rescore is: `done` of `total` people, of whom `changed` got another score.

    `version` is the digest of the configuration it works by; `run` the latest run that worked on it, from `began` on, when
    `began_done` were done already.
    """

    id: RescoreId
    version: str
    asked: datetime
    total: int
    done: int
    changed: int
    after: PersonId
    run: RunId | None
    began: datetime | None
    began_done: int
    updated: datetime
    ended: datetime | None
    replaced: bool

    @property
    def rate(self) -> float | None:
        """People a second in the latest run; None until there is something to tell it by."""
        seconds = (self.updated - self.began).total_seconds() if self.began else 0.0
        return (self.done - self.began_done) / seconds if seconds > 0 and self.done > self.began_done else None

    @property
    def left(self) -> timedelta | None:
        """How long it will still take at that rate."""
        return timedelta(seconds=max(self.total - self.done, 0) / self.rate) if self.rate else None


@dataclass(frozen=True, slots=True)
class Slice:
    """The next people of a rescore, up to and including `last`."""

    rescore: RescoreId
    people: tuple[PersonId, ...]

    @property
    def last(self) -> PersonId:
        """Where the rescore goes on behind."""
        return self.people[-1]


def ask(connection: Connection, version: str, at: datetime) -> None:
    """Everybody is to be derived again by that version, from the first person on. Nothing to do while there is nobody."""
    t = rescores
    connection.execute(update(t).where(t.c.ended.is_(None)).values(ended=micros(at), replaced=1))
    total = connection.scalar(_TOTAL) or 0
    if total:
        new = {"id": str(ULID.from_datetime(at)), "version": version, "asked": micros(at), "updated": micros(at)}
        zero = dict.fromkeys(("done", "changed", "began_done", "replaced"), 0)
        connection.execute(insert(t).values(**new, **zero, total=total, after=""))
    kept = select(t.c.id).order_by(t.c.id.desc()).limit(KEPT)
    connection.execute(t.delete().where(t.c.id.not_in(kept)))


def under_way(connection: Connection) -> Rescore | None:
    """The rescore that has not ended."""
    t = rescores
    row = connection.execute(select(t).where(t.c.ended.is_(None)).order_by(t.c.id.desc()).limit(1)).first()
    return None if row is None else _rescore(row)


def called(connection: Connection, which: RescoreId) -> Rescore | None:
    """The rescore with this id; None once it is forgotten."""
    row = connection.execute(select(rescores).where(rescores.c.id == which)).first()
    return None if row is None else _rescore(row)


def of_run(connection: Connection, run: RunId) -> Rescore | None:
    """The rescore that this run was the latest to work on."""
    t = rescores
    row = connection.execute(select(t).where(t.c.run == run)).first()
    return None if row is None else _rescore(row)


def begin(connection: Connection, which: RescoreId, run: RunId, at: datetime) -> None:
    """This run takes it up where it is."""
    t = rescores
    values = {"run": run, "began": micros(at), "updated": micros(at)}
    _still(connection.execute(_open(which).values(**values, began_done=t.c.done)).rowcount)


def next_slice(connection: Connection, rescore: Rescore, limit: int) -> Slice | None:
    """The next people; None when everybody was derived. Raises `Replaced`."""
    t = rescores
    after = connection.scalar(select(t.c.after).where(t.c.id == rescore.id, t.c.ended.is_(None)))
    _still(after is not None)
    people: Sequence[Any] = connection.scalars(_NEXT, {"after": after, "limit": limit}).all()
    return Slice(rescore.id, tuple(people)) if people else None


def advance(connection: Connection, done: Slice, changed: int, at: datetime) -> None:
    """The slice's people are derived. Raises `Replaced`, so that results by older rules are not stored."""
    t = rescores
    reached = t.c.done + len(done.people)
    values = {"after": done.last, "done": reached, "changed": t.c.changed + changed, "updated": micros(at)}
    # People who came meanwhile are part of it; the total is never less than what is done.
    total = func.max(t.c.total, reached) if connection.dialect.name == "sqlite" else func.greatest(t.c.total, reached)
    _still(connection.execute(_open(done.rescore).values(**values, total=total)).rowcount)


def finish(connection: Connection, which: RescoreId, at: datetime) -> None:
    """Everybody is derived. Raises `Replaced`."""
    t = rescores
    _still(connection.execute(_open(which).values(ended=micros(at), updated=micros(at), total=t.c.done)).rowcount)


def _open(which: RescoreId) -> Any:
    t = rescores
    return update(t).where(t.c.id == which, t.c.ended.is_(None))


def _still(found: object) -> None:
    if not found:
        raise Replaced


def _rescore(row: Row[Any]) -> Rescore:
    return Rescore(
        *(RescoreId(row.id), row.version, moment(row.asked), row.total, row.done, row.changed, PersonId(row.after)),
        *(row.run, moment_or_none(row.began), row.began_done, moment(row.updated), moment_or_none(row.ended)),
        bool(row.replaced),
    )
