"""How one sales clock ran: when it was due, when it stood still, and how it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from journey.business_time import Calendar
from journey.lapse import Lapse, shifted
from journey.policy import Policy
from journey.target import Clock


class SlaStatus(StrEnum):
    """How a cycle stands. A breach never turns green: answered after all, it is `MET_LATE`."""

    PENDING = "pending"
    AT_RISK = "at_risk"
    MET = "met"
    MET_LATE = "met_late"
    BREACHED = "breached"
    PAUSED = "paused"
    EXCLUDED = "excluded"


class Standing(NamedTuple):
    """A status, and whether its verdict waits for data."""

    status: SlaStatus
    awaiting_data: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One running clock. `lapses` are in order, and none begins after the stop; `moving` are the same, over at the stop.

    `first_due` was fixed at opening; `due` is it moved by the lapses that have ended. From `closing` on another clock runs.
    """

    opened: datetime
    first_due: datetime
    at_risk: datetime
    due: datetime
    stopped: datetime | None
    closing: datetime | None
    lapses: tuple[Lapse, ...]
    moving: Sequence[Lapse]
    clock: Clock

    @property
    def excluded_by(self) -> str | None:
        """Who took the person out before the contact was due or made, if they still are out."""
        out = (lapse for lapse in self.lapses if lapse.lasting and lapse.excluded_by and lapse.start < self.due)
        return next((lapse.excluded_by for lapse in out), None)

    def standing(self, as_of: datetime, known_until: datetime | None) -> Standing:
        """How it stands; see `journey.sla.cycles` for the arguments."""
        if self.excluded_by is not None:
            return Standing(SlaStatus.EXCLUDED, False)
        if self.stopped is not None and self.stopped <= self.due:
            return Standing(SlaStatus.MET, False)
        if self.stopped is None and any(lapse.lasting and lapse.start < self.due for lapse in self.lapses):
            return Standing(SlaStatus.PAUSED, False)
        if as_of < self.due:
            return Standing(SlaStatus.PENDING if as_of < self.at_risk else SlaStatus.AT_RISK, False)
        if known_until is None or known_until < self.due:
            return Standing(SlaStatus.AT_RISK, True)
        return Standing(SlaStatus.BREACHED if self.stopped is None else SlaStatus.MET_LATE, False)


def run_of(
    policy: Policy,
    opened: datetime,
    stopped: datetime | None,
    closing: datetime | None,
    lapses: Iterable[Lapse],
    calendar: Calendar,
) -> Run:
    """The clock that `policy` runs by `calendar` from `opened` on."""
    clock = policy.target.clock(calendar)
    first_due = policy.target.due(opened, calendar)
    whole = clock.elapsed(opened, first_due)
    used = min(whole * policy.at_risk, max(whole / 2, whole - policy.at_risk_left))
    relevant = tuple(sorted(lapse for lapse in lapses if stopped is None or lapse.start < stopped))
    moving = [lapse if stopped is None else lapse.ended(stopped) for lapse in relevant]
    return Run(
        opened=opened,
        first_due=first_due,
        at_risk=shifted(clock.add(opened, used), moving, clock),
        due=shifted(first_due, moving, clock),
        stopped=stopped,
        closing=closing,
        lapses=relevant,
        moving=moving,
        clock=clock,
    )
