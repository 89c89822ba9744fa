"""What the organisation was asked, what it cost, and what was written to it: the witness for tests and figures."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sandbox.common.ledger import Entry, Ledger


class WorkflowRun(NamedTuple):
    """A write through the API set the organisation's automations going on a record; `event` is create, edit or delete."""

    object: str
    id: int
    event: str


@dataclass(slots=True)
class ZohoLedger(Ledger[Entry]):
    """`credits` are counted by "METHOD /template", as calls are."""

    credits: Counter[str] = field(default_factory=Counter)
    workflow_runs: list[WorkflowRun] = field(default_factory=list)

    def shown(self, writes: bool = True) -> dict[str, Any]:
        """For `GET /_sandbox/ledger`."""
        told = Ledger.shown(self, writes)
        told["credits"] = dict(sorted(self.credits.items()))
        told["totals"] |= {"credits": self.credits.total(), "workflow_runs": len(self.workflow_runs)}
        if writes:
            told["workflow_runs"] = [{**run._asdict(), "id": str(run.id)} for run in self.workflow_runs]
        return told
