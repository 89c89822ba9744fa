"""What the account was asked and what was written to it: the witness for tests and figures."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sandbox.hubspot.times import iso


class Entry(NamedTuple):
    """One property of one record was set through the API; `changed` says whether it held another value before."""

    object: str
    id: int
    property: str
    value: str | None
    at: int
    changed: bool


@dataclass(slots=True)
class Ledger:
    """`calls` are counted by "METHOD /template", with {object} filled in; every answer counts, errors and faults too."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    writes: list[Entry] = field(default_factory=list)

    def count(self, route: str, status: int) -> None:
        """An answer went out."""
        self.calls[route] += 1
        self.statuses[status] += 1

    def clear(self) -> None:
        """Start counting anew."""
        for counts in (self.calls, self.statuses, self.faults, self.writes):
            counts.clear()

    def shown(self, writes: bool = True) -> dict[str, Any]:
        """For `GET /_sandbox/ledger`."""
        told: dict[str, Any] = {
            "calls": dict(sorted(self.calls.items())),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            "faults": dict(sorted(self.faults.items())),
            "totals": {
                "calls": self.calls.total(),
                "writes": len(self.writes),
                "changed": sum(entry.changed for entry in self.writes),
                "records_written": len({(entry.object, entry.id) for entry in self.writes}),
            },
        }
        if writes:
            told["writes"] = list(self._rows())
        return told

    def _rows(self) -> Iterator[dict[str, Any]]:
        for entry in self.writes:
            yield {**entry._asdict(), "id": str(entry.id), "at": iso(entry.at)}
