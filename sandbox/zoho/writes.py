"""Writing records: at most 100 a call, each with an outcome of its own.

zoho.com/crm/developer/docs/api/v8/insert-records.html, update-records.html, upsert-records.html, delete-records.html. 201 or 200 when all
went well, 207 when some did, else 400 (412 when all had been modified meanwhile).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import Call
from sandbox.zoho.errors import Refusal, bad, invalid_id, invalid_value, not_given, together
from sandbox.zoho.fields import Field, Place, take
from sandbox.zoho.modules import Module
from sandbox.zoho.org import Org
from sandbox.zoho.store import Record, RecordId
from sandbox.zoho.times import Seconds

MOST_WRITTEN = 100
Given = Mapping[str, Any]
Outcome = dict[str, Any]


def insert_records(call: Call) -> Answer:
    """`POST /{module}`."""
    call.allow("Create")
    given, trigger = _given(call)
    return _each(given, lambda one, path: _insert(call, one, path, trigger), 201)


def update_records(call: Call) -> Answer:
    """`PUT /{module}`: each record names its id."""
    call.allow("Edit")
    given, trigger = _given(call)
    since = call.since(b"if-unmodified-since")
    return _each(given, lambda one, path: _update(call, _named(call, one, path), one, path, trigger, since))


def update_record(call: Call) -> Answer:
    """`PUT /{module}/{id}`."""
    call.allow("Edit")
    record = call.store.get(call.params["id"])
    if record is None or record.converted:
        raise invalid_id()
    given, trigger = _given(call)
    since = call.since(b"if-unmodified-since")
    return _each(given[:1], lambda one, path: _update(call, record, one, path, trigger, since))


def upsert_records(call: Call) -> Answer:
    """`POST /{module}/upsert`: a record is found by its id, else by the duplicate-check fields in their order."""
    call.allow("Create")
    call.allow("Edit")
    given, trigger = _given(call)
    since, body, module = call.since(b"if-unmodified-since"), call.json(), call.module
    checks = [name for name in body.get("duplicate_check_fields") or () if name in module.fields]
    checks += [name for name in module.duplicates if name not in checks]

    def one_by_one(one: Given, path: str) -> Outcome:
        record, by = _found(call, one, path, checks)
        if record is None:
            return {**_insert(call, one, path, trigger), "action": "insert", "duplicate_field": by}
        told = _update(call, record, one, path, trigger, since)
        return {**told, "action": "update", "duplicate_field": by}

    return _each(given, one_by_one)


def delete_records(call: Call) -> Answer:
    """`DELETE /{module}?ids=`."""
    ids = [one for one in call.one("ids").split(",") if one]
    if not ids:
        raise bad("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", param_name="ids")
    return _deleted(call, ids)


def delete_record(call: Call) -> Answer:
    """`DELETE /{module}/{id}`."""
    return _deleted(call, [call.params["id"]])


def checked(
    org: Org, module: Module, given: Given, path: str, *, new: bool, self_id: RecordId | None = None
) -> dict[str, Any]:
    """The values as they would be held. Raises one refusal for everything that is wrong with them."""
    values: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        field = module.fields.get(name)
        here = f"{path}.{name}"
        try:
            if field is None or not field.visible:
                _unknown(org, name, here)
            elif not field.read_only:
                values[name] = take(_place(org, field, here), value)
                _claimable(org, module, field, values[name], here, self_id)
        except Refusal as refusal:
            problems.append(refusal)
    problems += [
        not_given(name, f"{path}.{name}")
        for name in module.mandatory
        if (new or name in given) and values.get(name) is None and name not in _refused(problems)
    ]
    if problems:
        raise together(problems)
    if "$se_module" in given and "What_Id" in module.fields:
        values["$se_module"] = given["$se_module"]
    return values


def outcome(org: Org, record: Record, message: str) -> Outcome:
    """What a success says of the record."""
    held = record.values
    return {
        "code": "SUCCESS",
        "details": {
            "Modified_Time": held["Modified_Time"],
            "Modified_By": _short(org, held.get("Modified_By")),
            "Created_Time": held["Created_Time"],
            "id": str(record.id),
            "Created_By": _short(org, held.get("Created_By")),
            "$approval_state": "approved",
        },
        "message": message,
        "status": "success",
    }


def _given(call: Call) -> tuple[list[Given], object]:
    """The body's records and its `trigger`: None when the key is missing."""
    body = call.json()
    given = body.get("data")
    if given is None:
        raise not_given("data", "$.data")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise invalid_value("data", "$.data", expected_data_type="jsonarray")
    if not given:
        raise invalid_value("data", "$.data", minimum_length=1)
    if len(given) > MOST_WRITTEN:
        message = "count of records in your request exceeds the limit"
        raise bad("LIMIT_EXCEEDED", message, maximum_length=MOST_WRITTEN, api_name="data").within("data")
    return given, body.get("trigger")


