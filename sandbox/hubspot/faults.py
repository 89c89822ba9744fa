"""What a fault does to this vendor's answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson

from sandbox.common.faults import Effect, ListFault
from sandbox.common.wire import PAGE
from sandbox.hubspot.limits import Policy


@dataclass(slots=True)
class Fault(ListFault):
    """`policy` is that of `rate_limit`."""

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
    if not body or fault.effect not in fault.BENT:
        return body
    told = orjson.loads(body)
    if fault.effect is Effect.NO_RESULTS:
        told.pop("results", None)
    elif fault.effect is Effect.EMPTY_PAGE:
        told["results"] = []
    else:
        told["results"] = [row for row in told.get("results", ()) for _ in range(2)]
    return orjson.dumps(told)
