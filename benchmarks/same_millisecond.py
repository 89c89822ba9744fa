"""same-millisecond: contacts that share one modified millisecond, and more contacts than one search may show, are all found.

After a first sync, 10,500 contacts are changed within one and the same millisecond, as by a bulk edit, or 25,000 at instants of
their own. The search that must find them shows 200 a page and 10,000 in all. Each row of our database is then held against
what was written to the CRM. The ids are sorted as text or as numbers, and are of one length or of five different ones.
"""

import argparse
import math
import sqlite3
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from benchmarks._contacts import contacts_config, load_contacts
from benchmarks._setting import sync
from benchmarks.figure import finish
from sandbox.serve import Sandbox

LOADED = datetime(2026, 3, 1, tzinfo=UTC)
FIRST_SYNC, EDITED, SECOND_SYNC = (LOADED + timedelta(hours=hours) for hours in (1, 2, 3))
PAGE = 200
LENGTHS = ((10, 90), (100, 900), (1_000, 2_000), (10_000, 3_000), (4_000_000, 20_000))
"""First id and number of ids, one length after the other."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: `at` gives the n-th edit's time in epoch ms."""

    name: str
    edited: int
    at: Callable[[int], int]
    ids_as_text: bool = True
    mixed_lengths: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What the second sync found of the edits, and the searches it took beside the pages that they fill."""

    found: int
    missing: int
    searches: int
    fewest: int
    other_calls: int


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="same-millisecond", description=__doc__)
    parser.add_argument("--same", type=int, default=10_500, help="contacts that share a millisecond")
    parser.add_argument("--matching", type=int, default=25_000, help="contacts with a time of their own each")
    options = parser.parse_args(arguments)
    results: dict[str, Found] = {}
    for case in _cases(options.same, options.matching):
        found = results[case.name] = _measured(case)
        print(
            f"{case.name}: {found.found} of {case.edited} found; {found.searches} searches, {found.fewest} pages are the least;"
            f" {found.other_calls} other calls",
            flush=True,
        )
    missing = sum(found.missing for found in results.values())
    details = {
        "missing": missing,
        "searches_over_the_least": {name: found.searches - found.fewest for name, found in results.items()},
    }
    return finish("same-millisecond", value=sum(f.found for f in results.values()), ok=missing == 0, details=details)


def _cases(same: int, matching: int) -> Sequence[Case]:
    edited = _millis(EDITED)
    return (
        Case("one millisecond", same, lambda _: edited),
        Case("one millisecond, ids sorted as numbers", same, lambda _: edited, ids_as_text=False),
        Case("one millisecond, ids of five lengths", same, lambda _: edited, mixed_lengths=True),
        Case("25 instants", matching, lambda n: edited + n % 25),
        Case("an instant each", matching, lambda n: edited + n),
    )


def _measured(case: Case) -> Found:
    with Sandbox.start(limits=False) as server, tempfile.TemporaryDirectory() as at:
        database = Path(at) / "relevo.db"
        config = contacts_config(server.url, server.token, f"sqlite:///{database}", "archived_every: 30d")
        server.config(search_ids_as_text=case.ids_as_text)
        # More contacts than are edited, so that what is found is a part and not just everything.
        count = case.edited * 5 // 4 + 1
        ids = load_contacts(server, count, _millis(LOADED), _ids(count) if case.mixed_lengths else None)
        server.config(clock={"frozen": FIRST_SYNC.isoformat()})
        sync(config, now=lambda: FIRST_SYNC)
        server.config(clock={"frozen": SECOND_SYNC.isoformat()})
        wanted = _edit(server, case, ids)
        server.clear_ledger()
        sync(config, now=lambda: SECOND_SYNC)
        calls: Mapping[str, int] = server.ledger(writes=False)["calls"]
        held = _held(database)
    assert len(held) == len(ids), "the first sync did not read every contact"
    found = sum(held[id_] == title for id_, title in wanted.items())
    assert sum(title.startswith("edited") for title in held.values()) == found, "a contact holds another one's edit"
    searches = sum(count for call, count in calls.items() if call.endswith("/search"))
    fewest = math.ceil(case.edited / PAGE)
    return Found(found, case.edited - found, searches, fewest, sum(calls.values()) - searches)


def _ids(count: int) -> list[int]:
    return [first + n for first, length in LENGTHS for n in range(length)][:count]


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _edit(server: Sandbox, case: Case, ids: Sequence[str]) -> Mapping[str, str]:
    """Give every contact but each fifth a title of its own; the titles by id."""
    chosen = [id_ for place, id_ in enumerate(ids) if place % 5][: case.edited]
    wanted = {id_: f"edited {n}" for n, id_ in enumerate(chosen)}
    rows = [
        {"id": int(id_), "properties": {"jobtitle": title}, "modified": case.at(n)}
        for n, (id_, title) in enumerate(wanted.items())
    ]
    server.load(objects={"contacts": rows})
    return wanted


def _held(database: Path) -> Mapping[str, str]:
    """The title of every contact in our database, by id."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT id, body FROM records WHERE kind = 'person'").fetchall()
    return {id_: orjson.loads(body)["job_title"] for id_, body in rows}
