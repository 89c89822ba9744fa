"""bulk-write: 20,000 scores go to Salesforce by ingest jobs and by collections, one in a hundred of them bad.

The bad ones are locked, refused by a validation rule, or of a deleted record. Every write must have its own outcome,
and both ways the same one. Memory is what the connector allocates at its highest (tracemalloc), without the writes themselves.
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

WRITES, BAD, EVERY = 20_000, 200, 300
SCORE, REASON = "Relevo_Score__c", "Relevo_Score_Reason__c"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one way came to: API calls, MiB, seconds, and how many outcomes of each kind."""

    calls: int
    peak_mib: float
    seconds: float
    outcomes: Counter[str]
    in_order: bool


def main(arguments: list[str]) -> int:
    """Run the figure."""
    argparse.ArgumentParser(prog="bulk-write", description=__doc__).parse_args(arguments)
    told = {"ingest": pushed(2_000), "collections": pushed(10_000)}
    for way, one in told.items():
        counted = ", ".join(f"{count} {name}" for name, count in sorted(one.outcomes.items()))
        print(f"{way}: {one.calls} calls, {one.peak_mib:.1f} MiB, {one.seconds:.1f} s; {counted}", flush=True)
    by_job, by_hand = told["ingest"], told["collections"]
    ok = by_job.outcomes == by_hand.outcomes and by_job.outcomes.total() == WRITES
    ok &= by_job.outcomes["written"] == WRITES - BAD
    ok &= by_job.in_order and by_hand.in_order and by_job.calls < by_hand.calls
    details = {"collections": by_hand.calls, "peak_mib": [round(one.peak_mib, 1) for one in told.values()]}
    return finish("bulk-write", value=by_job.calls, ok=ok, details={**details, "outcomes": dict(by_job.outcomes)})


def pushed(threshold: int) -> Pushed:
    """Push the writes to a new org, 9,999 at once at most: a job needs `threshold` of them."""
    with SalesforceSandbox.start(limits=False) as org:
        writes = planted(org)
        options = {"auth": {"session_id": org.token}, "host": org.url, "bulk_writes_from": threshold}
        salesforce = Salesforce(Salesforce.Options.model_validate(options), Ports(system_clock, time.sleep))
        org.clear_ledger()
        tracemalloc.start()
        began = time.perf_counter()
        outcomes: Counter[str] = Counter()
        in_order = True
        for at in range(0, WRITES, 9_999):
            some = writes[at : at + 9_999]
            for write, outcome in zip(some, salesforce.push(some), strict=True):
                outcomes[outcome.code if isinstance(outcome, Refused) else "written"] += 1
                in_order &= write.id == outcome.id
        seconds = time.perf_counter() - began
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        return Pushed(org.ledger(writes=False)["totals"]["calls"], peak, seconds, outcomes, in_order)


def planted(org: SalesforceSandbox) -> Sequence[Write]:
    """The writes, of which one in a hundred is bad: each of three kinds every 300."""
    fields = [{"name": SCORE, "type": "double", "precision": 5, "scale": 2}, {"name": REASON, "type": "string"}]
    org.load(fields={"Lead": fields})
    org.load(rules=[{"object": "Lead", "field": REASON, "pattern": "^bad", "message": "No."}])
    ids = org.load(objects={"Lead": [{"LastName": "Gil", "Company": "Acme"}] * WRITES})["Lead"]
    org.faults([{"effect": "lock_row", "ids": ids[100::EVERY]}])
    org.delete(ids[::EVERY])
    writes = [Write("Lead", id_, {SCORE: number % 100, REASON: "a form"}) for number, id_ in enumerate(ids)]
    for number in range(200, WRITES, EVERY):
        writes[number] = Write("Lead", ids[number], {SCORE: 1, REASON: "bad"})
    return writes
