"""Writes fields to many existing records by the Bulk API 2.0: one ingest job instead of a call for each two hundred.

Source: developer.salesforce.com/docs/platform/api-asynch/guide (ingest jobs). What a job cannot take, or does not get to take, is
written without it; what it leaves undone may be tried again, since a write by record id can be made twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.base import Outcome, Refused, Write, Written
from connectors.batches import batched
from connectors.http import Declined, Request, redacted
from connectors.salesforce import writes as collections
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.bulk import LONGEST_PAUSE, Unusable
from connectors.salesforce.fields import describe
from connectors.salesforce.ingest_file import DELIMITER_NAME, ROWS, files, refused, rows, sayable
from connectors.salesforce.objects import KINDS
from connectors.salesforce.records import Raw, literal, moment, version
from connectors.salesforce.signals import Forbidden
from connectors.salesforce.soql import PAGE, among, page, quoted, select

JOBS = f"{ROOT}/jobs/ingest"
UNFINISHED = frozenset({"UploadComplete", "InProgress"})
STAMPED = ("Id", "SystemModstamp")
EACH = frozenset({"id", "state"})


@dataclass(frozen=True, slots=True)
class Job:
    """One of our jobs; `made` is by Salesforce's clock, `user` is who we are."""

    id: str
    object: str
    user: str
    made: str


def push(account: Account, writes: Sequence[Write]) -> Iterator[Outcome]:
    """One outcome for each write, in order; fewer than `bulk_writes_from` of an object are written without a job."""
    least = account.options.bulk_writes_from
    for batch in batched(writes, ROWS):
        many = least is not None and len(batch) >= least and batch[0].object in KINDS
        yield from _by_job(account, batch) if many else collections.push(account, batch)


def _by_job(account: Account, batch: list[Write]) -> Iterator[Outcome]:
    outcomes: dict[str, Outcome] = {one.id: one for one in _unwritable(account, batch)}
    fit = [write for write in batch if write.id not in outcomes and sayable(write)]
    for some, file in files(fit):
        with suppress(Unusable):
            outcomes |= {one.id: one for one in _written(account, some, file)}
    left = [write for write in batch if write.id not in outcomes]
    outcomes |= {one.id: one for one in collections.push(account, left)}
    yield from (outcomes[write.id] for write in batch)


def _unwritable(account: Account, batch: list[Write]) -> Iterator[Refused]:
    """The writes of fields that this user may not edit. In a job, one that is not even seen would fail all rows."""
    object_ = batch[0].object
    seen = {name.lower(): field.writable for name, field in describe(account, object_).fields.items()}
    for write in batch:
        unseen = [name for name in write.fields if name.lower() not in seen]
        shut = [name for name in write.fields if not seen.get(name.lower(), True)]
        if unseen:
            reason = f"{object_} has no field {', '.join(unseen)}, or this user may not see it."
            yield Refused(write.id, reason, "INVALID_FIELD")
        elif shut:
            reason = f"This user may not edit {', '.join(shut)} of {object_}: check the field-level security."
            yield Refused(write.id, reason, "INVALID_FIELD_FOR_INSERT_UPDATE")


def _written(account: Account, writes: Sequence[Write], file: bytes) -> Iterator[Outcome]:
    """What a job made of each write. Raises `Unusable` when there is no job that could have made anything of them."""
    job = _opened(account, writes[0].object)
    _clear_away(account, job)
    _sent(account, job, file)
    ended = _ended(account, job)
    taken = {row["Id"] for row in _results(account, job, "successfulResults", "sf__Id")}
    failed = {row["Id"]: row["sf__Error"] for row in _results(account, job, "failedResults", "sf__Id")}
    undone = len(taken) + len(failed) < len(writes)
    unprocessed = {row["Id"] for row in _results(account, job, "unprocessedrecords", "Id")} if undone else set()
    stamps = _stamps(account, job, [write.id for write in writes if write.id in taken])
    _removed(account, job.id)
    for write in writes:
        if stamp := stamps.get(write.id):
            yield Written(write.id, stamp)
        elif write.id in failed:
            yield refused(write.id, failed[write.id])
        else:
            yield _undone(write, ended) if write.id in unprocessed else collections.silent(write)


def _undone(write: Write, ended: Mapping[str, Any]) -> Refused:
    said = redacted(str(ended.get("errorMessage") or "no reason given"))
    reason = f"Salesforce's job ended as {ended['state']} and had not come to this record: {said}"
    return Refused(write.id, reason, "NOT_PROCESSED", retryable=True)


def _opened(account: Account, object_: str) -> Job:
    body = {
        "object": object_,
        "operation": "update",
        "contentType": "CSV",
        "lineEnding": "LF",
        "columnDelimiter": DELIMITER_NAME,
    }
    try:
        told = account.api.call(Request("POST", JOBS, body=body)).data
        return Job(str(told["id"]), object_, str(told["createdById"]), str(told["createdDate"]))
    except (Declined, Forbidden, KeyError) as no:
        raise Unusable("Salesforce will make no job") from no