def _each(given: Sequence[Given], write: Callable[[Given, str], Outcome], success: int = 200) -> Answer:
    told: list[Outcome] = []
    statuses = set()
    for number, one in enumerate(given):
        try:
            told.append(write(one, f"$.data[{number}]"))
            statuses.add(success)
        except Refusal as refusal:
            told.append(refusal.body())
            statuses.add(refusal.status)
    return ok({"data": told}, statuses.pop() if len(statuses) == 1 else 207 if success in statuses else 400)


def _insert(call: Call, one: Given, path: str, trigger: object) -> Outcome:
    org, module = call.org, call.module
    record = org.create(module, checked(org, module, one, path, new=True))
    org.automate(module, record.id, "create", trigger)
    return outcome(org, record, "record added")


def _named(call: Call, one: Given, path: str) -> Record:
    """The record that a row of an update names."""
    id_ = one.get("id")
    if id_ is None:
        raise not_given("id", f"{path}.id")
    record = call.store.get(str(id_))
    if record is None or record.converted:
        raise Refusal(
            400,
            "INVALID_DATA",
            "the id given seems to be invalid",
            {"api_name": "id", "json_path": f"{path}.id", "id": str(id_)},
        )
    return record


def _update(call: Call, record: Record, one: Given, path: str, trigger: object, since: Seconds | None) -> Outcome:
    org, module = call.org, call.module
    if record.locked:
        raise bad(
            "RECORD_LOCKED",
            "Sorry, you cannot perform this operation as the record is locked.",
            api_name="id",
            json_path=f"{path}.id",
            action="record_locking",
        )
    if since is not None and record.modified > since:
        raise _already_modified(org, record)
    values = {name: value for name, value in one.items() if name != "id"}
    taken = checked(org, module, values, path, new=False, self_id=record.id)
    after = org.update(module, record, taken)
    org.automate(module, record.id, "edit", trigger)
    return outcome(org, after, "record updated")


def _already_modified(org: Org, record: Record) -> Refusal:
    details = outcome(org, record, "")["details"]
    del details["$approval_state"]
    return Refusal(412, "ALREADY_MODIFIED", "record updated time has already passed if-unmodified-since time", details)


def _found(call: Call, one: Given, path: str, checks: Sequence[str]) -> tuple[Record | None, str | None]:
    """The record an upsert means, and the field that found it (the first one checked when none did)."""
    if one.get("id") is not None:
        return _named(call, one, path), "id"
    given = [name for name in checks if one.get(name) is not None]
    for name in given:
        record = call.store.holder(name, one[name])
        if record is not None and not record.converted:
            return record, name
    return None, given[0] if given else None


def _deleted(call: Call, ids: Sequence[str]) -> Answer:
    call.allow("Delete")
    if len(ids) > MOST_WRITTEN:
        raise bad("LIMIT_EXCEEDED", "limit exceeded", limit=MOST_WRITTEN, param_name="ids")
    org, module, now = call.org, call.module, call.org.now()
    trigger: list[str] | None = None if call.one("wf_trigger", "true") == "true" else []

    def delete(one: Given, path: str) -> Outcome:
        record = call.store.get(one["id"])
        if record is None:
            raise bad("INVALID_DATA", "record not deleted", id=one["id"])
        if record.locked:
            message = "You cannot perform this operation as the record is locked."
            raise bad("RECORD_LOCKED", message, action="record_locking", id=one["id"])
        org.delete(module, record, now)
        org.automate(module, record.id, "delete", trigger)
        return {"code": "SUCCESS", "details": {"id": one["id"]}, "message": "record deleted", "status": "success"}

    return _each([{"id": id_} for id_ in ids], delete)


def _place(org: Org, field: Field, path: str) -> Place:
    return Place(field, path, org.settings.time_zone, org.settings.strict_picklists, org.refers)


def _unknown(org: Org, name: str, path: str) -> None:
    if org.settings.refuse_unknown_fields and not name.startswith("$") and name not in {"id", "Layout", "Tag"}:
        raise bad("INVALID_DATA", "the field api name given seems to be invalid", api_name=name, json_path=path)


def _claimable(org: Org, module: Module, field: Field, value: Any, path: str, self_id: RecordId | None) -> None:
    """Raise when another record holds this value of a unique field."""
    store = org.stores[module.api_name]
    holder = None if value is None or not field.unique else store.holder(field.api_name, value)
    if holder is None or holder.id == self_id:
        return
    owner = _short(org, holder.values.get("Owner"))
    raise bad(
        "DUPLICATE_DATA",
        "duplicate data",
        api_name=field.api_name,
        json_path=path,
        id=str(holder.id),
        more_records=False,
        duplicate_record={
            "id": str(holder.id),
            "Owner": owner,
            "module": {"api_name": module.api_name, "id": module.id},
        },
    )


def _refused(problems: Sequence[Refusal]) -> set[object]:
    return {problem.details.get("api_name") for problem in problems}


def _short(org: Org, id_: object) -> dict[str, str] | None:
    known = org.users.get(id_) if isinstance(id_, str) else None
    return None if known is None else {"name": known.full_name, "id": known.id}
