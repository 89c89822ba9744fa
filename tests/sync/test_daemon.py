"""The background service: each connection on its interval, never twice at once, and its end."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from connectors.http import Response
from connectors.memory.world import Fault
from state.model import Busy
from sync.config import parse_config
from sync.daemon import Daemon
from sync.engine import RunReport, run_sync

if TYPE_CHECKING:
    from tests.sync.conftest import Bench

SOON = 20.0
"""Seconds after which a test gives up waiting for what must come."""


def until(met: Callable[[], bool], daemon: Daemon) -> threading.Thread:
    """A thread that ends the daemon once the condition is met."""

    def watch() -> None:
        give_up = time.monotonic() + SOON
        while not met() and time.monotonic() < give_up:
            time.sleep(0.02)
        daemon.stop.set()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@contextmanager
def serving(bench: "Bench") -> Iterator[Daemon]:
    text = bench.edit(bench.text() + "schedule: {pull: 1s}\n")
    with Daemon.open(parse_config(text, {}), now=bench.now) as daemon:
        yield daemon


def test_each_connection_is_synced_again_and_again(two: "Bench") -> None:
    two.lead("1")
    two.lead("2", name="other")
    with serving(two) as daemon:
        thread = until(lambda: len(daemon.app.store.runs(limit=100)) >= 6, daemon)
        daemon.run()
        thread.join()
        assert {run.connection for run in daemon.app.store.runs(limit=100)} == {"crm", "other"}
    assert two.held("1")["score"] == 90
    assert two.held("2", "other")["score"] == 90


def test_a_connection_that_fails_does_not_stop_the_other(two: "Bench") -> None:
    two.world("crm").faults.append(Fault(Response(401)))
    two.lead("2", name="other")
    with serving(two) as daemon:
        thread = until(
            lambda: two.held("2", "other") != {} and len(daemon.app.store.runs(connection="crm")) > 0, daemon
        )
        daemon.run()
        thread.join()
    assert two.held("2", "other")["score"] == 90


def test_a_defect_in_one_run_does_not_stop_the_service(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def broken(*_arguments: object, **_options: object) -> None:
        calls.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr("sync.daemon.run_sync", broken)
    with serving(bench) as daemon:
        thread = until(lambda: len(calls) >= 3, daemon)
        daemon.run()
        thread.join()
    assert len(calls) >= 3


def test_a_run_that_ends_stopped_while_the_service_ends_does_not_hang_it(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service waits for the run, so the run must not wait for the service."""
    begun = threading.Event()

    def slow(*arguments: object, **options: object) -> RunReport:
        report = run_sync(*arguments, **options)  # type: ignore[arg-type]
        begun.set()
        time.sleep(0.5)
        return report

    bench.world().faults.append(Fault(Response(401)))
    monkeypatch.setattr("sync.daemon.run_sync", slow)
    with serving(bench) as daemon:
        thread = until(begun.is_set, daemon)
        daemon.run()
        thread.join()
        (run,) = daemon.app.store.runs()
    assert run.state == "failed"


def test_a_connection_that_is_told_to_wait_is_left_alone_until_then(bench: "Bench") -> None:
    bench.world().faults.append(Fault(Response(401)))
    with serving(bench) as daemon:
        threading.Timer(3.0, daemon.stop.set).start()
        daemon.run()
        assert len(daemon.app.store.runs()) == 1


def test_a_second_daemon_on_the_same_state_is_refused(bench: "Bench") -> None:
    with serving(bench) as first, serving(bench) as second, first.app.store.hold("daemon"), pytest.raises(Busy):
        second.run()


def test_a_manual_sync_waits_for_the_run_under_way(bench: "Bench") -> None:
    bench.lead("1")
    with bench.open() as app, bench.open() as other:
        held, done = threading.Event(), threading.Event()

        def run_under_way() -> None:
            with other.store.hold("connection:crm"):
                held.set()
                done.wait(SOON)

        thread = threading.Thread(target=run_under_way)
        thread.start()
        assert held.wait(SOON)
        with pytest.raises(Busy):
            run_sync(app, "crm", wait=0.05)
        threading.Timer(0.2, done.set).start()
        run_sync(app, "crm", wait=SOON)
        thread.join()
    assert bench.held("1")["score"] == 90


def test_a_wait_for_the_crm_ends_when_the_service_is_told_to(bench: "Bench") -> None:
    bench.world().faults.append(Fault(Response(429, {"retry-after": "3"})))
    with serving(bench) as daemon:
        threading.Timer(0.3, daemon.stop.set).start()
        began = time.monotonic()
        daemon.run()
        assert time.monotonic() - began < SOON / 2
        (run,) = daemon.app.store.runs()
    assert run.state == "interrupted"
