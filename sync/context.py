"""What one run of one connection works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from connectors.base import Connector, Later
from mapping.compiled import ObjectMapping
from state.model import RunId
from state.store import Store
from sync.observer import Observer

RESERVED_WAIT = 900.0
"""Seconds until the quota is looked at again; one page is read then, to learn how it stands."""


class Interrupted(Exception):
    """The run was asked to end early. Everything stored so far stays; the next run goes on from there."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run: whose it is, what it may use, and whether it should end early (`stop`).

    `reserve` is the share of the vendor's quota that is left to other apps.
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
