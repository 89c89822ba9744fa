"""Creating, changing and deleting records by the API's rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.effects import complete, record_history
from sandbox.salesforce.errors import RowRefused, refuse
from sandbox.salesforce.fields import Field, FieldType, Kind, Row, Value
from sandbox.salesforce.ledger import Entry
from sandbox.salesforce.org import Org
from sandbox.salesforce.store import Deletion, Table
from sandbox.salesforce.times import stamp
from sandbox.salesforce.values import check, parsed

_SECURITY = frozenset({"FieldPermissions", "PermissionSetAssignment", "PermissionSet"})
Given = dict[str, tuple[Field, Value]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a user, through a client that gave this name in Sforce-Call-Options."""

    user: str
    client: str = ""


def read_fields(org: Org, kind: Kind, actor: Actor, given: Mapping[str, Any]) -> Given:
    """The fields of a JSON record, parsed. Raises a Refusal of the whole call for a field that the user does not know or a value of the wrong kind."""
    readable = org.access(actor.user, kind).readable
    told: Given = {}
    for name, value in given.items():
        if name == "attributes" or name.lower() == "id":
            continue
        field = readable.get(name.lower())
        if field is None:
            raise refuse(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {kind.name}")
        told[field.name] = (field, parsed(field, value))
    return told


def create(org: Org, table: Table, given: Given, actor: Actor) -> str:
    """A new record; its id. Raises RowRefused."""
    kind = table.kind
    _check_writable(org, kind, given, actor, new=True)
    missing = [f.name for f in kind.fields.values() if f.required and given.get(f.name, (f, None))[1] is None]
    if missing:
        raise RowRefused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
    values = {name: _checked(org, table, field, value, None) for name, (field, value) in given.items()}
    now, id_ = org.clock.now(), table.new_id()
    at = stamp(now)
    row: Row = {field.name: field.default for field in kind.fields.values() if field.default is not None}
    row |= {name: value for name, value in values.items() if value is not None}
    row |= {"Id": id_, "CreatedDate": at, "CreatedById": actor.user}
    if "ownerid" in kind.fields:
        row.setdefault("OwnerId", actor.user)
    _store(org, table, row, {}, actor, at)
    for name, value in values.items():
        org.ledger.writes.append(Entry(kind.name, id_, name, value, now, True, actor.client))
    return id_


def update(org: Org, table: Table, id_: str, given: Given, actor: Actor) -> None:
    """Change a record. Raises RowRefused."""
    before = writable_row(org, table, id_)
    _check_writable(org, table.kind, given, actor, new=False)
    values = {name: _checked(org, table, field, value, id_) for name, (field, value) in given.items()}
    now = org.clock.now()
    row: Row = {name: value for name, value in {**before, **values}.items() if value is not None}
    changed = {name for name, value in values.items() if before.get(name) != value}
    if changed or org.settings.touch_unchanged:
        _store(org, table, row, before, actor, stamp(now))
    for name, value in values.items():
        org.ledger.writes.append(Entry(table.kind.name, id_, name, value, now, name in changed, actor.client))


def delete(org: Org, table: Table, id_: str, actor: Actor, master: str | None = None) -> None:
    """Move a record to the recycle bin; `master` is the record that it was merged into. Raises RowRefused."""
    if not table.kind.deletable:
        raise RowRefused("INSUFFICIENT_ACCESS_OR_READONLY", f"entity type {table.kind.name} cannot be deleted")
    before = live_row(table, id_)
    now = org.clock.now()
    if "isdeleted" not in table.kind.fields:
        table.purge(id_)
        org.security.forget()
        return
    row = {**before, "IsDeleted": True, "SystemModstamp": stamp(now), "LastModifiedById": actor.user}
    if master is not None:
        row["MasterRecordId"] = master
    table.put({**row, "LastModifiedDate": stamp(now)})
    table.deletions.append(Deletion(now, id_))


def live_row(table: Table, id_: str) -> Row:
    """The record, not deleted. Raises RowRefused."""
    row: Row | None = table.rows.get(id_)
    if row is None:
        raise RowRefused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404)
    if row.get("IsDeleted"):
        raise RowRefused("ENTITY_IS_DELETED", "entity is deleted", status=404)
    return row


def writable_row(org: Org, table: Table, id_: str) -> Row:
    """The record, neither deleted, converted nor locked. Raises RowRefused."""
    row = live_row(table, id_)
    if row.get("IsConverted"):
        raise RowRefused("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    if org.faults.locked(id_):
        raise RowRefused("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
    return row


def _check_writable(org: Org, kind: Kind, given: Given, actor: Actor, *, new: bool) -> None:
    if not kind.writable:
        raise RowRefused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be written: {kind.name}")
    editable = org.access(actor.user, kind).editable
    shut = [
        name for name, (field, _) in given.items()
        if not (field.createable if new else field.updateable) or name.lower() not in editable
    ]  # fmt: skip
    if shut:
        raise RowRefused(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(shut)}. Please check the security settings of this field and verify that it is "
            "read/write for your profile or permission set.",
            shut,
        )


def _checked(org: Org, table: Table, field: Field, value: Value, id_: str | None) -> Value:
    value = check(field, value)
    if field.type is FieldType.REFERENCE and isinstance(value, str):
        _check_reference(org, field, value)
    if field.unique and value is not None:
        others = [row["Id"] for row in table.having(field, value) if row["Id"] != id_]
        if others:
            message = f"duplicate value found: {field.name} duplicates value on record with id: {str(others[0])[:15]}"
            raise RowRefused("DUPLICATE_VALUE", message, [field.name])
    return value


def _check_reference(org: Org, field: Field, id_: str) -> None:
    table = org.table_of(id_)
    if table is None or table.kind.name not in field.refers_to:
        raise RowRefused("FIELD_INTEGRITY_EXCEPTION", f"{field.name}: id value of incorrect type: {id_}", [field.name])
    row = table.rows.get(id_)
    if row is None:
        raise RowRefused("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
    if row.get("IsDeleted"):
        raise RowRefused("ENTITY_IS_DELETED", "entity is deleted", [field.name])


def _store(org: Org, table: Table, row: Row, before: Row, actor: Actor, at: str) -> None:
    kind = table.kind
    row |= {"LastModifiedDate": at, "LastModifiedById": actor.user, "SystemModstamp": at}
    complete(kind, row, before, at)
    for rule in org.rules:
        if rule.object == kind.name and rule.pattern.search(str(row.get(rule.field, ""))):
            raise RowRefused("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, [])
    table.put(row)
    if kind.name == "Opportunity":
        record_history(org, row, before)
    elif kind.name in _SECURITY:
        org.security.forget()
