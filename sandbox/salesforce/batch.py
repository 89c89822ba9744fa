"""sObject Collections: up to 200 records a call, each with a result of its own, in order.

Source: developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-update.html.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.errors import RowRefused, bad_json, refuse
from sandbox.salesforce.fields import Field
from sandbox.salesforce.ids import canonical
from sandbox.salesforce.records import external_field, matching, shown
from sandbox.salesforce.rollback import Savepoint
from sandbox.salesforce.store import Table
from sandbox.salesforce.writes import Given, create, delete, read_fields, update

MOST_RECORDS, MOST_CHUNKS, MOST_READ = 200, 10, 2_000
Step = Callable[[], dict[str, Any]]


def patch(call: Call) -> Answer:
    """`PATCH /composite/sobjects`: updates by id."""
    records, all_or_none = _records(call)
    return ok(_in_turn(call, [_update(call, one) for one in records], all_or_none=all_or_none))


def post(call: Call) -> Answer:
    """`POST /composite/sobjects`: creations."""
    records, all_or_none = _records(call)
    return ok(_in_turn(call, [_create(call, one) for one in records], all_or_none=all_or_none))


def upsert(call: Call) -> Answer:
    """`PATCH /composite/sobjects/{object}/{field}`: by external id."""
    records, all_or_none = _records(call)
    table = call.org.named(call.params["object"])
    field = external_field(call, table.kind, call.params["field"])
    return ok(_in_turn(call, [_upsert(call, table, field, one) for one in records], all_or_none=all_or_none))


def remove(call: Call) -> Answer:
    """`DELETE /composite/sobjects?ids=&allOrNone=`."""
    ids = [text for text in call.query.get("ids", "").split(",") if text]
    _check_count(len(ids), MOST_RECORDS)
    steps = [_delete(call, text) for text in ids]
    return ok(_in_turn(call, steps, all_or_none=call.query.get("allOrNone", "false") == "true"))


def get(call: Call) -> Answer:
    """`GET /composite/sobjects/{object}?ids=&fields=` (or POST with a body): null for what is not there."""
    table = call.org.named(call.params["object"])
    if call.method == "POST":
        given = call.object()
        ids, fields = given.get("ids", []), ",".join(given.get("fields", []))
    else:
        ids, fields = call.query.get("ids", "").split(","), call.query.get("fields", "")
    _check_count(len(ids), MOST_READ)
    if not fields:
        raise refuse(400, "REQUIRED_FIELD_MISSING", "The fields parameter is required")
    rows = [table.rows.get(canonical(id_) or "") for id_ in ids]
    return ok([None if r is None or r.get("IsDeleted") else shown(call, table.kind, r, fields) for r in rows])


def _records(call: Call) -> tuple[Sequence[Mapping[str, Any]], bool]:
    given = call.object()
    records = given.get("records")
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise bad_json("records must be a list of objects")
    _check_count(len(records), MOST_RECORDS)
    kinds = [_kind_named(one) for one in records]
    if len(list(groupby(kinds))) > MOST_CHUNKS:
        message = f"Cannot have more than {MOST_CHUNKS} chunks in a single operation. Please rearrange the data to reduce chunking."
        raise refuse(400, "LIMIT_EXCEEDED", message)
    return records, bool(given.get("allOrNone", False))


def _kind_named(record: Mapping[str, Any]) -> str:
    kind = record.get("attributes", {}).get("type")
    if not isinstance(kind, str):
        raise refuse(400, "INVALID_INPUT", "Include an sObject type in the attributes of each record")
    return kind


def _check_count(count: int, most: int) -> None:
    if count > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise refuse(400, "EXCEEDED_ID_LIMIT", message)


def _read(call: Call, record: Mapping[str, Any]) -> tuple[Table, Given]:
    table = call.org.tables.get(_kind_named(record).lower())
    if table is None:
        raise refuse(400, "INVALID_TYPE", f"sObject type '{_kind_named(record)}' is not supported.")
    return table, read_fields(call.org, table.kind, call.actor, record)


def _id_in(record: Mapping[str, Any]) -> object:
    return next((value for name, value in record.items() if name.lower() == "id"), None)


def _update(call: Call, record: Mapping[str, Any]) -> Step:
    table, given = _read(call, record)

    def step() -> dict[str, Any]:
        text = _id_in(record)
        if text is None:
            raise RowRefused("MISSING_ARGUMENT", "Id not specified in an update call")
        id_ = canonical(text)
        if id_ is None or id_[:3] != table.kind.prefix:
            raise RowRefused("MALFORMED_ID", f"{table.kind.label} ID: id value of incorrect type: {text}", ["Id"])
        update(call.org, table, id_, given, call.actor)
        return _done(id_)

    return step


def _create(call: Call, record: Mapping[str, Any]) -> Step:
    table, given = _read(call, record)

    def step() -> dict[str, Any]:
        if _id_in(record) is not None:
            raise RowRefused("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"])
        return _done(create(call.org, table, given, call.actor))

    return step


def _upsert(call: Call, table: Table, field: Field, record: Mapping[str, Any]) -> Step:
    _, given = _read(call, record)

    def step() -> dict[str, Any]:
        key = _id_in(record) if field.name == "Id" else given.get(field.name, (field, None))[1]
        found = matching(table, field, str(key)) if key is not None else []
        if key is None and field.name != "Id":
            raise RowRefused("MISSING_ARGUMENT", f"{field.name} not specified")
        if len(found) > 1:
            raise RowRefused("DUPLICATE_EXTERNAL_ID", f"{field.name}: more than one record found for external id field")
        if not found:
            return {**_done(create(call.org, table, given, call.actor)), "created": True}
        update(call.org, table, str(found[0]["Id"]), given, call.actor)
        return {**_done(str(found[0]["Id"])), "created": False}

    return step


def _delete(call: Call, text: str) -> Step:
    def step() -> dict[str, Any]:
        id_ = canonical(text)
        table = None if id_ is None else call.org.table_of(id_)
        if id_ is None or table is None:
            raise RowRefused("MALFORMED_ID", f"bad id {text}")
        delete(call.org, table, id_, call.actor)
        return _done(id_)

    return step


def _done(id_: str) -> dict[str, Any]:
    return {"id": id_, "success": True, "errors": []}


def _in_turn(call: Call, steps: Sequence[Step], *, all_or_none: bool) -> list[dict[str, Any]]:
    """Each record's result; with `all_or_none`, one that fails undoes the rest."""
    savepoint = Savepoint(call.org)
    results, failed = [], False
    for step in steps:
        try:
            results.append(step())
        except RowRefused as refused:
            failed = True
            results.append({"success": False, "errors": [refused.problem.in_result()]})
    if not (all_or_none and failed):
        savepoint.release()
        return results
    savepoint.restore()
    rolled_back = RowRefused(
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
    )
    undone = {"success": False, "errors": [rolled_back.problem.in_result()]}
    return [undone if one["success"] else one for one in results]
