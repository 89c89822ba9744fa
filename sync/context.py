"""What one run of one connection works with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event

from connectors.base import Connector
from mapping.compiled import ObjectMapping
from state.model import RunId
from state.store import Store
from sync.observer import Observer


class Interrupted(Exception):
    """The run was asked to end early. Everything stored so far stays; the next run goes on from there."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run: whose it is, what it may use, and whether it should end early (`stop`)."""

    run: RunId
    connection: str
    connector: Connector
    mappings: Mapping[str, ObjectMapping]
    store: Store
    observer: Observer
    now: Callable[[], datetime]
    stop: Event

    def go_on(self) -> None:
        """Between two steps that may be far apart: raise `Interrupted` when the run was asked to end."""
        if self.stop.is_set():
            raise Interrupted
