"""Bulk jobs and their states.

Source: developer.salesforce.com/docs/platform/api-asynch/guide (query and ingest jobs).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.common.times import DAY, Millis
from sandbox.salesforce.fields import Row
from sandbox.salesforce.ids import numbered
from sandbox.salesforce.soql.columns import Column
from sandbox.salesforce.times import stamp


class State(StrEnum):
    """The vendor's names."""

    OPEN = "Open"
    UPLOAD_COMPLETE = "UploadComplete"
    IN_PROGRESS = "InProgress"
    JOB_COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"


KEPT = 7 * DAY
"""A job is gone after this time, whatever its state."""

BATCH = 10_000
"""Records of an ingest job that count as one batch."""

UNFINISHED = frozenset({State.UPLOAD_COMPLETE, State.IN_PROGRESS})


@dataclass(slots=True, kw_only=True)
class Job:
    """What both sorts have in common. `due`: when it ends; None while an upload is awaited, or for ever when it is stuck."""

    id: str
    user: str
    client: str
    operation: str
    object: str
    version: str
    created: Millis
    state: State
    delimiter: str = "COMMA"
    line_ending: str = "LF"
    due: float | None = None
    error: str | None = None

    def shown(self) -> dict[str, Any]:
        """The job info."""
        told: dict[str, Any] = {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.user,
            "createdDate": stamp(self.created),
            "systemModstamp": stamp(self.created),
            "state": self.state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "lineEnding": self.line_ending,
            "columnDelimiter": self.delimiter,
            "retries": 0,
            "totalProcessingTime": 0,
        }
        return told if self.error is None else {**told, "errorMessage": self.error}


@dataclass(slots=True, kw_only=True)
class QueryJob(Job):
    """A query and its whole result, fixed when the job was made."""

    rows: Sequence[Row]
    columns: Sequence[Column]

    def info(self) -> dict[str, Any]:
        """The job info with what has been done so far."""
        done = len(self.rows) if self.state is State.JOB_COMPLETE else 0
        return {**self.shown(), "jobType": "V2Query", "numberRecordsProcessed": done}


@dataclass(slots=True, kw_only=True)
class IngestJob(Job):
    """Records to write, as CSV cells, and what became of each: its id and whether it is new, or why not.

    `most` is how many are processed at all, where it is said: the rest is left over.
    """

    external_id: str | None = None
    uploaded: bool = False
    most: int | None = None
    header: Sequence[str] = ()
    records: Sequence[Sequence[str]] = ()
    written: dict[int, tuple[str, bool]] = field(default_factory=dict)
    failed: dict[int, tuple[str, str]] = field(default_factory=dict)

    def info(self) -> dict[str, Any]:
        """The job info with what has been done so far."""
        told = {
            **self.shown(),
            "jobType": "V2Ingest",
            "contentUrl": f"services/data/v{self.version}/jobs/ingest/{self.id}/batches",
            "numberRecordsProcessed": len(self.written) + len(self.failed),
            "numberRecordsFailed": len(self.failed),
        }
        return told if self.external_id is None else {**told, "externalIdFieldName": self.external_id}


class Jobs:
    """Every job by id."""

    def __init__(self) -> None:
        self.queries: dict[str, QueryJob] = {}
        self.ingests: dict[str, IngestJob] = {}
        self._made = 0
        self._batches: deque[tuple[Millis, int]] = deque()

    def batches(self, now: Millis) -> int:
        """Batches of the last 24 hours."""
        while self._batches and self._batches[0][0] <= now - DAY:
            self._batches.popleft()
        return sum(count for _, count in self._batches)

    def spend(self, now: Millis, records: int) -> None:
        """Count a job's batches."""
        self._batches.append((now, -(-records // BATCH)))

    def forget(self, now: Millis) -> None:
        """Drop what is too old."""
        self.queries = {id_: job for id_, job in self.queries.items() if job.created > now - KEPT}
        self.ingests = {id_: job for id_, job in self.ingests.items() if job.created > now - KEPT}

    def new_id(self) -> str:
        """An id that no job had before."""
        self._made += 1
        return numbered("750", self._made)
