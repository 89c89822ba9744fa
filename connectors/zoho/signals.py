"""What Zoho CRM means by an answer.

Sources: zoho.com/crm/developer/docs/api/v8/status-codes.html, …/api-limits.html and …/token-validity.html. A 429 has no
Retry-After, whether calls at once or the day's credits are used up; the accounts server says no with status 200.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from connectors.base import Later, Stop
from connectors.credentials import Unauthorised
from connectors.http import Again, Declined, Good, Renew, Request, Response, Verdict, redacted

PASSING = frozenset({408, 500, 502, 503, 504, *range(520, 527)})
TOKEN_CODES = frozenset({"INVALID_TOKEN", "AUTHENTICATION_FAILURE"})
PER_RECORD = frozenset({400, 403, 412})
"""Statuses of a write of which no record went well; what became of each stands in the answer as always."""

HOUR, TEN_MINUTES = 3600.0, 600.0
LOGIN = "Authorise the client again in Zoho's API console, and put its new refresh token into the connection's `auth`."


class Signals:
    """Classifies answers. `left` tells how many credits the last answer left, None while Zoho does not say."""

    def __init__(self, left: Callable[[], int | None]) -> None:
        self._left = left

    def __call__(self, request: Request, response: Response) -> Verdict:
        """What to do about the answer."""
        status, body = response.status, error_body(response)
        if body.get("error") == "Access Denied":
            return Later("Zoho makes no more access tokens for now: ten in ten minutes are the most.", TEN_MINUTES)
        if not request.authorised:
            return _login(status, body)
        if 200 <= status < 300 or status == 304 or (status in PER_RECORD and isinstance(body.get("data"), list)):
            return Good()
        if body.get("code") in TOKEN_CODES:
            return Renew()
        if status == 429:
            return self._throttled(response)
        if status in PASSING:
            return Again(f"status {status}", retry_after(response))
        if status in (401, 403):
            return _forbidden(request, body)
        return Declined(status, str(body.get("code") or "UNKNOWN"), reason(body), body)

    def _throttled(self, response: Response) -> Verdict:
        if self._left() == 0:
            return Later("The organisation's API credits are used up; they come back over 24 hours.", HOUR)
        return Again("too many calls", max(2.0, retry_after(response) or 0.0), everyone=True)


def error_body(response: Response) -> Mapping[str, Any]:
    """The answer where it is a small JSON object or an error; empty for a file, a page of records, or a proxy's page."""
    if response.status < 300 and len(response.body) > SHORT:
        return {}
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


SHORT = 1_000


def reason(body: Mapping[str, Any]) -> str:
    """An error's message, and what in the request it is about; no value of a record's."""
    details = body.get("details")
    named = details if isinstance(details, dict) else {}
    inner = named.get("errors")
    if isinstance(inner, list):
        return "; ".join(reason(one) for one in inner if isinstance(one, dict))
    told = [f"{name} {named[name]}" for name in TELLING if named.get(name) not in (None, "")]
    said = str(body.get("message") or "no reason given")
    return f"{said} ({', '.join(told)})" if told else said


TELLING = (
    "api_name",
    "param_name",
    "header_name",
    "expected_data_type",
    "maximum_length",
    "limit",
    "column_name",
    "reason",
)


def retry_after(response: Response) -> float | None:
    """Retry-After in seconds, where a server on the way sends one."""
    try:
        return float(response.headers["retry-after"])
    except (KeyError, ValueError):
        return None


def _login(status: int, body: Mapping[str, Any]) -> Verdict:
    if status in PASSING or status == 429:
        return Again(f"status {status}")
    error = body.get("error")
    if error or status >= 400:
        return Unauthorised(f"Zoho refuses the login: {redacted(str(error or f'status {status}'))}. {LOGIN}", LOGIN)
    return Good()


def _forbidden(request: Request, body: Mapping[str, Any]) -> Stop:
    where = f"{request.method} {request.route}"
    if body.get("code") == "OAUTH_SCOPE_MISMATCH":
        fix = f"Authorise the client with the scopes of docs/zoho.md; {where} needs one that it lacks."
        return Stop(f"Zoho's token lacks a scope for {where}. {fix}", fix)
    details = body.get("details")
    rights = details.get("permissions") if isinstance(details, dict) else None
    wanted = ", ".join(map(str, rights or ())) or "what it needs"
    fix = f"Give the profile of the user who authorised the client {wanted}."
    return Stop(f"Zoho forbids {where}: {redacted(reason(body))}. {fix}", fix)
