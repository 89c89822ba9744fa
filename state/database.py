"""The two databases behind one door: how a transaction begins, how many keys go into one statement, how rows go in in bulk.

Writers are serialised on both. SQLite begins them with `BEGIN IMMEDIATE` (a transaction that reads first and writes later
fails at once when another one committed in between, whatever the busy timeout); PostgreSQL takes an advisory lock that ends
with the transaction. Readers see one snapshot and never wait.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection

Dialect = Literal["sqlite", "postgresql"]

BUSY_TIMEOUT = 60.0
"""Seconds a SQLite writer waits for another one to end."""

_CHECKPOINT_PAGES = 8_000
"""Copy the WAL into the file every 32 MB: a page of records touches many pages of the indexes, again and again."""

_POSTGRESQL_SETTINGS = (
    # As with SQLite's `synchronous = NORMAL`, a power failure may undo the newest transactions, always whole ones: a page
    # goes with its cursor and is read again, a lost agreement is found in the CRM.
    "synchronous_commit = off",
    # Statements are led by a short list of keys. The planner, whose statistics of a growing table say that it is small,
    # would read all of it instead of going through the index, as it does right after a first load.
    "enable_seqscan = off",
    "enable_bitmapscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    "jit = off",
)


class Source(NamedTuple):
    """One object of one connection."""

    connection: str
    object: str


class Key(NamedTuple):
    """A record's key in the database: its source's number and the CRM's id."""

    source: int
    id: str


_KEYS: dict[Dialect, str] = {
    "sqlite": "k(source, id) AS (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:keys))",
    "postgresql": (
        'k(source, id) AS (SELECT CAST(value->>0 AS smallint), (value->>1) COLLATE "C"'
        " FROM json_array_elements(CAST(:keys AS json)))"
    ),
}
_NAMES: dict[Dialect, str] = {
    "sqlite": "n(name) AS (SELECT value FROM json_each(:names))",
    "postgresql": 'n(name) AS (SELECT value COLLATE "C" FROM json_array_elements_text(CAST(:names AS json)))',
}


class Database:
    """An engine with this application's ways of beginning a transaction. Thread-safe."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        match parsed.get_backend_name():
            case "sqlite":
                if parsed.database in (None, "", ":memory:"):
                    raise ValueError("the state needs a database file: sqlite:///path")
                self.dialect: Dialect = "sqlite"
                self.path: Path | None = Path(str(parsed.database)).absolute()
                # People's data: readable by its owner alone. SQLite gives its other files the same mode.
                self.path.touch(mode=0o600)
                self.engine = _sqlite(parsed)
                self._readers = self.engine
            case "postgresql":
                self.dialect, self.path = "postgresql", None
                self.engine = _postgresql(parsed)
                self._readers = self.engine.execution_options(isolation_level="REPEATABLE READ")
            case other:
                raise ValueError(f"the state cannot be kept in {other}: use sqlite:///path or postgresql+psycopg://…")
        self._writers = self.engine.execution_options(writing=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one snapshot and writes nothing."""
        with self._readers.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only writing transaction at this time; all or nothing."""
        with self._writers.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.write', 0))")
                )
            yield connection

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def by_keys(connection: Connection, sql: str, keys: Iterable[Key], /, **parameters: object) -> Sequence[Any]:
    """Rows of `sql`, which reads the keys from the table `k(source, id)`. One statement however many keys there are."""
    return _with(connection, _KEYS, sql, keys=orjson.dumps(list(map(list, keys))).decode(), **parameters)


def by_names(connection: Connection, sql: str, names: Iterable[str], /, **parameters: object) -> Sequence[Any]:
    """Rows of `sql`, which reads the names from the table `n(name)`."""
    return _with(connection, _NAMES, sql, names=orjson.dumps(list(names)).decode(), **parameters)


def _with(connection: Connection, tables: dict[Dialect, str], sql: str, /, **parameters: object) -> Sequence[Any]:
    table = tables["sqlite" if connection.dialect.name == "sqlite" else "postgresql"]
    result = connection.execute(text(f"WITH {table} {sql}"), parameters)
    return result.all() if result.returns_rows else ()


@dataclass(frozen=True, slots=True)
class Upsert:
    """Rows into `table`, columns in its order. `update` is the SET of a row that is there already; empty leaves it alone."""

    table: Table
    update: str = ""

    def __call__(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        """Write the rows in one driver-level call."""
        if not rows:
            return
        columns = [column.name for column in self.table.columns]
        keys = ", ".join(column.name for column in self.table.primary_key.columns)
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        action = f"UPDATE SET {self.update}" if self.update else "NOTHING"
        connection.exec_driver_sql(
            f"INSERT INTO {self.table.name} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"  # noqa: S608
            f" ON CONFLICT ({keys}) DO {action}",
            list(rows),
        )


def replacing(table: Table, *kept: str) -> Upsert:
    """An upsert that replaces all columns but the key and `kept`."""
    names = [c.name for c in table.columns if not c.primary_key and c.name not in kept]
    return Upsert(table, ", ".join(f"{name} = excluded.{name}" for name in names))


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, _record: object) -> None:
        # The driver must not begin transactions by itself: `_begin` below says how they begin.
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "secure_delete = ON",
            f"wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.autocommit = True
        for setting in _POSTGRESQL_SETTINGS:
            connection.execute(f"SET {setting}")
        connection.autocommit = False

    return engine
