"""Runs and how the connections stand."""

from datetime import timedelta

import pytest

from state.model import RunId, RunState, UnknownRun
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, Clock, contact, page, unmapped


def test_a_run_is_recorded_from_begin_to_end(store: Store, clock: Clock) -> None:
    run = store.begin_run(CRM, "schedule")
    begun = store.run(run)
    assert (begun.state, begun.started, begun.ended, begun.trigger) == (RunState.RUNNING, NOON, None, "schedule")
    later = clock.pass_by(timedelta(seconds=9))
    store.end_run(run, RunState.FAILED, "no answer\0", api_calls=7)
    ended = store.run(run)
    assert (ended.state, ended.ended, ended.error, ended.api_calls) == (RunState.FAILED, later, "no answer\ufffd", 7)


def test_a_run_that_never_ended_is_interrupted_by_the_next_of_its_connection(store: Store, clock: Clock) -> None:
    dead, other = store.begin_run(CRM, "a"), store.begin_run("other", "a")
    clock.pass_by(timedelta(seconds=1))
    store.begin_run(CRM, "b")
    assert store.run(dead).state is RunState.INTERRUPTED
    assert store.run(other).state is RunState.RUNNING


def test_runs_are_found_by_the_beginning_of_their_id(store: Store, clock: Clock) -> None:
    with pytest.raises(UnknownRun, match="no run yet"):
        store.run("latest")
    first = store.begin_run(CRM, "a")
    clock.pass_by(timedelta(days=400))
    second = store.begin_run("other", "b")
    assert store.run("latest").id == second
    assert store.run(first.lower()[:-3]).id == store.run(first.removeprefix("run_")).id == first
    assert [run.id for run in store.runs()] == [second, first]
    assert [run.id for run in store.runs(connection=CRM)] == [first]
    assert [run.id for run in store.runs(1)] == [second]
    for unknown in ("run_0", "%", "nothing"):
        with pytest.raises(UnknownRun):
            store.run(unknown)


def test_ending_an_unknown_run_is_an_error(store: Store) -> None:
    with pytest.raises(UnknownRun):
        store.end_run(RunId("run_X"), RunState.DONE)


def test_rejections_are_listed_by_run_and_connection(store: Store) -> None:
    store.take(page(rejected=[unmapped("1")]))
    (row,) = store.rejected()
    assert store.rejected(row.run, CRM) == [row]
    assert store.rejected(RunId("run_other")) == store.rejected(connection="other") == []
    assert store.rejected(limit=0) == []


def test_the_status_tells_how_each_connection_stands(store: Store, clock: Clock) -> None:
    assert store.status() == []
    done = store.begin_run(CRM, "a")
    store.take(page(contact("1"), rejected=[unmapped("2")]))
    store.end_run(done, RunState.PARTIAL)
    clock.pass_by(timedelta(minutes=5))
    failed = store.begin_run(CRM, "b")
    store.end_run(failed, RunState.FAILED, "why")
    (status,) = store.status()
    assert status.last_run is not None
    assert (status.connection, status.last_run.id, status.last_done) == (CRM, failed, NOON)
    assert (status.waiting, status.parked, status.rejected, status.conflicts) == (0, 0, 1, 0)
    assert CONTACTS not in status.read_through


def test_a_healthy_database_passes_its_check(store: Store) -> None:
    checks = {check.name: check for check in store.check()}
    assert all(check.ok for check in checks.values()), checks
    assert {"migrations", "integrity", "writable"} <= checks.keys()
