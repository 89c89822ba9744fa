"""The one door to the database. Thread-safe; every method is one transaction, and writers are serialised."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType
from typing import Self

from journey.identity import Decision
from journey.mass_mail import MassMailRule
from journey.model import Kind, PersonId, Ref
from state import (
    answers,
    applied,
    cohorts,
    conflicts,
    decisions,
    derived,
    digest,
    dirty,
    facts,
    likely,
    locks,
    mails,
    outbox,
    people,
    records,
    rejections,
    rescores,
    runs,
    status,
)
from state.database import Database, Source
from state.decisions import PersonDecision
from state.likely import LikelyPair
from state.migrate import migrate
from state.model import (
    Agreed,
    ConflictRow,
    CycleRow,
    OutboxRow,
    PersonFacts,
    RefusedWrite,
    RejectionStage,
    RunId,
    RunState,
    Settled,
    Settlement,
    SharedFact,
    Taken,
    TakenPage,
)
from state.models import Models
from state.rescores import Slice
from state.rescoring import Rescoring
from state.sources import Sources
from state.status import Check
from state.take import take
from state.trail import Trail
from state.vault import Vault
from state.views import ConnectionStatus, PeopleCount, PersonRow, RecordedConflict, RejectedRow, Retried, RunRow, SlaRow


class Store:
    """Everything that must outlive a process: facts, results, what is owed, and how far each object is read."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._sources = Sources(database)
        self.trail = Trail(database, self._sources, now)
        self.rescoring = Rescoring(database, self._sources, now)
        self.models = Models(database, now)
        self.vault = Vault(database, now)

    @classmethod
    def open(cls, url: str, *, now: Callable[[], datetime]) -> Self:
        """Open, and create or migrate, the database at `sqlite:///path` or `postgresql+psycopg://…`.

        Raises ValueError for another kind of URL, `state.migrate.TooNew` for a database of a newer version.
        """
        database = Database(url)
        try:
            migrate(database, now())
        except BaseException:
            database.close()
            raise
        return cls(database, now)

    def close(self) -> None:
        """Close all connections to the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> Sequence[Check]:
        """Is the database whole, current and writable, and is there room for more?"""
        return status.check(self._database, self._now())

    def cursor(self, connection: str, object: str) -> str | None:  # noqa: A002 (the domain's word)
        """Where to go on reading; None for the beginning."""
        with self._database.reading() as db:
            return runs.cursor(db, Source(connection, object))

    def set_cursor(self, connection: str, object: str, cursor: str | None) -> None:  # noqa: A002
        """Go on reading from here next time. What is known to be read through stays so."""
        with self._database.writing() as db:
            runs.move_cursor(db, Source(connection, object), cursor, self._now())

    def forget_cursor(self, connection: str, object: str) -> None:  # noqa: A002
        """Read the object from its beginning next time."""
        self.set_cursor(connection, object, None)

    def read_through(self, connection: str) -> Mapping[str, datetime]:
        """Up to when each object of the connection is completely read."""
        with self._database.reading() as db:
            return runs.read_through(db, connection)

    def take(self, page: TakenPage) -> Taken:
        """Store a page with its cursor, all or nothing (I1). Taking it again changes nothing (I2).

        Raises ValueError if the page's counts cannot be true (I6).
        """
        self._sources.add(records.names_in(page.facts))
        with self._database.writing() as db:
            return take(db, self._sources, page, self._now())

    def reread_if_changed(self, connection: str, object: str, digest: str, events: Sequence[str]) -> bool:  # noqa: A002
        """Read the object from its beginning next time unless its content was read by the mapping with this digest.

        `events` are the objects of the touchpoints that the mapping still makes of its records; others' go.
        """
        what = f"mapping:{connection}.{object}"
        retired = [number for name, number in self._sources.events(connection, object).items() if name not in events]
        with self._database.writing() as db:
            changed = applied.applied(db, what) != digest
            if changed:
                applied.forget(db, retired, dirty.new_mark())
                runs.move_cursor(db, Source(connection, object), None, self._now())
                applied.note(db, what, digest)
            return changed

    def weigh_mails(self, rule: MassMailRule) -> bool:
        """Find out of some e-mails that are new, or all under a new rule, whether they are mass mail; False when none is left.

        Everyone whose e-mails turn out otherwise than before is due to be derived again.
        """
        with self._database.writing() as db:
            return mails.weigh(db, rule)

    def due_people(self, now: datetime, limit: int, after: PersonId | None = None) -> Sequence[PersonId]:
        """People whose facts moved or whose time came, by id, at most `limit`, behind `after`."""
        with self._database.reading() as db:
            return dirty.due_people(db, now, limit, after)

    def facts_of(self, people: Sequence[PersonId]) -> Mapping[PersonId, PersonFacts]:
        """The people's live facts; those without a live record are left out. Memory grows with `people` alone."""
        with self._database.reading() as db:
            return facts.facts_of(db, self._sources, people)

    def linked_to(self, refs: Sequence[Ref]) -> Sequence[Ref]:
        """The live records that name one of these as linked, object by object."""
        self._sources.add(refs)
        with self._database.reading() as db:
            found = records.linked_to(db, [self._sources.key(ref) for ref in refs])
        return [self._sources.ref(*key) for key in found]

    def settle(self, run: RunId, results: Sequence[Settlement], of: Slice | None = None) -> Settled:
        """Store what was derived, and owe what differs from what the CRMs agreed to.

        Results `of` a rescore's slice move it on, and what they owe can wait. Raises `Replaced`, storing nothing.
        """
        with self._database.writing() as db:
            settled = derived.settle(db, self._sources, run, results, self._now(), backlog=of is not None)
            if of is not None:
                rescores.advance(db, of, settled.rescored, self._now())
            return settled

    def owed(
        self,
        connection: str,
        object: str,  # noqa: A002
        now: datetime,
        limit: int,
        after: Ref | None = None,
        backlog: bool | None = None,
    ) -> Sequence[OutboxRow]:
        """Writes whose time has come, by record id, at most `limit`, behind `after`; of the backlog or not, if said."""
        source, behind = Source(connection, object), after.id if after else ""
        with self._database.reading() as db:
            return outbox.due(db, self._sources, source, now, limit, behind, backlog)

    def agree(self, run: RunId, rows: Sequence[Agreed]) -> None:
        """The CRM holds these values. Fields that are owed with another value by now stay owed."""
        if rows:
            with self._database.writing() as db:
                answers.agree(db, self._sources, run, rows, self._now())

    def refuse(self, run: RunId, rows: Sequence[RefusedWrite]) -> None:
        """The CRM refused these writes: they become rejected rows and wait."""
        if rows:
            with self._database.writing() as db:
                answers.refuse(db, self._sources, run, rows, self._now())

    def record_conflicts(self, run: RunId, rows: Sequence[ConflictRow]) -> None:
        """A person edited these fields. A kept edit is not asked about again until ours changes."""
        if rows:
            with self._database.writing() as db:
                answers.record_conflicts(db, self._sources, run, rows, self._now())

    def conflicts(
        self, connection: str | None = None, open_only: bool = True, limit: int | None = 1000
    ) -> Sequence[RecordedConflict]:
        """Conflicts, newest first."""
        with self._database.reading() as db:
            return conflicts.conflicts(db, self._sources, connection, open_only, limit)

    def begin_run(self, connection: str, trigger: str) -> RunId:
        """Begin a run while holding the connection's lock; runs of it that never ended become interrupted."""
        with self._database.writing() as db:
            return runs.begin(db, connection, trigger, self._now())

    def end_run(self, run: RunId, state: RunState, error: str | None = None, api_calls: int = 0) -> None:
        """The run is over. Raises UnknownRun if it never began."""
        with self._database.writing() as db:
            runs.end(db, run, state, error, api_calls, self._now())

    def runs(self, limit: int = 20, connection: str | None = None) -> Sequence[RunRow]:
        """Runs, newest first."""
        with self._database.reading() as db:
            return runs.runs(db, limit, connection)

    def run(self, which: str) -> RunRow:
        """The run with this id, unique beginning of an id, or the `latest`. Raises UnknownRun."""
        with self._database.reading() as db:
            return runs.run(db, which)

    def rejected(
        self, run: RunId | None = None, connection: str | None = None, open_only: bool = True, limit: int | None = 1000
    ) -> Sequence[RejectedRow]:
        """Rejected rows, newest first."""
        with self._database.reading() as db:
            return rejections.rejected(db, run, connection, open_only, limit)

    def retry_rejected(
        self, connection: str | None = None, run: RunId | None = None, stage: RejectionStage | None = None
    ) -> Retried:
        """Open refusals are due at once; records that could not be mapped are named, to be read again by id."""
        with self._database.writing() as db:
            return answers.retry(
                db, self._sources, rejections.rejected(db, run, connection, True, None), stage, self._now()
            )

    def hold(self, name: str, wait: float | None = 0.0) -> AbstractContextManager[None]:
        """Hold the named lock against all processes. Waits `wait` seconds, for ever if None; then raises Busy."""
        return locks.hold(self._database, name, wait)

    def people_count(self) -> PeopleCount:
        """How many people there are, and how many of them are qualified."""
        with self._database.reading() as db:
            return people.people_count(db)

    def find_person(self, who: str) -> Sequence[PersonRow]:
        """The people with this e-mail address, CRM record id or person id."""
        with self._database.reading() as db:
            return people.find(db, self._sources, who)

    def person(self, person: PersonId) -> PersonRow | None:
        """One person; None if there is no live record."""
        with self._database.reading() as db:
            return next(iter(people.rows(db, self._sources, [person])), None)

    def everybody(self, limit: int, after: PersonId | None = None) -> Sequence[PersonRow]:
        """People with a live record, by id, at most `limit`, behind `after`."""
        with self._database.reading() as db:
            return cohorts.everybody(db, self._sources, limit, after)

    def cycles_of(self, people: Sequence[PersonId]) -> Mapping[PersonId, Sequence[CycleRow]]:
        """The people's SLA clocks, oldest first; people without one are left out."""
        with self._database.reading() as db:
            return cohorts.cycles_of(db, people)

    def records_of(self, kind: Kind, limit: int, after: Ref | None = None) -> Sequence[SharedFact]:
        """Live records of a kind, at most `limit`, behind `after`, with the people each is linked to."""
        with self._database.reading() as db:
            return cohorts.records_of(db, self._sources, kind, limit, after)

    def to_derive(self) -> int:
        """How many people's facts moved since they were last derived."""
        with self._database.reading() as db:
            return cohorts.to_derive(db)

    def decide(self, pairs: Sequence[Decision], who: str, why: str = "") -> None:
        """Someone decided about these pairs of records; each replaces what was decided about the same pair.

        Everyone affected is due to be derived again. Raises ValueError for a record paired with itself.
        """
        self._sources.add(ref for decision in pairs for ref in decision.pair)
        with self._database.writing() as db:
            decisions.decide(db, self._sources, pairs, who, why, self._now())

    def link(self, one: Ref, other: Ref, who: str, why: str = "") -> None:
        """The people of these person records are one. Decisions that keep the two apart are withdrawn."""
        self._sources.add((one, other))
        with self._database.writing() as db:
            decisions.link(db, self._sources, one, other, who, why, self._now())

    def unlink(self, ref: Ref, who: str, why: str = "") -> Sequence[Ref]:
        """The record is another person than all other live records of its person; returns those."""
        self._sources.add((ref,))
        with self._database.writing() as db:
            return decisions.unlink(db, self._sources, ref, who, why, self._now())

    def person_decisions(self) -> Sequence[PersonDecision]:
        """All that was decided about records being one person or two, newest first."""
        with self._database.reading() as db:
            return decisions.decisions(db, self._sources)

    def likely_pairs(self, limit: int = 1000) -> Sequence[LikelyPair]:
        """Pairs of people who may be one, the likeliest first."""
        with self._database.reading() as db:
            return likely.likely(db, self._sources, limit)

    def sla_rows(
        self, status: str | None = None, limit: int | None = 1000, person: PersonId | None = None
    ) -> Sequence[SlaRow]:
        """SLA clocks by their due time."""
        with self._database.reading() as db:
            return people.sla_rows(db, status, person, limit)

    def sla_summary(self) -> Mapping[str, int]:
        """How many SLA clocks there are of each status."""
        with self._database.reading() as db:
            return people.sla_summary(db)

    def status(self) -> Sequence[ConnectionStatus]:
        """How each connection that ever ran stands, by name."""
        with self._database.reading() as db:
            return status.status(db, self._sources)

    def digest(self) -> str:
        """SHA-256 in hex over the final state, without run ids, wall times and versions."""
        with self._database.reading() as db:
            return digest.digest(db, self._sources)
