"""Whom marketing delivered in a week, month or quarter."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync.measures import LeadGoal, LeadPart, field_of
from sync.period import Period, Years
from sync.subjects import Subject


@dataclass(slots=True)
class Delivered:
    """People who qualified in `period`, each once, in all and by the agreed parts. `returned` are not among them:
    sales gave them back in time as bad data, each time they qualified in it.
    """

    goal: LeadGoal
    period: Period
    leads: int = 0
    returned: int = 0
    parts: Counter[LeadPart] = field(default_factory=Counter)
    returned_parts: Counter[LeadPart] = field(default_factory=Counter)


def nothing_delivered(goal: LeadGoal, years: Years, now: datetime) -> tuple[Delivered, Delivered]:
    """Nobody counted yet, for the week, month or quarter before the running one, and for that."""
    running = years.holding(now, goal.per)
    before = years.holding(running.start - timedelta(microseconds=1), goal.per)
    return Delivered(goal, before), Delivered(goal, running)


def deliver(told: Delivered, subject: Subject) -> None:
    """Count the person, if they qualified in its period."""
    own = [one for one in subject.handovers if told.period.holds(one.qualified_at)]
    parts = [part for part in told.goal.parts if own and field_of(subject, part.by) == part.group]
    if own and all(one.returned for one in own):
        told.returned += 1
        told.returned_parts.update(parts)
    elif own:
        told.leads += 1
        told.parts.update(parts)
