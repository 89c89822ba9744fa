"""Bring the tables to this version's shape, in one transaction, under a lock."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from state.database import Database, Upsert
from state.locks import hold
from state.schema import HEAD, meta

_SCRIPTS = Path(__file__).parent / "migrations"


class TooNew(Exception):
    """The database was written by a newer version of the program."""


def migrate(database: Database, at: datetime) -> None:
    """Run the missing migrations. Raises TooNew if the database knows one that this version does not."""
    if current(database) == HEAD:
        return
    with hold(database, "migrate", wait=None), database.writing() as connection:
        found = _revision(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise TooNew(
                f"the database is at migration {found}, this version knows only {HEAD}: install a newer version"
            )
        _upgrade(connection)
        Upsert(meta)(connection, [("created", at.isoformat())])


def current(database: Database) -> str | None:
    """The newest migration that the database has; None if it is empty."""
    with database.reading() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    # Imported only when there is something to migrate: it costs a quarter of a second.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    command.upgrade(config, HEAD)
