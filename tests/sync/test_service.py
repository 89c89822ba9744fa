"""`relevo run` as a process: told to end in the middle of a run, whatever the CRM does, it ends in time and loses nothing."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.serve import Sandbox
from sync.app import App
from sync.config import load_config
from sync.demo import configuration, prepare
from sync.engine import Ending, run_sync
from sync.fields import missing_fields

END = datetime(2026, 11, 20, tzinfo=UTC)
ENDS_WITHIN = 10.0
SOON = 60.0


@pytest.fixture
def crm() -> Iterator[Sandbox]:
    with Sandbox.start(empty=False, people=600, end=END, limits=False) as server:
        yield server


@pytest.fixture
def config(crm: Sandbox, tmp_path: Path) -> Path:
    prepare(tmp_path / "demo", configuration(crm.url, crm.token), crm.url)
    path = tmp_path / "demo" / "config.yaml"
    with App.open(load_config(path, {})) as app:
        app.connector("hubspot").provision(missing_fields(app, "hubspot"))
    crm.clear_ledger()
    return path


def serve(config: Path, until: Callable[[], bool]) -> tuple[int, float]:
    """Run the service, tell it to end once `until` holds; its exit code and the seconds it took to end."""
    command = [sys.executable, "-c", "from sync.cli import main; main()", "run", "-c", str(config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as service:  # noqa: S603 (our own command)
        give_up = time.monotonic() + SOON
        while not until():
            assert service.poll() is None, "the service ended by itself"
            assert time.monotonic() < give_up, "what the test waits for did not come"
            time.sleep(0.01)
        began = time.monotonic()
        service.send_signal(signal.SIGTERM)
        try:
            return service.wait(SOON), time.monotonic() - began
        finally:
            service.kill()


def test_told_to_end_while_it_writes_it_loses_nothing_and_doubles_nothing(crm: Sandbox, config: Path) -> None:
    """I1, I2"""
    code, seconds = serve(config, until=lambda: crm.ledger(writes=False)["totals"]["records_written"] > 0)
    assert code == 0
    assert seconds < ENDS_WITHIN
    with App.open(load_config(config, {})) as app:
        assert run_sync(app, "hubspot").ending is Ending.COMPLETE
        people = app.store.people_count().people
    writes = [(row["id"], row["property"]) for row in crm.ledger()["writes"] if row["changed"]]
    assert people > 500
    assert len({record for record, _ in writes}) > 500
    assert len(writes) == len(set(writes))


def test_a_crm_that_does_not_answer_does_not_keep_the_service_alive(crm: Sandbox, config: Path) -> None:
    crm.faults([{"effect": "delay", "delay_s": 25.0, "route": "GET /crm/objects/contacts"}])
    code, seconds = serve(config, until=lambda: bool(crm.ledger(writes=False)["faults"]))
    assert code == 0
    assert seconds < ENDS_WITHIN
