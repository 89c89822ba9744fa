"""How likely a lead buys, as points: what a fitted model says of each field, on a published scale.

Points are log-odds in people's units: 0 is the company's average lead, and every `DOUBLING` points double the odds of buying. A
field's level has its points in a table, so a person's points are a short sum that can be done by hand. Levels are named by
their text, a missing value by `MISSING`, all rare ones together by `RARE`; numbers fall between `edges`.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

from journey.canonical import canonical
from journey.model import Value
from journey.rules import Rule

SCALE = 1
"""The version of the scale from probability to points: raise it with `DOUBLING`."""
DOUBLING = 10.0
"""Points that double the odds of buying."""
MISSING, RARE = "", "*"

Reading = tuple[Rule, tuple[str, ...]]
"""What one field earns, and the evidence: `field = value`."""

_UNKNOWN = {MISSING: {"en": "not known", "es": "sin dato"}, RARE: {"en": "a rare value", "es": "un valor poco común"}}
_START = {"en": "where every lead begins", "es": "el punto de partida de todos"}


@dataclass(frozen=True, slots=True)
class Feature:
    """A field with the points of each of its levels. `edges` are ascending; without any, values are taken as texts."""

    field: str
    edges: tuple[float, ...]
    points: Mapping[str, float]

    def level(self, values: Mapping[str, Value]) -> str:
        """The level that the field's value falls into: one with points if there is any."""
        found = level_of(values.get(self.field), self.edges)
        return found if found in self.points or RARE not in self.points else RARE


@dataclass(frozen=True, slots=True)
class LikelihoodModel:
    """A fitted model. `start` are everybody's points, `base_rate` the share of leads that bought where it was fitted.

    `version` is a digest of all of it.
    """

    features: tuple[Feature, ...]
    start: float
    base_rate: float
    scale: int = SCALE
    doubling: float = DOUBLING
    version: str = field(init=False, compare=False)
    _rules: Mapping[tuple[str, str], Rule] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.base_rate < 1 or self.doubling <= 0:
            raise ValueError("base_rate must be between 0 and 1, and doubling above 0")
        object.__setattr__(self, "version", blake2b(canonical(self), digest_size=8).hexdigest())
        rules = {
            (one.field, name): _rule(one, name, points) for one in self.features for name, points in one.points.items()
        }
        object.__setattr__(self, "_rules", rules | {("", ""): _start_rule(self.start)})

    def readings(self, values: Mapping[str, Value]) -> tuple[Reading, ...]:
        """What each field earns, always in the same order, beginning with everybody's points.

        A level that the model has never seen earns nothing.
        """
        found: list[Reading] = [(self._rules["", ""], ())]
        for one in self.features:
            level = one.level(values)
            rule = self._rules.get((one.field, level)) or _rule(one, level, 0.0)
            found.append((rule, (_evidence(one.field, values.get(one.field)),)))
        return tuple(found)

    def points(self, values: Mapping[str, Value]) -> float:
        """The sum of what the fields earn, before floor and cap."""
        return math.fsum(rule.points for rule, _ in self.readings(values))

    def probability(self, points: float) -> float:
        """The share that buys among leads of so many points."""
        odds = self.base_rate / (1 - self.base_rate) * math.exp2(points / self.doubling)
        return odds / (1 + odds)


def level_of(value: Value, edges: tuple[float, ...]) -> str:
    """The name of a value's level, whether or not a model knows it. With edges, what is no number is missing."""
    if value is None or value in ((), ""):
        return MISSING
    if edges:
        number = number_of(value)
        return MISSING if number is None else range_name(edges, bisect_right(edges, number))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def number_of(value: Value) -> float | None:
    """The value as a finite number, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def range_name(edges: tuple[float, ...], position: int) -> str:
    """`< 20`, `20 … < 200`, `≥ 200`: the range behind so many edges."""
    if position == 0:
        return f"< {edges[0]:g}"
    if position == len(edges):
        return f"≥ {edges[-1]:g}"
    return f"{edges[position - 1]:g} … < {edges[position]:g}"


def _evidence(name: str, value: Value) -> str:
    return f"{name} = {level_of(value, ()) or '∅'}"


def _rule(one: Feature, level: str, points: float) -> Rule:
    joined = " " if one.edges else " = "
    label = {
        lang: f"{one.field}: {_UNKNOWN[level][lang]}" if level in _UNKNOWN else f"{one.field}{joined}{level}"
        for lang in ("en", "es")
    }
    return Rule(f"likelihood.{one.field}", label, points, when=_holds, when_source=level, fields=(one.field,))


def _start_rule(points: float) -> Rule:
    return Rule("likelihood.start", _START, points, when=_holds, when_source="true")


def _holds(_values: Mapping[str, Value]) -> bool:
    return True
