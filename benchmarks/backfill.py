"""backfill: hundreds of thousands of leads come over Salesforce's and Zoho's bulk interfaces, all of them, in bounded memory.

A process of its own pulls, maps and stores the leads of an empty database; its peak of resident memory is taken for two sizes,
so that growth shows. Calls and credits are counted at the sandbox. Each stored row is then held against what was loaded. Bulk
jobs are done at once here: how long a vendor lets one wait is not measured.
"""

import argparse
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchmarks._speed_process import measured
from benchmarks._three import Server, options
from benchmarks.figure import finish
from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.zoho.serve import ZohoSandbox

LOADED_AT_ONCE = 20_000
CREATED = "2026-03-01T09:00:00+00:00"
MOST_MIB = 192
"""What a process may take, however many leads there are."""

SHARED = {
    "email": "{0}.{1}.{n}@{0}.example",
    "first_name": "{0}",
    "last_name": "{1} {0}",
    "phone": "+34 91{n:07}",
    "mobile": "+34 6{n:08}",
    "company": "{1} {0} S.L.",
    "job_title": "Responsable de {1}",
    "website": "https://www.{0}-{n}.example",
    "city": "{0}",
    "country": "{1}",
}
WORDS = ("Norte", "Sol", "Rivera", "Duna", "Faro", "Cima", "Prado", "Brisa", "Roble", "Arco", "Vega")


@dataclass(frozen=True, slots=True)
class Crm:
    """One CRM's names for a lead's fields, by ours; what its fewest calls are; how many records its lists give in one."""

    vendor: str
    object: str
    names: Mapping[str, str]
    least: str
    listed: int

    def start(self) -> AbstractContextManager[Any]:
        """An empty server of the CRM."""
        return (SalesforceSandbox if self.vendor == "salesforce" else ZohoSandbox).start(limits=False)

    def row(self, number: int) -> Mapping[str, Any]:
        """The n-th lead, as the server loads it."""
        fields = {self.names[name]: value for name, value in lead(number).items()}
        if self.vendor == "salesforce":
            return {**fields, "CreatedDate": CREATED, "SystemModstamp": CREATED}
        return {"values": fields, "created": CREATED, "modified": CREATED}


SALESFORCE = Crm(
    "salesforce",
    "Lead",
    {
        "email": "Email", "first_name": "FirstName", "last_name": "LastName", "phone": "Phone", "mobile": "MobilePhone",
        "company": "Company", "job_title": "Title", "website": "Website", "city": "City", "country": "Country",
        "employees": "NumberOfEmployees", "unsubscribed": "HasOptedOutOfEmail",
    },
    "create a job, look at it once, take one result",
    2_000,
)  # fmt: skip
ZOHO = Crm(
    "zoho",
    "Leads",
    {
        "email": "Email", "first_name": "First_Name", "last_name": "Last_Name", "phone": "Phone", "mobile": "Mobile",
        "company": "Company", "job_title": "Designation", "website": "Website", "city": "City", "country": "Country",
        "employees": "No_of_Employees", "unsubscribed": "Email_Opt_Out",
    },
    "create a job, look at it once, take its file",
    200,
)  # fmt: skip
LEAST_CALLS = 3
TYPES = {"employees": "integer", "unsubscribed": "boolean"}


@dataclass(frozen=True, slots=True)
class Backfill:
    """What one process did; `right` are stored rows that hold what was loaded. `credits` are Zoho's alone."""

    leads: int
    stored: int
    right: int
    calls: Mapping[str, int]
    credits: int
    wall_s: float
    memory_mib: float

    @property
    def is_whole(self) -> bool:
        """Whether all leads are there and as they were loaded, and came as the result of a job."""
        by_job = any(route.endswith(("/result", "/results")) for route in self.calls)
        return by_job and self.stored == self.right == self.leads


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="backfill", description=__doc__)
    parser.add_argument("--leads", type=int, nargs="+", default=[50_000, 200_000])
    sizes = parser.parse_args(arguments).leads
    told: dict[str, object] = {}
    peaks, ok = [], True
    for crm in (SALESFORCE, ZOHO):
        done = [backfill(crm, leads) for leads in sizes]
        for one in done:
            print(f"{crm.vendor}: {one}", flush=True)
        told[crm.vendor] = [summary(crm, one) for one in done]
        peaks += [one.memory_mib for one in done]
        ok &= all(one.is_whole and one.memory_mib <= MOST_MIB for one in done)
    return finish("backfill", value=round(max(peaks)), ok=ok, details={"unit": "MiB", "most": MOST_MIB, **told})


