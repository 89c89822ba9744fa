"""What the org was asked and what was written to it: the witness for tests and figures."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sandbox.hubspot.times import iso
from sandbox.salesforce.fields import Value

_QUERIES_KEPT = 10_000


class Entry(NamedTuple):
    """One field of one record was set through the API; `changed` says whether it held another value before. `client`: Sforce-Call-Options."""

    object: str
    id: str
    field: str
    value: Value
    at: int
    changed: bool
    client: str


@dataclass(slots=True)
class Ledger:
    """`calls` are counted by "METHOD /template" behind /services/data/vXX.X; every answer counts, errors and faults too."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    writes: list[Entry] = field(default_factory=list)
    queries: deque[str] = field(default_factory=lambda: deque(maxlen=_QUERIES_KEPT))

    def count(self, route: str, status: int) -> None:
        """An answer went out."""
        self.calls[route] += 1
        self.statuses[status] += 1

    def clear(self) -> None:
        """Start counting anew."""
        for counts in (self.calls, self.statuses, self.faults, self.clients, self.writes, self.queries):
            counts.clear()

    def shown(self, writes: bool = True) -> dict[str, Any]:
        """For `GET /_sandbox/ledger`."""
        told: dict[str, Any] = {
            "calls": dict(sorted(self.calls.items())),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            "faults": dict(sorted(self.faults.items())),
            "clients": dict(sorted(self.clients.items())),
            "totals": {
                "calls": self.calls.total(),
                "writes": len(self.writes),
                "changed": sum(entry.changed for entry in self.writes),
                "records_written": len({entry.id for entry in self.writes}),
            },
        }
        if writes:
            told["writes"] = [{**entry._asdict(), "at": iso(entry.at)} for entry in self.writes]
            told["queries"] = list(self.queries)
        return told
