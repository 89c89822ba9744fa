"""Faults on demand: which call, record or job meets one, and what it does."""

import fnmatch
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson


class Effect(StrEnum):
    """What a fault does.

    `status`        answer `status` (503 unless said) with `body` (or the vendor's body of that status)
    `delay`         wait `delay_s`, then answer truly
    `drop`          close the connection without a byte
    `cut`           send half of the body and close
    `html`          a page of HTML, with `status` (200 unless said)
    `no_records`    leave `records` out of a true query answer
    `empty_page`    no records, yet not done (a next page is named when the true answer names one)
    `twins`         repeat each of `records`
    `expired`       401 INVALID_SESSION_ID, the session really ended
    `limit`         403 REQUEST_LIMIT_EXCEEDED
    `lock_row`      a record's write fails with UNABLE_TO_LOCK_ROW; `ids` says whose (none: anyone's), `times` counts records
    `job_stuck`     a bulk job stays InProgress; `route` is matched against "JOB query Lead", "JOB update Lead" …
    `job_failed`    a bulk job ends Failed, `body` being its errorMessage (a query time-out unless said)
    `job_short`     a bulk query job is JobComplete, with only the first `keep` records
    """

    STATUS = "status"
    DELAY = "delay"
    DROP = "drop"
    CUT = "cut"
    HTML = "html"
    NO_RECORDS = "no_records"
    EMPTY_PAGE = "empty_page"
    TWINS = "twins"
    EXPIRED = "expired"
    LIMIT = "limit"
    LOCK_ROW = "lock_row"
    JOB_STUCK = "job_stuck"
    JOB_FAILED = "job_failed"
    JOB_SHORT = "job_short"


_JOB = frozenset({Effect.JOB_STUCK, Effect.JOB_FAILED, Effect.JOB_SHORT})
_BENT = frozenset({Effect.NO_RECORDS, Effect.EMPTY_PAGE, Effect.TWINS})


@dataclass(slots=True)
class Fault:
    """A rule. `route` is a pattern over "METHOD /template" as the ledger names it (`*` matches anything).

    Of the calls (records, jobs) that match, `skip` pass first, then each meets the fault with `probability`, at most `times` in all (0: no
    end). `applied`: the call takes effect although its answer is lost.
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
    applied: bool = False
    ids: Sequence[str] = ()
    keep: int = 0
    met: int = 0
    seen: int = 0

    @property
    def needs_answer(self) -> bool:
        """Whether the true answer is made first."""
        return self.applied or self.effect in _BENT | {Effect.DELAY, Effect.CUT}


class Faults:
    """The rules in force, in order; the first that fits is met. Chance is seeded."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._random = random.Random(0)

    def set(self, given: Sequence[Mapping[str, Any]], seed: int) -> None:
        """Replace all rules. Raises KeyError, TypeError or ValueError for a rule that is not one."""
        self.rules, self._random = (
            [Fault(**{**one, "effect": Effect(one["effect"])}) for one in given],
            random.Random(seed),
        )

    def meet(self, route: str) -> Fault | None:
        """The fault that this call meets."""
        return self._first([rule for rule in self.rules if rule.effect not in _JOB | {Effect.LOCK_ROW}], route)

    def meet_job(self, route: str) -> Fault | None:
        """The fault that this bulk job meets."""
        return self._first([rule for rule in self.rules if rule.effect in _JOB], route)

    def locked(self, id_: str) -> bool:
        """Whether the write of this record fails for a lock."""
        rules = [rule for rule in self.rules if rule.effect is Effect.LOCK_ROW and (not rule.ids or id_ in rule.ids)]
        return self._first(rules, "*") is not None

    def _first(self, rules: Sequence[Fault], route: str) -> Fault | None:
        for rule in rules:
            if not fnmatch.fnmatchcase(route, rule.route) or (rule.times and rule.met >= rule.times):
                continue
            rule.seen += 1
            if rule.seen > rule.skip and self._random.random() < rule.probability:
                rule.met += 1
                return rule
        return None


_WORDS = {
    500: ("UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support"),
    503: ("SERVER_UNAVAILABLE", "The server is busy; try again later"),
}
_HTML_STATUSES = frozenset({502, 504, 520, 521, 522, 523, 524})
PAGE = b"<!DOCTYPE html><html><head><title>We are down for maintenance.</title></head><body><h1>Down for maintenance</h1></body></html>"


def status_body(fault: Fault) -> tuple[bytes, str]:
    """Body and content type of a `status` fault: gateways speak HTML, the API JSON."""
    if fault.body is not None:
        return orjson.dumps(fault.body), "application/json;charset=UTF-8"
    status = fault.status or 503
    if status in _HTML_STATUSES:
        return PAGE, "text/html"
    code, message = _WORDS.get(status, ("UNKNOWN_EXCEPTION", "error"))
    return orjson.dumps([{"message": message, "errorCode": code}]), "application/json;charset=UTF-8"


def bend(fault: Fault, body: bytes) -> bytes:
    """A true answer's body, made untrue."""
    if not body or fault.effect not in _BENT:
        return body
    told = orjson.loads(body)
    if not isinstance(told, dict) or "records" not in told:
        return body
    if fault.effect is Effect.NO_RECORDS:
        del told["records"]
    elif fault.effect is Effect.EMPTY_PAGE:
        told.update(records=[], done="nextRecordsUrl" not in told)
    else:
        told["records"] = [row for row in told["records"] for _ in range(2)]
    return orjson.dumps(told)
