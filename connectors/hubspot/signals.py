"""What HubSpot means by an answer.

Sources: developers.hubspot.com/docs/api-reference/error-handling and …/developer-tooling/platform/usage-guidelines. HubSpot
promises no Retry-After with a 429: the policy that was hit says how long its window is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from connectors.base import Later, Stop
from connectors.credentials import Unauthorised
from connectors.http import Again, Declined, Good, Renew, Request, Response, Verdict, redacted

PASSING = frozenset({408, 500, 502, 503, 504, *range(520, 527)})
HOUR = 3600.0


class Signals:
    """Classifies answers. `zone` is the account's time zone once known: the daily quota starts anew at its midnight."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.zone: ZoneInfo | None = None

    def __call__(self, request: Request, response: Response) -> Verdict:
        """What to do about the answer."""
        status = response.status
        if 200 <= status < 300:
            return Good()
        if status == 401 and request.authorised:
            return Renew()
        body = error_body(response)
        if status == 429:
            return self._throttled(response, body)
        if status == 423:
            return Again("the record is locked", max(2.0, retry_after(response) or 0.0))
        if status == 477:
            return Later("HubSpot is moving this account to another data centre.", retry_after(response) or HOUR)
        if status in PASSING:
            return Again(f"status {status}", retry_after(response))
        if status == 403:
            return _forbidden(request, body)
        if not request.authorised:
            return Unauthorised(f"HubSpot refuses the login: {redacted(reason(body))}. {LOGIN}", LOGIN)
        return Declined(status, code(body), reason(body), body)

    def _throttled(self, response: Response, body: Mapping[str, Any]) -> Verdict:
        policy = f"{body.get('policyName', '')} {body.get('message', '')}".upper()
        told = retry_after(response)
        if "DAILY" in policy:
            return Later("The account's API calls for today are used up.", told or self._until_midnight())
        window = 1.0 if "TEN_SECONDLY" not in policy and "SECONDLY" in policy else 10.0
        return Again("too many calls", max(window, told or 0.0), everyone=True)

    def _until_midnight(self) -> float:
        if self.zone is None:
            return HOUR
        local = self._now().astimezone(self.zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), self.zone)
        return (midnight - self._now()).total_seconds()


LOGIN = "Authorise the app again, or make a new token, and put it into the connection's `auth`."


def error_body(response: Response) -> Mapping[str, Any]:
    """The error as HubSpot words it; empty when the body is something else, such as a proxy's page."""
    try:
        body = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def code(body: Mapping[str, Any]) -> str:
    """The most telling code of an error."""
    details = body.get("errors") or [{}]
    return str(details[0].get("code") or body.get("category") or body.get("error") or "UNKNOWN")


def reason(body: Mapping[str, Any]) -> str:
    """An error's message, with those of its details that say more."""
    said = str(body.get("message") or body.get("error_description") or "no reason given")
    more = [str(detail["message"]) for detail in body.get("errors") or () if detail.get("message") not in (None, said)]
    return "; ".join([said, *(text for text in more if text not in said)])


def retry_after(response: Response) -> float | None:
    """Retry-After in seconds, where a server sends one."""
    try:
        return float(response.headers["retry-after"])
    except (KeyError, ValueError):
        return None


def _forbidden(request: Request, body: Mapping[str, Any]) -> Stop:
    contexts = [body.get("context") or {}, *(detail.get("context") or {} for detail in body.get("errors") or ())]
    scopes = sorted({scope for context in contexts for name in SCOPES for scope in context.get(name, ())})
    if scopes:
        wanted = ", ".join(scopes)
        fix = f"Give the app or key the scope {wanted}, then put its new token into the connection's `auth`."
        return Stop(f"HubSpot needs the scope {wanted} for {request.method} {request.route}. {fix}", fix)
    fix = "Check what the app or key may do in HubSpot's settings."
    return Stop(f"HubSpot forbids {request.method} {request.route}: {redacted(reason(body))}. {fix}", fix)


SCOPES = ("requiredGranularScopes", "requiredScopes", "missingScopes")
