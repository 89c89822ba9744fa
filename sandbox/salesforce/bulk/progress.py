"""What becomes of bulk jobs with time."""

from collections.abc import Mapping
from itertools import chain

from sandbox.common.times import Millis
from sandbox.salesforce.bulk.jobs import UNFINISHED, IngestJob, Job, State
from sandbox.salesforce.errors import Refusal, RowRefused
from sandbox.salesforce.fields import Field, Kind
from sandbox.salesforce.ids import canonical
from sandbox.salesforce.org import Org
from sandbox.salesforce.records import matching
from sandbox.salesforce.store import Table
from sandbox.salesforce.values import parsed
from sandbox.salesforce.writes import Actor, Given, create, delete, update

_CLEAR = "#N/A"


def advance(org: Org) -> None:
    """Bring every unfinished job to where it is now: waiting jobs begin at the next look, and end when they are due."""
    now = org.clock.now()
    org.jobs.forget(now)
    jobs = chain[Job](org.jobs.queries.values(), org.jobs.ingests.values())
    for job in [job for job in jobs if job.state in UNFINISHED]:
        _advance(org, job, now)


def _advance(org: Org, job: Job, now: Millis) -> None:
    if job.due is None or now < job.due:
        job.state = State.IN_PROGRESS
    elif job.error is not None:
        job.state = State.FAILED
    elif isinstance(job, IngestJob):
        job.state = _write(org, job)
    else:
        job.state = State.JOB_COMPLETE


def _write(org: Org, job: IngestJob) -> State:
    """Write every record; the job as a whole fails only for its header."""
    table, actor = org.table(job.object), Actor(job.user, job.client)
    readable = org.access(job.user, table.kind).readable
    unknown = [name for name in job.header if name.lower() not in readable]
    if unknown:
        job.error = f"InvalidBatch : Field name not found : {unknown[0]}"
        return State.FAILED
    fields = [readable[name.lower()] for name in job.header]
    for n, cells in enumerate(job.records[: job.most]):
        row = dict(zip((field.name for field in fields), cells, strict=True))
        try:
            given = _given(table.kind, fields, row)
            job.written[n] = _write_row(org, job, table, row, given, actor)
        except RowRefused as refused:
            problem = refused.problem
            names = ",".join(problem.fields or ())
            job.failed[n] = (row.get("Id", ""), f"{problem.code}:{problem.message}:{names} --")
    return State.JOB_COMPLETE


def _given(kind: Kind, fields: list[Field], row: Mapping[str, str]) -> Given:
    """The cells as values: an empty one says nothing, #N/A says null. Raises RowRefused for one that cannot be read."""
    told: Given = {}
    for column, field in enumerate(fields):
        text = row[field.name]
        if field.name == "Id" or text == "":
            continue
        try:
            told[field.name] = (field, parsed(field, None if text == _CLEAR else text))
        except Refusal:
            message = f"Failed to deserialize field at col {column}. Due to, '{text}' is not a valid value for the type {field.type}"
            raise RowRefused("INVALID_TYPE_ON_FIELD_IN_RECORD", message, [field.name]) from None
    return told


def _write_row(
    org: Org, job: IngestJob, table: Table, row: Mapping[str, str], given: Given, actor: Actor
) -> tuple[str, bool]:
    """Write one record: its id and whether it is new. Raises RowRefused."""
    if job.operation == "insert":
        return create(org, table, given, actor), True
    if job.operation == "upsert":
        return _upsert(org, job, table, row, given, actor)
    id_ = canonical(row.get("Id", ""))
    if id_ is None:
        code = "MALFORMED_ID" if row.get("Id") else "MISSING_ARGUMENT"
        raise RowRefused(
            code, f"Id not specified in an {job.operation} call" if not row.get("Id") else f"bad id {row['Id']}"
        )
    if job.operation == "update":
        update(org, table, id_, given, actor)
    else:
        delete(org, table, id_, actor)
    if job.operation == "hardDelete":
        table.purge(id_)
    return id_, False


def _upsert(
    org: Org, job: IngestJob, table: Table, row: Mapping[str, str], given: Given, actor: Actor
) -> tuple[str, bool]:
    name = job.external_id or "Id"
    value = row.get(name, "")
    if not value:
        raise RowRefused("MISSING_ARGUMENT", f"{name} not specified")
    found = matching(table, table.kind.fields[name.lower()], value)
    if len(found) > 1:
        raise RowRefused("DUPLICATE_EXTERNAL_ID", f"{name}: more than one record found for external id field")
    if not found:
        return create(org, table, given, actor), True
    update(org, table, str(found[0]["Id"]), given, actor)
    return str(found[0]["Id"]), False
