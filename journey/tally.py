"""What a journey earns under some rules, worked out once, so that the score at any moment is a short sum.

Everything that earns points becomes a `Pulse` with the time it starts to count and the time it ceases to: a touchpoint counts
from its own time until its window closes or enough newer ones displace it, a fact about the person for as long as it is so.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from journey.instants import micros, span
from journey.model import Journey, Moment, Ref, Touchpoint, TouchType, Value
from journey.rules import Disqualifier, Rule, ScoreRules

ENDLESS = 2**62
"""Later than any time, in microseconds."""


HALF = 0.5 + 5e-10
"""Added before rounding down. The last bits of `0.5 ** x` differ between platforms, and 69.5 must be 70 on all of them."""


class Pulse(NamedTuple):
    """A rule's points, earned once: counting from `start` until just before `end`, in microseconds since 1970.

    `half_life` is in microseconds, 0 for points that do not fade. `at` is the touchpoint's time.
    """

    start: int
    end: int
    points: float
    half_life: int
    criterion: int
    rule: Rule
    evidence: Ref | tuple[str, ...]
    at: datetime | None

    def decay(self, at: int) -> float:
        """The share of the points that is left at `at`."""
        return 0.5 ** ((at - self.start) / self.half_life) if self.half_life else 1.0


class Bar(NamedTuple):
    """The person is disqualified from `start` until just before `end`."""

    start: int
    end: int
    by: Disqualifier


class Tally:
    """All pulses and bars of a journey. `edges` are the journey's begin and the times at which the set of those that
    count changes, in order.
    """

    __slots__ = ("bars", "edges", "pulses", "rules")

    def __init__(self, journey: Journey, rules: ScoreRules) -> None:
        self.rules = rules
        starts = [micros(moment.since) for moment in journey.moments]
        self.pulses = [
            *_earned_by_touchpoints(journey, rules, starts),
            *_earned_by_fields(journey.moments, starts, rules),
            *_earned_by_prediction(journey.moments, starts, rules),
        ]
        self.bars = list(_bars(journey.moments, starts, rules.disqualifiers))
        edges = {starts[0], *(pulse.start for pulse in self.pulses), *(pulse.end for pulse in self.pulses)}
        edges.update(edge for bar in self.bars for edge in (bar.start, bar.end))
        edges.discard(ENDLESS)
        self.edges = sorted(edges)

    def counting(self, at: int) -> list[Pulse]:
        """The pulses that count at `at`."""
        return [pulse for pulse in self.pulses if pulse.start <= at < pulse.end]

    def can_reach(self, points: int) -> bool:
        """Whether the score could ever be so high. Most people's cannot, and that is quickly told."""
        raw = [0.0] * len(self.rules.criteria)
        for pulse in self.pulses:
            raw[pulse.criterion] += max(pulse.points, 0.0)
        most = (criterion.within(sum_) for criterion, sum_ in zip(self.rules.criteria, raw, strict=True))
        return sum(most) + HALF >= points

    def barred_by(self, at: int) -> Disqualifier | None:
        """The disqualifier the person meets at `at`, the first in the agreed order."""
        return next((bar.by for bar in self.bars if bar.start <= at < bar.end), None)


def whole(points: float) -> int:
    """The whole number that people see: halves upwards."""
    return math.floor(points + HALF)


def rounded(points: float) -> int:
    """The score that people see: whole, and from 0 to 100."""
    return min(max(whole(points), 0), 100)


def _numbered(rules: ScoreRules) -> Iterator[tuple[int, Rule]]:
    return ((number, rule) for number, criterion in enumerate(rules.criteria) for rule in criterion.rules)


def _earned_by_touchpoints(journey: Journey, rules: ScoreRules, starts: list[int]) -> Iterator[Pulse]:
    by_type: dict[TouchType, list[tuple[int, Rule]]] = {}
    for number, rule in _numbered(rules):
        for kind in rule.on or ():
            by_type.setdefault(kind, []).append((number, rule))
    person: dict[int, Mapping[str, Value]] = {}
    hits: dict[str, tuple[int, Rule, list[Touchpoint]]] = {}
    for touch in journey.touchpoints:
        for number, rule in by_type.get(touch.type, ()):
            if _matches(rule, touch, journey.moments, starts, person):
                hits.setdefault(rule.id, (number, rule, []))[2].append(touch)
    for number, rule, touches in hits.values():
        yield from _pulses(number, rule, touches)


def _matches(
    rule: Rule,
    touch: Touchpoint,
    moments: tuple[Moment, ...],
    starts: list[int],
    person: dict[int, Mapping[str, Value]],
) -> bool:
    if rule.direction is not None and touch.direction is not rule.direction:
        return False
    if rule.actor is not None and touch.actor is not rule.actor:
        return False
    if rule.when is None:
        return True
    known = max(bisect_right(starts, micros(touch.at)) - 1, 0)
    if known not in person:
        person[known] = {f"person_{name}": value for name, value in moments[known].values.items()}
    own = {
        "type": touch.type.value,
        "direction": touch.direction.value,
        "actor": touch.actor.value,
        "owner": touch.owner,
    }
    return rule.when({**person[known], **touch.values, **own})


def _pulses(number: int, rule: Rule, touches: list[Touchpoint]) -> Iterator[Pulse]:
    times = [micros(touch.at) for touch in touches]
    window = span(rule.window) if rule.window else ENDLESS
    half_life = span(rule.half_life) if rule.half_life else 0
    for position, (touch, start) in enumerate(zip(touches, times, strict=True)):
        end = min(start + window, ENDLESS)
        displacing = position + rule.at_most if rule.at_most else len(times)
        if displacing < len(times):
            end = min(end, times[displacing])
        if start < end:
            yield Pulse(start, end, rule.points, half_life, number, rule, touch.ref, touch.at)


def _earned_by_fields(moments: tuple[Moment, ...], starts: list[int], rules: ScoreRules) -> Iterator[Pulse]:
    for number, rule in _numbered(rules):
        if rule.on is None and rule.when is not None:
            for start, end in _runs((rule.when(moment.values) for moment in moments), starts):
                yield Pulse(start, end, rule.points, 0, number, rule, rule.fields, None)


def _earned_by_prediction(moments: tuple[Moment, ...], starts: list[int], rules: ScoreRules) -> Iterator[Pulse]:
    for number, criterion in enumerate(rules.criteria):
        if criterion.predictor is None:
            continue
        fields = zip(*(criterion.predictor.readings(moment.values) for moment in moments), strict=True)
        for readings in fields:
            for (rule, evidence), same in groupby(
                zip(readings, (*starts[1:], ENDLESS), starts, strict=True), itemgetter(0)
            ):
                spans = list(same)
                if rule.points:
                    yield Pulse(spans[0][2], spans[-1][1], rule.points, 0, number, rule, evidence, None)


def _bars(moments: tuple[Moment, ...], starts: list[int], disqualifiers: tuple[Disqualifier, ...]) -> Iterator[Bar]:
    for disqualifier in disqualifiers:
        for start, end in _runs((disqualifier.when(moment.values) for moment in moments), starts):
            yield Bar(start, end, disqualifier)


def _runs(holds: Iterable[bool], starts: list[int]) -> Iterator[tuple[int, int]]:
    """The spans of time in which something holds without a break, told of each moment in turn."""
    begun: int | None = None
    for start, held in zip(starts, holds, strict=True):
        if held and begun is None:
            begun = start
        elif not held and begun is not None:
            yield begun, start
            begun = None
    if begun is not None:
        yield begun, ENDLESS
