"""The demo as a user runs it: processes of their own, a real HTTP server, and counts taken at the sandbox."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.base import Change, Selection
from sandbox.serve import Sandbox
from state.model import RunState
from sync.app import App
from sync.cli import main
from sync.cli.errors import Exit
from sync.cli.summary import program_name
from sync.config import load_config
from sync.demo import NotADemo, configuration, count_held, last_written, prepare
from sync.demo_marker import is_over

pytestmark = pytest.mark.timeout(120)


def _relevo(*words: str) -> Result:
    """In this process; only what has to prove itself as a process of its own is started as one."""
    return CliRunner().invoke(main, words)


def _process(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from sync.cli import main; main()", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HUBSPOT_", "LANG"))}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603


def _demo_json(*words: str) -> dict[str, Any]:
    done = _process("demo", "--once", "-o", "json", "--people", "60", *words)
    assert done.returncode == Exit.OK, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_demo_writes_and_reads_back_twice_in_a_row() -> None:
    """Alone on stdout is one object; what was written is what the CRM holds; the second time too."""
    first = _demo_json()
    assert list(first) == [
        *("schema", "connections", "people", "qualified", "sla", "written", "read_back", "rejected", "seconds"),
    ]
    assert first["schema"] == "relevo/demo@1"
    assert first["written"] == first["read_back"] > 120
    assert list(first["connections"]) == ["hubspot", "salesforce", "zoho"]
    assert 60 <= first["people"] < 80  # one person, whichever CRMs know them
    contacts = first["connections"]["hubspot"]["objects"]["contacts"]
    assert contacts["read"] >= 60
    assert set(contacts) == {"read", "rejected", "skipped"}
    assert sum(first["sla"].values()) >= first["qualified"] > 0
    second = _demo_json()
    assert second["written"] == second["read_back"] > 120


def test_the_summary_is_for_people_in_both_languages() -> None:
    """Words, not keys; progress and remarks stay off stdout."""
    english = _relevo("demo", "--people", "60", "--lang", "en")
    assert "contacted in time" in english.stdout
    assert "met_late" not in english.stdout
    assert "relevo init" in english.stdout
    assert "Starting" in english.stderr
    spanish = _relevo("demo", "--people", "60", "--lang", "es", "-q")
    assert "contactados a tiempo" in spanish.stdout
    assert "contacted" not in spanish.stdout


def test_a_kept_demo_can_be_looked_into_but_not_synced(tmp_path: Path) -> None:
    """State commands work without the sandbox; a sync says that its CRM has ended and how to start anew."""
    folder = tmp_path / "kept"
    told = _demo_json("--keep", str(folder))
    config = ("-c", str(folder / "config.yaml"))
    status = json.loads(_relevo("status", "-o", "json", *config).stdout)
    assert status["people"] == told["people"]
    assert status["sla"] == told["sla"]
    sync = _relevo("sync", *config)
    assert sync.exit_code == Exit.UNREACHABLE
    assert "no longer running" in sync.stderr
    assert f"relevo demo --keep {folder}" in sync.stderr
    again = _demo_json("--keep", str(folder))
    assert again["written"] == again["read_back"] > 120


def test_a_folder_that_is_not_a_demos_is_left_alone(tmp_path: Path) -> None:
    """Nobody's files are swept away."""
    (tmp_path / "mine.txt").write_text("mine")
    done = _relevo("demo", "--keep", str(tmp_path))
    assert done.exit_code == Exit.USAGE
    assert (tmp_path / "mine.txt").read_text() == "mine"
    with pytest.raises(NotADemo):
        prepare(tmp_path, configuration("http://127.0.0.1:1", "t"), "http://127.0.0.1:1")


@pytest.fixture(scope="module")
def crm() -> Iterator[Sandbox]:
    """A small account."""
    with Sandbox.start(empty=False, people=30) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path: Path, crm: Sandbox) -> Path:
    """A configuration for the account."""
    prepare(tmp_path / "d", configuration(crm.url, crm.token), crm.url)
    return tmp_path / "d"


def test_a_write_that_did_not_arrive_is_not_counted_as_read_back(folder: Path) -> None:
    """The count can tell: a value that the CRM does not hold, and a record that it does not have, are left out."""
    with App.open(load_config(folder / "config.yaml", {})) as app:
        connector = app.connector("hubspot")
        page = next(iter(connector.pull(Selection("contacts", ("email",)), None)))
        held = [change for change in page.changes if change.fields.get("email")][:3]
        right = {("contacts", change.id): {"email": str(change.fields["email"])} for change in held}
        assert count_held(connector, right) == len(right) == 3
        wrong = right | {("contacts", held[0].id): {"email": "x@y.example"}, ("contacts", "999999"): {"email": "z"}}
        assert count_held(connector, wrong) == 2
        assert isinstance(held[0], Change)


