"""poison: of 200 people, one with a value that cannot be read is rejected with its reason, and the other 199 are stored.

Zoho's lead holds a text in a field of whole numbers, as its API has been seen to answer; Zoho's own SDK is put before the same
page, and once more before it without the poison. HubSpot's numbers are texts in any case. Salesforce keeps its numbers clean, so
there the number is kept in a text field, as people do.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._pull import Seen, first_pull
from benchmarks._three import Server, options, three
from benchmarks.figure import finish
from sync.config import Config, parse_config

PEOPLE, POISONED = 200, 77
POISON = "n/a"


@dataclass(frozen=True, slots=True)
class Crm:
    """Where a CRM keeps people, an address and a number of employees."""

    object: str
    email: str
    number: str
    rest: Mapping[str, Any]
    around: str = ""

    def row(self, number: int) -> Mapping[str, Any]:
        """The n-th person; one of them has no number where one should be."""
        amount: Any = POISON if number == POISONED else number
        if not self.is_typed:
            amount = str(amount)
        fields = {self.email: f"p{number}@acme.example", self.number: amount, **self.rest}
        return {self.around: fields} if self.around else fields

    @property
    def is_typed(self) -> bool:
        """Whether the field holds numbers as numbers."""
        return self.around == "values"


CRMS = {
    "hubspot": Crm("contacts", "email", "numemployees", {}, "properties"),
    "salesforce": Crm("Lead", "Email", "Headcount__c", {"LastName": "Gil", "Company": "Acme"}),
    "zoho": Crm("Leads", "Email", "No_of_Employees", {"Last_Name": "Gil"}, "values"),
}


def main(arguments: list[str]) -> int:
    """Run the figure."""
    argparse.ArgumentParser(prog="poison", description=__doc__).parse_args(arguments)
    kept: dict[str, int] = {}
    ok = True
    with three() as servers:
        for vendor, server in servers.items():
            ids = load(vendor, server)
            seen, reasons = pulled(vendor, server)
            told = "; ".join(f"{row}: {reason}" for row, reason in reasons.items())
            print(
                f"{vendor}: {seen.new} stored, {len(reasons)} rejected, {seen.page_size} in a page; {told}", flush=True
            )
            kept[vendor] = seen.new
            ok &= (seen.page_size, seen.new, [*reasons]) == (PEOPLE, PEOPLE - 1, [ids[POISONED]])
            ok &= all(POISON in reason for reason in reasons.values())
            if vendor == "zoho":
                status, by_sdk = sdk(server)
                server.load(objects={"Leads": [{"id": ids[POISONED], "values": {"No_of_Employees": 7}}]})
                _, by_sdk_without = sdk(server)
    print(f"Zoho's SDK on the same page: status {status}, {by_sdk} records; without the poison {by_sdk_without}")
    details = {"kept": kept, "of": PEOPLE, "zoho_sdk": by_sdk, "zoho_sdk_without_poison": by_sdk_without}
    return finish("poison", value=min(kept.values()), ok=ok, details=details)


def load(vendor: str, server: Server) -> list[str]:
    """Let the CRM hold the people; their ids."""
    crm = CRMS[vendor]
    if vendor == "salesforce":
        server.load(fields={crm.object: [{"name": crm.number, "type": "string", "length": 20}]})
    return server.load(objects={crm.object: [crm.row(number) for number in range(PEOPLE)]})[crm.object]


def configured(vendor: str, server: Server, database: Path) -> Config:
    """The people of this CRM, with a whole number of employees."""
    crm = CRMS[vendor]
    fields = {"email": crm.email, "employees": {"from": crm.number, "type": "integer"}}
    rule = {"id": "size", "when": "employees >= 20", "points": 13}
    given = {
        "version": 1,
        "state": {"url": f"sqlite:///{database}"},
        "connections": {vendor: {"connector": vendor, **options(vendor, server)}},
        "objects": {f"{vendor}.{crm.object}": {"as": "person", "fields": fields}},
        "score": {"criteria": {"fit": {"cap": 40, "rules": [rule]}}},
    }
    return parse_config(json.dumps(given), {})


def pulled(vendor: str, server: Server) -> tuple[Seen, Mapping[str, str]]:
    """A first pull, and the reasons of the rejected rows by id."""
    with tempfile.TemporaryDirectory() as at:
        seen, rejected = first_pull(configured(vendor, server, Path(at) / "relevo.db"))
    return seen, {row.id: f"{row.field} {row.raw!r}: {row.reason}" for row in rejected}


def sdk(server: Server) -> tuple[int, int]:
    """The status and number of records that Zoho's own SDK makes of the page."""
    script = Path(__file__).parent / "_poison_sdk.py"
    crm = CRMS["zoho"]
    fields = f"Last_Name,{crm.email},{crm.number}"
    secrets = (server.client_id, server.client_secret, server.refresh_token)
    done = subprocess.run(
        [sys.executable, str(script), server.url, *secrets, fields],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    status, records = done.stdout.split()[-2:]
    return int(status), int(records)
