"""What sales made of the leads that were handed over: accepted, rejected and why, or nothing yet.

The other half of the agreement. Marketing is measured by how many of its leads sales takes, so a decision has a date, a reason
and an owner, and it is told apart from silence.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from journey.model import Deal, DealStatus, Journey, Value
from journey.qualification import Spell
from journey.rules import Condition


class Decision(StrEnum):
    """What sales made of a qualified lead. `UNDECIDED`: the person ceased to be qualified before anybody said anything."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    OPEN = "open"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class HandoverRules:
    """How a decision is told. Conditions see the person's fields, with `stage` as the CRM's own history dates it.

    `reason` is the field that says why a lead was rejected. Reasons among `bad_data` (in lower case) say that it was no lead
    at all; given within `returned_within` of qualifying, they take it out of marketing's quantity. A deal is an acceptance too.
    """

    accepted: Condition | None = field(default=None, compare=False)
    rejected: Condition | None = field(default=None, compare=False)
    reason: str | None = None
    bad_data: frozenset[str] = frozenset()
    returned_within: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Handover:
    """One qualification and what became of it. `owner` had the person at `decided_at`; `returned`: not marketing's quantity."""

    qualified_at: datetime
    decision: Decision
    decided_at: datetime | None = None
    reason: str | None = None
    owner: str | None = None
    returned: bool = False


def handovers(journey: Journey, spells: Sequence[Spell], rules: HandoverRules, as_of: datetime) -> tuple[Handover, ...]:
    """What became of each spell of being qualified, oldest first; what happened after `as_of` is not seen (I9).

    A decision belongs to the last spell that began before it. Who was accepted before qualifying is so at once; a rejection has
    to be new, or an old one would reject every later qualification. Sales may change its mind: a rejected lead that is
    accepted later is accepted, even if nobody takes the rejection back (one CRM may say no and another have the deal); and an
    accepted one can be rejected for as long as it can be returned. After that a rejection is the outcome of sales' own work.
    """
    view = _View(journey, rules)
    known = [spell for spell in spells if spell.entered <= as_of]
    return tuple(
        _handover(view, spell, None if after is None else after.entered, as_of)
        for spell, after in pairwise([*known, None])
        if spell is not None
    )


class _View:
    """The person at any moment, as the conditions see them."""

    def __init__(self, journey: Journey, rules: HandoverRules) -> None:
        self.rules = rules
        self._moments, self._stages, self._deals = journey.moments, journey.stages, journey.deals
        self._since = [moment.since for moment in self._moments]
        self._changed = [change.at for change in self._stages]
        begun = [at for deal in self._deals if (at := _begun(deal)) is not None]
        self._times = sorted({*self._since, *self._changed, *begun})

    def times(self, first: datetime, until: datetime | None, as_of: datetime) -> Sequence[datetime]:
        """`first`, and when anything changes after it, before `until` and up to `as_of`."""
        later = self._times[bisect_right(self._times, first) : bisect_right(self._times, as_of)]
        return [first, *(at for at in later if until is None or at < until)]

    def values(self, at: datetime) -> Mapping[str, Value]:
        """What was known of the person at `at`, the stage as its history tells."""
        values = self._moments[max(bisect_right(self._since, at) - 1, 0)].values
        if not self._stages:
            return values
        entered = bisect_right(self._changed, at)
        return {**values, "stage": self._stages[entered - 1].stage if entered else None}

    def accepted(self, at: datetime) -> bool:
        """Whether sales had taken the lead at `at`: it says so, or works on a deal."""
        says = self.rules.accepted
        return (says is not None and says(self.values(at))) or any(_worked(deal, at) for deal in self._deals)

    def rejected(self, at: datetime) -> bool:
        """Whether sales had rejected the lead at `at`."""
        says = self.rules.rejected
        return says is not None and says(self.values(at))

    def reason(self, at: datetime) -> str | None:
        """Why, as is known at `at`."""
        told = None if self.rules.reason is None else self.values(at).get(self.rules.reason)
        return None if told in (None, "") else str(told)

    def owner(self, at: datetime) -> str | None:
        """Who owned the person at `at`."""
        owner = self.values(at).get("owner")
        return None if owner is None else str(owner)


def _begun(deal: Deal) -> datetime | None:
    """When the deal was made, as far as is known: one whose making has no date was there when it was closed."""
    return deal.created_at or deal.closed_at


def _worked(deal: Deal, at: datetime) -> bool:
    """Whether the deal is made at `at`, or still worked then; one that was closed by then is of an earlier time."""
    begun = _begun(deal)
    if begun is None or begun > at:
        return False
    return begun == at or deal.status is DealStatus.OPEN or deal.closed_at is None or deal.closed_at > at


def _handover(view: _View, spell: Spell, until: datetime | None, as_of: datetime) -> Handover:
    rules, entered = view.rules, spell.entered
    decision: Decision | None = None
    decided_at = entered
    reason: str | None = None
    was_refused, was_taken = view.rejected(entered - timedelta(microseconds=1)), False
    for at in view.times(entered, until, as_of):
        refused, taken = view.rejected(at), view.accepted(at)
        taken_back = decision is Decision.ACCEPTED and at <= entered + rules.returned_within
        if refused and not was_refused and (decision is None or taken_back):
            decision, decided_at, reason = Decision.REJECTED, at, None
        elif taken and decision is not Decision.ACCEPTED and not (refused and was_taken):
            decision, decided_at = Decision.ACCEPTED, at
        if refused and decision is Decision.REJECTED:
            reason = view.reason(at) or reason
        was_refused, was_taken = refused, taken
    if decision is None:
        gone = spell.left is not None and spell.left <= as_of
        return Handover(entered, Decision.UNDECIDED if gone else Decision.OPEN)
    if decision is Decision.ACCEPTED:
        return Handover(entered, decision, decided_at, owner=view.owner(decided_at))
    bad = reason is not None and reason.lower() in rules.bad_data
    returned = bad and decided_at <= entered + rules.returned_within
    return Handover(entered, decision, decided_at, reason, view.owner(decided_at), returned)
