"""Bulk read: a job, its state over time, a zip with one CSV.

zoho.com/crm/developer/docs/api/v8/bulk-read/overview.html and …/limitations.html: 200,000 records a page, ten downloads a minute. Converted
leads are left out unless the criteria speak of Converted__s.
"""

import csv
import io
import time
import zipfile
from collections.abc import Mapping
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.bulk_jobs import Job, State
from sandbox.zoho.call import Call
from sandbox.zoho.coql.criteria import test
from sandbox.zoho.coql.syntax import Both, Condition, Criterion, Either, Operator, criteria
from sandbox.zoho.errors import Refusal, bad, forbidden, too_many
from sandbox.zoho.fields import DataType
from sandbox.zoho.modules import Module
from sandbox.zoho.org import API_USER, Org

MOST_PAGES = 500
_COMPARATORS = {
    "equal": Operator.EQUAL,
    "not_equal": Operator.NOT_EQUAL,
    "in": Operator.IN,
    "not_in": Operator.NOT_IN,
    "less_than": Operator.LESS,
    "less_equal": Operator.LESS_EQUAL,
    "greater_than": Operator.GREATER,
    "greater_equal": Operator.GREATER_EQUAL,
    "between": Operator.BETWEEN,
    "not_between": Operator.NOT_BETWEEN,
}
_TEXT_COMPARATORS = {"contains": "%{}%", "starts_with": "{}%", "ends_with": "%{}", "not_contains": "%{}%"}
_EMPTY = "${EMPTY}"


def create_job(call: Call) -> Answer:
    """`POST /crm/bulk/v8/read`: 201."""
    org, query = call.org, call.json().get("query")
    if not isinstance(query, Mapping):
        raise bad("REQUEST_BODY_NOT_READABLE", "Unable to read the request body.")
    module = _module(org, query)
    page = _page(org, query)
    ids = _matching(org, module, query)
    size = org.settings.bulk_page
    here = tuple(ids[(page - 1) * size : page * size])
    names = _names(module, query)
    id_ = str(org.new_id())
    org.jobs[id_] = Job(
        id_, module.api_name, dict(query), names, page, here, len(ids) > page * size, org.now(), time.monotonic()
    )
    details = {"id": id_, "operation": "read", "state": State.ADDED, **_born(org, org.jobs[id_])}
    told = {
        "status": "success",
        "code": "ADDED_SUCCESSFULLY",
        "message": "Added successfully.",
        "details": details,
    }
    return ok({"data": [told], "info": {}}, 201)


def read_job(call: Call) -> Answer:
    """`GET /crm/bulk/v8/read/{id}`: its state, and where the result is once it is there."""
    org, job = call.org, _job(call)
    state = _state(org, job)
    told = {
        "id": job.id,
        "operation": "read",
        "state": state,
        "query": {
            "module": {"api_name": job.module, "id": org.modules[job.module].id},
            "fields": list(job.fields),
            "page": job.page,
        },
        **_born(org, job),
        "file_type": "csv",
    }
    if state is State.COMPLETED:
        told["result"] = {
            "page": job.page,
            "count": len(job.ids),
            "download_url": f"/crm/bulk/v8/read/{job.id}/result",
            "per_page": org.settings.bulk_page,
            "more_records": job.more,
            "next_page_token": f"{job.id}.{job.page + 1}" if job.more else None,
        }
    return ok({"data": [told]})


def download(call: Call) -> Answer:
    """`GET /crm/bulk/v8/read/{id}/result`: the zip."""
    org, job = call.org, _job(call)
    if _state(org, job) is not State.COMPLETED:
        raise _not_found("result")
    if not org.limits.download(org.now()):
        raise too_many()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(f"{job.id}.csv", _csv(org, job))
    headers = {"content-disposition": f'attachment;filename="{job.id}.zip"'}
    return Answer(200, zipped.getvalue(), headers, "application/octet-stream;charset=utf-8")


def _module(org: Org, query: Mapping[str, Any]) -> Module:
    name = str((query.get("module") or {}).get("api_name"))
    if name not in org.modules:
        raise bad("MODULE_NOT_AVAILABLE", "The module is not available.", module=name)
    if org.forbids(f"View_{name}"):
        raise forbidden(f"View_{name}")
    return org.modules[name]


