"""What one run of one connection works with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from connectors.base import Connector, Later
from mapping.compiled import ObjectMapping
from state.model import RunId
from state.store import Store
from sync.config_check import SchemaFinding
from sync.observer import Observer

RESERVED_WAIT = 900.0
"""Seconds until the quota is looked at again; one page is read then, to learn how it stands."""


class Interrupted(Exception):
    """The run was asked to end early. Everything stored so far stays; the next run goes on from there."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run: whose it is, what it may use, and whether it should end early (`stop`).

    `reserve` is the share of the vendor's quota that is left to other apps; `findings` are mapped fields that do not work.
    At `backlog_until` writes that can wait are left to the next run (None: all are made), so that a long backlog delays no reading.
    """

    run: RunId
    connection: str
    connector: Connector
    mappings: Mapping[str, ObjectMapping]
    store: Store
    observer: Observer
    now: Callable[[], datetime]
    stop: Event
    reserve: float = 0.0
    findings: Sequence[SchemaFinding] = ()
    backlog_until: datetime | None = None

    @property
    def readable(self) -> Sequence[ObjectMapping]:
        """The objects all of whose mapped fields can be read; of the others, nothing read is better than nulls (I15)."""
        return self._without({finding.object for finding in self.findings if not finding.written})

    @property
    def writable(self) -> Sequence[ObjectMapping]:
        """The objects that are written to and can be."""
        return self._written({finding.object for finding in self.findings if finding.written})

    @property
    def plannable(self) -> Sequence[ObjectMapping]:
        """The objects that are written to and can be, once our own missing fields are created."""
        return self._written({finding.object for finding in self.findings if finding.written and not finding.fixable})

    def _written(self, unfit: set[str]) -> Sequence[ObjectMapping]:
        return [mapping for mapping in self._without(unfit) if mapping.written]

    def _without(self, objects: set[str]) -> Sequence[ObjectMapping]:
        return [mapping for name, mapping in self.mappings.items() if name not in objects]

    def go_on(self) -> None:
        """Between two steps that may be far apart: raise `Interrupted` when the run was asked to end, `Later` when what is
        left of the API quota belongs to other apps.
        """
        if self.stop.is_set():
            raise Interrupted
        quota = self.connector.quota()
        if quota is not None and quota.used > quota.limit * (1 - self.reserve):
            raise Later(
                f"{quota.used:,} of {quota.limit:,} calls per {quota.window} are used; the last {self.reserve:.0%} are "
                "reserved for other apps",
                after=RESERVED_WAIT,
            )
