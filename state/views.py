"""What the store shows of itself: rows as they are kept, and how things stand, for people to read. All times are aware UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from journey.model import PersonId, Ref, Value
from state.model import ConflictRow, CycleRow, ObjectCounts, Rejection, RunId, RunState


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A stored rejection; open while `settled` (the run that settled it) is None. `at` is its latest occurrence."""

    rejection: Rejection
    run: RunId
    first_at: datetime
    at: datetime
    times: int
    settled: RunId | None


@dataclass(frozen=True, slots=True)
class RecordedConflict:
    """A stored conflict; open while `settled` (the run that settled it) is None."""

    conflict: ConflictRow
    at: datetime
    run: RunId
    settled: RunId | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as it is recorded. `error` is None unless the run failed or was interrupted."""

    id: RunId
    connection: str
    trigger: str
    state: RunState
    started: datetime
    ended: datetime | None
    error: str | None
    api_calls: int
    objects: tuple[ObjectCounts, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as last settled, and the live records that are this person. `score` is None before the first settling."""

    person: PersonId
    records: tuple[Ref, ...]
    email: str | None
    score: int | None
    criteria: Mapping[str, Value]
    breakdown: str
    reason: str
    qualified: bool
    qualified_at: datetime | None
    sla_status: str | None
    sla_due: datetime | None
    fields: Mapping[str, Value]
    rules_version: str | None
    as_of: datetime | None
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class SlaRow:
    """One SLA clock with its person."""

    person: PersonId
    cycle: CycleRow


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """People with a live record, and how many of them are qualified as last settled."""

    people: int
    qualified: int


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """How one connection stands. `waiting` writes are due or will be; `parked` ones were refused for good."""

    connection: str
    last_run: RunRow | None
    last_done: datetime | None
    read_through: Mapping[str, datetime]
    waiting: int
    parked: int
    rejected: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Retried:
    """`due_now` refused writes are due again; `reread` are records to read again by id."""

    due_now: int
    reread: tuple[Ref, ...] = field(default=())
