"""What goes into the store and what comes out of it. All times are aware UTC.

The vocabulary is the design's: a page is *taken*, a person is *settled*, a write is *owed* until the CRM *agreed* to it,
refused it, or a conflict with a person's own edit was recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from journey.cause import Part
from journey.model import Fact, PastValues, PersonId, Ref, Scalar, Value

RunId = NewType("RunId", str)
"""`run_` and a ULID: sorts by time, appears in logs, database and CLI alike."""


class RunState(StrEnum):
    """How a run stands. `PARTIAL`: it reached its end, but rejected some rows or could not serve some object."""

    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class RejectionStage(StrEnum):
    """Inbound: the record could not be mapped. Outbound: the CRM refused the write."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class ConflictPolicy(StrEnum):
    """What was done about a person's edit in a field of ours: theirs was kept, or ours was written over it."""

    KEEP = "keep"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One problem of one record. `raw` is cut to 500 characters; `field` is empty where no single field is to blame."""

    connection: str
    object: str
    id: str
    stage: RejectionStage
    field: str
    raw: str
    reason: str
    code: str = ""
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class TakenPage:
    """One page of one object, mapped, with the cursor that is safe once it is stored.

    `facts` holds at most one fact per record read (its `ref.object` is `object`) and any number of events told by the
    records' fields (their `ref.object` differs). `received` counts records: those with a fact, `skipped`, and the rest,
    which must appear in `rejected` (several rows may tell of one record). `cursor` None leaves the stored one alone (a
    read by id); `read_through` is the time up to which the object is now completely read, once that is known.
    """

    run: RunId
    connection: str
    object: str
    facts: Sequence[Fact]
    received: int
    cursor: str | None
    rejected: Sequence[Rejection] = ()
    skipped: int = 0
    read_through: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a page's records. `received` is the sum of all but `events`, which are counted apart.

    `unchanged` holds records with nothing new in what is mapped, and versions older than the one already held.
    `events` counts new or changed events told by fields of the records.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    merged: int = 0
    rejected: int = 0
    skipped: int = 0
    events: int = 0

    @property
    def received(self) -> int:
        """Records read, every one of them accounted for (I6)."""
        return self.new + self.changed + self.unchanged + self.deleted + self.merged + self.rejected + self.skipped


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """All live facts of one person: own records, linked companies, touchpoints and deals; and their past values.

    `mark` goes back into the `Settlement`: facts that arrive in between change it, and the person stays due.
    """

    facts: tuple[Fact, ...]
    past: tuple[PastValues, ...]
    mark: int | None


@dataclass(frozen=True, slots=True)
class SharedFact:
    """A live record and the people it is linked to. `fact.links` is empty."""

    fact: Fact
    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of a cycle's escalation that was due at `at`, and who is told."""

    step: str
    at: datetime
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReachedStep:
    """A step as it was first stored: at `reached`, by `run`; `corrected` when later data showed that it had not been due."""

    cycle: str
    step: StepRow
    reached: datetime
    run: RunId
    corrected: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A status that a cycle was given at `at`, by `run`."""

    cycle: str
    status: str
    at: datetime
    run: RunId


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One SLA clock of a person. `id` is deterministic; `body` is canonical JSON with the evidence. `steps` are not read back."""

    id: str
    policy: str
    n: int
    opened_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    status: str
    body: str
    steps: tuple[StepRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """What a record should hold, in the CRM's field names; all of the fields that we own on it."""

    ref: Ref
    fields: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Settlement:
    """Everything derived for one person at `as_of`. `breakdown` is canonical JSON; `next_due` is when time alone may change it.

    `parts` say why the score is another one than before, if it is (`journey.cause`).
    """

    person: PersonId
    mark: int | None
    score: int
    criteria: Mapping[str, Value]
    breakdown: str
    reason: str
    qualified: bool
    qualified_at: datetime | None
    sla_status: str | None
    sla_due: datetime | None
    fields: Mapping[str, Value]
    rules_version: str
    as_of: datetime
    next_due: datetime | None
    cycles: Sequence[CycleRow] = ()
    owed: Sequence[Owed] = ()
    records: Sequence[Ref] = ()
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """`changed` people got other results than before, `rescored` another score; `owing` records have something in the outbox."""

    changed: int
    owing: int
    rescored: int = 0


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A write that is owed. `agreed` is what the CRM last confirmed for our fields (None: never), `agreed_version` its version."""

    ref: Ref
    person: PersonId
    fields: Mapping[str, Scalar]
    agreed: Mapping[str, Scalar] | None
    agreed_version: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """The CRM holds `fields`. `already`: it held them before we wrote, so nothing was sent; else `old` is what it held."""

    ref: Ref
    fields: Mapping[str, Scalar]
    version: str | None
    already: bool = False
    old: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class RefusedWrite:
    """The CRM refused the write. With `next_attempt` it is tried again then; without, it waits until ours changes or a retry.

    `old` is what it holds, where something was sent.
    """

    ref: Ref
    fields: Mapping[str, Scalar]
    reason: str
    code: str
    retryable: bool
    next_attempt: datetime | None = None
    old: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A person edited a field of ours: the CRM holds `theirs`, we wanted `ours`."""

    ref: Ref
    field: str
    theirs: Scalar
    ours: Scalar
    policy: ConflictPolicy


@dataclass(frozen=True, slots=True)
class ObjectCounts:
    """One object's counters in one run: what was read (`taken`), and what became of the writes."""

    connection: str
    object: str
    taken: Taken
    written: int = 0
    already: int = 0
    refused: int = 0
    conflicts: int = 0


class Busy(Exception):
    """Another process holds the lock; `holder` says which, as far as is known."""

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(f"{name} is held by {holder}")
        self.name = name
        self.holder = holder


class UnknownRun(LookupError):
    """No run has this id or prefix, or several have."""
