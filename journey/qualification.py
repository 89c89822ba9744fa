"""When a person was qualified: the score replayed over time, with hysteresis.

A person qualifies when the score reaches `qualified_at`, and ceases to be when, after `minimum_stay`, it is below `leaves_at`,
or at once when disqualified. Without the gap and the stay one lead would qualify nine times a year.

The score is looked at whenever something begins or ceases to count, when the minimum stay ends, and on every whole second in
between; while a penalty fades, and the score could go either way, on every whole minute. Which moments are looked at never depends on `as_of`, so that the past stays as it was told.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from journey.instants import SECOND, instant, micros, span
from journey.model import Journey
from journey.rules import ScoreRules
from journey.tally import HALF, Tally, rounded

MINUTE = 60 * SECOND
HALF_LIVES = 64
"""After so many half-lives nothing is left that could be seen: 100 points are down to 5e-18."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A time of being qualified: from `entered` until just before `left`, or until now."""

    entered: datetime
    left: datetime | None = None
    disqualified_by: str | None = None


def spells(journey: Journey, rules: ScoreRules, as_of: datetime) -> tuple[Spell, ...]:
    """The person's spells up to `as_of`, oldest first; what happened later is not seen (I9)."""
    return spells_of(Tally(journey, rules), as_of)


def next_move(journey: Journey, rules: ScoreRules, as_of: datetime) -> datetime | None:
    """The next time, after `as_of`, at which the passing of time alone makes a difference that is worth a calculation.

    That is a change of `refresh_points` in the score, or the begin or end of a spell. None when there will be none.
    """
    tally = Tally(journey, rules)
    return next_move_of(tally, spells_of(tally, as_of), as_of)


def spells_of(tally: Tally, as_of: datetime) -> tuple[Spell, ...]:
    """`spells`, of a journey whose tally is already there."""
    if not tally.can_reach(tally.rules.qualified_at):
        return ()
    told: list[Spell] = []
    for at, begins, by in _turns(tally.rules, _stretches(tally, tally.edges[0], micros(as_of)), None):
        if begins:
            told.append(Spell(instant(at)))
        else:
            told[-1] = Spell(told[-1].entered, instant(at), by)
    return tuple(told)


def next_move_of(tally: Tally, told: tuple[Spell, ...], as_of: datetime) -> datetime | None:
    """`next_move`, when tally and spells (as of `as_of`) are already there."""
    at = micros(as_of)
    entered = micros(told[-1].entered) if told and told[-1].left is None else None
    base = _Stretch(tally, at, at + 1).total(at)
    low, high = base - tally.rules.refresh_points + 1, base + tally.rules.refresh_points
    for stretch in _stretches(tally, at + 1, _horizon(tally, at, entered)):
        turn = next((turn[0] for turn in _turns(tally.rules, [stretch], entered)), None)
        moves = [move for move in (turn, stretch.first(stretch.opens, low, high)) if move is not None]
        if moves:
            return instant(min(moves))
    return None


def highest(tally: Tally, since: datetime, until: datetime) -> int:
    """The highest score from `since` until just before `until` (at `since` if that is no later), disqualified or not.

    It is looked at whenever something begins or ceases to count, and just before: in between points only fade.
    """
    first = micros(since)
    last = max(first, micros(until) - 1)
    ends = ((stretch.start, stretch.end - 1, stretch) for stretch in _stretches(tally, first, last))
    return max(max(stretch.total(start), stretch.total(end)) for start, end, stretch in ends)