def _page(org: Org, query: Mapping[str, Any]) -> int:
    """The page asked for, by number or by the token of the page before."""
    token = query.get("page_token")
    if token is not None:
        before, _, number = str(token).partition(".")
        if before not in org.jobs or not number.isdecimal():
            raise bad("INVALID_REQUEST", "Invalid page token.", api_name="page_token")
        return int(number)
    page = query.get("page", 1)
    if not isinstance(page, int) or not 1 <= page <= MOST_PAGES:
        raise bad("PAGE_RANGE_EXCEEDED", "The page range is exceeded.", max_limit=MOST_PAGES)
    return page


def _names(module: Module, query: Mapping[str, Any]) -> tuple[str, ...]:
    visible = [name for name, field in module.fields.items() if field.visible]
    names = [name for name in query.get("fields") or visible if name != "id"]
    unknown = next((name for name in names if name not in visible), None)
    if unknown is not None:
        details = {"api_name": unknown, "module": module.api_name}
        raise bad("FIELD_NOT_AVAILABLE", "The field is not available.", **details)
    return tuple(names)


def _matching(org: Org, module: Module, query: Mapping[str, Any]) -> list[int]:
    """The ids of all records that fit, in order."""
    live = org.stores[module.api_name].live
    given = query.get("criteria")
    condition = None if given is None else _condition(given)
    spoken_of = [] if condition is None else [one.path for one in criteria(condition)]
    hidden = module.converts and ("Converted__s",) not in spoken_of
    if condition is None:
        return [id_ for id_, record in live.items() if not (hidden and record.converted)]
    try:
        fits = test(org, module.api_name, condition)
    except Refusal as refusal:
        raise bad("INVALID_CRITERIA", "The criteria is invalid.", **refusal.details) from None
    return [id_ for id_, record in live.items() if fits(record) and not (hidden and record.converted)]


def _condition(given: Mapping[str, Any]) -> Condition:
    group = given.get("group")
    if group is None:
        return _criterion(given)
    operator = str(given.get("group_operator", "")).lower()
    if operator not in {"and", "or"}:
        raise bad("GROUP_OPERATOR_NOT_SUPPORTED", "The group operator is not supported.")
    first, *rest = (_condition(one) for one in group)
    for one in rest:
        first = Both(first, one) if operator == "and" else Either(first, one)
    return first


def _criterion(given: Mapping[str, Any]) -> Criterion:
    name = given.get("api_name") or (given.get("field") or {}).get("api_name")
    comparator, value = str(given.get("comparator")), given.get("value")
    path = tuple(str(name).split("."))
    if value == _EMPTY and comparator in {"equal", "not_equal"}:
        return Criterion(path, Operator.IS_NULL if comparator == "equal" else Operator.IS_NOT_NULL)
    if comparator in _TEXT_COMPARATORS:
        operator = Operator.NOT_LIKE if comparator == "not_contains" else Operator.LIKE
        return Criterion(path, operator, (_TEXT_COMPARATORS[comparator].format(value),))
    if comparator not in _COMPARATORS:
        raise bad("COMPARATOR_NOT_SUPPORTED", "The comparator is not supported.", comparator=comparator)
    return Criterion(path, _COMPARATORS[comparator], tuple(value) if isinstance(value, list) else (value,))  # type: ignore[arg-type]


def _csv(org: Org, job: Job) -> str:
    """A header of API names behind `Id`, then a line for each record that is still there; lookups are ids."""
    fields, live = org.modules[job.module].fields, org.stores[job.module].live
    odd = [
        (n, fields[name].data_type)
        for n, name in enumerate(job.fields, 1)
        if name in fields and fields[name].data_type in {DataType.BOOLEAN, DataType.MULTISELECT}
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", *job.fields])
    for id_ in job.ids:
        record = live.get(id_)
        if record is not None:
            line = [str(id_), *map(record.values.get, job.fields)]
            for n, kind in odd:
                line[n] = _odd(kind, line[n])
            writer.writerow(line)
    return text.getvalue()


def _odd(kind: DataType, value: Any) -> str | None:
    if value is None:
        return None
    return ";".join(value) if kind is DataType.MULTISELECT else str(value).lower()


def _job(call: Call) -> Job:
    job = call.org.jobs.get(call.params["id"])
    if job is None:
        raise _not_found(call.params["id"])
    return job


def _state(org: Org, job: Job) -> State:
    return job.state(time.monotonic(), org.settings.bulk_read_s, fails=org.settings.bulk_read_fails)


def _not_found(what: str) -> Refusal:
    return Refusal(404, "RESOURCE_NOT_FOUND", "The requested resource doesn't exist.", {"resource": what})


def _born(org: Org, job: Job) -> dict[str, Any]:
    return {"created_by": {"id": API_USER.id, "name": API_USER.full_name}, "created_time": org.local(job.created)}
