"""What the org was asked and what was written to it: the witness for tests and figures."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sandbox.common.ledger import Ledger
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
class SalesforceLedger(Ledger[Entry]):
    """Routes are those behind /services/data/vXX.X. `clients` are counted by the name in Sforce-Call-Options."""

    clients: Counter[str] = field(default_factory=Counter)
    queries: deque[str] = field(default_factory=lambda: deque(maxlen=_QUERIES_KEPT))

    def shown(self, writes: bool = True) -> dict[str, Any]:
        """For `GET /_sandbox/ledger`."""
        told = {**Ledger.shown(self, writes), "clients": dict(sorted(self.clients.items()))}
        return {**told, "queries": list(self.queries)} if writes else told
