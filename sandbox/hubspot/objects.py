"""Endpoints of one record and of lists: list, read, create, update, archive, search, merge, gdpr-delete."""

from dataclasses import dataclass
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.hubspot.account import Values
from sandbox.hubspot.call import Call, cursor, next_page
from sandbox.hubspot.errors import bad_request, not_found
from sandbox.hubspot.kinds import Kind, kind_named
from sandbox.hubspot.links import TABLE, TypeId
from sandbox.hubspot.merge import merge_records
from sandbox.hubspot.rows import Shape, row, shape
from sandbox.hubspot.search import parse_query, run_search
from sandbox.hubspot.store import Record, RecordId

MOST_LISTED, MOST_WITH_HISTORY = 100, 50


def _asked(call: Call) -> Shape:
    return shape(
        call.account, call.kind, call.many("properties"), call.many("propertiesWithHistory"), call.many("associations")
    )


def list_records(call: Call) -> Answer:
    """`GET /{object}`: by id, at most 100 a page, 50 with history; the last page has no `paging`."""
    asked, archived = _asked(call), call.flag("archived")
    limit = call.limit(10, MOST_WITH_HISTORY if asked.history else MOST_LISTED)
    found = call.store.page(call.after(), limit + 1, archived)
    body: dict[str, Any] = {"results": [row(call.account, record, asked) for record in found[:limit]]}
    if len(found) > limit:
        body["paging"] = next_page(cursor(found[limit - 1].id))
    return ok(body)


def read_record(call: Call) -> Answer:
    """`GET /{object}/{id}`."""
    record = call.store.named(call.params["id"], call.one("idProperty") or None, call.flag("archived"))
    return ok(row(call.account, record, _asked(call)))


def create_record(call: Call) -> Answer:
    """`POST /{object}`: 201."""
    given = call.json()
    record = create(call, draft(call, given))
    return ok(row(call.account, record, shape(call.account, call.kind, list(given["properties"]))), 201)


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that may be created: checked values, and what it is to be linked to."""

    values: Values
    links: tuple[tuple[Kind, RecordId, set[TypeId]], ...]


def draft(call: Call, given: dict[str, Any]) -> Draft:
    """Check one input of a create. Leads must name an existing contact."""
    properties = given.get("properties")
    if not isinstance(properties, dict):
        raise bad_request("Some required fields were not set: [properties]")
    kind, links = call.kind, tuple(_link(call, one) for one in given.get("associations") or ())
    if kind.name == "leads" and not any(other.name == "contacts" for other, _, _ in links):
        raise bad_request("A lead must be associated with a contact")
    values = call.account.checked(kind, properties)
    call.account.check_new(kind, values)
    return Draft(values, links)


def create(call: Call, new: Draft) -> Record:
    """Create one record and its associations."""
    record = call.account.create(call.kind, new.values)
    for other, id_, types in new.links:
        call.account.links.add(call.kind, record.id, other, id_, types)
    return record


def _link(call: Call, given: dict[str, Any]) -> tuple[Kind, RecordId, set[TypeId]]:
    """An association of a create body; its kind is found from the type id."""
    types = {TypeId(int(one["associationTypeId"])) for one in given.get("types", ())}
    other = other_kind(call.kind, types)
    id_ = str(given.get("to", {}).get("id", ""))
    if call.account.stores[other.name].find(id_) is None:
        raise not_found(f"{other.singular} with ID {id_} does not exist")
    return other, RecordId(int(id_)), types


def other_kind(kind: Kind, types: set[TypeId]) -> Kind:
    """The kind on the far side of these association types."""
    for (left, right), known in TABLE.items():
        if left == kind.name and types and types <= {one.id for one in known}:
            return kind_named(right)
    raise bad_request(f"Invalid association types: {sorted(types)}")


def update_record(call: Call) -> Answer:
    """`PATCH /{object}/{id}`: 200."""
    properties = call.json().get("properties")
    if not isinstance(properties, dict) or not properties:
        raise bad_request("No properties found to update, please provide at least one.")
    record = call.store.named(call.params["id"], call.one("idProperty") or None)
    record = call.account.update(call.kind, record, call.account.checked(call.kind, properties))
    return ok(row(call.account, record, shape(call.account, call.kind, list(properties))))


def archive_record(call: Call) -> Answer:
    """`DELETE /{object}/{id}`: 204, also when it is not there any more."""
    record = call.store.find(call.params["id"])
    if record is not None:
        call.account.archive(call.kind, record)
    return Answer(204)


def search_records(call: Call) -> Answer:
    """`POST /{object}/search`."""
    kind = call.kind
    query = parse_query(call.account, kind, call.body, call.json())
    found, total = run_search(call.account, kind, query)
    wanted = shape(call.account, kind, query.names)
    body: dict[str, Any] = {"total": total, "results": [row(call.account, record, wanted) for record in found]}
    if query.after + query.limit < total:
        body["paging"] = next_page(str(query.after + query.limit))
    return ok(body)


def merge(call: Call) -> Answer:
    """`POST /{object}/merge`: the survivor."""
    kind, given = call.kind, call.json()
    if not kind.merges:
        raise not_found()
    survivor = merge_records(call.account, kind, str(given.get("primaryObjectId")), str(given.get("objectIdToMerge")))
    return ok(
        row(call.account, survivor, shape(call.account, kind, ["hs_merged_object_ids", "hs_calculated_merged_vids"]))
    )


def gdpr_delete(call: Call) -> Answer:
    """`POST /contacts/gdpr-delete`: gone from both lists, 204."""
    given = call.json()
    if call.kind.name != "contacts":
        raise not_found()
    record = call.store.find(str(given.get("objectId")), given.get("idProperty"))
    if record is not None:
        call.account.forget(call.kind, record.id)
        call.account.links.drop(call.kind, record.id)
    return Answer(204)
