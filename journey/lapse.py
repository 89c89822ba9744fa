"""Times in which a sales clock stands still: while the person is paused, or out of the agreement."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
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


class Standstill(NamedTuple):
    """A lapse as evidence: from when until when (None: until now) the clock stood still, and who took the person out, if anybody."""

    since: datetime
    until: datetime | None
    excluded_by: str


def standstills(lapses: Sequence[Lapse]) -> tuple[Standstill, ...]:
    """The lapses, none of which depends on when it is looked at."""
    return tuple(Standstill(lapse.start, None if lapse.lasting else lapse.end, lapse.excluded_by) for lapse in lapses)


def while_holding(
    condition: Condition | None, moments: Sequence[Moment], since: datetime, until: datetime, excluded_by: str = ""
) -> Iterator[Lapse]:
    """The lapses from `since` to `until` inclusive in which the person's fields meet `condition`."""
    if condition is None:
        return
    begun: datetime | None = None
    for moment, following in zip_longest(moments, moments[1:]):
        if moment.since > until:
            break
        if following is not None and following.since <= since:
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
    """The lapses up to `until` after spells that a disqualifier ended, each until the next spell."""
    for spell, following in zip_longest(spells, spells[1:]):
        if spell.left is None or spell.disqualified_by is None or spell.left > until:
            continue
        if following is None:
            yield Lapse(spell.left, until, True, spell.disqualified_by)
        else:
            yield Lapse(spell.left, following.entered, False, spell.disqualified_by)


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
