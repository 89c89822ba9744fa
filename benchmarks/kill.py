"""kill: SIGKILL at random moments of a sync over 10,000 contacts leaves the state of an undisturbed one, no write doubled.

The sandbox is a process of its own and counts the writes. Each life of the syncing process is a fork that is killed after a
random time; it is started again until the sync is through, round after round, until enough kills have hit one that was
working. Two controls with a known defect run through the same harness and must be caught.
"""

import argparse
import mmap
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
from sync.counts import PushCounts
from sync.engine import Ending
from sync.observer import Silent
from sync.plan import RecordPlan, Same, plan_record

Defect = Callable[[], AbstractContextManager[None]]
Policies = Mapping[str, ConflictPolicy]
PHASES = ("opening", "reading", "deriving", "writing")
CONTROL_ROUNDS, CONTROL_CONTACTS, CONTROL_KILLS = 3, 2_000, 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sync left behind: the digest of our state, the CRM's content, and its count of repeated property writes."""

    state: str
    crm: bytes
    doubled: int


@dataclass(frozen=True, slots=True)
class Round:
    """One sync, killed until it was through; `hit` counts the kills by the phase they fell in."""

    outcome: Outcome
    hit: Counter[str]


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    dice = random.Random(options.seed)
    began = time.monotonic()
    undisturbed, life = _undisturbed(options.contacts)
    print(f"a life is up to {life:.1f} s; undisturbed, doubled writes {undisturbed.doubled}", flush=True)
    hit: Counter[str] = Counter()
    kills, lost, doubled = 0, 0, undisturbed.doubled
    while kills < options.kills:
        ended = _killed_round(options.contacts, dice, life, options.kills - kills)
        kills += ended.hit.total()
        hit += ended.hit
        lost += (ended.outcome.state, ended.outcome.crm) != (undisturbed.state, undisturbed.crm)
        doubled += ended.outcome.doubled
        print(f"{kills} kills ({dict(hit)}): rounds that differ {lost}, doubled writes {doubled}", flush=True)
    controls = {
        name: _caught(control, min(options.contacts, CONTROL_CONTACTS), dice) for name, control in CONTROLS.items()
    }
    print(f"controls caught: {controls}", flush=True)
    ok = not lost and not doubled and all(controls.values())
    details = {
        "kills": kills,
        "kills_by_phase": dict(hit),
        "contacts": options.contacts,
        "rounds_that_differ": lost,
        "writes_doubled": doubled,
    }
    return finish(
        "kill",
        value=kills,
        ok=ok,
        details={**details, "controls_caught": controls, "seconds": round(time.monotonic() - began)},
    )


class Phases(Silent):
    """Notes in memory shared with the parent how far a life has come, so that the parent can say what its kill hit."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    @property
    def reached(self) -> str:
        """The phase that was last entered."""
        return PHASES[self._shared[0]]

    def begin(self) -> None:
        """A new life."""
        self._shared[0] = 0

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        """Reading."""
        self._shared[0] = 1

    def derived(self, connection: str, people: int) -> None:
        """Deriving."""
        self._shared[0] = 2

    def pushed(self, connection: str, object: str, counts: PushCounts) -> None:  # noqa: A002 (the domain's word)
        """Writing."""
        self._shared[0] = 3


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
    """What a sync leaves that nobody kills; and the longest life for those that are: past a quiet run's end, and some way on."""
    with _crm(contacts) as (server, config):
        began = time.monotonic()
        _live(config)
        whole = time.monotonic()
        outcome = _outcome(server, config)
        again = time.monotonic()
        _live(config)
        return outcome, (time.monotonic() - again) + (whole - began) / 10


def _killed_round(contacts: int, dice: random.Random, life: float, most: int) -> Round:
    hit: Counter[str] = Counter()
    with _crm(contacts) as (server, config):
        while hit.total() < most and (phase := _live(config, dice.uniform(0.0, life))):
            hit[phase] += 1
        _live(config)
        return Round(_outcome(server, config), hit)


def _live(config: Config, killed_after: float | None = None) -> str | None:
    """Sync in a process of its own; the phase in which it was killed, None if it came to its end."""
    phases.begin()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            report = sync(config, now=_now, observer=phases)
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
        return None
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return phases.reached


def _outcome(server: Sandbox, config: Config) -> Outcome:
    with App.open(config, now=_now) as app:
        state = app.store.digest()
    writes = Counter((row["object"], row["id"], row["property"]) for row in server.ledger()["writes"])
    return Outcome(state, server.dump(times=False), sum(count - 1 for count in writes.values()))


def _caught(defect: Defect, contacts: int, dice: random.Random) -> bool:
    """Whether the harness sees the defect within a few rounds."""
    undisturbed, life = _undisturbed(contacts)
    for _ in range(CONTROL_ROUNDS):
        with defect():
            ended = _killed_round(contacts, dice, life, CONTROL_KILLS)
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


phases = Phases()
CONTROLS: dict[str, Defect] = {"cursor saved first": _cursor_first, "no agreed version": _nothing_agreed}