def test_the_ledger_is_folded_to_the_last_value_of_each_field() -> None:
    """Two writes of one field count as one record holding the second."""
    entry = {"object": "contacts", "id": "1", "property": "score", "at": "", "changed": True}
    folded = last_written([entry | {"value": "1"}, entry | {"value": "2"}, entry | {"property": "b", "value": None}])
    assert folded == {("contacts", "1"): {"score": "2", "b": None}}


def test_a_demo_is_over_when_nothing_listens_at_its_address(folder: Path, tmp_path: Path) -> None:
    """And a folder without the mark is no demo."""
    assert not is_over(folder)
    (folder / ".relevo-demo").write_text("http://127.0.0.1:1")
    assert is_over(folder)
    assert not is_over(tmp_path)


def test_doctor_finds_what_is_missing_and_fields_apply_mends_it(folder: Path) -> None:
    """Each missing field is named with its place in the file; afterwards nothing is left to fix."""
    config = ("-c", str(folder / "config.yaml"))
    sick = _relevo("doctor", "-o", "json", *config)
    assert sick.exit_code == Exit.REJECTED
    bad = {finding["name"]: finding for finding in json.loads(sick.stdout)["findings"] if not finding["ok"]}
    assert "hubspot.contacts relevo_score" in bad
    assert "config.yaml:" in bad["hubspot.contacts relevo_score"]["detail"]
    assert "relevo fields apply" in bad["hubspot.contacts relevo_score"]["fix"]
    assert _relevo("fields", "apply", *config).exit_code == Exit.OK
    well = _relevo("doctor", *config)
    assert well.exit_code == Exit.OK, well.stdout
    assert "All checks passed." in well.stdout


def test_a_wrong_token_exits_with_3_and_says_what_to_do(folder: Path, crm: Sandbox) -> None:
    """And the token is not shown."""
    config = folder / "config.yaml"
    text = config.read_text()
    config.write_text(text.replace(crm.token, "pat-eu1-not-the-right-one"))
    done = _relevo("sync", "-c", str(config))
    assert done.exit_code == Exit.UNREACHABLE
    assert "not-the-right-one" not in done.stdout + done.stderr
    sick = _relevo("doctor", "-c", str(config))
    assert sick.exit_code == Exit.REJECTED


def test_the_daemon_serves_once_at_a_time_and_ends_when_told(folder: Path) -> None:
    """`run` syncs, `healthcheck` sees it, a second one is refused with 4, and SIGTERM ends it within ten seconds."""
    config = ("-c", str(folder / "config.yaml"))
    command = [sys.executable, "-c", "from sync.cli import main; main()", "run", *config]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon, closing(_Ending(daemon)):  # noqa: S603
        _until_served(folder)
        healthy = _relevo("healthcheck", *config)
        assert healthy.exit_code == Exit.OK, healthy.stderr
        second = _process("run", *config)
        assert second.returncode == Exit.LOCKED
        daemon.send_signal(signal.SIGTERM)
        began = time.monotonic()
        _, log = daemon.communicate(timeout=15)
        assert time.monotonic() - began < 10
        assert daemon.returncode == Exit.OK
        assert "relevo.daemon" in log
    assert _relevo("healthcheck", *config).exit_code == Exit.REJECTED


class _Ending:
    """Kills the process if the test did not end it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def close(self) -> None:
        self._process.kill()


def _until_served(folder: Path) -> None:
    with App.open(load_config(folder / "config.yaml", {})) as app:
        for _ in range(300):
            if any(run.state in (RunState.DONE, RunState.PARTIAL) for run in app.store.runs(1)):
                return
            time.sleep(0.1)
    raise AssertionError("the daemon finished no run within 30 s")


def test_ctrl_c_ends_a_sync_after_the_page_under_way(folder: Path, crm: Sandbox) -> None:
    """Exit code 130; the run is recorded as interrupted and what was read stays (I1)."""
    crm.clear_ledger()
    crm.faults([{"effect": "delay", "route": "*", "delay_s": 0.3}])
    command = [sys.executable, "-c", "from sync.cli import main; main()", "sync", "-c", str(folder / "config.yaml")]
    try:
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as sync, closing(_Ending(sync)):  # noqa: S603
            while crm.ledger(writes=False)["totals"]["calls"] < 3:
                time.sleep(0.05)
            sync.send_signal(signal.SIGINT)
            _, told = sync.communicate(timeout=30)
    finally:
        crm.faults([])
    assert sync.returncode == Exit.INTERRUPTED, told
    assert "Traceback" not in told
    with App.open(load_config(folder / "config.yaml", {})) as app:
        (run,) = app.store.runs(1)
    assert run.state is RunState.INTERRUPTED
    assert sum(counts.taken.received for counts in run.objects) > 0


def test_the_commands_to_try_can_be_typed_as_they_stand() -> None:
    """`make demo` runs a program that no shell would find by its name alone."""
    assert program_name(".venv/bin/relevo", lambda _name: None) == ".venv/bin/relevo"
    assert program_name("/usr/bin/relevo", lambda _name: "/usr/bin/relevo") == "relevo"
    assert program_name("pytest", lambda _name: None) == "relevo"
