"""Faults on demand: which call meets one, and what it does to the answer."""

import fnmatch
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from sandbox.hubspot.limits import Policy


class Effect(StrEnum):
    """What a fault does.

    `status`        answer `status` (503 unless said) with `body` (or the documented body of that status)
    `delay`         wait `delay_s`, then answer truly
    `drop`          close the connection without a byte
    `cut`           send half of the JSON and close
    `html`          a page of HTML, with `status` (200 unless said)
    `no_results`    leave `results` out of a true answer
    `empty_page`    no results, yet a next page
    `twins`         repeat each row of `results`
    `rate_limit`    429 with `policy` (TEN_SECONDLY_ROLLING, SECONDLY, DAILY)
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
class Fault:
    """A rule. `route` is a pattern over "METHOD /template" as the ledger names it (`*` matches anything).

    Of the calls that match, `skip` pass first, then each meets the fault with `probability`, at most `times` in all (0: no end).
    `applied`: the call takes effect although its answer is lost.
    """

    effect: Effect
    route: str = "*"
    skip: int = 0
    times: int = 0
    probability: float = 1.0
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    policy: Policy = Policy.TEN_SECONDLY
    applied: bool = False
    met: int = 0
    seen: int = 0

    def code(self, default: int) -> int:
        """The status to answer with."""
        return default if self.status is None else self.status

    @property
    def needs_answer(self) -> bool:
        """Whether the true answer is made first."""
        return self.applied or self.effect in {
            Effect.DELAY,
            Effect.CUT,
            Effect.NO_RESULTS,
            Effect.EMPTY_PAGE,
            Effect.TWINS,
        }


class Faults:
    """The rules in force, in order; the first that fits is met. Chance is seeded."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._random = random.Random(0)

    def set(self, given: Sequence[Mapping[str, Any]], seed: int) -> None:
        """Replace all rules. Raises KeyError, TypeError or ValueError for a rule that is not one."""
        rules = [
            Fault(**{**one, "effect": Effect(one["effect"]), "policy": Policy(one.get("policy", Policy.TEN_SECONDLY))})
            for one in given
        ]
        self.rules, self._random = rules, random.Random(seed)

    def meet(self, route: str) -> Fault | None:
        """The fault that this call meets."""
        for rule in self.rules:
            if not fnmatch.fnmatchcase(route, rule.route) or (rule.times and rule.met >= rule.times):
                continue
            rule.seen += 1
            if rule.seen > rule.skip and self._random.random() < rule.probability:
                rule.met += 1
                return rule
        return None


_WORDS = {
    409: ("CONFLICT", "The record was changed by another request at the same time"),
    423: ("LOCKED", "The resource is locked; wait at least two seconds"),
    429: ("RATE_LIMITS", "You have reached your ten_secondly_rolling limit."),
    477: ("MIGRATION_IN_PROGRESS", "The account is being migrated"),
    500: ("INTERNAL_ERROR", "internal error"),
    503: ("SERVICE_UNAVAILABLE", "The service is temporarily unavailable"),
}
_HTML_STATUSES = frozenset({502, 504, 520, 521, 522, 523, 524, 525, 526})
PAGE = b"<!DOCTYPE html><html><head><title>One moment</title></head><body><h1>Something went wrong</h1></body></html>"


def status_body(fault: Fault, correlation: str) -> tuple[bytes, str]:
    """Body and content type of a `status` fault: gateways speak HTML, the API JSON."""
    if fault.body is not None:
        return orjson.dumps(fault.body), "application/json;charset=utf-8"
    status = fault.code(503)
    if status in _HTML_STATUSES:
        return PAGE, "text/html"
    category, message = _WORDS.get(status, ("ERROR", "error"))
    told = {"status": "error", "message": message, "correlationId": correlation, "category": category}
    return orjson.dumps(told), "application/json;charset=utf-8"


def bend(fault: Fault, body: bytes) -> bytes:
    """A true answer's body, made untrue."""
    if not body or fault.effect not in {Effect.NO_RESULTS, Effect.EMPTY_PAGE, Effect.TWINS}:
        return body
    told = orjson.loads(body)
    if fault.effect is Effect.NO_RESULTS:
        told.pop("results", None)
    elif fault.effect is Effect.EMPTY_PAGE:
        told["results"] = []
    else:
        told["results"] = [row for row in told.get("results", ()) for _ in range(2)]
    return orjson.dumps(told)
