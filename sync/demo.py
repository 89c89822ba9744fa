"""The whole chain on a CRM of one's own: a local sandbox is read, scored, written to, and read back.

`written` and `read_back` are counted at the sandbox: the first in its own ledger of writes, the second by asking its API for
the written records again. Nothing of it comes from what Relevo remembers of itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

from connectors.base import Change, Connector, Selection
from sandbox.serve import Sandbox
from state.model import PeopleCount, PersonRow, RejectedRow, SlaRow
from sync.app import App, Now
from sync.config import load_config
from sync.demo_marker import is_marked, mark
from sync.engine import RunReport, Trigger, run_sync
from sync.fields import missing_fields
from sync.init import example, start
from sync.observer import Observer

CONNECTION = "hubspot"
DATABASE = "relevo.db"
SLOWEST = 5
STILL_WAITING = ("breached", "at_risk", "pending")


class NotADemo(Exception):
    """The folder holds something that no demo has made; nothing was touched."""


@dataclass(frozen=True, slots=True)
class Size:
    """Which sample data: the same seed and number of people tell the same story."""

    seed: int
    people: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A qualified lead that nobody has contacted yet."""

    clock: SlaRow
    person: PersonRow


@dataclass(frozen=True, slots=True)
class Demo:
    """What one pass did. `targets` are the agreed times of first contact; `seconds` is the whole pass.

    `written` and `read_back` count records, at the sandbox.
    """

    report: RunReport
    people: PeopleCount
    sla: Mapping[str, int]
    targets: Sequence[str]
    written: int
    read_back: int
    rejected: Sequence[RejectedRow]
    waiting: Sequence[Waiting]
    seconds: float


def run_demo(folder: Path, size: Size, *, now: Now, observer: Observer, stop: Event) -> Demo:
    """One pass over a freshly seeded sandbox, with configuration and database in `folder`.

    The sandbox ends with it; the files stay. A folder that an earlier demo made is made anew; another is refused (`NotADemo`).
    """
    began = now()
    with (
        Sandbox.start(empty=False, seed=size.seed, people=size.people, end=began) as crm,
        _demo_app(folder, crm, now) as app,
    ):
        connector = app.connector(CONNECTION)
        connector.provision(missing_fields(app, CONNECTION))
        report = run_sync(app, CONNECTION, trigger=Trigger.DEMO, observer=observer, stop=stop)
        written = last_written(crm.ledger()["writes"])
        return Demo(
            report=report,
            people=app.store.people_count(),
            sla=app.store.sla_summary(),
            targets=tuple(dict.fromkeys(str(policy.target) for policy in app.agreement.policies)),
            written=len(written),
            read_back=count_held(connector, written),
            rejected=app.store.rejected(limit=100_000),
            waiting=_slowest(app),
            seconds=(now() - began).total_seconds(),
        )


@contextmanager
def _demo_app(folder: Path, crm: Sandbox, now: Now) -> Iterator[App]:
    prepare(folder, crm.url, crm.token)
    with App.open(load_config(folder / "config.yaml", {}), now=now) as app:
        yield app


def prepare(folder: Path, url: str, token: str) -> None:
    """Write the demo's files into `folder` over those of an earlier demo, whose database is removed."""
    if folder.exists() and any(folder.iterdir()) and not is_marked(folder):
        raise NotADemo(str(folder))
    for database in folder.glob(f"{DATABASE}*"):
        database.unlink()
    start(folder, force=True, config=configuration(url, token))
    mark(folder, url)


def configuration(url: str, token: str) -> str:
    """The shipped example, speaking to the sandbox."""
    return example().replace("${HUBSPOT_TOKEN}", token).replace("${HUBSPOT_HOST:-https://api.hubapi.com}", url)


Written = Mapping[tuple[str, str], Mapping[str, str | None]]
"""By object and record id: the last value that was written to each property."""


def last_written(ledger: Sequence[Mapping[str, Any]]) -> Written:
    """The sandbox's ledger of writes, folded to what each record should hold now."""
    held: dict[tuple[str, str], dict[str, str | None]] = defaultdict(dict)
    for entry in ledger:
        held[entry["object"], entry["id"]][entry["property"]] = entry["value"]
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


def _holds(change: Change, fields: Mapping[str, str | None]) -> bool:
    return all((change.fields.get(name) or None) == (value or None) for name, value in fields.items())


def _slowest(app: App) -> Sequence[Waiting]:
    """The leads, qualified still, that have waited longest for a first contact."""
    rows = [row for status in STILL_WAITING for row in app.store.sla_rows(status, 100_000)]
    rows.sort(key=lambda row: row.cycle.opened_at)
    waiting = (Waiting(row, person) for row in rows if (person := app.store.person(row.person)) and person.qualified)
    return tuple(islice(waiting, SLOWEST))
