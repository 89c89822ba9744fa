"""The tables come to be what the code believes they are, whole or not at all."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, text

import state.migrate
from state.database import Database
from state.migrate import TooNew, migrate
from state.schema import HEAD, metadata
from state.store import Store
from state.testing import NOON, Clock


def test_the_migrations_make_the_tables_of_the_schema(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_script_is_the_one_the_code_asks_for() -> None:
    scripts = ScriptDirectory(str(Path(state.migrate.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD


def test_a_database_of_a_newer_version_is_left_alone(url: str, clock: Clock) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(TooNew, match="install a newer version"):
            Store.open(url, now=clock)
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
        engine.dispose()


def test_a_migration_that_breaks_at_any_statement_leaves_nothing(tmp_path: Path) -> None:
    """I1, for the tables themselves."""
    broken_at = 0
    while True:
        broken_at += 1
        database = Database(f"sqlite:///{tmp_path / f'{broken_at}.db'}")
        if _migrate_failing_at(database, broken_at):
            break
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == []
        migrate(database, NOON)
        database.close()
    database.close()
    assert broken_at > len(metadata.tables)


def _migrate_failing_at(database: Database, statement: int) -> bool:
    """Whether the migration ended before it came to this statement."""
    count = 0

    def fail(*_: object) -> None:
        nonlocal count
        count += 1
        if count == statement:
            raise ConnectionError("the database is gone")

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        migrate(database, NOON)
    except ConnectionError:
        return False
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)
    return True


def test_records_of_an_older_version_are_found_by_their_phone_after_the_migration(tmp_path: Path, clock: Clock) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with database.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(state.migrate.__file__).parent / "migrations"))
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO sources VALUES (1, 'crm', 'contacts')"))
        insert = "INSERT INTO records VALUES (1, :id, 'person', 'v', 0, x'00', :body, :id, NULL, 0, NULL, NULL)"
        for number in range(1500):
            connection.execute(text(insert), {"id": str(number), "body": f'{{"phone":"+34600{number // 2:06}"}}'})
    database.close()
    with Store.open(f"sqlite:///{tmp_path / 'old.db'}", now=clock) as store:
        assert len(store.likely_pairs()) == 750


@pytest.mark.parametrize("wrong", ["sqlite://", "sqlite:///:memory:", "mysql+pymysql://localhost/x"])
def test_a_database_that_cannot_hold_the_state_is_refused(wrong: str, clock: Clock) -> None:
    with pytest.raises(ValueError, match="sqlite:///path"):
        Store.open(wrong, now=clock)
