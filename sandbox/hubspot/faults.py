"""What a fault does to this vendor's answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

import orjson

from sandbox.common import faults as common
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


_BENT = frozenset({Effect.NO_RESULTS, Effect.EMPTY_PAGE, Effect.TWINS})


@dataclass(slots=True)
class Fault(common.Fault):
    """`policy` is that of `rate_limit`."""

    BENT: ClassVar[frozenset[str]] = _BENT

    effect: Effect
    policy: Policy = Policy.TEN_SECONDLY

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """A rule as it is given. Raises KeyError, TypeError or ValueError for one that is not."""
        policy = Policy(given.get("policy", Policy.TEN_SECONDLY))
        return cls(**{**given, "effect": Effect(given["effect"]), "policy": policy})


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
    if not body or fault.effect not in _BENT:
        return body
    told = orjson.loads(body)
    if fault.effect is Effect.NO_RESULTS:
        told.pop("results", None)
    elif fault.effect is Effect.EMPTY_PAGE:
        told["results"] = []
    else:
        told["results"] = [row for row in told.get("results", ()) for _ in range(2)]
    return orjson.dumps(told)
