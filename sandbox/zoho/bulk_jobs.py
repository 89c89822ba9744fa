"""Bulk read jobs: what each was asked, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.zoho.times import Seconds


class State(StrEnum):
    """The vendor's words."""

    ADDED = "ADDED"
    IN_PROGRESS = "IN PROGRESS"
    COMPLETED = "COMPLETED"
    FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True)
class Job:
    """`begun` is on the machine's own clock (seconds), whatever the organisation's does; `ids` are the page's records in order."""

    id: str
    module: str
    query: Mapping[str, Any]
    fields: tuple[str, ...]
    page: int
    ids: tuple[int, ...]
    more: bool
    created: Seconds
    begun: float

    def state(self, now: float, takes: float, *, fails: bool = False) -> State:
        """How far the job is, `now` on the machine's clock, when it takes so many seconds."""
        age = now - self.begun
        if age >= takes:
            return State.FAILURE if fails else State.COMPLETED
        return State.ADDED if age < takes / 3 else State.IN_PROGRESS
