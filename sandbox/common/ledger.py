"""What a stand-in was asked and what was written to it: the witness for tests and figures."""

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from sandbox.common.times import iso


class Write(Protocol):
    """One field of one record was set through the API; `changed` says whether it held another value before. A named tuple."""

    @property
    def object(self) -> str:
        """The kind of record."""

    @property
    def id(self) -> int | str:
        """The record."""

    @property
    def at(self) -> int:
        """When, epoch milliseconds."""

    @property
    def changed(self) -> bool:
        """Whether the value is another."""

    def _asdict(self) -> dict[str, Any]: ...


class Entry(NamedTuple):
    """One property of one record was set through the API; `changed` says whether it held another value before."""

    object: str
    id: int
    property: str
    value: str | None
    at: int
    changed: bool


W = TypeVar("W", bound=Write)


@dataclass(slots=True)
class Ledger(Generic[W]):
    """`calls` are counted by "METHOD /template", with {object} filled in; every answer counts, errors and faults too."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    writes: list[W] = field(default_factory=list)

    def count(self, route: str, status: int) -> None:
        """An answer went out."""
        self.calls[route] += 1
        self.statuses[status] += 1

    def clear(self) -> None:
        """Start counting anew."""
        for one in fields(self):
            getattr(self, one.name).clear()

    def shown(self, writes: bool = True) -> dict[str, Any]:
        """For `GET /_sandbox/ledger`."""
        told: dict[str, Any] = {
            "calls": dict(sorted(self.calls.items())),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            "faults": dict(sorted(self.faults.items())),
            "totals": {
                "calls": self.calls.total(),
                "writes": len(self.writes),
                "changed": sum(one.changed for one in self.writes),
                "records_written": len({(one.object, one.id) for one in self.writes}),
            },
        }
        if writes:
            told["writes"] = [{**one._asdict(), "id": str(one.id), "at": iso(one.at)} for one in self.writes]
        return told
