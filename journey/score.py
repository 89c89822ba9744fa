"""The lead score at a moment: a sum that shows every part of itself."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from journey.instants import micros
from journey.model import Journey, Ref
from journey.rules import Criterion, Disqualifier, ScoreRules
from journey.tally import Pulse, Tally, rounded


@dataclass(frozen=True, slots=True)
class Line:
    """One rule earning its points once.

    `points` is `before_decay` × `decay`. `evidence` is the touchpoint, with its time in `at`, or the names of the person's
    fields that the rule reads.
    """

    rule: str
    label: Mapping[str, str]
    before_decay: float
    decay: float
    points: float
    evidence: Ref | tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """What a criterion gives: `raw` is the sum of its lines, `points` the same held between floor and cap."""

    name: str
    raw: float
    points: float
    cap: float
    floor: float
    lines: tuple[Line, ...]

    @property
    def capped(self) -> bool:
        """Whether the lines add up to more (or less) than counts."""
        return self.raw != self.points


@dataclass(frozen=True, slots=True)
class Score:
    """A person's score as of a moment: `total` is 0 to 100, `exact` the sum of the criteria before rounding.

    A disqualified person keeps the points and is not qualified.
    """

    total: int
    exact: float
    criteria: tuple[CriterionScore, ...]
    disqualifier: Disqualifier | None
    as_of: datetime

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all criteria."""
        return tuple(line for criterion in self.criteria for line in criterion.lines)

    @property
    def disqualified_by(self) -> str | None:
        """The id of the disqualifier the person meets."""
        return None if self.disqualifier is None else self.disqualifier.id


def score(journey: Journey, rules: ScoreRules, as_of: datetime) -> Score:
    """The score as of `as_of`, a pure function of its arguments (I9); what happened later is not seen."""
    return score_of(Tally(journey, rules), as_of)


def score_of(tally: Tally, as_of: datetime) -> Score:
    """`score`, of a journey whose tally is already there."""
    at = micros(as_of)
    counting: list[list[Pulse]] = [[] for _ in tally.rules.criteria]
    for pulse in tally.counting(at):
        counting[pulse.criterion].append(pulse)
    criteria = tuple(
        _criterion_score(criterion, pulses, at)
        for criterion, pulses in zip(tally.rules.criteria, counting, strict=True)
    )
    exact = math.fsum(criterion.points for criterion in criteria)
    return Score(rounded(exact), exact, criteria, tally.barred_by(at), as_of)


def _criterion_score(criterion: Criterion, pulses: list[Pulse], at: int) -> CriterionScore:
    lines = tuple(sorted((_line(pulse, at) for pulse in pulses), key=_by_weight))
    raw = math.fsum(line.points for line in lines)
    return CriterionScore(criterion.name, raw, criterion.within(raw), criterion.cap, criterion.floor, lines)


def _line(pulse: Pulse, at: int) -> Line:
    decay = pulse.decay(at)
    rule = pulse.rule
    return Line(rule.id, rule.label, pulse.points, decay, pulse.points * decay, pulse.evidence, pulse.at)


def _by_weight(line: Line) -> tuple[float, str, tuple[str, ...]]:
    return -abs(line.points), line.rule, tuple(line.evidence)
