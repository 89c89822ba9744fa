"""Memory and work do not grow with what is stored, and a database in trouble says so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from state.store import Store
from state.testing import CONTACTS, CRM, Clock, contact, deleted, page

LOAD = """
import json, pathlib, re, sys
from state.store import Store
from state.testing import Clock, RUN, contact, page, settlement
url, people = sys.argv[1], int(sys.argv[2])

def memory():  # this program's own peak: what getrusage tells begins with the parent's
    return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024

with Store.open(url, now=Clock()) as store:
    marks = []
    for start in range(0, people, 200):
        ids = map(str, range(start, start + 200))
        store.take(page(*(contact(i, email=f"{i}@x.example", **{f"field_{n}": f"value {n} of {i}" for n in range(19)}) for i in ids)))
        if start in (people // 10, people - 200):
            marks.append(memory())
    last = None
    while due := store.due_people(Clock()(), 500, last):
        last = due[-1]
        store.settle(RUN, [settlement(p, f.mark) for p, f in store.facts_of(due).items()])
    store.digest()
    marks.append(memory())
    print(json.dumps(marks))
"""


def test_memory_does_not_grow_with_the_records(url: str) -> None:
    """I14: from a tenth of the records to all of them, derived and digested, in a process of its own."""
    people = 30_000 if url.startswith("sqlite") else 10_000
    done = subprocess.run([sys.executable, "-c", LOAD, url, str(people)], check=True, capture_output=True, text=True)  # noqa: S603
    tenth, loaded, derived = json.loads(done.stdout)
    assert loaded - tenth < 8, f"{tenth} MiB after a tenth, {loaded} MiB after all"
    assert derived < 100


def test_a_page_costs_the_same_number_of_statements_whatever_is_stored(store: Store) -> None:
    costs = []
    for start in (0, 1000, 2000):
        store.take(page(*(contact(str(n)) for n in range(start, start + 1000))))
        statements: list[object] = []
        event.listen(store._database.engine, "before_cursor_execute", lambda *args, to=statements: to.append(args[2]))
        store.take(page(*(contact(str(n), 1, stage="mql") for n in range(start, start + 50))))
        costs.append(len(statements))
    assert costs[0] == costs[1] == costs[2] < 30


def test_a_full_disk_undoes_the_page_and_its_cursor(sqlite_copy: Path, sqlite_store: Store) -> None:
    """I1: SQLite refuses to grow; what was stored before is whole, and the next page succeeds once there is room."""
    sqlite_store.take(page(contact("1"), cursor="c1"))
    before = sqlite_store.digest()
    with sqlite_store._database.engine.connect() as connection:
        pages = int(connection.execute(text("PRAGMA page_count")).scalar() or 0)
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    big = page(*(contact(str(n), name="x" * 4000) for n in range(100)), cursor="c2")
    with pytest.raises(OperationalError, match="full"):
        sqlite_store.take(big)
    assert (sqlite_store.cursor(CRM, CONTACTS), sqlite_store.digest()) == ("c1", before)
    with sqlite_store._database.engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert sqlite_store.take(big).received == 100
    assert sqlite_copy.stat().st_size > 0


def test_what_is_deleted_does_not_stay_in_the_file(sqlite_copy: Path, sqlite_store: Store) -> None:
    """I12: the address of a record that the CRM deleted is gone from the database file, not just unreachable."""
    address = "someone.unmistakable@x.example"
    sqlite_store.take(page(contact("1", 0, email=address)))
    sqlite_store.take(page(contact("1", 1, email="another@x.example")))
    sqlite_store.take(page(deleted("1", 2)))
    with sqlite_store._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    files = sqlite_copy.parent.glob(f"{sqlite_copy.name}*")
    assert all(address.encode() not in file.read_bytes() for file in files)


def test_a_database_that_cannot_be_written_says_so_without_quoting_rows(sqlite_store: Store) -> None:
    """I12."""
    with sqlite_store._database.engine.connect() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
    checks = {check.name: check for check in sqlite_store.check()}
    assert not checks["writable"].ok
    assert "readonly" in checks["writable"].detail
    assert "INSERT" not in checks["writable"].detail
    assert checks["writable"].fix


def test_only_its_owner_reads_the_database_file(tmp_path: Path, clock: Clock) -> None:
    """I12."""
    with Store.open(f"sqlite:///{tmp_path / 'new.db'}", now=clock) as store:
        store.take(page(contact("1")))
        assert {
            file.name: file.stat().st_mode & 0o077 for file in tmp_path.glob("new.db*") if "migrate" not in file.name
        } == {
            "new.db": 0,
            "new.db-wal": 0,
            "new.db-shm": 0,
        }
