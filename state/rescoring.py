"""The door to rescores: everybody derived again in the background."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from state import applied, outbox, rescores
from state.database import Database, Source
from state.model import Owed, RunId
from state.rescores import Rescore, RescoreId, Slice
from state.sources import Sources

AGREEMENT = "agreement"


class Rescoring:
    """The part of the store that knows who must be derived again since the agreement changed. Thread-safe."""

    def __init__(self, database: Database, sources: Sources, now: Callable[[], datetime]) -> None:
        self._database = database
        self._sources = sources
        self._now = now

    def ask_if_changed(self, digest: str) -> bool:
        """Everybody is to be derived again unless the agreement with this digest is the one in force already."""
        with self._database.writing() as db:
            changed = applied.applied(db, AGREEMENT) != digest
            if changed:
                applied.note(db, AGREEMENT, digest)
                rescores.ask(db, digest, self._now())
            return changed

    def ask(self, digest: str) -> None:
        """Everybody is to be derived again by the agreement with this digest, from the first person on."""
        with self._database.writing() as db:
            applied.note(db, AGREEMENT, digest)
            rescores.ask(db, digest, self._now())

    def under_way(self) -> Rescore | None:
        """The rescore that has not ended."""
        with self._database.reading() as db:
            return rescores.under_way(db)

    def called(self, which: RescoreId) -> Rescore | None:
        """The rescore with this id; None once it is forgotten."""
        with self._database.reading() as db:
            return rescores.called(db, which)

    def of_run(self, run: RunId) -> Rescore | None:
        """The rescore that this run was the latest to work on."""
        with self._database.reading() as db:
            return rescores.of_run(db, run)

    def begin(self, which: RescoreId, run: RunId) -> None:
        """This run takes it up where it is. Raises `Replaced`."""
        with self._database.writing() as db:
            rescores.begin(db, which, run, self._now())

    def next_slice(self, rescore: Rescore, limit: int) -> Slice | None:
        """The next people; None when everybody was derived. Raises `Replaced`."""
        with self._database.reading() as db:
            return rescores.next_slice(db, rescore, limit)

    def finish(self, which: RescoreId) -> None:
        """Everybody is derived. Raises `Replaced`."""
        with self._database.writing() as db:
            rescores.finish(db, which, self._now())

    def would_owe(self, owed: Sequence[Owed]) -> Mapping[Source, int]:
        """How many of these records hold something else, by object. Changes nothing."""
        with self._database.reading() as db:
            return outbox.would_owe(db, self._sources, owed)
