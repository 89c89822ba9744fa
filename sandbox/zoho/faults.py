"""What the common faults do to this vendor's answers; which call meets one is decided where all sandboxes decide it.

`no_results` leaves the list out of a true answer, `empty_page` empties it though more follow, `twins` repeats each row, `rate_limit` is
a 429, and a `status` has the vendor's body for it.
"""

from typing import Any

import orjson

from sandbox.common.faults import Effect, ListFault
from sandbox.common.wire import PAGE, Answer
from sandbox.zoho.errors import Refusal, too_many

_WORDS = {
    400: ("INVALID_DATA", "invalid data"),
    401: ("INVALID_TOKEN", "invalid oauth token"),
    403: ("NO_PERMISSION", "Permission denied"),
    404: ("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one"),
    429: ("TOO_MANY_REQUESTS", "You have reached the maximum number of requests. Please try after some time."),
    500: ("INTERNAL_ERROR", "Internal Server Error"),
    503: ("SERVICE_UNAVAILABLE", "The service is temporarily unavailable"),
}
_GATEWAY = frozenset({502, 504})
_LISTS = ("data", "fields", "users", "Emails", "modules")


def spoil(fault: ListFault, answer: Answer) -> Answer:
    """What a fault makes of the true answer."""
    headers = dict(fault.headers)
    if fault.effect is Effect.RATE_LIMIT:
        refusal = too_many()
        return Answer(429, orjson.dumps(refusal.body()), headers)
    if fault.effect is Effect.STATUS:
        return _status(fault)
    if fault.effect is Effect.HTML:
        return Answer(fault.code(200), PAGE, headers, "text/html")
    if fault.effect in fault.BENT and answer.body:
        return Answer(answer.status, _bent(fault, orjson.loads(answer.body)), answer.headers)
    return answer


def _status(fault: ListFault) -> Answer:
    status = fault.code(503)
    if fault.body is not None:
        return Answer(status, orjson.dumps(fault.body), fault.headers)
    if status in _GATEWAY:
        return Answer(status, PAGE, fault.headers, "text/html")
    return Answer(status, orjson.dumps(Refusal(status, *_WORDS.get(status, ("ERROR", "error"))).body()), fault.headers)


def _bent(fault: ListFault, told: dict[str, Any]) -> bytes:
    name = next((name for name in _LISTS if name in told), None)
    if name is not None:
        rows = told.pop(name)
        if fault.effect is Effect.TWINS:
            told[name] = [row for row in rows for _ in range(2)]
        elif fault.effect is Effect.EMPTY_PAGE:
            told[name] = []
            told["info"] = {**told.get("info", {}), "count": 0, "more_records": True}
    return orjson.dumps(told)