class _Stretch:
    """A time from `start` until just before `end` in which the same pulses count, so that points only fade.

    Points of one half-life fade as one sum, by one factor: `_sums` holds for each criterion its floor, its cap and such sums
    as they are at `start`, each with its half-life (0: does not fade). `opens` is the first moment to look at.
    """

    __slots__ = ("_mixed", "_step", "_sums", "barred_by", "end", "opens", "start")

    def __init__(self, tally: Tally, start: int, end: int) -> None:
        self.start, self.end = start, end
        bar = tally.barred_by(start)
        self.barred_by = None if bar is None else bar.id
        self._mixed = False
        sums: list[dict[int, float]] = [{} for _ in tally.rules.criteria]
        for pulse in tally.counting(start):
            own, half_life, points = sums[pulse.criterion], pulse.half_life, pulse.points
            if half_life:
                points *= pulse.decay(start)
                self._mixed |= points < 0
            own[half_life] = own.get(half_life, 0.0) + points
        self._sums = [
            (criterion.floor, criterion.cap, list(own.items()))
            for criterion, own in zip(tally.rules.criteria, sums, strict=True)
        ]
        self._step = MINUTE if self._mixed else SECOND
        self.opens = start if start in tally.edges else -(-start // self._step) * self._step

    def total(self, at: int) -> int:
        """The score at `at`."""
        return rounded(self._points(at))

    def first(self, since: int, low: int, high: int) -> int | None:
        """The first moment looked at, from `since` on, at which the score is below `low` or reaches `high`."""
        if since >= self.end:
            return None
        least = low - HALF if low > 0 else -math.inf
        most = high - HALF if high <= 100 else math.inf
        now = self._points(since)
        if now < least or now >= most:
            return since
        search = self._first_step if self._mixed else self._first_step_below
        found = search(since // self._step + 1, (self.end - 1) // self._step, least, most)
        return None if found is None else found * self._step

    def _first_step_below(self, first: int, last: int, least: float, _most: float) -> int | None:
        """Without fading penalties points can only fall, which is quickly searched."""
        if first > last or self._points(last * SECOND) >= least:
            return None
        return first + bisect_left(range(first, last), True, key=lambda second: self._points(second * SECOND) < least)

    def _first_step(self, first: int, last: int, least: float, most: float) -> int | None:
        if first > last:
            return None
        low, high = self._bounds(first * MINUTE, last * MINUTE)
        if low >= least and high < most:
            return None
        if first == last:
            return first
        middle = (first + last) // 2
        earlier = self._first_step(first, middle, least, most)
        return earlier if earlier is not None else self._first_step(middle + 1, last, least, most)

    def _points(self, at: int) -> float:
        since = self.start - at
        points = 0.0
        for floor, cap, sums in self._sums:
            raw = 0.0
            for half_life, amount in sums:
                raw += amount * 2.0 ** (since / half_life) if half_life else amount
            points += floor if raw < floor else min(raw, cap)
        return points

    def _bounds(self, first: int, last: int) -> tuple[float, float]:
        """Between what the points stay from `first` to `last`: each sum fades from one end to the other and no further."""
        to_first, to_last = self.start - first, self.start - last
        least = most = 0.0
        for floor, cap, sums in self._sums:
            low = high = 0.0
            for half_life, amount in sums:
                one = other = amount
                if half_life:
                    one, other = amount * 2.0 ** (to_first / half_life), amount * 2.0 ** (to_last / half_life)
                if amount < 0:
                    one, other = other, one
                high += one
                low += other
            least += floor if low < floor else min(low, cap)
            most += floor if high < floor else min(high, cap)
        return least, most


def _stretches(tally: Tally, since: int, until: int) -> Iterator[_Stretch]:
    """The stretches from `since` to `until` inclusive."""
    edges = [since, *(edge for edge in tally.edges if since < edge <= until), until + 1]
    return (_Stretch(tally, start, end) for start, end in pairwise(edges) if start < end)


def _turns(
    rules: ScoreRules, stretches: Iterable[_Stretch], entered: int | None
) -> Iterator[tuple[int, bool, str | None]]:
    """Each time at which the person begins or ceases to be qualified, and the disqualifier that ended it."""
    stay = span(rules.minimum_stay)
    for stretch in stretches:
        at: int | None = stretch.opens
        while at is not None:
            if stretch.barred_by is not None:
                if entered is not None:
                    yield at, False, stretch.barred_by
                entered = at = None
            elif entered is None:
                at = entered = stretch.first(at, 0, rules.qualified_at)
                if at is not None:
                    yield at, True, None
            else:
                at = stretch.first(max(at, entered + stay), rules.leaves_at, 101)
                if at is not None:
                    entered = None
                    yield at, False, None


def _horizon(tally: Tally, at: int, entered: int | None) -> int:
    """A time after which nothing moves any more."""
    last = max(at + 1, tally.edges[-1])
    if entered is not None:
        last = max(last, entered + span(tally.rules.minimum_stay))
    fading = max((pulse.half_life for pulse in tally.pulses if pulse.end > at), default=0)
    return last + HALF_LIVES * fading
