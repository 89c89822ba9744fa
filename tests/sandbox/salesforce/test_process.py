"""The server as a process."""

import subprocess
import sys
import time

import pytest
import urllib3

from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.serve import SandboxError


def test_it_starts_with_data_answers_on_loopback_and_ends() -> None:
    """A generated company, and the true answer to a first call."""
    with SalesforceSandbox.start(empty=False, people=30) as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        assert sandbox.health()["records"]["Lead"] >= 30
        assert sandbox.api("GET", "/services/data/v62.0/limits").status == 200
    assert sandbox.process.returncode is not None
    sandbox.stop()
    with pytest.raises(SandboxError):
        sandbox.health()


def test_it_ends_with_its_parent_even_when_that_is_killed() -> None:
    """The lifeline is a pipe that the kernel closes."""
    code = "import time; from sandbox.salesforce.serve import SalesforceSandbox as S; print(S.start().url, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603 (our own module)
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert urllib3.request("GET", f"{url}/services/data", retries=False).status == 200
        parent.kill()
    for _ in range(100):
        try:
            urllib3.request("GET", f"{url}/services/data", retries=False, timeout=0.1)
        except urllib3.exceptions.HTTPError:
            return
        time.sleep(0.05)
    pytest.fail("the server outlived its parent")


def test_every_answer_is_dated_by_the_orgs_clock(salesforce: SalesforceSandbox) -> None:
    """A client that cuts its windows by the server's Date sees the frozen one."""
    salesforce.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    assert salesforce.api("GET", "/services/data").headers["date"] == "Tue, 24 Nov 2026 10:00:00 GMT"
