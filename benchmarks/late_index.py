"""late-index: while the CRM's search lags 30 s behind some changes and not behind others, the second pass finds all of them.

Contacts are changed over the API just before each sync and between its pages: search shows these edits 30 s later. Contacts
made in the CRM's own pages show at once, so that the first reading of a window goes past edits that are not shown yet. Then
time passes, and one more sync reads each window again. The clocks of the sandbox and of Relevo stand still but for the
figure's hand on them; Relevo's runs 7 s ahead. Without a second pass, or with one that comes before the index has caught up,
edits must be lost: these are the controls.
"""

import argparse
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from benchmarks._contacts import contacts_config, load_contacts
from benchmarks.figure import finish
from sandbox.serve import Sandbox
from state.model import Taken
from sync.app import App
from sync.config import Config
from sync.engine import Ending, run_sync
from sync.observer import Silent

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SKEW = timedelta(seconds=7)
LAG_S = 30.0
TICK = timedelta(seconds=2)
QUIET = timedelta(seconds=40)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (0, 3, 10, 25))
"""From the last edit before a sync to the sync, in turn: shorter than the lag, all of them."""

EDITS_A_TICK = 5
CASES = {"second pass after 60 s": "60s", "control: after 5 s": "5s", "control: never": "3650d"}


@dataclass
class Scene(Silent):
    """An account that people work in while it is read."""

    server: Sandbox
    config: Config
    ids: list[str]
    time: datetime = BEGIN
    wanted: dict[str, str] = field(default_factory=dict)
    pages: int = 0

    def now(self) -> datetime:
        """Relevo's clock."""
        return self.time + SKEW

    def wait(self, span: timedelta) -> None:
        """Let time pass for everyone."""
        self.time += span
        self.server.config(clock={"frozen": self.time.isoformat()})

    def work(self) -> None:
        """Some contacts are edited, and a moment later one is made that search shows at once."""
        for _ in range(EDITS_A_TICK):
            id_, title = self.ids[len(self.wanted) % len(self.ids)], f"edit {len(self.wanted)}"
            told = self.server.api("PATCH", f"/crm/v3/objects/contacts/{id_}", {"properties": {"jobtitle": title}})
            assert told.status == 200, told.body
            self.wanted[id_] = title
        self.wait(TICK)
        title = f"made {self.time}"
        made = self.server.load(objects={"contacts": [{"properties": {"jobtitle": title}}]})["contacts"]
        self.wanted[made[0]] = title
        self.wait(TICK)

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        """People go on working between the pages of a sync, some of the time."""
        self.pages += 1
        if self.pages % 2:
            self.work()

    def sync(self, *, busy: bool) -> None:
        """One run."""
        with App.open(self.config, now=self.now) as app:
            report = run_sync(app, "hubspot", observer=self if busy else None)
        assert report.ending is Ending.COMPLETE, report.message


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of the `changes`, how many our copy did not hold when people stopped working, and at the end."""

    changes: int
    outstanding: int
    lost: int


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="late-index", description=__doc__)
    parser.add_argument("--syncs", type=int, default=40, help="syncs during which people work")
    parser.add_argument("--contacts", type=int, default=2_000)
    options = parser.parse_args(arguments)
    outcomes = {name: _measured(after, options.syncs, options.contacts) for name, after in CASES.items()}
    for name, outcome in outcomes.items():
        print(
            f"{name}: {outcome.changes} changes, {outcome.outstanding} outstanding when work ends, {outcome.lost} lost for good"
        )
    real, *controls = outcomes.values()
    details = {
        "changes": real.changes,
        "lost": real.lost,
        "controls_lost": [f"{control.lost} of {control.changes}" for control in controls],
    }
    ok = real.lost == 0 and all(control.lost > 0 for control in controls)
    return finish("late-index", value=real.changes - real.lost, ok=ok, details=details)


def _measured(second_pass_after: str, syncs: int, contacts: int) -> Outcome:
    with Sandbox.start(limits=False) as server, tempfile.TemporaryDirectory() as at:
        database = Path(at) / "relevo.db"
        options = f"archived_every: 30d\nsecond_pass_after: {second_pass_after}"
        config = contacts_config(server.url, server.token, f"sqlite:///{database}", options)
        loaded = round((BEGIN - timedelta(days=1)).timestamp() * 1000)
        scene = Scene(server, config, load_contacts(server, contacts, loaded))
        server.config(search_lag_s=LAG_S)
        scene.wait(QUIET)
        scene.sync(busy=False)
        for n in range(syncs):
            scene.work()
            scene.wait(PAUSES[n % len(PAUSES)])
            scene.sync(busy=True)
        outstanding = _missing(database, scene.wanted)
        # The index has caught up by the first of these; each window's second reading is due by the last.
        for _ in range(3):
            scene.wait(QUIET)
            scene.sync(busy=False)
        return Outcome(len(scene.wanted), outstanding, _missing(database, scene.wanted))


def _missing(database: Path, wanted: Mapping[str, str]) -> int:
    """How many contacts our copy holds in another state than the CRM."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT id, body FROM records WHERE kind = 'person'").fetchall()
    held = {id_: orjson.loads(body).get("job_title") for id_, body in rows}
    return sum(held.get(id_) != title for id_, title in wanted.items())
