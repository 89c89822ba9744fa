"""The door to what was: scores with their causes, the rules over time, and what the CRMs were told."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from journey.model import PersonId, Ref
from state import rules, runs, told, verdicts, writes
from state.database import Database, Source
from state.model import ReachedStep, RunId, Verdict
from state.rules import RulesVersion, UsedRules
from state.sources import Sources
from state.told import ConfirmedFields, ScoreChange, WrittenScore
from state.writes import PutBack, RecordedWrite


class Trail:
    """The part of the store that looks back. Thread-safe; every method is one transaction."""

    def __init__(self, database: Database, sources: Sources, now: Callable[[], datetime]) -> None:
        self._database = database
        self._sources = sources
        self._now = now

    def scores(self, person: PersonId) -> Sequence[ScoreChange]:
        """The changes of the person's score, oldest first; the newest `MOST_CHANGES` of them."""
        with self._database.reading() as db:
            return told.history(db, person)

    def verdicts(self, people: Sequence[PersonId]) -> Sequence[Verdict]:
        """Every status that the people's clocks were given, oldest first."""
        with self._database.reading() as db:
            return verdicts.verdicts(db, people)

    def steps(self, people: Sequence[PersonId]) -> Sequence[ReachedStep]:
        """Every escalation step that the people's clocks came to, by time."""
        with self._database.reading() as db:
            return verdicts.steps(db, people)

    def written_scores(self, people: Sequence[PersonId]) -> Mapping[PersonId, WrittenScore]:
        """The people's scores as they stand now; those never scored are left out."""
        with self._database.reading() as db:
            return told.written_scores(db, people)

    def confirmed_fields(self, refs: Sequence[Ref]) -> Sequence[ConfirmedFields]:
        """What the CRMs last confirmed to hold of ours in these records; those never written to are left out."""
        with self._database.reading() as db:
            return told.confirmed_fields(db, self._sources, refs)

    def writes_to(self, refs: Sequence[Ref]) -> Sequence[RecordedWrite]:
        """What was written to these records, oldest first; the newest `MOST_WRITES` of each."""
        with self._database.reading() as db:
            return writes.of_records(db, self._sources, refs)

    def writes_of(self, run: RunId, limit: int | None = 1000, after: Ref | None = None) -> Sequence[RecordedWrite]:
        """What the run wrote, by object and record id, at most `limit`, behind `after`."""
        with self._database.reading() as db:
            return writes.of_run(db, self._sources, run, limit, after)

    def count_writes(self, run: RunId) -> int:
        """How many records the run wrote to, or tried to."""
        with self._database.reading() as db:
            return writes.count(db, run)

    def put_back(self, run: RunId, undone: RunId, rows: Sequence[PutBack], refused: Mapping[Ref, str]) -> None:
        """Of the writes of the run `undone`, `run` put these back, and the CRM refused those; counted for `run`."""
        tallies: dict[Source, Counter[str]] = defaultdict(Counter)
        for outcome, refs in (("written", [row.ref for row in rows]), ("refused", list(refused))):
            for ref in refs:
                tallies[Source(ref.connection, ref.object)][outcome] += 1
        with self._database.writing() as db:
            writes.put_back(db, self._sources, run, undone, rows, self._now())
            for source, counts in tallies.items():
                runs.tally(db, run, source, **counts)

    def use_rules(self, version: RulesVersion) -> None:
        """This agreement is in force now; nothing is written if it was already."""
        if not (used := self.rules()) or used[0].rules.version != version.version:
            with self._database.writing() as db:
                rules.use(db, version, self._now())

    def rules(self) -> Sequence[UsedRules]:
        """Every agreement that was in force, the latest first."""
        with self._database.reading() as db:
            return rules.versions(db)
