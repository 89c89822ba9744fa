"""What Salesforce means by an answer.

Sources: developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm and the limits cheat sheet. An error is a
JSON array; too many calls in 24 hours are a 403 without a Retry-After.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from connectors.base import Later, Stop
from connectors.credentials import Unauthorised
from connectors.http import Again, Declined, Good, Renew, Request, Response, Verdict, redacted
from connectors.salesforce.options import API_VERSION

PASSING = frozenset({406, 408, 420, 429, 500, 502, 503, 504, *range(520, 527)})
PASSING_CODES = frozenset({"QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW"})
EXPIRED_CODES = frozenset({"INVALID_SESSION_ID", "InvalidSessionId"})
WINDOW_MOVES = 900.0
"""Seconds after which a rolling window of 24 hours is worth another look."""

LOGIN = "Authorise the app again, or renew what the connection's `auth` holds."


def signals(request: Request, response: Response) -> Verdict:
    """What to do about the answer."""
    status = response.status
    if 200 <= status < 300:
        return Good()
    error = error_of(response)
    code = str(error["errorCode"])
    if request.authorised and (status == 401 or 300 <= status < 400 or code in EXPIRED_CODES):
        return Renew()  # a redirect says that the org has moved: the new token says where
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limited(str(error["message"]))
    if status in PASSING or code in PASSING_CODES:
        return Again(f"status {status} {code}", _retry_after(response), everyone=status == 429)
    if not request.authorised:
        return _refused_login(error)
    if status == 410:
        return Stop(f"Salesforce no longer speaks API version {API_VERSION}.", "Install a newer version of Relevo.")
    if status == 403:
        return _forbidden(request, error)
    return Declined(status, code, str(error["message"]), error)


def error_of(response: Response) -> Mapping[str, Any]:
    """The first error, with its `errorCode` and `message`; both are there whatever the body is."""
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        body = None
    error = body[0] if isinstance(body, list) and body else body
    told: dict[str, Any] = error if isinstance(error, dict) else {}
    code = told.get("errorCode") or told.get("error") or "UNKNOWN"
    message = told.get("message") or told.get("error_description") or "no reason given"
    return {**told, "errorCode": str(code), "message": str(message)}


def _limited(message: str) -> Verdict:
    if "concurrent" in message.lower():
        return Again("too many long calls at once")
    return Later("The org's API calls for 24 hours are used up.", WINDOW_MOVES)


def _refused_login(error: Mapping[str, Any]) -> Verdict:
    if error["errorCode"] == "unknown_error" or "retry your request" in error["message"]:
        return Again("the login failed for now")
    reason = redacted(f"{error['errorCode']}: {error['message']}")
    return Unauthorised(f"Salesforce refuses the login ({reason}). {LOGIN}", LOGIN)


def _forbidden(request: Request, error: Mapping[str, Any]) -> Stop:
    fix = "Give the integration user API access and rights on this object, in its profile or a permission set."
    said = f"{error['errorCode']}: {redacted(str(error['message']))}"
    return Forbidden(f"Salesforce forbids {request.method} {request.route} ({said}). {fix}", fix)


class Forbidden(Stop):
    """This user may not do this."""


def _retry_after(response: Response) -> float | None:
    try:
        return float(response.headers["retry-after"])
    except (KeyError, ValueError):
        return None
