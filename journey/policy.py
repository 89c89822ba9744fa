"""What sales owe a qualified person, to whom it applies, and who is told while they do not."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from journey.rules import Condition
from journey.target import Clock, Target

_SHARE = re.compile(r"(\d{1,4})%")
_DISTANCE = re.compile(r"[+-]\d{1,5}[mhd]")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an escalation, named by where it stands, for `to`: who is told, in the company's own words (owner, manager …).

    It is at a share of the agreed time (`50%`, `150%`) or at a distance from the due time (`-1h`, `+4h`), measured as the clock
    itself is: in working time if the target is. Raises ValueError unless `at` is like that.
    """

    at: str
    to: tuple[str, ...]

    def __post_init__(self) -> None:
        if not (_SHARE.fullmatch(self.at) or _DISTANCE.fullmatch(self.at)):
            raise ValueError(
                f"{self.at!r} is neither a share of the time like 75% nor a distance from its end like -1h or +4h"
            )

    def due(self, opened: datetime, first_due: datetime, clock: Clock) -> datetime:
        """When the step falls due on a clock that never stood still."""
        whole = clock.elapsed(opened, first_due)
        share = _SHARE.fullmatch(self.at)
        if share is not None:
            return clock.add(opened, whole * int(share[1]) / 100)
        sign, amount, unit = self.at[0], int(self.at[1:-1]), _UNITS[self.at[-1]]
        distance = amount * unit
        return clock.add(first_due, distance) if sign == "+" else clock.add(opened, max(whole - distance, timedelta(0)))


@dataclass(frozen=True, slots=True)
class Policy:
    """What sales owe. Conditions see the person's fields; of several policies the first that applies at opening governs.

    It applies to clocks that open from `since` on and before `until`, so that what was agreed anew leaves older verdicts alone.
    `calendar` is whose working hours count; None leaves that to the owner (see `WorkingHours`).
    At risk is a clock of which the share `at_risk` is used, or less than `at_risk_left` is left (but never before half of it
    is used, or a short target would begin at risk). A person who qualifies again within `reopen_within` of the last time goes
    on with the same clock. A contact up to `precontact_within` before qualification meets the agreement at once.
    `sequence_counts` lets automated e-mail in an owner's name stop the clock. `escalate` says who is told when nobody did.
    Raises ValueError when two steps are at the same point, or `until` is not after `since`.
    """

    name: str
    target: Target
    calendar: str | None
    applies: Condition | None = field(default=None, compare=False)
    since: datetime | None = None
    until: datetime | None = None
    at_risk: float = 0.75
    at_risk_left: timedelta = timedelta(hours=2)
    reopen_within: timedelta = timedelta(days=14)
    precontact_within: timedelta = timedelta(days=30)
    sequence_counts: bool = False
    excluded: Condition | None = field(default=None, compare=False)
    paused: Condition | None = field(default=None, compare=False)
    escalate: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if len({step.at for step in self.escalate}) < len(self.escalate):
            raise ValueError("two escalation steps are at the same point")
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("`until` must be after `since`")

    def in_force(self, at: datetime) -> bool:
        """Whether it was agreed at `at`."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)
