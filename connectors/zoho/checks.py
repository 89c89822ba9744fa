"""Looks whether an organisation can be used: who it is, what may be read and written, how many credits are left."""

from collections.abc import Callable, Iterator

from connectors.base import Finding
from connectors.findings import asked, clock
from connectors.http import Request
from connectors.zoho.account import API, RECORDS, Account
from connectors.zoho.modules import MODIFIED, MODULES
from connectors.zoho.users import USERS

WRITTEN = ("Leads", "Contacts", "Accounts", "Deals")


def check(account: Account, scopes: Callable[[], tuple[str, ...]]) -> list[Finding]:
    """The findings; `scopes` are known once a token was given. Raises `Unauthorised` when none is."""
    whose = _whose(account)
    readable = [_readable(account, name) for name in (*MODULES, USERS)]
    return [whose, clock(account.told.skew, "Zoho"), *readable, *_writable(scopes()), *_quota(account)]


def _whose(account: Account) -> Finding:
    def ask() -> str:
        (organisation, *_) = account.api.call(Request("GET", API + "/org", promises="org")).data["org"]
        return ", ".join(str(organisation.get(name)) for name in ("company_name", "iso_code", "time_zone"))

    return asked("account", ask)


def _readable(account: Account, object_: str) -> Finding:
    if object_ == USERS:
        request = Request("GET", API + "/users", query=(("type", "AllUsers"), ("per_page", "1")), promises="users")
    else:
        query = (("fields", MODIFIED), ("per_page", "1"))
        request = Request("GET", RECORDS, {"object": object_}, query, promises="data")

    def ask() -> str:
        account.api.call(request)
        return f"The token may read {object_}."

    return asked(f"read {object_}", ask)


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
