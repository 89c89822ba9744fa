"""Which activities are a first contact: what a person of ours did, themselves, to reach the lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from journey.mass_mail import SENT_TO_MANY
from journey.model import Actor, Direction, Ref, Touchpoint, TouchType

CONTACTS = frozenset({TouchType.CALL, TouchType.EMAIL, TouchType.MEETING, TouchType.MESSAGE})
SALES_ACTIVITIES = CONTACTS | {TouchType.TASK, TouchType.NOTE}
EVIDENCE = 50
"""At most so many activities are kept on either side, the oldest: a verdict needs the first ones."""
NOT_HELD = frozenset({"canceled", "cancelled", "rescheduled"})
"""Outcomes of a meeting that did not take place. A lead who did not show up was still met with an attempt, like a call."""


class WhyNot(StrEnum):
    """Why an activity does not stop a sales clock."""

    TASK = "task"
    NOTE = "note"
    INBOUND = "inbound"
    AUTOMATED = "automated"
    BULK = "bulk"
    SENT_TO_MANY = "sent_to_many"
    NOT_HELD = "not_held"
    UNKNOWN_ACTOR = "unknown_actor"
    UNKNOWN_DIRECTION = "unknown_direction"


class WhyCounts(StrEnum):
    """Why an activity is a first contact."""

    CALL = "outbound_call"
    EMAIL = "one_to_one_email"
    MEETING = "meeting_took_place"
    MESSAGE = "own_message"
    SEQUENCE = "sequence_counts"


_COUNTS = {
    TouchType.CALL: WhyCounts.CALL,
    TouchType.EMAIL: WhyCounts.EMAIL,
    TouchType.MEETING: WhyCounts.MEETING,
    TouchType.MESSAGE: WhyCounts.MESSAGE,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The activities that bear on one clock, each with the rule that decided.

    `stop` is the contact that stopped it: the last one before the opening (`precontacted`), or else the first since. `stopped_at`
    is its own time, but not before the opening.
    """

    stop: Ref | None
    stopped_at: datetime | None
    precontacted: bool
    counted: tuple[tuple[Ref, WhyCounts], ...]
    not_counted: tuple[tuple[Ref, WhyNot], ...]


def weigh(touchpoints: Sequence[Touchpoint], opened: datetime, reach: timedelta, *, sequence_counts: bool) -> Evidence:
    """What `touchpoints`, in order of time, say of a clock that opened at `opened`; a contact up to `reach` before counts too."""
    before: Touchpoint | None = None
    counted: list[Touchpoint] = []
    not_counted: list[tuple[Ref, WhyNot]] = []
    for touch in touchpoints:
        if touch.type not in SALES_ACTIVITIES or opened - touch.at > reach:
            continue
        why = why_not(touch, sequence_counts=sequence_counts)
        if touch.at < opened:
            before = touch if why is None else before
        elif why is None:
            counted.append(touch)
        else:
            not_counted.append((touch.ref, why))
    if before is not None:
        counted.insert(0, before)
    return Evidence(
        stop=counted[0].ref if counted else None,
        stopped_at=max(counted[0].at, opened) if counted else None,
        precontacted=before is not None,
        counted=tuple((touch.ref, why_counts(touch)) for touch in counted[:EVIDENCE]),
        not_counted=tuple(not_counted[:EVIDENCE]),
    )


def why_counts(touch: Touchpoint) -> WhyCounts:
    """By which rule an activity is a contact, which `why_not` found it to be."""
    return WhyCounts.SEQUENCE if touch.actor is Actor.AUTOMATED else _COUNTS[touch.type]


def why_not(touch: Touchpoint, *, sequence_counts: bool = False) -> WhyNot | None:
    """Why a sales activity is no contact, or None if it is one.

    A contact is an outbound call (answered or not), an outbound one-to-one e-mail, a meeting that was not called off, or a
    message, by one of our people. With `sequence_counts` an automated e-mail in an owner's name is one too.
    """
    if touch.type is TouchType.TASK or touch.type is TouchType.NOTE:
        return WhyNot(touch.type.value)
    if touch.values.get("bulk") is True:
        return WhyNot.BULK
    if touch.values.get(SENT_TO_MANY) is True:
        return WhyNot.SENT_TO_MANY
    if touch.type is TouchType.MEETING:
        return _why_no_meeting(touch)
    if touch.direction is Direction.INBOUND or touch.actor is Actor.LEAD:
        return WhyNot.INBOUND
    if touch.actor is not Actor.HUMAN and not (sequence_counts and _in_an_owners_name(touch)):
        return _why_not_by(touch.actor)
    if touch.direction is Direction.NONE and touch.type is not TouchType.MESSAGE:
        return WhyNot.UNKNOWN_DIRECTION
    return None


def _why_no_meeting(touch: Touchpoint) -> WhyNot | None:
    if touch.actor is not Actor.HUMAN:
        return WhyNot.INBOUND if touch.actor is Actor.LEAD else _why_not_by(touch.actor)
    return WhyNot.NOT_HELD if str(touch.values.get("outcome")).casefold() in NOT_HELD else None


def _why_not_by(actor: Actor) -> WhyNot:
    return WhyNot.AUTOMATED if actor is Actor.AUTOMATED else WhyNot.UNKNOWN_ACTOR


def _in_an_owners_name(touch: Touchpoint) -> bool:
    return touch.type is TouchType.EMAIL and touch.actor is Actor.AUTOMATED and touch.owner is not None
