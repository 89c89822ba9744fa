"""Whom marketing delivered in the week, month or quarter that is running."""

from collections import Counter
from dataclasses import dataclass, field

from sync.measures import LeadPart, Question, field_of
from sync.subjects import Subject


@dataclass(slots=True)
class Delivered:
    """People who qualified in the running period, each once, in all and by the agreed parts. `returned` are not among them:
    sales gave them back in time as bad data, each time they qualified in it.
    """

    leads: int = 0
    returned: int = 0
    parts: Counter[LeadPart] = field(default_factory=Counter)
    returned_parts: Counter[LeadPart] = field(default_factory=Counter)


def deliver(told: Delivered, subject: Subject, question: Question) -> None:
    """Count the person, if they qualified in the running period."""
    goal = question.leads
    if goal is None:
        return
    running = question.years.holding(question.as_of, goal.per)
    own = [one for one in subject.handovers if running.holds(one.qualified_at)]
    parts = [part for part in goal.parts if own and field_of(subject, part.by) == part.group]
    if own and all(one.returned for one in own):
        told.returned += 1
        told.returned_parts.update(parts)
    elif own:
        told.leads += 1
        told.parts.update(parts)
