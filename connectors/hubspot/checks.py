"""Looks whether an account can be used: who it is, what may be read and written, how much of the quota is left."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.base import Finding, Stop
from connectors.findings import asked, clock
from connectors.http import Request
from connectors.hubspot.account import Account
from connectors.hubspot.options import StaticToken
from connectors.hubspot.paths import CRM_OBJECTS

WRITTEN = ("contacts", "companies", "deals", "leads")


def check(account: Account, scopes: tuple[str, ...] | None) -> tuple[list[Finding], ZoneInfo | None]:
    """The findings, and the account's time zone. Raises `Unauthorised` when the token is not accepted at all."""
    whose, zone = _whose(account)
    readable = [_readable(account, object_) for object_ in CRM_OBJECTS]
    told = _scopes(account) if scopes is None else scopes
    return [whose, clock(account.told.skew, "HubSpot"), *readable, *_writable(told), *_quota(account)], zone


def _whose(account: Account) -> tuple[Finding, ZoneInfo | None]:
    told: dict[str, Any] = {}

    def ask() -> str:
        told.update(account.api.call(Request("GET", account.paths.account)).data)
        return f"portal {told.get('portalId')}, {told.get('companyCurrency')}, {told.get('timeZone')}"

    whose = asked("account", ask)
    try:
        return whose, ZoneInfo(str(told.get("timeZone")))
    except (ZoneInfoNotFoundError, ValueError):
        return whose, None


def _readable(account: Account, object_: str) -> Finding:
    request = Request("GET", account.paths.objects, {"object": object_}, (("limit", "1"),), promises="results")

    def ask() -> str:
        account.api.call(request)
        return f"The token may read {object_}."

    return asked(f"read {object_}", ask)


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
