"""Why a score changed: the difference between two scores of a person, taken apart so that the parts add up to it.

The score that was written down is first compared with the score *now known* for that same moment: what differs there was
learnt since (rules that changed, records that joined, an activity that was read late). The rest is what happened between the
two moments: new activities, changed fields, and time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from journey.model import Ref
from journey.score import CriterionScore, Score, score_of
from journey.tally import Tally

MOST_PARTS = 12
"""Parts kept of one change; the lighter ones are added up by their cause."""

_DIGITS = 6
_NOTHING = 1e-6

Evidence = Ref | tuple[str, ...]


class Cause(StrEnum):
    """What changed a score. `LIMIT`: a criterion's cap or floor, the bounds of 0 and 100, and rounding to a whole number."""

    FIRST = "first"
    ACTIVITY = "activity"
    FIELD = "field"
    TIME = "time"
    RULES = "rules"
    IDENTITY = "identity"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Part:
    """So many points of a change for one cause. `evidence`: the activity, the record that joined or left, or the fields.

    `criterion` is None where a part belongs to none; `rule` where several rules, or none, are behind it.
    """

    cause: Cause
    points: float
    criterion: str | None = None
    rule: str | None = None
    evidence: Evidence | None = None


class Earned(NamedTuple):
    """A rule's points for one piece of evidence."""

    rule: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class CriterionStanding:
    """What a criterion gave: its lines, and how much of their sum counted."""

    lines: Mapping[Earned, float] = field(default_factory=dict)
    points: float = 0.0

    @property
    def held(self) -> float:
        """What cap and floor took away or added."""
        return self.points - sum(self.lines.values())


@dataclass(frozen=True, slots=True)
class Standing:
    """A score as it was written down, by which rules and of which records."""

    total: int
    as_of: datetime
    rules_version: str
    records: tuple[Ref, ...]
    criteria: Mapping[str, CriterionStanding]


def standing(total: int, rules_version: str, records: Sequence[Ref], score: Mapping[str, Any]) -> Standing:
    """The standing of a `Score` that was written down as `canonical.plain` writes it."""
    criteria = {
        criterion["name"]: CriterionStanding(
            {Earned(line["rule"], _evidence(line)): line["points"] for line in criterion["lines"]}, criterion["points"]
        )
        for criterion in score["criteria"]
    }
    return Standing(total, datetime.fromisoformat(score["as_of"]), rules_version, tuple(records), criteria)


def _evidence(line: Mapping[str, Any]) -> Evidence:
    # Only a touchpoint has a time.
    return tuple(line["evidence"]) if line["at"] is None else Ref(*line["evidence"])


def parts_of(before: Standing | None, after: Score, tally: Tally, records: Sequence[Ref]) -> tuple[Part, ...]:
    """The parts of the change from `before` to `after`; their points add up to the difference of the totals.

    `tally` is the journey's under the rules of now. With no score before, each criterion is a part.
    """
    if before is None:
        first = [Part(Cause.FIRST, c.points, c.name) for c in after.criteria]
        return _whole(first, after.total)
    then = _criteria(score_of(tally, before.as_of))
    now = _criteria(after)
    moved = sorted({*before.records} ^ {*records}) if before.records else []
    if before.rules_version != tally.rules.version:
        learnt = [Part(Cause.RULES, one.points, one.criterion, one.rule) for one in _differences(before.criteria, then)]
    elif moved:
        learnt = [
            Part(Cause.IDENTITY, one.points, one.criterion, None, moved[0])
            for one in _differences(before.criteria, then)
        ]
    else:
        learnt = [_of_evidence(one) for one in _differences(before.criteria, then)]
    happened = [_happened(one) for one in _differences(then, now)]
    return _whole([*learnt, *happened, *_limits(before.criteria, now)], after.total - before.total)


class _Difference(NamedTuple):
    criterion: str
    rule: str
    evidence: Evidence
    points: float
    new: bool


def _differences(one: Mapping[str, CriterionStanding], other: Mapping[str, CriterionStanding]) -> Iterator[_Difference]:
    nothing = CriterionStanding()
    for name in one.keys() | other.keys():
        before, after = one.get(name, nothing).lines, other.get(name, nothing).lines
        for earned in before.keys() | after.keys():
            points = after.get(earned, 0.0) - before.get(earned, 0.0)
            if abs(points) > _NOTHING:
                yield _Difference(name, *earned, points, earned not in before)


def _happened(one: _Difference) -> Part:
    # A line that ends while its activity stays has grown too old, or newer ones have taken its place.
    if one.new or not isinstance(one.evidence, Ref):
        return _of_evidence(one)
    return Part(Cause.TIME, one.points, one.criterion)


def _of_evidence(one: _Difference) -> Part:
    cause = Cause.ACTIVITY if isinstance(one.evidence, Ref) else Cause.FIELD
    return Part(cause, one.points, one.criterion, one.rule, one.evidence)


def _limits(before: Mapping[str, CriterionStanding], after: Mapping[str, CriterionStanding]) -> Iterator[Part]:
    nothing = CriterionStanding()
    for name in sorted(before.keys() | after.keys()):
        yield Part(Cause.LIMIT, after.get(name, nothing).held - before.get(name, nothing).held, name)


def _criteria(score: Score) -> Mapping[str, CriterionStanding]:
    return {criterion.name: _criterion(criterion) for criterion in score.criteria}


def _criterion(criterion: CriterionScore) -> CriterionStanding:
    return CriterionStanding(
        {Earned(line.rule, line.evidence): line.points for line in criterion.lines}, criterion.points
    )


def _key(part: Part) -> tuple[str, ...]:
    return (part.cause, part.criterion or "", part.rule or "", *(part.evidence or ()))


def _whole(found: Sequence[Part], change: int) -> tuple[Part, ...]:
    """At most `MOST_PARTS` parts and what rounding leaves, the heaviest first."""
    parts = _added_up(found)
    parts.sort(key=lambda part: (-abs(part.points), _key(part)))
    lighter = [replace(part, criterion=None, rule=None, evidence=None) for part in parts[MOST_PARTS:]]
    parts = [*parts[:MOST_PARTS], *_added_up(lighter)]
    rest = round(change - sum(part.points for part in parts), _DIGITS)
    return (*parts, Part(Cause.LIMIT, rest)) if rest else tuple(parts)


def _added_up(parts: Sequence[Part]) -> list[Part]:
    """One part for each cause, criterion, rule and evidence; nothing is dropped but what is worth nothing."""
    sums = []
    for _, group in groupby(sorted(parts, key=_key), key=_key):
        same = list(group)
        points = round(sum(part.points for part in same), _DIGITS)
        if points:
            sums.append(replace(same[0], points=points))
    return sums
