"""Which call, record or job meets a fault, and what it does to this vendor's answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

import orjson

from sandbox.common import faults as common


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
    `job_short`     a bulk job is JobComplete, with only the first `keep` records: of the result, or of what is written
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


@dataclass(slots=True)
class Fault(common.Fault):
    """The rules are met by records (`ids`: whose, none: anyone's) and bulk jobs (`keep` of their records) too."""

    BENT: ClassVar[frozenset[str]] = frozenset({Effect.NO_RECORDS, Effect.EMPTY_PAGE, Effect.TWINS})

    effect: Effect
    ids: Sequence[str] = ()
    keep: int = 0

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """A rule as it is given. Raises KeyError, TypeError or ValueError for one that is not."""
        return cls(**{**given, "effect": Effect(given["effect"])})


class SalesforceFaults(common.Faults[Fault]):
    """A call meets no rule that is for records or jobs, and these none that is for calls."""

    def meet(self, route: str) -> Fault | None:
        """The fault that this call meets."""
        return self.first([rule for rule in self.rules if rule.effect not in _JOB | {Effect.LOCK_ROW}], route)

    def meet_job(self, route: str) -> Fault | None:
        """The fault that this bulk job meets."""
        return self.first([rule for rule in self.rules if rule.effect in _JOB], route)

    def locked(self, id_: str) -> bool:
        """Whether the write of this record fails for a lock."""
        rules = [rule for rule in self.rules if rule.effect is Effect.LOCK_ROW and (not rule.ids or id_ in rule.ids)]
        return self.first(rules, "*") is not None


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
    status = fault.code(503)
    if status in _HTML_STATUSES:
        return PAGE, "text/html"
    code, message = _WORDS.get(status, ("UNKNOWN_EXCEPTION", "error"))
    return orjson.dumps([{"message": message, "errorCode": code}]), "application/json;charset=UTF-8"


def bend(fault: Fault, body: bytes) -> bytes:
    """A true answer's body, made untrue."""
    if not body or fault.effect not in fault.BENT:
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
