"""bulk-write: 20,000 scores go to Salesforce by ingest jobs and by collections, one in a hundred of them bad.

The bad ones are locked, refused by a validation rule, of a deleted record, or have a value that another record has in a field
of single ones. Every write must have its own outcome, both ways the same one, and the CRM must have written what is told as
written. Memory is what the connector allocates at its highest (tracemalloc), without the writes themselves.
"""

import argparse
import time
import tracemalloc
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figure import finish
from connectors.base import Refused, Write
from connectors.plugin import Ports
from connectors.salesforce import Salesforce
from sandbox.salesforce.serve import SalesforceSandbox
from sync.app import system_clock

CREATED = "2026-03-01T09:00:00+00:00"
WRITES, BAD, EVERY = 20_000, 200, 400
SCORE, REASON, SINGLE = "Relevo_Score__c", "Relevo_Score_Reason__c", "Relevo_Key__c"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one way came to: API calls, records that the CRM wrote, MiB, seconds, and how many outcomes of each kind."""

    calls: int
    records: int
    peak_mib: float
    seconds: float
    outcomes: Counter[str]
    in_order: bool


def main(arguments: list[str]) -> int:
    """Run the figure."""
    argparse.ArgumentParser(prog="bulk-write", description=__doc__).parse_args(arguments)
    told = {"ingest": pushed(2_000), "collections": pushed(None)}
    for way, one in told.items():
        counted = ", ".join(f"{count} {name}" for name, count in sorted(one.outcomes.items()))
        print(f"{way}: {one.calls} calls, {one.peak_mib:.1f} MiB, {one.seconds:.1f} s; {counted}", flush=True)
    by_job, by_hand = told["ingest"], told["collections"]
    ok = by_job.outcomes == by_hand.outcomes and by_job.outcomes.total() == WRITES
    ok &= by_job.outcomes["written"] == by_job.records == by_hand.records == WRITES - BAD
    ok &= by_job.in_order and by_hand.in_order and by_job.calls < by_hand.calls
    details = {"collections": by_hand.calls, "peak_mib": [round(one.peak_mib, 1) for one in told.values()]}
    return finish("bulk-write", value=by_job.calls, ok=ok, details={**details, "outcomes": dict(by_job.outcomes)})


def pushed(threshold: int | None) -> Pushed:
    """Push the writes to a new org, as many at once as the connector says: a job needs `threshold` of them (None: no jobs)."""
    with SalesforceSandbox.start(limits=False) as org:
        writes = planted(org)
        options = {"auth": {"session_id": org.token}, "host": org.url, "bulk_writes_from": threshold}
        salesforce = Salesforce(Salesforce.Options.model_validate(options), Ports(system_clock, time.sleep))
        org.clear_ledger()
        tracemalloc.start()
        began = time.perf_counter()
        outcomes: Counter[str] = Counter()
        in_order = True
        size = salesforce.abilities.bulk_size
        for at in range(0, WRITES, size):
            some = writes[at : at + size]
            for write, outcome in zip(some, salesforce.push(some), strict=True):
                outcomes[outcome.code if isinstance(outcome, Refused) else "written"] += 1
                in_order &= write.id == outcome.id
        seconds = time.perf_counter() - began
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        totals = org.ledger(writes=False)["totals"]
        return Pushed(totals["calls"], totals["records_written"], peak, seconds, outcomes, in_order)


def planted(org: SalesforceSandbox) -> Sequence[Write]:
    """The writes, of which one in a hundred is bad: each of four kinds every 400."""
    fields: list[dict[str, object]] = [
        {"name": SCORE, "type": "double", "precision": 5, "scale": 2},
        {"name": REASON, "type": "string"},
        {"name": SINGLE, "type": "string", "unique": True},
    ]
    org.load(fields={"Lead": fields})
    org.load(rules=[{"object": "Lead", "field": REASON, "pattern": "^bad", "message": "No."}])
    lead = {"LastName": "Gil", "Company": "Acme", "CreatedDate": CREATED, "SystemModstamp": CREATED}
    ids = sorted(org.load(objects={"Lead": [lead] * WRITES})["Lead"])  # the order in which writes are owed
    org.load(objects={"Lead": [{**lead, SINGLE: "taken"}]})
    org.faults([{"effect": "lock_row", "ids": ids[100::EVERY]}])
    org.delete(ids[::EVERY])
    writes = [Write("Lead", id_, {SCORE: number % 100, REASON: "a form"}) for number, id_ in enumerate(ids)]
    for number in range(200, WRITES, EVERY):
        writes[number] = Write("Lead", ids[number], {SCORE: 1, REASON: "bad"})
    for number in range(300, WRITES, EVERY):
        writes[number] = Write("Lead", ids[number], {SCORE: 1, SINGLE: "taken"})
    return writes
