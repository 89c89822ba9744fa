"""How each connection stands, and whether the database itself is well."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from state import runs, schema
from state.database import Database, replacing
from state.migrate import current
from state.schema import HEAD
from state.sources import Sources
from state.views import ConnectionStatus

LEAST_FREE = 0.05
"""The share of the disk that must be free."""

_probe = replacing(schema.meta)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing `Store.check` looked at. `fix` says what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def status(connection: Connection, sources: Sources) -> Sequence[ConnectionStatus]:
    """Every connection that ever ran, by name."""
    names = connection.scalars(select(schema.runs.c.connection).distinct().order_by(schema.runs.c.connection))
    return [_status(connection, name, sources.numbers(name)) for name in names.all()]


def _status(connection: Connection, name: str, numbers: Sequence[int]) -> ConnectionStatus:
    outbox, rejected, conflicts = schema.outbox, schema.rejected, schema.conflicts
    owed = select(func.count(), func.count(outbox.c.next_attempt)).where(outbox.c.source.in_(numbers))
    everything, waiting = connection.execute(owed).one()
    refused = select(func.count()).where(rejected.c.connection == name, rejected.c.settled.is_(None))
    edited = select(func.count()).where(conflicts.c.source.in_(numbers), conflicts.c.settled.is_(None))
    return ConnectionStatus(
        connection=name,
        last_run=next(iter(runs.runs(connection, 1, name)), None),
        last_done=runs.last_done(connection, name),
        read_through=runs.read_through(connection, name),
        waiting=waiting,
        parked=everything - waiting,
        rejected=connection.scalar(refused) or 0,
        conflicts=connection.scalar(edited) or 0,
    )


def check(database: Database, now: datetime) -> Sequence[Check]:
    """Is the database whole, current and writable, and is there room for more?"""
    return [_current(database), _whole(database), _writable(database, now), *_room(database)]


def _current(database: Database) -> Check:
    found = current(database)
    fix = "" if found == HEAD else "restart with the version that wrote this database, or a newer one"
    return Check("migrations", found == HEAD, f"at {found}, newest is {HEAD}", fix)


def _whole(database: Database) -> Check:
    if database.dialect == "postgresql":
        return Check("integrity", True, "kept by the server")
    with database.reading() as connection:
        found = str(connection.scalar(text("PRAGMA quick_check(1)")))
    return Check(
        "integrity", found == "ok", found, "" if found == "ok" else "restore the newest backup of the database"
    )


def _writable(database: Database, now: datetime) -> Check:
    try:
        with database.writing() as connection:
            _probe(connection, [("checked", now.isoformat())])
    except SQLAlchemyError as error:
        # The driver's own words alone: SQLAlchemy's text would add the statement and its parameters.
        reason = str(getattr(error, "orig", None) or type(error).__name__)
        return Check("writable", False, reason, "give this user write access to the database, and free disk space")
    return Check("writable", True, "yes")


def _room(database: Database) -> Sequence[Check]:
    if database.path is None:
        return []
    disk = shutil.disk_usage(database.path.parent)
    free = disk.free / disk.total
    fix = "" if free >= LEAST_FREE else "free disk space"
    return [Check("disk", free >= LEAST_FREE, f"{free:.0%} free beside {database.path.name}", fix)]
