"""Bulk query jobs. Source: developer.salesforce.com/docs/platform/api-asynch/guide/query-bulk-api-2-0.html."""

import base64
import binascii
from typing import Any

from sandbox.salesforce.bulk.jobs import QueryJob, State
from sandbox.salesforce.bulk.tables import DELIMITERS, LINE_ENDINGS, cells, written
from sandbox.salesforce.call import CSV, Answer, Call, ok
from sandbox.salesforce.errors import refuse
from sandbox.salesforce.faults import Effect
from sandbox.salesforce.fields import FieldType
from sandbox.salesforce.soql.aggregates import is_aggregate
from sandbox.salesforce.soql.execution import run
from sandbox.salesforce.soql.parser import parse
from sandbox.salesforce.soql.tree import Query

TIMED_OUT = "QUERY_TIMEOUT: Your query request was running for too long."
_NO_MORE = "null"
_PAGE = 50_000


def create(call: Call) -> Answer:
    """`POST /jobs/query`: the query is checked at once, its result is there later."""
    given = call.object()
    operation, source = given.get("operation"), given.get("query")
    if operation not in {"query", "queryAll"} or not isinstance(source, str):
        raise refuse(400, "INVALIDJOB", "operation must be query or queryAll, and query must be given")
    query = parse(source)
    _check_bulk(call, query)
    result = run(call.org, call.actor.user, source, call.root, deleted=operation == "queryAll")
    call.org.ledger.queries.append(source)
    selection = result.selection
    if selection is None or any(column.field.type is FieldType.ADDRESS for column in selection.columns):
        raise refuse(400, "API_ERROR", "Selecting compound data not supported in Bulk Query")
    job = QueryJob(
        id=call.org.jobs.new_id(),
        user=call.actor.user,
        client=call.actor.client,
        operation=operation,
        object=result.kind,
        version=call.version,
        created=call.now,
        state=State.UPLOAD_COMPLETE,
        delimiter=chosen(given, "columnDelimiter", DELIMITERS, "COMMA"),
        line_ending=chosen(given, "lineEnding", LINE_ENDINGS, "LF"),
        due=call.now + call.org.settings.job_s * 1000,
        rows=result.rows,
        columns=selection.columns,
    )
    _bend(call, job)
    call.org.jobs.queries[job.id] = job
    return ok(job.shown())


def _check_bulk(call: Call, query: Query) -> None:
    if query.kind.text.lower() in call.org.settings.bulk_refuses.lower().split():
        raise refuse(400, "INVALIDENTITY", f"Entity '{query.kind.text}' is not supported by the Bulk API.")
    if is_aggregate(query) or any(isinstance(one, Query) for one in query.selected):
        raise refuse(400, "API_ERROR", "Aggregate Relationships not supported in Bulk Query")
    if query.offset:
        raise refuse(400, "API_ERROR", "OFFSET is not supported in Bulk Query")


def _bend(call: Call, job: QueryJob) -> None:
    fault = call.org.faults.meet_job(f"JOB {job.operation} {job.object}")
    if fault is None:
        return
    if fault.effect is Effect.JOB_STUCK:
        job.due = None
    elif fault.effect is Effect.JOB_FAILED:
        job.error = fault.body if isinstance(fault.body, str) else TIMED_OUT
    else:
        job.rows = job.rows[: fault.keep]


def chosen(given: dict[str, Any], name: str, known: dict[str, str], default: str) -> str:
    """An option of a job. Raises the vendor's refusal for one that is not known."""
    value = given.get(name, default)
    if value not in known:
        raise refuse(400, "INVALIDJOB", f"{name} {value} is not supported")
    return str(value)


def _job(call: Call) -> QueryJob:
    job = call.org.jobs.queries.get(call.params["id"])
    if job is None:
        raise refuse(404, "NOT_FOUND", "The requested resource does not exist")
    return job


def get(call: Call) -> Answer:
    """`GET /jobs/query/{id}`."""
    return ok(_job(call).info())


def listed(call: Call) -> Answer:
    """`GET /jobs/query`: every job, the newest first."""
    jobs = [job.shown() for job in reversed(call.org.jobs.queries.values())]
    return ok({"done": True, "records": jobs, "nextRecordsUrl": None})


def patch(call: Call) -> Answer:
    """`PATCH /jobs/query/{id}` {state: Aborted}."""
    job = _job(call)
    if call.object().get("state") != State.ABORTED:
        raise refuse(400, "INVALIDJOBSTATE", "A query job can only be set to Aborted")
    if job.state in {State.JOB_COMPLETE, State.FAILED}:
        raise refuse(400, "INVALIDJOBSTATE", f"Aborting a job that is {job.state} is not allowed")
    job.state = State.ABORTED
    return ok(job.shown())


def remove(call: Call) -> Answer:
    """`DELETE /jobs/query/{id}`: only what has ended."""
    job = _job(call)
    if job.state in {State.UPLOAD_COMPLETE, State.IN_PROGRESS}:
        raise refuse(400, "INVALIDJOBSTATE", f"Deleting a job that is {job.state} is not allowed")
    del call.org.jobs.queries[job.id]
    return Answer(204)


def results(call: Call) -> Answer:
    """`GET /jobs/query/{id}/results?locator=&maxRecords=`: CSV; the next locator stands in Sforce-Locator, "null" at the end."""
    job = _job(call)
    if job.version != call.version:
        message = f"The job was created in version {job.version}; its results cannot be read in {call.version}"
        raise refuse(409, "API_ERROR", message)
    if job.state is not State.JOB_COMPLETE:
        raise refuse(400, "INVALIDJOBSTATE", f"Results are not available while the job is {job.state}")
    most = call.query.get("maxRecords", str(_PAGE))
    if not most.isdecimal() or int(most) < 1:
        raise refuse(400, "INVALID_INPUT", f"maxRecords {most} is not valid")
    start = _position(call.query.get("locator", ""))
    after = start + int(most)
    rows = job.rows[start:after]
    body = written(
        [column.path for column in job.columns],
        (cells(row, job.columns) for row in rows),
        job.delimiter,
        job.line_ending,
    )
    locator = _locator(after) if after < len(job.rows) else _NO_MORE
    return Answer(200, body, {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(rows))}, CSV)


def _locator(position: int) -> str:
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def _position(locator: str) -> int:
    if not locator:
        return 0
    try:
        return int(base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)))
    except (binascii.Error, ValueError):
        raise refuse(400, "INVALID_INPUT", f"locator {locator} is not valid") from None
