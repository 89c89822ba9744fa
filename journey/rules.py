"""The agreed rules of the lead score: what earns points, how much a criterion can hold, who is out.

A condition is compiled elsewhere and comes with its source text, which is what the rules' version is made of.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from typing import Protocol

from journey.canonical import canonical
from journey.model import Actor, Direction, TouchType, Value

Condition = Callable[[Mapping[str, Value]], bool]
"""Says yes or no to some fields. It treats a name that is missing like one that is null, and never raises."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for something that happened (`on`) or for something that is so (no `on`).

    With `on`, each touchpoint of one of these types earns the points, if direction and actor match and `when` holds. `when`
    then sees the touchpoint's own values; `type`, `direction`, `actor` and `owner`; and, prefixed `person_`, the person's
    fields as they were known at that moment. Points halve every `half_life`; a touchpoint of age `window` or older earns
    nothing; only the newest `at_most` count.

    Without `on`, `when` sees the person's fields, and the points are given once and do not fade.

    `fields` are the names that `when` reads; they are shown as the evidence of a rule without `on`.
    Raises ValueError when the parts do not fit together.
    """

    id: str
    label: Mapping[str, str]
    points: float
    on: frozenset[TouchType] | None = None
    direction: Direction | None = None
    actor: Actor | None = None
    when: Condition | None = field(default=None, compare=False)
    when_source: str | None = None
    fields: tuple[str, ...] = ()
    half_life: timedelta | None = None
    window: timedelta | None = None
    at_most: int | None = None

    def __post_init__(self) -> None:
        _require_source(self.id, self.when, self.when_source)
        if self.on is None and any((self.direction, self.actor, self.half_life, self.window, self.at_most)):
            raise ValueError(f"{self.id}: direction, actor, half_life, window and at_most need `on`")
        if self.on is None and self.when is None:
            raise ValueError(f"{self.id}: a rule needs `on` or `when`")
        if any(span is not None and span <= timedelta(0) for span in (self.half_life, self.window)):
            raise ValueError(f"{self.id}: half_life and window must be longer than nothing")
        if self.at_most is not None and self.at_most < 1:
            raise ValueError(f"{self.id}: at_most must be at least 1")


class Predictor(Protocol):
    """Points that a fitted model gives for what is known of a person. A dataclass, for the rules' version is made of its fields."""

    def readings(self, values: Mapping[str, Value]) -> tuple[tuple[Rule, tuple[str, ...]], ...]:
        """What each field earns, with its evidence; as many as ever, in the same order."""
        ...


@dataclass(frozen=True, slots=True)
class Criterion:
    """Rules, or a predictor, whose points add up, held between `floor` and `cap`."""

    name: str
    cap: float
    floor: float
    rules: tuple[Rule, ...]
    predictor: Predictor | None = None

    def __post_init__(self) -> None:
        if self.floor > self.cap:
            raise ValueError(f"{self.name}: the floor is above the cap")

    def within(self, points: float) -> float:
        """`points`, held between floor and cap."""
        return min(max(points, self.floor), self.cap)


@dataclass(frozen=True, slots=True)
class Disqualifier:
    """Whoever meets `when` is out, whatever the points. `when` sees the person's fields."""

    id: str
    label: Mapping[str, str]
    when: Condition = field(compare=False)
    when_source: str


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """The whole agreement on the score.

    A person qualifies at `qualified_at` points and stays so for `minimum_stay` at least and until the score is below
    `leaves_at`. A change of `refresh_points` by mere passing of time is worth a new calculation. `version` is a digest of all
    of it (conditions by their source).
    """

    criteria: tuple[Criterion, ...]
    disqualifiers: tuple[Disqualifier, ...] = ()
    qualified_at: int = 70
    leaves_at: int = 60
    minimum_stay: timedelta = timedelta(days=14)
    refresh_points: int = 5
    version: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 <= self.leaves_at <= self.qualified_at <= 100 or self.qualified_at < 1:
            raise ValueError("qualified_at must be from 1 to 100, and leaves_at from 0 up to it")
        if self.minimum_stay < timedelta(0) or self.refresh_points < 1:
            raise ValueError("minimum_stay and refresh_points must be positive")
        ids = [rule.id for criterion in self.criteria for rule in criterion.rules]
        if len({*ids}) < len(ids):
            raise ValueError("two rules have the same id")
        object.__setattr__(self, "version", rules_version(self))


def rules_version(rules: ScoreRules) -> str:
    """16 hex digits that change when anything in the rules does, and only then."""
    return blake2b(canonical(rules), digest_size=8).hexdigest()


def _require_source(name: str, when: Condition | None, source: str | None) -> None:
    if (when is None) != (source is None):
        raise ValueError(f"{name}: a condition and its source come together")
