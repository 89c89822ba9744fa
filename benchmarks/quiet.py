"""quiet: a run with nothing changed writes nothing and makes as many calls for 8,000 people as for 1,000; one after 1 %
changed works for that 1 %.

The clocks of Relevo and of the sandbox are moved on together by 20 minutes between runs, so that the connector's second
reading of each window (search may lag) is part of what is counted. Three runs are shown apart: the first writes back; the
second reads those writes as changes of the CRM, and writes nothing; and one 20 minutes after the quiet one, when time alone
has made some people's score or clock due.
"""

import argparse
import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks._setting import END, example_config, provision
from benchmarks.figure import finish
from sandbox.serve import Sandbox
from sync.app import App
from sync.config import Config
from sync.engine import Ending, run_sync
from sync.observer import Silent

STEP = timedelta(minutes=20)
CHANGED = 0.01


class Counting(Silent):
    """Counts the people derived."""

    people = 0

    def derived(self, connection: str, people: int) -> None:
        """A batch more."""
        self.people += people


@dataclass(frozen=True, slots=True)
class Work:
    """What one run did; `calls` and `writes` are the sandbox's counts, `moved` the records found new, changed or unreadable."""

    calls: int
    writes: int
    taken: int
    moved: int
    people: int


@dataclass
class Scene:
    """An account of `people` made-up people, its synced copy, and the clock both go by."""

    server: Sandbox
    config: Config
    time: datetime = END
    dice: random.Random = field(default_factory=lambda: random.Random(3))

    def now(self) -> datetime:
        """The shared clock."""
        return self.time

    def run(self, later: timedelta = STEP) -> Work:
        """So much later, one sync."""
        self.time += later
        self.server.config(clock={"frozen": self.time.isoformat()})
        self.server.clear_ledger()
        seen = Counting()
        with App.open(self.config, now=self.now) as app:
            report = run_sync(app, "hubspot", observer=seen)
        assert report.ending is Ending.COMPLETE, report.message
        totals: Mapping[str, int] = self.server.ledger(writes=False)["totals"]
        taken = [counts.taken for counts in report.run.objects]
        moved = sum(one.new + one.changed + one.rejected for one in taken)
        return Work(totals["calls"], totals["writes"], sum(one.received for one in taken), moved, seen.people)

    def change_some(self, people: int) -> int:
        """Change a field of 1 % of the contacts, as their CRM's users would; how many were changed."""
        listed = self.server.api("GET", "/crm/v3/objects/contacts?limit=100").json["results"]
        after = None
        while len(listed) < people * CHANGED:
            page = self.server.api(
                "GET", f"/crm/v3/objects/contacts?limit=100{f'&after={after}' if after else ''}"
            ).json
            listed, after = listed + page["results"], page["paging"]["next"]["after"]
        chosen = self.dice.sample(sorted({row["id"] for row in listed}), int(people * CHANGED))
        for number, row in enumerate(chosen):
            title = {"properties": {"jobtitle": f"Directora de zona {number}"}}
            assert self.server.api("PATCH", f"/crm/v3/objects/contacts/{row}", title).status == 200
        return len(chosen)


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="quiet", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[1_000, 8_000])
    sizes = parser.parse_args(arguments).people
    quiet, after_change, ok = [], [], True
    for people in sizes:
        with (
            Sandbox.start(empty=False, people=people, end=END, limits=False) as server,
            tempfile.TemporaryDirectory() as at,
        ):
            scene = Scene(server, example_config(server, f"sqlite:///{Path(at) / 'relevo.db'}"))
            provision(scene.config, scene.now)
            for name in ("first", "echo", "second pass"):
                print(f"{people} people, {name}: {scene.run()}", flush=True)
            still = scene.run(timedelta(0))
            print(f"{people} people, quiet: {still}", flush=True)
            print(f"{people} people, 20 minutes later: {scene.run()}", flush=True)
            changed = scene.change_some(people)
            moved = scene.run(timedelta(0))
            print(f"{people} people, {changed} changed: {moved}", flush=True)
            quiet.append(still)
            after_change.append(moved)
            ok &= moved.moved == changed
    ok &= all(work.writes == 0 and work.moved == 0 for work in quiet) and len({work.calls for work in quiet}) == 1
    details = {
        "people": sizes,
        "calls_when_quiet": [work.calls for work in quiet],
        "writes_when_quiet": [work.writes for work in quiet],
        "after_1_percent": [
            {"calls": w.calls, "moved": w.moved, "people": w.people, "writes": w.writes} for w in after_change
        ],
    }
    return finish("quiet", value=quiet[-1].calls, ok=ok, details=details)
