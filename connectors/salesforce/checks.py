"""Looks whether an org can be used: who we are, what may be read and written, how much of the quota is left."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.base import Finding
from connectors.findings import asked, clock
from connectors.http import Request
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.grants import user
from connectors.salesforce.objects import KINDS
from connectors.salesforce.options import Password

WRITTEN = ("Lead", "Contact", "Account", "Opportunity")
SCARCE = 0.05


def check(account: Account) -> list[Finding]:
    """The findings. Raises `Unauthorised` when the login is not accepted at all."""
    whose = _whose(account)
    request = Request("GET", f"{ROOT}/sobjects", promises="sobjects", each=frozenset({"name"}))
    seen = {row["name"]: row for row in account.api.call(request).data["sobjects"]}
    return [whose, *_login(account), clock(account.told.skew, "Salesforce"), *_objects(seen), *_quota(account)]


def _whose(account: Account) -> Finding:
    def ask() -> str:
        us = user(account)
        return f"{us.get('preferred_username')} of org {us.get('organization_id')}"

    return asked("user", ask)


def _login(account: Account) -> Iterator[Finding]:
    if isinstance(account.options.auth, Password):
        detail = "The old password login ends in summer 2027, and with API version 65 already."
        fix = "Make an external client app, and sign in by JWT ({client_id, username, private_key}) or client credentials."
        yield Finding("login", ok=False, detail=detail, fix=fix)


def _objects(seen: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    for object_ in KINDS:
        yield _may(object_, "read", may=bool(seen.get(object_, {}).get("queryable")))
    for object_ in WRITTEN:
        yield _may(object_, "write", may=bool(seen.get(object_, {}).get("updateable")))


def _may(object_: str, verb: str, *, may: bool) -> Finding:
    detail = f"The user may {'' if may else 'not '}{verb} {object_}."
    fix = (
        ""
        if may
        else f"Let the user {'read' if verb == 'read' else 'edit'} {object_} in a permission set, if it is mapped."
    )
    return Finding(f"{verb} {object_}", ok=may, detail=detail, fix=fix)


def _quota(account: Account) -> Iterator[Finding]:
    if quota := account.told.quota:
        scarce = quota.limit - quota.used <= quota.limit * SCARCE
        fix = "Let other apps of this org call less, or buy more API calls." if scarce else ""
        detail = f"{quota.used} of {quota.limit} calls used in 24 hours."
        yield Finding("quota", ok=not scarce, detail=detail, fix=fix)
