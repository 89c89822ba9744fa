"""One record at a time: read, create, update, delete, upsert by external id."""

from typing import Any

from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.errors import Problem, Refusal, RowRefused, not_found, refuse
from sandbox.salesforce.fields import Field, FieldType, Kind, Row
from sandbox.salesforce.ids import canonical
from sandbox.salesforce.soql.scope import Scope
from sandbox.salesforce.soql.tree import Name
from sandbox.salesforce.store import Table
from sandbox.salesforce.writes import create, delete, read_fields, update


def get(call: Call) -> Answer:
    """`GET /sobjects/{object}/{id}?fields=`."""
    table = call.org.named(call.params["object"])
    return ok(shown(call, table.kind, _live(table, call.params["id"]), call.query.get("fields")))


def shown(call: Call, kind: Kind, row: Row, fields: str | None) -> dict[str, Any]:
    """A record with these fields (comma separated), or all that the user may see."""
    scope = Scope(call.org, kind, call.actor.user, "")
    told: dict[str, Any] = {"attributes": {"type": kind.name, "url": f"{call.root}/sobjects/{kind.name}/{row['Id']}"}}
    if fields is None:
        for field in call.org.access(call.actor.user, kind).readable.values():
            told[field.name] = scope.getter(kind, field)(row)
        return told
    for name in fields.split(","):
        known = call.org.access(call.actor.user, kind).readable.get(name.strip().lower())
        if known is None:
            raise refuse(400, "INVALID_FIELD", f"No such column '{name.strip()}' on entity '{kind.name}'")
        told[known.name] = scope.resolve(Name(known.name, 0)).get(row)
    told.setdefault("Id", row["Id"])
    return told


def _live(table: Table, text: str) -> Row:
    id_ = canonical(text)
    row: Row | None = None if id_ is None else table.rows.get(id_)
    if row is None:
        raise refuse(404, "NOT_FOUND", "The requested resource does not exist")
    if row.get("IsDeleted"):
        raise refuse(404, "ENTITY_IS_DELETED", "entity is deleted")
    return row


def post(call: Call) -> Answer:
    """`POST /sobjects/{object}`."""
    table, given = call.org.named(call.params["object"]), call.object()
    if any(name.lower() == "id" for name in given):
        raise refuse(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    try:
        id_ = create(call.org, table, read_fields(call.org, table.kind, call.actor, given), call.actor)
    except RowRefused as refused:
        raise alone(refused) from None
    location = {"Location": f"{call.root}/sobjects/{table.kind.name}/{id_}"}
    return ok({"id": id_, "success": True, "errors": []}, 201, location)


def patch(call: Call) -> Answer:
    """`PATCH /sobjects/{object}/{id}`."""
    table, given = call.org.named(call.params["object"]), call.object()
    if any(name.lower() == "id" for name in given):
        raise refuse(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    row = _live(table, call.params["id"])
    try:
        update(call.org, table, str(row["Id"]), read_fields(call.org, table.kind, call.actor, given), call.actor)
    except RowRefused as refused:
        raise alone(refused) from None
    return Answer(204)


def remove(call: Call) -> Answer:
    """`DELETE /sobjects/{object}/{id}`."""
    table = call.org.named(call.params["object"])
    row = _live(table, call.params["id"])
    try:
        delete(call.org, table, str(row["Id"]), call.actor)
    except RowRefused as refused:
        raise alone(refused) from None
    return Answer(204)


def alone(refused: RowRefused) -> Refusal:
    """The refusal of a call that was for one record only."""
    return Refusal(
        refused.status, Problem(refused.problem.code, refused.problem.message, list(refused.problem.fields or ()))
    )


def external_field(call: Call, kind: Kind, name: str) -> Field:
    """The field that records are to be found by. Raises the vendor's refusal for one that does not identify."""
    field = call.org.access(call.actor.user, kind).readable.get(name.lower())
    if field is None or not (field.external_id or field.type is FieldType.ID):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise Refusal(404, Problem("NOT_FOUND", message))
    return field


def by_external_id(call: Call) -> Answer:
    """`GET /sobjects/{object}/{field}/{value}`."""
    table = call.org.named(call.params["object"])
    found = _matching(call, table)
    if not found:
        raise not_found()
    return ok(shown(call, table.kind, found[0], call.query.get("fields")))


def _matching(call: Call, table: Table) -> list[Row]:
    """The records that match; more than one is the vendor's 300 with their addresses."""
    field = external_field(call, table.kind, call.params["field"])
    found = matching(table, field, call.params["value"])
    if len(found) > 1:
        raise Several([f"{call.root}/sobjects/{table.kind.name}/{row['Id']}" for row in found])
    return found


def matching(table: Table, field: Field, value: str) -> list[Row]:
    """Live records with this external id."""
    if field.type is FieldType.ID:
        row = table.rows.get(canonical(value) or "")
        return [] if row is None or row.get("IsDeleted") else [row]
    return table.having(field, value)


class Several(Refusal):
    """300: the external id names several records."""

    def __init__(self, addresses: list[str]) -> None:
        super().__init__(300)
        self.addresses = addresses

    def body(self) -> Any:
        """The list of their addresses."""
        return self.addresses


def upsert(call: Call) -> Answer:
    """`PATCH /sobjects/{object}/{field}/{value}`: 201 created, 200 updated."""
    table, given = call.org.named(call.params["object"]), call.object()
    field = external_field(call, table.kind, call.params["field"])
    found = _matching(call, table)
    if any(name.lower() in {"id", field.name.lower()} for name in given):
        raise refuse(400, "INVALID_FIELD", f"The {field.name} field should not be specified in the sobject data.")
    try:
        if found:
            id_ = str(found[0]["Id"])
            update(call.org, table, id_, read_fields(call.org, table.kind, call.actor, given), call.actor)
        elif field.type is FieldType.ID:
            raise not_found()
        else:
            whole = {**given, field.name: call.params["value"]}
            id_ = create(call.org, table, read_fields(call.org, table.kind, call.actor, whole), call.actor)
    except RowRefused as refused:
        raise alone(refused) from None
    return ok({"id": id_, "success": True, "errors": [], "created": not found}, 200 if found else 201)
