"""Looks whether an organisation can be used: who it is, what may be read and written, how many credits are left."""

from collections.abc import Callable, Iterator

from connectors.base import Finding, Stop
from connectors.credentials import Unauthorised
from connectors.http import Request
from connectors.zoho.account import API, RECORDS, Account
from connectors.zoho.modules import MODIFIED, MODULES
from connectors.zoho.users import USERS

LARGEST_SKEW = 60.0
WRITTEN = ("Leads", "Contacts", "Accounts", "Deals")


def check(account: Account, scopes: Callable[[], tuple[str, ...]]) -> list[Finding]:
    """The findings; `scopes` are known once a token was given. Raises `Unauthorised` when none is."""
    whose = _whose(account)
    asked = [_readable(account, name) for name in (*MODULES, USERS)]
    return [whose, _clock(account), *asked, *_writable(scopes()), *_quota(account)]


def _whose(account: Account) -> Finding:
    try:
        (organisation, *_) = account.api.call(Request("GET", API + "/org", promises="org")).data["org"]
    except Unauthorised:
        raise
    except Stop as stop:
        return Finding("account", ok=False, detail=str(stop), fix=stop.fix)
    told = (organisation.get(name) for name in ("company_name", "iso_code", "time_zone"))
    return Finding("account", ok=True, detail=", ".join(str(value) for value in told))


def _clock(account: Account) -> Finding:
    skew = account.told.skew.total_seconds() if account.told.skew else 0.0
    detail = f"This machine's clock is {abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} Zoho's."
    fix = "" if abs(skew) <= LARGEST_SKEW else "Let this machine set its clock from the network (NTP)."
    return Finding("clock", ok=not fix, detail=detail, fix=fix)


def _readable(account: Account, object_: str) -> Finding:
    if object_ == USERS:
        request = Request("GET", API + "/users", query=(("type", "AllUsers"), ("per_page", "1")), promises="users")
    else:
        query = (("fields", MODIFIED), ("per_page", "1"))
        request = Request("GET", RECORDS, {"object": object_}, query, promises="data")
    try:
        account.api.call(request)
    except Unauthorised:
        raise
    except Stop as stop:
        return Finding(f"read {object_}", ok=False, detail=str(stop), fix=stop.fix)
    return Finding(f"read {object_}", ok=True, detail=f"The token may read {object_}.")


def _writable(scopes: tuple[str, ...]) -> Iterator[Finding]:
    held = {scope.lower() for scope in scopes}
    for object_ in WRITTEN if held else ():
        wanted = f"ZohoCRM.modules.{object_}.UPDATE"
        enough = {wanted, "ZohoCRM.modules.ALL", "ZohoCRM.modules.UPDATE", f"ZohoCRM.modules.{object_}.ALL"}
        ok = bool(held & {scope.lower() for scope in enough})
        detail = f"The token {'has' if ok else 'lacks'} the scope {wanted}."
        fix = "" if ok else f"Authorise the client with {wanted} if Relevo is to write to {object_}."
        yield Finding(f"write {object_}", ok=ok, detail=detail, fix=fix)


def _quota(account: Account) -> Iterator[Finding]:
    if quota := account.told.quota:
        fix = "" if account.told.left else "Let other apps of this organisation call less, or buy more API credits."
        yield Finding("quota", ok=not fix, detail=f"{quota.used} of {quota.limit} credits used in 24 hours.", fix=fix)
