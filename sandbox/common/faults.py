"""Faults on demand: which call meets one. What it does to an answer is the vendor's."""

import fnmatch
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar


@dataclass(slots=True)
class Fault:
    """A rule. `route` is a pattern over "METHOD /template" as the ledger names it (`*` matches anything).

    Of the calls that match, `skip` pass first, then each meets the fault with `probability`, at most `times` in all (0: no end).
    `applied`: the call takes effect although its answer is lost. `drop` and `cut` mean the same whatever the vendor.
    """

    BENT: ClassVar[frozenset[str]] = frozenset()
    """The vendor's effects that bend a true answer."""

    effect: StrEnum
    route: str = "*"
    skip: int = 0
    times: int = 0
    probability: float = 1.0
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    applied: bool = False
    met: int = 0
    seen: int = 0

    def code(self, default: int) -> int:
        """The status to answer with."""
        return default if self.status is None else self.status

    @property
    def drops(self) -> bool:
        """Whether the connection is closed without a byte."""
        return self.effect == "drop"

    @property
    def cuts(self) -> bool:
        """Whether half of the answer goes out before the connection is closed."""
        return self.effect == "cut"

    @property
    def needs_answer(self) -> bool:
        """Whether the true answer is made first."""
        return self.applied or self.effect in {"delay", "cut", *self.BENT}


class Effect(StrEnum):
    """What a fault does to an API whose answers are lists.

    `status`        answer `status` (503 unless said) with `body` (or the vendor's body of that status)
    `delay`         wait `delay_s`, then answer truly
    `drop`          close the connection without a byte
    `cut`           send half of the JSON and close
    `html`          a page of HTML, with `status` (200 unless said)
    `no_results`    leave the list out of a true answer
    `empty_page`    no results, yet a next page
    `twins`         repeat each row of the list
    `rate_limit`    429
    """

    STATUS = "status"
    DELAY = "delay"
    DROP = "drop"
    CUT = "cut"
    HTML = "html"
    NO_RESULTS = "no_results"
    EMPTY_PAGE = "empty_page"
    TWINS = "twins"
    RATE_LIMIT = "rate_limit"


@dataclass(slots=True)
class ListFault(Fault):
    """A rule for such an API."""

    BENT: ClassVar[frozenset[str]] = frozenset({Effect.NO_RESULTS, Effect.EMPTY_PAGE, Effect.TWINS})

    effect: Effect

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """A rule as it is given. Raises KeyError, TypeError or ValueError for one that is not."""
        return cls(**{**given, "effect": Effect(given["effect"])})


F = TypeVar("F", bound=Fault)


class Faults(Generic[F]):
    """The rules in force, in order; the first that fits is met. Chance is seeded."""

    def __init__(self, read: Callable[[Mapping[str, Any]], F]) -> None:
        self.rules: list[F] = []
        self._read = read
        self._random = random.Random(0)

    def set(self, given: Sequence[Mapping[str, Any]], seed: int) -> None:
        """Replace all rules. Raises KeyError, TypeError or ValueError for a rule that is not one."""
        self.rules, self._random = [self._read(one) for one in given], random.Random(seed)

    def meet(self, route: str) -> F | None:
        """The fault that this call meets."""
        return self.first(self.rules, route)

    def first(self, rules: Iterable[F], route: str) -> F | None:
        """The first of these rules that is met."""
        for rule in rules:
            if not fnmatch.fnmatchcase(route, rule.route) or (rule.times and rule.met >= rule.times):
                continue
            rule.seen += 1
            if rule.seen > rule.skip and self._random.random() < rule.probability:
                rule.met += 1
                return rule
        return None
