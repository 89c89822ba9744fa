"""Undoing what a call has written so far, as allOrNone asks."""

from sandbox.salesforce.org import Org


class Savepoint:
    """The org's state when it was made; end it with `release` or `restore`. One may be made within another."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._writes = len(org.ledger.writes)
        self._deletions = {name: len(table.deletions) for name, table in org.tables.items()}
        self._outer = {name: table.undo for name, table in org.tables.items()}
        for table in org.tables.values():
            table.undo = []

    def release(self) -> None:
        """Keep what was written, unless an outer one is restored."""
        for name, table in self._org.tables.items():
            outer, done = self._outer[name], table.undo or []
            table.undo = None if outer is None else outer + done

    def restore(self) -> None:
        """Undo what was written since, in the ledger too."""
        for name, table in self._org.tables.items():
            done, table.undo = table.undo or [], None
            for id_, before in reversed(done):
                if before is None:
                    table.purge(id_)
                else:
                    table.put(before)
            table.undo = self._outer[name]
            del table.deletions[self._deletions[name] :]
        del self._org.ledger.writes[self._writes :]
