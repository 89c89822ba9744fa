"""kill: SIGKILL at random moments of a sync over 10,000 contacts leaves the state of an undisturbed one, no write doubled.

The sandbox is a process of its own and counts the writes. Each life of the syncing process is a fork that is killed after a
random time; it is started again until the sync is through, round after round, until enough kills have hit one that was
working. Two controls with a known defect run through the same harness and must be caught.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from benchmarks._setting import END, example_config, provision, sync
from benchmarks.figure import finish
from sandbox.serve import Sandbox
from state.model import Agreed, ConflictPolicy, OutboxRow, RunId, Taken, TakenPage
from state.store import Store
from sync.app import App
from sync.config import Config
from sync.engine import Ending
from sync.plan import RecordPlan, Same, plan_record

Defect = Callable[[], AbstractContextManager[None]]
Policies = Mapping[str, ConflictPolicy]
CONTROL_ROUNDS, CONTROL_CONTACTS, CONTROL_KILLS = 3, 2_000, 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sync left behind: the digest of our state, the CRM's content, and its count of repeated property writes."""

    state: str
    crm: bytes
    doubled: int


@dataclass(frozen=True, slots=True)
class Round:
    """One sync, killed until it was through."""

    outcome: Outcome
    kills: int


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    dice = random.Random(options.seed)
    began = time.monotonic()
    undisturbed, seconds = _undisturbed(options.contacts)
    print(f"undisturbed: {seconds:.1f} s, doubled writes {undisturbed.doubled}", flush=True)
    life = _life(seconds)
    kills, lost, doubled = 0, 0, undisturbed.doubled
    while kills < options.kills:
        ended = _killed_round(options.contacts, dice, life, options.kills - kills)
        kills += ended.kills
        lost += (ended.outcome.state, ended.outcome.crm) != (undisturbed.state, undisturbed.crm)
        doubled += ended.outcome.doubled
        print(f"{kills} kills: rounds that differ {lost}, doubled writes {doubled}", flush=True)
    controls = {
        name: _caught(control, min(options.contacts, CONTROL_CONTACTS), dice) for name, control in CONTROLS.items()
    }
    print(f"controls caught: {controls}", flush=True)
    ok = not lost and not doubled and all(controls.values())
    details = {"kills": kills, "contacts": options.contacts, "rounds_that_differ": lost, "writes_doubled": doubled}
    return finish(
        "kill",
        value=kills,
        ok=ok,
        details={**details, "controls_caught": controls, "seconds": round(time.monotonic() - began)},
    )


def _life(seconds: float) -> float:
    """The longest life of a process, when a whole sync takes `seconds`: short, but long enough to get somewhere at times."""
    return max(1.0, seconds / 20)


@contextmanager
def _crm(contacts: int) -> Iterator[tuple[Sandbox, Config]]:
    with (
        Sandbox.start(empty=False, people=contacts, end=END, limits=False) as server,
        tempfile.TemporaryDirectory() as at,
    ):
        config = example_config(server, f"sqlite:///{Path(at) / 'relevo.db'}")
        provision(config, _now)
        server.clear_ledger()
        yield server, config


def _now() -> datetime:
    return END


def _undisturbed(contacts: int) -> tuple[Outcome, float]:
    with _crm(contacts) as (server, config):
        began = time.monotonic()
        _live(config)
        seconds = time.monotonic() - began
        return _outcome(server, config), seconds


def _killed_round(contacts: int, dice: random.Random, life: float, most: int) -> Round:
    kills = 0
    with _crm(contacts) as (server, config):
        while kills < most and _live(config, dice.uniform(0.0, life)):
            kills += 1
        _live(config)
        return Round(_outcome(server, config), kills)


def _live(config: Config, killed_after: float | None = None) -> bool:
    """Sync in a process of its own; whether it had to be killed. Without a time it is left to end by itself."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            report = sync(config, now=_now)
            code = 0 if report.ending is Ending.COMPLETE else 2
            if code:
                print(f"the sync ended as {report.ending}: {report.message}", file=sys.stderr, flush=True)
        except Exception:  # noqa: BLE001 (the child ends here, so this is the only place that can show it)
            traceback.print_exc()
        finally:
            os._exit(code)
    if killed_after is not None:
        time.sleep(killed_after)
    done, status = os.waitpid(child, 0 if killed_after is None else os.WNOHANG)
    if done:
        assert os.waitstatus_to_exitcode(status) == 0, "the sync failed by itself"
        return False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _outcome(server: Sandbox, config: Config) -> Outcome:
    with App.open(config, now=_now) as app:
        state = app.store.digest()
    writes = Counter((row["object"], row["id"], row["property"]) for row in server.ledger()["writes"])
    return Outcome(state, server.dump(times=False), sum(count - 1 for count in writes.values()))


def _caught(defect: Defect, contacts: int, dice: random.Random) -> bool:
    """Whether the harness sees the defect within a few rounds."""
    undisturbed, seconds = _undisturbed(contacts)
    for _ in range(CONTROL_ROUNDS):
        with defect():
            ended = _killed_round(contacts, dice, _life(seconds), CONTROL_KILLS)
        if (ended.outcome.state, ended.outcome.crm) != (undisturbed.state, undisturbed.crm) or ended.outcome.doubled:
            return True
    return False


@contextmanager
def _cursor_first() -> Iterator[None]:
    """Defect 1: the cursor is stored before the page's facts, in a transaction of its own (breaks I1)."""
    take = Store.take

    def wrong(store: Store, page: TakenPage) -> Taken:
        if page.cursor is not None:
            store.set_cursor(page.connection, page.object, page.cursor)
            time.sleep(0.002)
        return take(store, page)

    with patch.object(Store, "take", wrong):
        yield


@contextmanager
def _nothing_agreed() -> Iterator[None]:
    """Defect 2: nothing the CRM confirmed is remembered and nothing live is compared; what is owed is sent (breaks I2)."""
    agree = Store.agree

    def late(store: Store, run: RunId, rows: list[Agreed]) -> None:
        time.sleep(0.3)  # the moment between the answer and its note, drawn out
        agree(store, run, rows)

    def blind(row: OutboxRow, _live: object, policies: Policies, _same: Same, kept: frozenset[str]) -> RecordPlan:
        return plan_record(row, {}, policies, lambda _name, _desired, _raw: False, kept)

    with patch.object(Store, "agree", late), patch("sync.push.plan_record", blind):
        yield


CONTROLS: dict[str, Defect] = {"cursor saved first": _cursor_first, "no agreed version": _nothing_agreed}
