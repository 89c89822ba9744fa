"""Loading state in bulk, past the API's rules: the org's history before the sync, or what a person does in the CRM's own pages."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.common.times import instant
from sandbox.salesforce.access import Grant
from sandbox.salesforce.effects import complete, record_history
from sandbox.salesforce.fields import Field, FieldType, Row
from sandbox.salesforce.ids import canonical
from sandbox.salesforce.org import Org, ValidationRule, found_user
from sandbox.salesforce.store import Deletion, Table
from sandbox.salesforce.times import stamp, stamp_or_none

_VISIBLE_AT = "visible_at"
"""Beside the fields of a record to load: the instant from which on it is there."""


def load(org: Org, given: Mapping[str, Any]) -> dict[str, list[str]]:
    """Load a body of `/_sandbox/load`; the ids by object.

    `fields`: {object: [{name, type, length?, precision?, scale?, options?, restricted?, formula?, external_id?, unique?, grant?}]}, `grant` being
    "edit" (unless said otherwise), "read" or "none", for the integration user. `users`: [user name]. `security`: {user name: {"Lead.Email":
    "hidden" | "read" | "edit"}}. `rules`: [{object, field, pattern, message}]. `objects`: {object: [{field: value}]}, values taken as they
    are; `Id`, CreatedDate and SystemModstamp may be given; a record whose id is there already is changed, as by a person's hand;
    `IsDeleted` puts it in the recycle bin; `visible_at` keeps it back until then, however old its SystemModstamp.
    Raises ValueError for a field that the object does not have.
    """
    for kind, fields in given.get("fields", {}).items():
        for one in fields:
            load_field(org, kind, one)
    users = [found_user(org, name, len(org.table("User").rows)) for name in given.get("users", ())]
    for username, grants in given.get("security", {}).items():
        _secure(org, username, grants)
    for one in given.get("rules", ()):
        org.rules.append(ValidationRule(one["object"], one["field"], re.compile(one["pattern"]), one["message"]))
    ids = {kind: load_records(org, org.table(kind), rows) for kind, rows in given.get("objects", {}).items()}
    return {**ids, "User": users} if users else ids


def load_field(org: Org, kind: str, given: Mapping[str, Any]) -> None:
    """A custom field, with rights for the integration user."""
    grant = given.get("grant", "edit")
    more = {name: value for name, value in given.items() if name not in {"type", "options", "grant"}}
    field = Field(type=FieldType(given.get("type", "string")), options=tuple(given.get("options", ())), **more)
    org.add_field(kind, field)
    if grant != "none":
        org.grant(org.integration, kind, field.name, edit=grant == "edit" and field.formula is None)


def _secure(org: Org, username: str, grants: Mapping[str, str]) -> None:
    user = org.user_named(username)
    if user is None:
        raise ValueError(f"there is no user {username!r}")
    for path, grant in grants.items():
        kind, _, field = path.partition(".")
        if field.lower() not in org.table(kind).kind.fields:
            raise ValueError(f"there is no field {path!r}")
        org.security.close(str(user["Id"]), kind, field, Grant(grant))


def load_records(org: Org, table: Table, given: Iterable[Mapping[str, Any]]) -> list[str]:
    """Create records, or change those whose id is there already."""
    defaults: Row = {field.name: field.default for field in table.kind.fields.values() if field.default is not None}
    if "ownerid" in table.kind.fields:
        defaults["OwnerId"] = org.admin
    fields = {field.name: field.type for field in table.kind.fields.values()}
    system: Row = {name: org.admin for name in ("CreatedById", "LastModifiedById") if name in fields}
    now, ids, new = org.now(), list[str](), list[Row]()
    for one in given:
        row = _row(table, fields, one)
        id_ = canonical(row["Id"]) if "Id" in row else table.new_id()
        if id_ is None:
            raise ValueError(f"{row['Id']!r} is no id")
        row["Id"] = id_
        ids.append(id_)
        before: Row | None = table.rows.get(id_)
        whole = _changed(before, row, now, org.admin) if before else _new({**defaults, **row}, now, system)
        complete(table.kind, whole, before or {}, now)
        for name in [name for name, value in whole.items() if value is None]:
            del whole[name]
        if _VISIBLE_AT in one:
            org.appear_at(instant(str(one[_VISIBLE_AT])), table.kind.name, whole)
        elif before is None:
            new.append(whole)
        else:
            table.put(whole)
            _consequences(org, table, whole, before or {})
    table.put_new(new)
    for row in new:
        if row.get("IsDeleted"):
            _consequences(org, table, row, {})
    return ids


def _row(table: Table, fields: Mapping[str, FieldType], given: Mapping[str, Any]) -> Row:
    row: Row = {}
    for name, value in given.items():
        type_ = fields.get(name)
        if type_ is None:
            if name == _VISIBLE_AT:
                continue
            raise ValueError(f"{table.kind.name} has no field {name!r}; create it first")
        if type_ is FieldType.DATETIME and isinstance(value, int):
            value = stamp(value)  # noqa: PLW2901 (the same value in wire form)
        elif type_ is FieldType.DATETIME and isinstance(value, str) and not value.endswith(".000+0000"):
            value = stamp_or_none(value) or value  # noqa: PLW2901 (as above; what is no time stays as dirty as it came)
        row[name] = value
    return row


def _new(row: Row, now: str, system: Row) -> Row:
    created = row.setdefault("CreatedDate", now)
    modified = row.get("LastModifiedDate", row.get("SystemModstamp", created))
    row.setdefault("SystemModstamp", modified)
    if "LastModifiedById" in system:
        row.setdefault("LastModifiedDate", modified)
    return {**system, **row}


def _changed(before: Row, row: Row, now: str, user: str) -> Row:
    at = row.get("SystemModstamp", now)
    return {**before, "LastModifiedDate": at, "SystemModstamp": at, "LastModifiedById": user, **row}


def _consequences(org: Org, table: Table, row: Row, before: Row) -> None:
    if row.get("IsDeleted") and not before.get("IsDeleted"):
        table.deletions.append(Deletion(instant(str(row["SystemModstamp"])), str(row["Id"])))
    if before and table.kind.name == "Opportunity":
        record_history(org, row, before)
