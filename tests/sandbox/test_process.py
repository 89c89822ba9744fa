"""The server as a process: where it listens, what it prints, when it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.serve import Sandbox, SandboxError


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_it_stops_when_told_and_twice_does_no_harm() -> None:
    with Sandbox.start() as sandbox:
        assert sandbox.health()["records"]["contacts"] == 0
    assert sandbox.process.returncode is not None
    sandbox.stop()
    with pytest.raises(SandboxError):
        sandbox.health()


def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rsplit(":", 1)[1])
    listeners = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = {fields[1] for fields in listeners if fields[3] == "0A" and int(fields[1].split(":")[1], 16) == port}
    assert ours == {f"0100007F:{port:04X}"}


def test_it_ends_when_its_parent_is_killed() -> None:
    program = (
        "from sandbox.serve import Sandbox\nimport time\n"
        "sandbox = Sandbox.start()\nprint(sandbox.process.pid, flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own interpreter)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 10
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(child)
    assert parent.stdout.read() == ""
    parent.stdout.close()


def test_a_dump_is_the_same_for_the_same_state_and_leaves_times_out_when_told(sandbox: Sandbox) -> None:
    dumps = []
    for _ in range(2):
        sandbox.reset()
        sandbox.load(objects={"contacts": [{"properties": {"email": "a@example.com"}}]})
        dumps.append((sandbox.dump(), sandbox.dump(times=False)))
        time.sleep(0.002)
    assert dumps[0][0] != dumps[1][0]
    assert dumps[0][1] == dumps[1][1]
    assert b"a@example.com" in dumps[0][1]


def test_loading_an_unknown_property_is_a_mistake_that_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="nonsense"):
        sandbox.load(objects={"contacts": [{"properties": {"nonsense": "x"}}]})


def test_the_ledger_can_be_cleared_and_counts_by_route(sandbox: Sandbox) -> None:
    sandbox.api("GET", "/crm/v3/objects/0-1")
    sandbox.api("GET", "/crm/objects/2026-03/contacts")
    sandbox.api("POST", "/crm/v4/associations/contact/0-2/batch/read", {"inputs": [{"id": "1"}]})
    sandbox.api("GET", "/nowhere")
    assert sandbox.ledger()["calls"] == {
        "GET /crm/objects/contacts": 2,
        "GET unknown": 1,
        "POST /crm/associations/contacts/companies/batch/read": 1,
    }
    sandbox.clear_ledger()
    assert sandbox.ledger()["totals"]["calls"] == 0
