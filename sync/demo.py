"""The whole chain on CRMs of one's own: local sandboxes are read, scored, written to, and read back.

`written` and `read_back` are counted at the sandboxes: the first in their own ledgers of writes, the second by asking their
APIs for the written records again. Nothing of it comes from what Relevo remembers of itself.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

from connectors.base import Change, Connector, Selection
from state.views import PeopleCount, PersonRow, RejectedRow, SlaRow
from sync.app import App, Now
from sync.config import load_config
from sync.demo_crms import LocalCrms, Size, local_crms
from sync.demo_marker import is_marked, mark
from sync.engine import Ending, RunReport, Trigger, run_sync
from sync.fields import missing_fields
from sync.init import example, start
from sync.observer import Observer

DATABASE = "relevo.db"
SLOWEST = 5
NUMBER = re.compile(r"-?\d+(\.\d+)?")
STILL_WAITING = ("breached", "at_risk", "pending")


class NotADemo(Exception):
    """The folder holds something that no demo has made; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A qualified lead that nobody has contacted yet."""

    clock: SlaRow
    person: PersonRow


@dataclass(frozen=True, slots=True)
class Demo:
    """What was done. `reports` are all the runs, in their order; `targets` are the agreed times of first contact; `seconds` is all of it.

    `written` and `read_back` count records, at the sandboxes.
    """

    reports: Sequence[RunReport]
    people: PeopleCount
    sla: Mapping[str, int]
    targets: Sequence[str]
    written: int
    read_back: int
    rejected: Sequence[RejectedRow]
    waiting: Sequence[Waiting]
    seconds: float


def run_demo(folder: Path, size: Size, *, now: Now, observer: Observer, stop: Event) -> Demo:
    """The chain over freshly seeded sandboxes, with configuration and database in `folder`.

    The sandboxes end with it; the files stay. A folder that an earlier demo made is made anew; another is refused (`NotADemo`).
    """
    began = now()
    with local_crms(size, began) as crms, _demo_app(folder, crms, now) as app:
        for name, crm in crms.by_connection.items():
            app.connector(name).provision(missing_fields(app, name))
            crm.clear_ledger()
        reports = tuple(_sync_all(app, observer, stop))
        written = {name: last_written(crm.ledger()["writes"]) for name, crm in crms.by_connection.items()}
        return Demo(
            reports=reports,
            people=app.store.people_count(),
            sla=app.store.sla_summary(),
            targets=tuple(dict.fromkeys(str(policy.target) for policy in app.agreement.policies)),
            written=sum(map(len, written.values())),
            read_back=sum(count_held(app.connector(name), records) for name, records in written.items()),
            rejected=app.store.rejected(limit=100_000),
            waiting=_slowest(app),
            seconds=(now() - began).total_seconds(),
        )


def _sync_all(app: App, observer: Observer, stop: Event) -> Iterator[RunReport]:
    """Each connection twice: what one CRM tells of a person is known when the others are written to."""
    for _ in range(2):
        for connection in app.connections:
            report = run_sync(app, connection, trigger=Trigger.DEMO, observer=observer, stop=stop)
            yield report
            if report.ending is not Ending.COMPLETE:
                return


@contextmanager
def _demo_app(folder: Path, crms: LocalCrms, now: Now) -> Iterator[App]:
    prepare(folder, crms.config, next(iter(crms.by_connection.values())).url)
    with App.open(load_config(folder / "config.yaml", {}), now=now) as app:
        yield app


def prepare(folder: Path, config: str, url: str) -> None:
    """Write the demo's files into `folder` over those of an earlier demo, whose database is removed. `url` is its CRM's."""
    if folder.exists() and any(folder.iterdir()) and not is_marked(folder):
        raise NotADemo(str(folder))
    for database in folder.glob(f"{DATABASE}*"):
        database.unlink()
    start(folder, force=True, config=config)
    mark(folder, url)


def configuration(url: str, token: str) -> str:
    """The shipped example, speaking to a HubSpot sandbox alone."""
    return example().replace("${HUBSPOT_TOKEN}", token).replace("${HUBSPOT_HOST:-https://api.hubapi.com}", url)


Written = Mapping[tuple[str, str], Mapping[str, object]]
"""By object and record id: the last value that was written to each property."""


def last_written(ledger: Sequence[Mapping[str, Any]]) -> Written:
    """The sandbox's ledger of writes, folded to what each record should hold now."""
    held: dict[tuple[str, str], dict[str, object]] = defaultdict(dict)
    for entry in ledger:
        held[entry["object"], entry["id"]][entry.get("property") or entry["field"]] = entry["value"]
    return held


def count_held(connector: Connector, written: Written) -> int:
    """How many of the written records hold exactly what was written, as the CRM's API tells now."""
    found = 0
    for kind in sorted({kind for kind, _ in written}):
        expected = {id_: fields for (of, id_), fields in written.items() if of == kind}
        wanted = Selection(kind, tuple(sorted({name for fields in expected.values() for name in fields})))
        ids, size = sorted(expected), connector.abilities.batch_size
        for at in range(0, len(ids), size):
            # An answer may tell of more than was asked: of the records that were merged into one of these.
            changes = [change for change in connector.read(wanted, ids[at : at + size]) if change.id in expected]
            found += sum(_holds(change, expected[change.id]) for change in changes)
    return found


def _holds(change: Change, fields: Mapping[str, object]) -> bool:
    return all(_text(change.fields.get(name)) == _text(value) for name, value in fields.items())


def _text(value: object) -> str | None:
    """A value as text, numbers in one spelling: an API may answer 87.0 for the 87 that was written."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return f"{float(str(value)):g}" if NUMBER.fullmatch(str(value)) else str(value)


def _slowest(app: App) -> Sequence[Waiting]:
    """The leads, qualified still, that have waited longest for a first contact."""
    rows = [row for status in STILL_WAITING for row in app.store.sla_rows(status, 100_000)]
    rows.sort(key=lambda row: row.cycle.opened_at)
    waiting = (Waiting(row, person) for row in rows if (person := app.store.person(row.person)) and person.qualified)
    return tuple(islice(waiting, SLOWEST))
