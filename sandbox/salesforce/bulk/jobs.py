"""Bulk jobs and their states over time.

Source: developer.salesforce.com/docs/platform/api-asynch/guide (query and ingest jobs).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.hubspot.times import Millis
from sandbox.salesforce.ids import numbered
from sandbox.salesforce.times import stamp


class State(StrEnum):
    """The vendor's names."""

    OPEN = "Open"
    UPLOAD_COMPLETE = "UploadComplete"
    IN_PROGRESS = "InProgress"
    JOB_COMPLETE = "JobComplete"
    FAILED = "Failed"
    ABORTED = "Aborted"


DONE = frozenset({State.JOB_COMPLETE, State.FAILED, State.ABORTED})


@dataclass(slots=True)
class Job:
    """One job. `rows` are a query's result or an ingest job's given records, as CSV cells."""

    id: str
    user: str
    operation: str
    object: str
    version: str
    created: Millis
    state: State
    delimiter: str = "COMMA"
    line_ending: str = "LF"
    external_id: str | None = None
    query: str | None = None
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    failures: dict[int, str] = field(default_factory=dict)
    written: dict[int, tuple[str, bool]] = field(default_factory=dict)
    error: str | None = None
    stuck: bool = False
    started: Millis | None = None
    processed: bool = False

    @property
    def is_query(self) -> bool:
        """Whether it reads."""
        return self.operation in {"query", "queryAll"}

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
        }
        if not self.is_query:
            told["contentUrl"] = f"services/data/v{self.version}/jobs/ingest/{self.id}/batches"
            told["jobType"] = "V2Ingest"
            if self.external_id:
                told["externalIdFieldName"] = self.external_id
        return told

    def in_full(self) -> dict[str, Any]:
        """The job info with what has been done so far."""
        done = self.state is State.JOB_COMPLETE
        told = {**self.shown(), "retries": 0, "totalProcessingTime": 100 if done else 0}
        told["numberRecordsProcessed"] = len(self.rows) if done else 0
        if not self.is_query:
            told["numberRecordsFailed"] = len(self.failures)
        else:
            told["jobType"] = "V2Query"
        return told if self.error is None else {**told, "errorMessage": self.error}


class Jobs:
    """Every job by id."""

    def __init__(self) -> None:
        self.known: dict[str, Job] = {}

    def new_id(self) -> str:
        """An id that no job had before."""
        return numbered("750", len(self.known) + 1)
