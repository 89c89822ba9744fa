"""The agreement changes: everybody is scored again in the background, and nobody with news waits for it."""

import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

import sync.rescore
from connectors.memory import Memory
from state.model import Busy, RunState
from state.rescores import Rescore
from sync.app import App
from sync.cli import main
from sync.config import parse_config
from sync.daemon import Daemon
from sync.engine import Trigger, run_sync
from sync.observer import Silent
from sync.reread import agreement_digest
from sync.rescore import EVERY, forecast, rescore

if TYPE_CHECKING:
    from tests.sync.conftest import Bench

PEOPLE = 7
SECOND = timedelta(seconds=1)
Relevo = Callable[..., Result]


def lower_points(text: str) -> str:
    return text.replace("points: 40", "points: 20")


@pytest.fixture
def changed(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> "Bench":
    """Seven people scored 90 and written, and then an agreement by which they have 70; slices of two."""
    monkeypatch.setattr(sync.rescore, "PEOPLE_AT_ONCE", 2)
    for number in range(PEOPLE):
        bench.lead(str(number))
    bench.sync()
    bench.time += SECOND
    bench.edit = lower_points
    return bench


def scores(app: App) -> list[int]:
    return sorted(row.score or 0 for row in app.store.everybody(99))


class Stopping(Silent):
    """Asks the run to end after so many slices."""

    def __init__(self, slices: int) -> None:
        self.stop = threading.Event()
        self.told: list[Rescore] = []
        self._slices = slices

    def rescored(self, progress: Rescore) -> None:
        self.told.append(progress)
        if len(self.told) == self._slices:
            self.stop.set()


def test_a_scheduled_run_leaves_everybody_to_the_service(changed: "Bench") -> None:
    changed.lead("new")
    report = changed.sync(trigger=Trigger.SCHEDULE)
    assert sum(counts.written for counts in report.run.objects) == 1
    assert changed.held("new")["score"] == 70
    assert changed.held("0")["score"] == 90
    with changed.open() as app:
        row = rescore(app)
        assert row is not None
        assert (row.connection, row.trigger, row.state) == (EVERY, "rescore", RunState.DONE)
        assert scores(app) == [70] * (PEOPLE + 1)
        assert rescore(app) is None
    assert changed.held("0")["score"] == 90
    changed.sync(trigger=Trigger.SCHEDULE)
    assert changed.held("0")["score"] == 70


def test_a_sync_by_hand_does_all_of_it(changed: "Bench") -> None:
    changed.sync()
    assert {changed.held(str(number))["score"] for number in range(PEOPLE)} == {70}
    with changed.open() as app:
        assert [row.trigger for row in app.store.runs(2)] == ["rescore", "manual"]


def test_asked_to_end_it_ends_after_the_slice_and_goes_on_later(changed: "Bench") -> None:
    watcher = Stopping(2)
    with changed.open() as app:
        row = rescore(app, watcher, watcher.stop)
        assert row is not None
        assert row.state is RunState.INTERRUPTED
        assert [told.done for told in watcher.told] == [2, 4]
        assert scores(app) == [70] * 4 + [90] * 3
        later = Stopping(99)
        rescore(app, later)
        assert [told.done for told in later.told] == [6, 7]
        assert scores(app) == [70] * PEOPLE


def test_the_same_end_whether_interrupted_or_not(changed: "Bench") -> None:
    """I1, I2, I9."""
    watcher = Stopping(1)
    with changed.open() as app:
        rescore(app, watcher, watcher.stop)
        rescore(app)
        interrupted = app.store.digest()
        app.store.rescoring.ask(agreement_digest(app.config, app.agreement))
        rescore(app)
        assert app.store.digest() == interrupted


def _work(text: str, now: datetime, reached: Path) -> None:
    """In a process of its own: tell after the second slice, and wait to be killed."""

    class Telling(Silent):
        def rescored(self, progress: Rescore) -> None:
            if progress.done == 4:
                reached.write_text("4")
                time.sleep(60)

    setattr(sync.rescore, "PEOPLE_AT_ONCE", 2)  # noqa: B010 (a name that module only imports)
    with App.open(parse_config(text, {}), now=lambda: now) as app:
        rescore(app, Telling())


def test_killed_outright_it_goes_on_where_it_was(changed: "Bench", tmp_path: Path) -> None:
    """I1: SIGKILL between two slices; nobody is derived twice, nobody is left out, and the dead run says so."""
    reached = tmp_path / "reached"
    text = changed.edit(changed.text())
    process = multiprocessing.get_context("fork").Process(target=_work, args=(text, changed.time, reached))
    process.start()
    give_up = time.monotonic() + 30
    while not reached.exists() and time.monotonic() < give_up:
        time.sleep(0.02)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    changed.time += SECOND
    watcher = Stopping(99)
    with changed.open() as app:
        rescore(app, watcher)
        assert [told.done for told in watcher.told] == [6, 7]
        assert scores(app) == [70] * PEOPLE
        assert [row.state for row in app.store.runs(2, EVERY)] == [RunState.DONE, RunState.INTERRUPTED]


def test_a_second_change_begins_anew_with_the_newest_rules(changed: "Bench") -> None:
    watcher = Stopping(1)
    with changed.open() as app:
        rescore(app, watcher, watcher.stop)
        changed.time += SECOND
        changed.edit = lambda text: lower_points(text).replace("cap: 40", "cap: 10")
        with changed.open() as newer:
            newest = Stopping(99)
            rescore(newer, newest)
            assert [told.done for told in newest.told] == [2, 4, 6, 7]
            assert scores(newer) == [60] * PEOPLE
            history = newer.store.trail.scores(newer.store.everybody(1)[0].person)
            assert [change.total for change in history] == [90, 70, 60]


def test_the_old_rules_rescore_ends_when_the_new_ones_come(changed: "Bench") -> None:
    """Results by the old rules are not stored over those by the new."""

    class Changing(Silent):
        def rescored(self, progress: Rescore) -> None:
            if progress.done == 2:
                app.store.rescoring.ask("a newer agreement")

    with changed.open() as app:
        row = rescore(app, Changing())
        assert row is not None
        assert row.state is RunState.INTERRUPTED
        assert "changed again" in (row.error or "")
        assert scores(app).count(70) == 2


def test_a_person_with_news_is_derived_between_two_slices(changed: "Bench") -> None:
    """The lock is free between slices, and the connection's own run writes its people before the backlog."""

    class Meanwhile(Silent):
        report = None

        def rescored(self, progress: Rescore) -> None:
            if progress.done == 2:
                changed.lead("new")
                self.report = run_sync(app, "crm", trigger=Trigger.SCHEDULE)

    with changed.open() as app:
        watcher = Meanwhile()
        rescore(app, watcher)
        assert watcher.report is not None
    assert changed.held("new")["score"] == 70


def test_writes_that_cannot_wait_go_first_and_the_backlog_ends_in_time(
    changed: "Bench", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is due to read again leaves the rest of the backlog to the next one."""
    monkeypatch.setattr(Memory, "abilities", replace(Memory.abilities, batch_size=2))
    with changed.open() as app:
        rescore(app)
    changed.lead("zz")
    written: list[list[str]] = []

    class Watching(Silent):
        def pushed(self, connection: str, object: str, counts: object) -> None:  # noqa: A002
            people = (*map(str, range(PEOPLE)), "zz")
            written.append([who for who in people if changed.held(who).get("score") == 70])
            if len(written) == 2:
                changed.time += timedelta(hours=1)

    changed.sync(trigger=Trigger.SCHEDULE, observer=Watching())
    assert written == [["zz"], ["0", "1", "zz"]]
    changed.sync(trigger=Trigger.SCHEDULE)
    assert {changed.held(str(number))["score"] for number in range(PEOPLE)} == {70}


def test_the_forecast_is_what_then_happens(changed: "Bench") -> None:
    with changed.open() as app:
        before = app.store.digest()
        told = forecast(app)
        assert app.store.digest() == before
        assert (told.people, told.changed, told.qualifying, told.leaving) == (PEOPLE, PEOPLE, 0, 0)
        assert sum(told.writes.values()) == PEOPLE
    report = changed.sync()
    assert sum(counts.written for counts in report.run.objects) == PEOPLE


def test_the_forecast_counts_who_crosses_the_threshold(changed: "Bench") -> None:
    changed.edit = lambda text: text.replace("qualified_at: 70", "qualified_at: 95")
    with changed.open() as app:
        assert (forecast(app).qualifying, forecast(app).leaving) == (0, PEOPLE)


def test_only_one_process_is_at_it(changed: "Bench") -> None:
    with changed.open() as app, changed.open() as other, other.store.hold("rescore"):
        with pytest.raises(Busy):
            rescore(app)
        assert changed.sync().run.state is RunState.DONE
        assert scores(app) == [90] * PEOPLE


def test_the_service_scores_everybody_again_and_writes_it(changed: "Bench") -> None:
    text = changed.edit(changed.text() + "schedule: {pull: 1s}\n")
    with Daemon.open(parse_config(text, {}), now=changed.now) as daemon:
        give_up = time.monotonic() + 20

        def watch() -> None:
            held = [changed.held(str(number))["score"] for number in range(PEOPLE)]
            while held != [70] * PEOPLE and time.monotonic() < give_up:
                time.sleep(0.05)
                held = [changed.held(str(number))["score"] for number in range(PEOPLE)]
            daemon.stop.set()

        thread = threading.Thread(target=watch)
        thread.start()
        daemon.run()
        thread.join()
        assert scores(daemon.app) == [70] * PEOPLE
        assert [row.state for row in daemon.app.store.runs(9, EVERY)] == [RunState.DONE]
    assert changed.held("0")["score"] == 70


@pytest.fixture
def relevo(changed: "Bench", tmp_path: Path) -> Relevo:
    config = tmp_path / "config.yaml"
    config.write_text(changed.edit(changed.text()))
    return lambda *words: CliRunner().invoke(main, [*words, "-c", str(config)])


def test_the_command_asks_tells_and_does(relevo: Relevo) -> None:
    told = json.loads(relevo("rescore", "--dry-run", "-o", "json").stdout)
    assert (told["people"], told["changed"], told["writes"]) == (PEOPLE, PEOPLE, {"crm.contacts": PEOPLE})
    assert "7 people are to be scored again by the next relevo sync" in relevo("rescore").stdout
    assert "0 of 7 people" in relevo("status").stdout
    assert json.loads(relevo("status", "-o", "json").stdout)["rescore"]["total"] == PEOPLE
    assert "7 of 7 people" in relevo("rescore", "--wait").stdout
    assert json.loads(relevo("runs", "show", "-o", "json").stdout)["rescore"]["done"] == PEOPLE
    assert "scored again: 7 of 7" in relevo("runs", "show").stdout
    assert json.loads(relevo("status", "-o", "json").stdout)["rescore"] is None