def _clear_away(account: Account, job: Job) -> None:
    """Abort what a killed process of ours has left: it would write old values late. Ours are known by user and delimiter."""
    ours = {
        "createdById": job.user,
        "operation": "update",
        "object": job.object,
        "columnDelimiter": DELIMITER_NAME,
    }
    with suppress(Declined, Forbidden):
        unfinished = [one for one in _jobs(account) if one["state"] in UNFINISHED | {"Open"}]
        for left in unfinished:  # a list, since pages move up when a job goes
            if left["id"] != job.id and left.items() >= ours.items():
                _aborted(account, str(left["id"]))
                _removed(account, str(left["id"]))


def _jobs(account: Account) -> Iterator[Mapping[str, Any]]:
    """The org's ingest jobs of the last seven days."""
    locator = ""
    while True:
        query = (("jobType", "V2Ingest"), *((("queryLocator", locator),) if locator else ()))
        answer = account.api.call(Request("GET", JOBS, query=query, promises="records", each=EACH)).data
        yield from answer["records"]
        _, _, following = str(answer.get("nextRecordsUrl") or "").partition("queryLocator=")
        locator = following.partition("&")[0]
        if answer.get("done") is not False or not locator:
            return


def _sent(account: Account, job: Job, file: bytes) -> None:
    """Upload and close. An answer that was lost makes us ask twice, which is refused then: the job's state tells."""
    parts, csv = {"job": job.id}, (("Content-Type", "text/csv; charset=UTF-8"),)
    try:
        account.api.call(Request("PUT", f"{JOBS}/{{job}}/batches", parts, headers=csv, file=file))
    except (Declined, Forbidden) as no:
        _aborted(account, job.id)
        raise Unusable("the job takes no file") from no
    with suppress(Declined):
        account.api.call(Request("PATCH", f"{JOBS}/{{job}}", parts, body={"state": "UploadComplete"}))


def _ended(account: Account, job: Job) -> Mapping[str, Any]:
    """The job when it has ended, or when we have waited long enough and told it to end."""
    since, pause = account.now(), 1.0
    while (told := _look(account, job))["state"] in UNFINISHED:
        if account.now() - since >= account.options.bulk_deadline:
            _aborted(account, job.id)
            return _look(account, job)
        account.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    if told["state"] == "Open":
        _aborted(account, job.id)
        raise Unusable("the job cannot be closed")
    return told


def _look(account: Account, job: Job) -> Mapping[str, Any]:
    try:
        return {"state": "unknown", **account.api.call(Request("GET", f"{JOBS}/{{job}}", {"job": job.id})).data}
    except Declined as no:
        raise Unusable("the job is gone") from no


def _results(account: Account, job: Job, which: str, first: str) -> Iterator[Mapping[str, str]]:
    """The rows of one result; none where Salesforce gives none, as of a job that has not ended."""
    opens = (f'"{first}"'.encode(), first.encode())
    with suppress(Declined):
        request = Request("GET", f"{JOBS}/{{job}}/{{which}}", {"job": job.id, "which": which}, opens=opens)
        yield from rows(account.api.call(request).file)


def _stamps(account: Account, job: Job, ids: Sequence[str]) -> dict[str, str]:
    """The records' new versions: by what has changed since the job was made, and by id what did not turn up there."""
    if not ids:
        return {}
    wanted, found = set(ids), dict[str, str]()
    behind = f"Id >= {quoted(min(ids))}"
    where = (f"SystemModstamp >= {literal(moment(job.made))}", f"Id <= {quoted(max(ids))}")
    for _ in range(-(-len(ids) // PAGE)):
        changed, more = page(account, select(job.object, STAMPED, (*where, behind), "Id", PAGE))
        found |= {row["Id"]: version(row["SystemModstamp"]) for row in changed if row["Id"] in wanted}
        if not more:
            break
        behind = f"Id > {quoted(changed[-1]['Id'])}"
    rest = [id_ for id_ in ids if id_ not in found]
    by_id: Iterator[Raw] = among(account, job.object, STAMPED, "Id", rest)
    return found | {row["Id"]: version(row["SystemModstamp"]) for row in by_id}


def _aborted(account: Account, job: str) -> None:
    with suppress(Declined, Forbidden):
        account.api.call(Request("PATCH", f"{JOBS}/{{job}}", {"job": job}, body={"state": "Aborted"}))


def _removed(account: Account, job: str) -> None:
    """Its results hold personal data, for seven days otherwise."""
    with suppress(Declined, Forbidden):
        account.api.call(Request("DELETE", f"{JOBS}/{{job}}", {"job": job}))
