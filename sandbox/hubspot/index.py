"""The search index of one kind: what search sees, which lags behind what is held.

"It may take a few moments for newly created or updated CRM objects to appear in search results"
(developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm).
"""

from collections import deque
from collections.abc import Iterator

from sortedcontainers import SortedList

from sandbox.hubspot.store import Record, RecordId

_MOST_KEPT = 8


class Index:
    """Records as search sees them, by id and by modified time. Call `settle` before a look."""

    def __init__(self) -> None:
        self.seen: dict[RecordId, Record] = {}
        self._found: dict[bytes, list[Record]] = {}
        self._order: SortedList[tuple[int, RecordId]] = SortedList()
        self._pending: deque[tuple[int, RecordId, Record | None]] = deque()

    def note(self, id_: RecordId, record: Record | None, due: int) -> None:
        """From `due` (epoch milliseconds) on, search sees `record` under this id, or nothing."""
        self._pending.append((due, id_, record if record and record.archived_at is None else None))

    def show(self, record: Record) -> None:
        """Search sees the record from now on."""
        self._replace(record.id, record if record.archived_at is None else None)

    def settle(self, now: int) -> None:
        """Take in what is due, in the order in which it was written."""
        while self._pending and self._pending[0][0] <= now:
            _, id_, record = self._pending.popleft()
            self._replace(id_, record)

    def between(self, lowest: int | None, highest: int | None) -> Iterator[Record]:
        """Records modified within the closed range of epoch milliseconds, in that order."""
        first, last = self._places(lowest, highest)
        for _, id_ in self._order.islice(first, last):
            yield self.seen[id_]

    def page(self, lowest: int | None, highest: int | None, after: int, limit: int) -> tuple[list[Record], int]:
        """A page of what `between` gives, and how many there are in all, without going through them."""
        first, last = self._places(lowest, highest)
        page = self._order.islice(first + after, min(first + after + limit, last))
        return [self.seen[id_] for _, id_ in page], max(0, last - first)

    def _places(self, lowest: int | None, highest: int | None) -> tuple[int, int]:
        first = 0 if lowest is None else self._order.bisect_left((lowest, RecordId(-1)))
        last = len(self._order) if highest is None else self._order.bisect_left((highest + 1, RecordId(-1)))
        return first, last

    def kept(self, query: bytes) -> list[Record] | None:
        """What this query found, if nothing has changed since."""
        return self._found.get(query)

    def keep(self, query: bytes, found: list[Record]) -> None:
        """Remember what a query found until something changes."""
        if len(self._found) >= _MOST_KEPT:
            self._found.clear()
        self._found[query] = found

    def _replace(self, id_: RecordId, record: Record | None) -> None:
        before = self.seen.pop(id_, None)
        if before is not None:
            self._order.remove((before.updated, id_))
        if record is not None:
            self.seen[id_] = record
            self._order.add((record.updated, id_))
        self._found.clear()
