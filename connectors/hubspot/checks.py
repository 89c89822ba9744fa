"""Looks whether an account can be used: who it is, what may be read and written, how much of the quota is left."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.base import Finding, Stop
from connectors.credentials import Unauthorised
from connectors.http import Request
from connectors.hubspot.account import Account
from connectors.hubspot.options import StaticToken
from connectors.hubspot.paths import CRM_OBJECTS

LARGEST_SKEW = 60.0
WRITTEN = ("contacts", "companies", "deals", "leads")


def check(account: Account, scopes: tuple[str, ...] | None) -> tuple[list[Finding], ZoneInfo | None]:
    """The findings, and the account's time zone. Raises `Unauthorised` when the token is not accepted at all."""
    whose, zone = _whose(account)
    readable = [_readable(account, object_) for object_ in CRM_OBJECTS]
    told = _scopes(account) if scopes is None else scopes
    return [whose, _clock(account), *readable, *_writable(told), *_quota(account)], zone


def _whose(account: Account) -> tuple[Finding, ZoneInfo | None]:
    try:
        data = account.api.call(Request("GET", account.paths.account)).data
    except Unauthorised:
        raise
    except Stop as stop:
        return Finding("account", ok=False, detail=str(stop), fix=stop.fix), None
    detail = f"portal {data.get('portalId')}, {data.get('companyCurrency')}, {data.get('timeZone')}"
    try:
        return Finding("account", ok=True, detail=detail), ZoneInfo(str(data.get("timeZone")))
    except (ZoneInfoNotFoundError, ValueError):
        return Finding("account", ok=True, detail=detail), None


def _clock(account: Account) -> Finding:
    skew = account.told.skew.total_seconds() if account.told.skew else 0.0
    detail = f"This machine's clock is {abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} HubSpot's."
    fix = "" if abs(skew) <= LARGEST_SKEW else "Let this machine set its clock from the network (NTP)."
    return Finding("clock", ok=not fix, detail=detail, fix=fix)


def _readable(account: Account, object_: str) -> Finding:
    request = Request("GET", account.paths.objects, {"object": object_}, (("limit", "1"),), promises="results")
    try:
        account.api.call(request)
    except Unauthorised:
        raise
    except Stop as stop:
        return Finding(f"read {object_}", ok=False, detail=str(stop), fix=stop.fix)
    return Finding(f"read {object_}", ok=True, detail=f"The token may read {object_}.")


def _scopes(account: Account) -> tuple[str, ...] | None:
    """The scopes of a private app's token; None where HubSpot does not tell them, as of a service key's."""
    auth = account.options.auth
    if not isinstance(auth, StaticToken):
        return None
    body = {"tokenKey": auth.token.get_secret_value()}
    try:
        return tuple(account.api.call(Request("POST", account.paths.token_info, body=body)).data["scopes"])
    except (Stop, KeyError):
        return None


def _writable(scopes: tuple[str, ...] | None) -> Iterator[Finding]:
    for object_ in WRITTEN if scopes is not None else ():
        scope = f"crm.objects.{object_}.write"
        held = scope in (scopes or ())
        detail = f"The token {'has' if held else 'lacks'} the scope {scope}."
        fix = "" if held else f"Give the app the scope {scope} if Relevo is to write to {object_}."
        yield Finding(f"write {object_}", ok=held, detail=detail, fix=fix)


def _quota(account: Account) -> Iterator[Finding]:
    if quota := account.told.quota:
        left = quota.limit - quota.used
        fix = "" if left > quota.limit * 0.05 else "Let other apps of this account call less, or buy more API calls."
        yield Finding("quota", ok=not fix, detail=f"{quota.used} of {quota.limit} calls used today.", fix=fix)
