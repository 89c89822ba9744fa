"""What the engine tells whoever watches it. The engine itself prints and logs nothing."""

from collections.abc import Sequence
from typing import Protocol

from state.model import RunId, Taken
from state.rescores import Rescore
from state.views import RunRow
from sync.counts import PushCounts
from sync.plan import RecordPlan


class Observer(Protocol):
    """Told of a run's progress, in this order: started, then reading, deriving and writing, then ended."""

    def run_started(self, run: RunId, connection: str) -> None:
        """A run of this connection began."""

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        """A page was read, understood and stored."""

    def derived(self, connection: str, people: int) -> None:
        """So many more people's score and SLA were computed and stored."""

    def rescored(self, progress: Rescore) -> None:
        """Some more of everybody were derived again, since the agreement changed."""

    def planned(self, connection: str, object: str, plans: Sequence[RecordPlan]) -> None:  # noqa: A002 (the domain's word)
        """A batch of writes was decided but not sent: the run only shows its plan."""

    def pushed(self, connection: str, object: str, counts: PushCounts) -> None:  # noqa: A002 (the domain's word)
        """A batch of writes was settled with the CRM."""

    def run_ended(self, run: RunRow) -> None:
        """The run is over; the row says how it went."""


class Silent:
    """An observer that does nothing."""

    def run_started(self, run: RunId, connection: str) -> None:
        """Nothing."""

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        """Nothing."""

    def derived(self, connection: str, people: int) -> None:
        """Nothing."""

    def rescored(self, progress: Rescore) -> None:
        """Nothing."""

    def planned(self, connection: str, object: str, plans: Sequence[RecordPlan]) -> None:  # noqa: A002 (the domain's word)
        """Nothing."""

    def pushed(self, connection: str, object: str, counts: PushCounts) -> None:  # noqa: A002 (the domain's word)
        """Nothing."""

    def run_ended(self, run: RunRow) -> None:
        """Nothing."""
