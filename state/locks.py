"""Locks between processes: the daemon's, and one for each connection.

The operating system or the server releases them when their holder dies, however it dies. SQLite: a locked file beside the
database. PostgreSQL: a session advisory lock on a connection of its own.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from state.database import Database
from state.model import Busy

_LOCK_NOT_AVAILABLE = "55P03"
_NUMBER = "hashtextextended(current_schema() || '.lock.' || :name, 0)"
_HOLDER = f"""
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (CAST(l.classid AS bigint) << 32) | CAST(l.objid AS bigint) = {_NUMBER}
"""  # noqa: S608 (nothing but constants)


@contextmanager
def hold(database: Database, name: str, wait: float | None) -> Iterator[None]:
    """Hold the named lock. Waits at most `wait` seconds, for ever if None. Raises Busy if it is held elsewhere."""
    with _file(database.path, name, wait) if database.path else _advisory(database, name, wait):
        yield


@contextmanager
def _file(path: Path, name: str, wait: float | None) -> Iterator[None]:
    lock_path = path.with_name(f"{path.name}.{quote(name, safe='')}.lock")
    # Its own file: a contender may empty the lock file before it learns that the lock is held.
    holder_path = lock_path.with_suffix(".holder")
    lock = FileLock(lock_path, timeout=-1 if wait is None else wait, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise Busy(name, _read_holder(holder_path)) from None
    try:
        holder_path.write_text(_me())
        yield
    finally:
        lock.release()


def _read_holder(path: Path) -> str:
    try:
        return path.read_text() or "another process"
    except OSError:
        return "another process"


@contextmanager
def _advisory(database: Database, name: str, wait: float | None) -> Iterator[None]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        connection.execute(text("SELECT set_config('application_name', :me, false)"), {"me": _me()})
        if not _acquire(connection, name, wait):
            raise Busy(name, connection.execute(text(_HOLDER), {"name": name}).scalar() or "another process")
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({_NUMBER})"), {"name": name})


def _acquire(connection: Connection, name: str, wait: float | None) -> bool:
    if wait is not None and wait <= 0:
        return bool(connection.execute(text(f"SELECT pg_try_advisory_lock({_NUMBER})"), {"name": name}).scalar())
    milliseconds = 0 if wait is None else max(1, round(wait * 1000))
    connection.execute(text("SELECT set_config('lock_timeout', :wait, false)"), {"wait": f"{milliseconds}ms"})
    try:
        connection.execute(text(f"SELECT pg_advisory_lock({_NUMBER})"), {"name": name})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return False
        raise
    return True


def _me() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"
