"""Bulk ingest jobs: create, upload one CSV, close, poll, read what was written and what was not.

Source: developer.salesforce.com/docs/platform/api-asynch/guide (ingest jobs; CSV: an empty cell is left alone, #N/A clears a field).
"""

from collections.abc import Iterable

from sandbox.salesforce.bulk.jobs import IngestJob, State
from sandbox.salesforce.bulk.queries import chosen
from sandbox.salesforce.bulk.tables import DELIMITERS, LINE_ENDINGS, read, written
from sandbox.salesforce.call import CSV, Answer, Call, ok
from sandbox.salesforce.errors import refuse
from sandbox.salesforce.faults import Effect
from sandbox.salesforce.records import external_field

OPERATIONS = frozenset({"insert", "update", "upsert", "delete", "hardDelete"})
MOST_BYTES = 150_000_000


def create(call: Call) -> Answer:
    """`POST /jobs/ingest` {object, operation, externalIdFieldName?, lineEnding?, columnDelimiter?}."""
    given = call.object()
    operation, kind = given.get("operation"), given.get("object")
    table = call.org.tables.get(str(kind).lower())
    if call.org.jobs.batches(call.now) >= call.org.settings.bulk_batches:
        raise refuse(400, "EXCEEDEDQUOTA", "ApiBatchItems Limit exceeded.")
    if operation not in OPERATIONS or table is None:
        raise refuse(400, "INVALIDJOB", f"Unable to create job: operation {operation}, object {kind}")
    if table.kind.name.lower() in call.org.settings.bulk_refuses.lower().split():
        raise refuse(400, "INVALIDENTITY", f"Entity '{table.kind.name}' is not supported by the Bulk API.")
    key = given.get("externalIdFieldName")
    if operation == "upsert":
        key = external_field(call, table.kind, str(key)).name
    job = IngestJob(
        id=call.org.jobs.new_id(),
        user=call.actor.user,
        client=call.actor.client,
        operation=operation,
        object=table.kind.name,
        version=call.version,
        created=call.now,
        state=State.OPEN,
        delimiter=chosen(given, "columnDelimiter", DELIMITERS, "COMMA"),
        line_ending=chosen(given, "lineEnding", LINE_ENDINGS, "LF"),
        external_id=key,
    )
    call.org.jobs.ingests[job.id] = job
    return ok(job.info())


def _job(call: Call) -> IngestJob:
    job = call.org.jobs.ingests.get(call.params["id"])
    if job is None:
        raise refuse(404, "NOT_FOUND", "The requested resource does not exist")
    return job


def _ended(call: Call) -> IngestJob:
    job = _job(call)
    if job.state in {State.OPEN, State.UPLOAD_COMPLETE, State.IN_PROGRESS}:
        raise refuse(400, "INVALIDJOBSTATE", f"Results are not available while the job is {job.state}")
    return job


def get(call: Call) -> Answer:
    """`GET /jobs/ingest/{id}`."""
    return ok(_job(call).info())


def listed(call: Call) -> Answer:
    """`GET /jobs/ingest?jobType=&queryLocator=`: every job, the newest first, `job_page` at once."""
    kind, text = call.query.get("jobType", "V2Ingest"), call.query.get("queryLocator", "0")
    if not text.isdecimal():
        raise refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    jobs = [job.shown() for job in reversed(call.org.jobs.ingests.values()) if kind == "V2Ingest"]
    after = int(text) + call.org.settings.job_page
    more = None if after >= len(jobs) else f"{call.root}/jobs/ingest?queryLocator={after}&jobType={kind}"
    return ok({"done": more is None, "records": jobs[int(text) : after], "nextRecordsUrl": more})


def upload(call: Call) -> Answer:
    """`PUT /jobs/ingest/{id}/batches`: the CSV, once."""
    job = _job(call)
    if job.state is not State.OPEN or job.uploaded:
        raise refuse(400, "INVALIDJOBSTATE", f"The job is {job.state} and takes no more data")
    if not call.header("content-type").lower().startswith(CSV):
        raise refuse(400, "INVALIDJOB", "Content-Type must be text/csv")
    if len(call.body) > MOST_BYTES:
        raise refuse(400, "CONTENT_TOO_LARGE", f"Uploads are limited to {MOST_BYTES} bytes")
    job.uploaded = True
    text = call.body.decode("utf-8", "replace")
    if ("\r\n" in text) is not (job.line_ending == "CRLF"):
        message = f"LineEnding is invalid on user data. Current LineEnding setting is {job.line_ending}"
        job.error = f"ClientInputError : {message}"
        return Answer(201)
    try:
        job.header, job.records = read(text, job.delimiter)
    except ValueError as error:
        job.error = f"InvalidBatch : {error}"
    return Answer(201)


def patch(call: Call) -> Answer:
    """`PATCH /jobs/ingest/{id}` {state: UploadComplete | Aborted}."""
    job, state = _job(call), call.object().get("state")
    if state == State.UPLOAD_COMPLETE and job.state is State.OPEN:
        job.state = State.UPLOAD_COMPLETE
        call.org.jobs.spend(call.now, len(job.records))
        fault = call.org.faults.meet_job(f"JOB {job.operation} {job.object}")
        stuck = fault is not None and fault.effect is Effect.JOB_STUCK
        job.due = None if stuck else call.now + call.org.settings.job_s * 1000
        if fault is not None and fault.effect is Effect.JOB_FAILED:
            job.error = fault.body if isinstance(fault.body, str) else "InternalServerError : Job failed"
        elif fault is not None and fault.effect is Effect.JOB_SHORT:
            job.most = fault.keep
    elif state == State.ABORTED and job.state in {State.OPEN, State.UPLOAD_COMPLETE, State.IN_PROGRESS}:
        job.state = State.ABORTED
    else:
        raise refuse(400, "INVALIDJOBSTATE", f"A job that is {job.state} cannot be set to {state}")
    return ok(job.info())


def remove(call: Call) -> Answer:
    """`DELETE /jobs/ingest/{id}`: only what has ended."""
    job = _job(call)
    if job.state in {State.OPEN, State.UPLOAD_COMPLETE, State.IN_PROGRESS}:
        raise refuse(400, "INVALIDJOBSTATE", f"Deleting a job that is {job.state} is not allowed")
    del call.org.jobs.ingests[job.id]
    return Answer(204)


def successful(call: Call) -> Answer:
    """`GET /jobs/ingest/{id}/successfulResults`."""
    job = _ended(call)
    rows = ([id_, str(new).lower(), *job.records[n]] for n, (id_, new) in sorted(job.written.items()))
    return _table(job, ["sf__Id", "sf__Created"], rows)


def failed(call: Call) -> Answer:
    """`GET /jobs/ingest/{id}/failedResults`."""
    job = _ended(call)
    return _table(
        job, ["sf__Id", "sf__Error"], ([id_, why, *job.records[n]] for n, (id_, why) in sorted(job.failed.items()))
    )


def unprocessed(call: Call) -> Answer:
    """`GET /jobs/ingest/{id}/unprocessedrecords`."""
    job = _ended(call)
    left = [row for n, row in enumerate(job.records) if n not in job.written and n not in job.failed]
    return _table(job, [], left)


def _table(job: IngestJob, first: list[str], rows: Iterable[Iterable[str]]) -> Answer:
    body = written([*first, *job.header], [list(row) for row in rows], job.delimiter, job.line_ending)
    return Answer(200, body, {}, CSV)
