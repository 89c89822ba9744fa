"""The organisation's users, who own records: a list small enough to be read whole.

Source: zoho.com/crm/developer/docs/api/v8/get-users.html.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import orjson

from connectors.base import Change, Page, Selection
from connectors.http import Request
from connectors.zoho.account import API, Account, more
from connectors.zoho.cursor import Snapshot, dump
from connectors.zoho.records import gone, moment

USERS = "Users"
PAGE = 200
FIELDS = ("email", "first_name", "last_name", "full_name", "status", "role", "profile", "time_zone", "language", "zuid")


def users(account: Account, selection: Selection, since: Snapshot | None) -> Iterator[Page]:
    """What differs from the last look, on one page. `selection` changes nothing: all fields are given."""
    before = since.versions if since else {}
    found = {change.id: change for change in listed(account)}
    changed = [change for change in found.values() if before.get(change.id) != change.version]
    changed += [gone(selection.object, id_, account.told.now()) for id_ in before if id_ not in found]
    yield Page(changed, dump(Snapshot({id_: change.version for id_, change in found.items()})), last=True)


def listed(account: Account) -> Iterator[Change]:
    """All of them, those who left included."""
    page, going_on = 1, True
    while going_on:
        query = (("type", "AllUsers"), ("per_page", str(PAGE)), ("page", str(page)))
        request = Request("GET", API + "/users", query=query, promises="users", each=frozenset({"id"}))
        reply = account.api.call(request)
        yield from (_user(account, row) for row in reply.data.get("users", []))
        page, going_on = page + 1, more(reply)


def _user(account: Account, row: Mapping[str, Any]) -> Change:
    fields = {name: _name(row.get(name)) for name in FIELDS}
    digest = blake2b(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
    modified = row.get("Modified_Time") or row.get("created_time")
    return Change(USERS, str(row["id"]), digest, moment(modified) if modified else account.told.now(), fields)


def _name(value: Any) -> Any:
    """Roles and profiles by their names."""
    return value.get("name") if isinstance(value, dict) else value
