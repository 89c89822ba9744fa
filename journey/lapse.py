"""Times in which a sales clock stands still: while the person is paused, or out of the agreement."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from journey.model import Moment
from journey.qualification import Spell
from journey.rules import Condition
from journey.target import Clock


class Lapse(NamedTuple):
    """The clock stands still from `start` until `end`; `lasting` if it still does. `excluded_by` says who took the
    person out, and is empty for a mere pause."""

    start: datetime
    end: datetime
    lasting: bool
    excluded_by: str = ""

    def ended(self, at: datetime) -> "Lapse":
        """This lapse, over at `at` at the latest."""
        return self._replace(end=min(self.end, at), lasting=False)


def while_holding(
    condition: Condition | None, moments: Sequence[Moment], since: datetime, until: datetime, excluded_by: str = ""
) -> Iterator[Lapse]:
    """The lapses between `since` and `until` in which the person's fields meet `condition`."""
    if condition is None:
        return
    begun: datetime | None = None
    for position, moment in enumerate(moments):
        ends = moments[position + 1].since if position + 1 < len(moments) else until
        if moment.since >= until or ends <= since:
            continue
        holds = condition(moment.values)
        if holds and begun is None:
            begun = max(moment.since, since)
        elif not holds and begun is not None:
            yield Lapse(begun, moment.since, False, excluded_by)
            begun = None
    if begun is not None:
        yield Lapse(begun, until, True, excluded_by)


def between_spells(spells: Sequence[Spell], until: datetime) -> Iterator[Lapse]:
    """The lapses after spells that a disqualifier ended, each until the next spell."""
    for position, spell in enumerate(spells):
        if spell.left is not None and spell.disqualified_by is not None and spell.left < until:
            again = spells[position + 1].entered if position + 1 < len(spells) else None
            lasting = again is None or again >= until
            yield Lapse(spell.left, until if lasting or again is None else again, lasting, spell.disqualified_by)


def shifted(due: datetime, lapses: Sequence[Lapse], clock: Clock) -> datetime:
    """`due`, moved by the time that stood still before it. `lapses` come in order; a lasting one moves nothing yet."""
    covered: datetime | None = None
    for lapse in lapses:
        start = lapse.start if covered is None else max(lapse.start, covered)
        if lapse.lasting or start >= due:
            break
        if start < lapse.end:
            due = clock.add(due, clock.elapsed(start, lapse.end))
            covered = lapse.end
    return due
