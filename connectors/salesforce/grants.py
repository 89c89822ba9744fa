"""Lets the user that we act for see and edit new fields, by a permission set of our own."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from connectors.http import Declined, Request
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.signals import Forbidden
from connectors.salesforce.soql import everything, quoted, select

PERMISSION_SET = "Relevo"
ID = frozenset({"Id"})


def granted(account: Account, object_: str, names: Sequence[str]) -> None:
    """Grant the fields, as far as this user may; whether that helped, a describe call tells."""
    with suppress(Declined, Forbidden, KeyError):
        set_ = _permission_set(account)
        for name in names:
            row = {
                "SobjectType": object_,
                "Field": f"{object_}.{name}",
                "PermissionsRead": True,
                "PermissionsEdit": True,
            }
            with suppress(Declined):  # it may be granted already
                _create(account, "FieldPermissions", {"ParentId": set_, **row})


def user(account: Account) -> dict[str, Any]:
    """Whom we act for: `user_id`, `preferred_username`, `organization_id`."""
    return dict(account.api.call(Request("GET", "/services/oauth2/userinfo")).data)


def _permission_set(account: Account) -> str:
    where = (f"Name = {quoted(PERMISSION_SET)}",)
    found = [row["Id"] for row in everything(account, select("PermissionSet", ("Id",), where), ID)]
    set_ = found[0] if found else _create(account, "PermissionSet", {"Name": PERMISSION_SET, "Label": PERMISSION_SET})
    us = user(account)["user_id"]
    holds = (f"PermissionSetId = {quoted(set_)}", f"AssigneeId = {quoted(us)}")
    if not list(everything(account, select("PermissionSetAssignment", ("Id",), holds), ID)):
        _create(account, "PermissionSetAssignment", {"PermissionSetId": set_, "AssigneeId": us})
    return str(set_)


def _create(account: Account, object_: str, row: dict[str, Any]) -> str:
    request = Request("POST", f"{ROOT}/sobjects/{{object}}", {"object": object_}, body=row)
    return str(account.api.call(request).data["id"])