def summary(crm: Crm, done: Backfill) -> Mapping[str, object]:
    """One process's numbers beside the vendor's least."""
    return {
        "leads": done.leads,
        "stored": done.stored,
        "right": done.right,
        "memory_mib": round(done.memory_mib, 1),
        "wall_s": round(done.wall_s, 1),
        "calls": sum(done.calls.values()),
        "least_calls": LEAST_CALLS,
        "least_is": crm.least,
        "calls_by_lists": -(-done.leads // crm.listed),
        "credits": done.credits,
    }


def backfill(crm: Crm, leads: int) -> Backfill:
    """Load so many leads, let a process pull them into an empty database, and look at what it holds."""
    with crm.start() as server, tempfile.TemporaryDirectory() as at:
        ids = loaded(crm, server, leads)
        database, config = Path(at) / "relevo.db", Path(at) / "relevo.yaml"
        config.write_text(configuration(crm, server, database))
        server.clear_ledger()
        used = measured([sys.executable, "-m", "benchmarks._pull", str(config)], {"PYTHONPATH": ":".join(sys.path)})
        ledger = server.ledger(writes=False)
        stored = int(used.printed.split()[0])
        right = compared(database, ids)
        spent = ledger["totals"].get("credits", 0)
        return Backfill(leads, stored, right, ledger["calls"], spent, used.wall_s, used.memory_mib)


def loaded(crm: Crm, server: Server, leads: int) -> Sequence[str]:
    """The ids of so many leads, loaded as if they had always been there."""
    ids: list[str] = []
    for start in range(0, leads, LOADED_AT_ONCE):
        rows = [crm.row(number) for number in range(start, min(start + LOADED_AT_ONCE, leads))]
        ids += server.load(objects={crm.object: rows})[crm.object]
    return ids


def lead(number: int) -> Mapping[str, Any]:
    """The n-th lead by our names."""
    words = (WORDS[number % 11], WORDS[number // 11 % 11])
    texts = {name: text.format(*words, n=number) for name, text in SHARED.items()}
    return {**texts, "email": texts["email"].lower(), "employees": number % 3_000, "unsubscribed": number % 7 == 0}


def configuration(crm: Crm, server: Server, database: Path) -> str:
    """All fields of a lead, mapped."""
    fields = {
        name: {"from": field, **({"type": TYPES[name]} if name in TYPES else {})} for name, field in crm.names.items()
    }
    rule = {"id": "size", "when": "employees >= 20", "points": 13}
    given = {
        "version": 1,
        "state": {"url": f"sqlite:///{database}"},
        "connections": {crm.vendor: {"connector": crm.vendor, **options(crm.vendor, server)}},
        "objects": {f"{crm.vendor}.{crm.object}": {"as": "person", "fields": fields}},
        "score": {"criteria": {"fit": {"cap": 40, "rules": [rule]}}},
    }
    return json.dumps(given)


def compared(database: Path, ids: Sequence[str]) -> int:
    """How many stored rows hold what was loaded under their id."""
    numbers = {id_: number for number, id_ in enumerate(ids)}
    return sum(held.items() >= lead(numbers[id_]).items() if id_ in numbers else False for id_, held in rows(database))


def rows(database: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every stored record's id and fields."""
    with closing(sqlite3.connect(database)) as connection:
        for id_, body in connection.execute("SELECT id, body FROM records WHERE NOT gone"):
            yield id_, orjson.loads(body)
