"""The way of a figure on real input: files → an account, over its API → one sync → every row accounted for."""

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from benchmarks._accounting import Account, Row, account, held_records, sees_damage
from benchmarks._loading import Importer
from benchmarks.figure import finish
from sandbox.serve import Sandbox
from state.views import RejectedRow
from sync.app import App, system_clock
from sync.config import Config, parse_config
from sync.engine import Ending, RunReport, run_sync

HERE = Path(__file__).parent
DEFAULT_DATA = HERE.parent.parent / "shared" / "data"
CONNECTION = "hubspot"
LATER = timedelta(hours=1)
"""How long after the loading the sync is: an account's records are rarely minutes old when it is first read."""

CsvRow = Mapping[str, str]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Dirt:
    """Something odd in the input: how many rows have it, and what becomes of them."""

    what: str
    rows: int
    fate: str


@dataclass(frozen=True, slots=True)
class Input:
    """What was put into the account: the rows with what they should become, and the dirt in them."""

    rows: Sequence[Row]
    dirt: Sequence[Dirt]


Load = Callable[[Sandbox, Importer, Path], Input]


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds and calls, of loading or of syncing; the calls are the sandbox's count."""

    seconds: float
    calls: int


def read_csv(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def run(name: str, description: str | None, files: Sequence[str], load: Load, arguments: list[str]) -> int:
    """Measure and print; the exit code is 1 if a row is not accounted for, 2 without the data."""
    parser = argparse.ArgumentParser(prog=name, description=description)
    parser.add_argument("--data", type=Path, default=os.environ.get("RELEVO_DATA", DEFAULT_DATA), help="its folder")
    data = Path(parser.parse_args(arguments).data)
    if absent := [file for file in files if not (data / file).is_file()]:
        print(
            f"{name}: {data} has no {', '.join(absent)}\n"
            "This data set is not ours to hand out. Get it from where it is published (docs/figures.md says where), put it into a\n"
            f"folder as {files[0]}, and name that folder: --data DIR, or RELEVO_DATA=DIR.",
            file=sys.stderr,
        )
        return 2
    with Sandbox.start() as server, tempfile.TemporaryDirectory() as at:
        return _measure(name, server, Path(at) / "relevo.db", lambda importer: load(server, importer, data))


def _measure(name: str, server: Sandbox, database: Path, load: Callable[[Importer], Input]) -> int:
    given, loading = _timed(server, lambda: load(Importer(server)))
    print(f"loaded over the API: {loading}; live records {server.health()['records']}", flush=True)
    server.config(clock={"offset_s": LATER.total_seconds()})
    config = _config(name, server, database)
    (report, rejected, people), syncing = _timed(server, lambda: _synced(config))
    print(f"synced: {syncing}; {people} people; the run is {report.run.state}", flush=True)
    taken = [counts.taken for counts in report.run.objects]
    skipped = sum(one.skipped for one in taken)
    told = account(given.rows, held := held_records(database), rejected, skipped)
    _show(given, told)
    counted = sum(one.new + one.rejected + one.skipped for one in taken)
    control = sees_damage(given.rows, held, rejected, skipped)
    print(f"the run itself counted {counted}; damage done to a copy of the database is seen: {control}")
    ok = report.ending is Ending.COMPLETE and told.ok and control and counted == told.rows
    details = {
        "rows": told.rows,
        "mapped": sum(told.mapped.values()),
        "rejected": told.rejected,
        "skipped": told.skipped,
        "wrong": len(told.wrong),
        "dirt": {dirt.what: dirt.rows for dirt in given.dirt},
        "load": asdict(loading),
        "sync": asdict(syncing),
    }
    return finish(name, value=told.unexplained, ok=ok, details=details)


def _timed(server: Sandbox, work: Callable[[], Result]) -> tuple[Result, Timed]:
    server.clear_ledger()
    began = time.monotonic()
    result = work()
    seconds = time.monotonic() - began
    return result, Timed(round(seconds, 1), server.ledger(writes=False)["totals"]["calls"])


def _config(name: str, server: Sandbox, database: Path) -> Config:
    text = (HERE / "mappings" / f"{name}.yaml").read_text(encoding="utf-8")
    environment = {"DATABASE": f"sqlite:///{database}", "HUBSPOT_TOKEN": server.token, "HUBSPOT_HOST": server.url}
    return parse_config(text, environment)


def _synced(config: Config) -> tuple[RunReport, Sequence[RejectedRow], int]:
    with App.open(config, now=lambda: system_clock() + LATER) as app:
        report = run_sync(app, CONNECTION)
        return report, app.store.rejected(report.run.id, limit=None), app.store.people_count().people


def _show(given: Input, told: Account) -> None:
    for dirt in given.dirt:
        print(f"dirt: {dirt.rows:>5} {dirt.what}: {dirt.fate}")
    for file, mapped in told.mapped.items():
        print(f"rows: {sum(row.file == file for row in given.rows):>5} {file}: {mapped} mapped")
    print(f"each value and link compared; otherwise than it should be: {list(told.wrong[:5])}")
    print(f"rejected {dict(told.rejected)}; skipped {told.skipped}; unexplained {told.unexplained}", flush=True)
