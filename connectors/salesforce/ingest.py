"""Writes many records by the Bulk API 2.0: one ingest job for thousands of them, and an outcome for each.

Sources: developer.salesforce.com/docs/platform/api-asynch/guide (ingest jobs; CSV: an empty cell leaves a field alone, #N/A clears
it; an upload stays below 100 MB, since it grows by half when Salesforce encodes it). Writes are by id, so a job that was left
behind, or whose records are sent again, changes nothing twice (I2).
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from connectors.base import Outcome, Refused, Write
from connectors.batches import batched
from connectors.http import Declined, Request, redacted
from connectors.salesforce import writes as collections
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.objects import KINDS
from connectors.salesforce.signals import Forbidden

JOBS = f"{ROOT}/jobs/ingest"
LARGEST = 10_000
"""Writes in one job: Salesforce works through a job in chunks of that size."""

MOST_BYTES = 100_000_000
LONGEST_PAUSE = 30.0
CLEARED = "#N/A"
ENDED = frozenset({"JobComplete", "Failed", "Aborted"})
UNFINISHED = "Salesforce had not got to this record when its job ended."


class Unusable(Exception):
    """The job wrote nothing that can be told record by record."""


def push(account: Account, writes: Sequence[Write]) -> Iterator[Outcome]:
    """One outcome for each write, in order; by a job from `bulk_writes_from` writes on, by collections below."""
    for batch in batched(writes, LARGEST):
        if len(batch) < account.options.bulk_writes_from or batch[0].object not in KINDS or not _tellable(batch):
            yield from collections.push(account, batch)
        else:
            yield from _sent(account, batch)


def _sent(account: Account, batch: list[Write]) -> Iterator[Outcome]:
    """What a job as a whole will not do, for a field it does not know, is done without it: so the bad record is found alone."""
    file = _csv(batch)
    if len(file) > MOST_BYTES and len(batch) > 1:
        half = len(batch) // 2
        yield from _sent(account, batch[:half])
        yield from _sent(account, batch[half:])
        return
    try:
        results = _results(account, batch, file)
    except Unusable:
        yield from collections.push(account, batch)
    else:
        yield from collections.settled(account, batch, results)


def _tellable(batch: list[Write]) -> bool:
    """Whether CSV can say it: it has no word for the text #N/A, and a carriage return breaks a file of lines that end in LF."""
    texts = [value for write in batch for value in write.fields.values() if isinstance(value, str)]
    return not any(text == CLEARED or "\r" in text for text in texts)


def _csv(batch: list[Write]) -> bytes:
    """A column for each field that any of the writes has; what a write does not have is empty, and so left alone."""
    columns = list(dict.fromkeys(name for write in batch for name in write.fields))
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["Id", *columns])
    for write in batch:
        lines.writerow([write.id, *(_cell(write.fields[name]) if name in write.fields else "" for name in columns)])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    told = collections.encoded(value)
    if told is None or told == "":
        return CLEARED
    return str(told).lower() if isinstance(told, bool) else str(told)


def _results(account: Account, batch: list[Write], file: bytes) -> list[Refused | None]:
    """For each write None when it was taken. Raises `Unusable`."""
    job = _begun(account, batch[0].object)
    for request in (_upload(job, file), _to(job, "UploadComplete")):
        with suppress(Declined):  # said again after a lost answer, it is refused: the job's state tells
            account.api.call(request)
    state = _ended(account, job)
    if state == "Failed":
        raise Unusable
    taken, failed = _table(account, job, "successfulResults"), _table(account, job, "failedResults")
    with suppress(Declined, Forbidden):  # it holds personal data, for seven days otherwise
        account.api.call(Request("DELETE", f"{JOBS}/{{job}}", {"job": job}))
    return [None if write.id in taken else _refused(write, failed.get(write.id)) for write in batch]


def _begun(account: Account, object_: str) -> str:
    body = {
        "object": object_,
        "operation": "update",
        "contentType": "CSV",
        "lineEnding": "LF",
        "columnDelimiter": "COMMA",
    }
    try:
        return str(account.api.call(Request("POST", JOBS, body=body)).data["id"])
    except (Declined, Forbidden, KeyError) as error:
        raise Unusable from error


def _upload(job: str, file: bytes) -> Request:
    return Request("PUT", f"{JOBS}/{{job}}/batches", {"job": job}, (), (("Content-Type", "text/csv"),), file=file)


def _to(job: str, state: str) -> Request:
    return Request("PATCH", f"{JOBS}/{{job}}", {"job": job}, body={"state": state})


def _ended(account: Account, job: str) -> str:
    """The job's last state; a job that takes longer than `bulk_deadline`, or took no file, is aborted."""
    since, pause = account.now(), 1.0
    while (state := _state(account, job)) not in ENDED:
        if state == "Open" or account.now() - since >= account.options.bulk_deadline:
            with suppress(Declined):
                account.api.call(_to(job, "Aborted"))
            return _state(account, job)
        account.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    return state


def _state(account: Account, job: str) -> str:
    try:
        return str(account.api.call(Request("GET", f"{JOBS}/{{job}}", {"job": job})).data.get("state"))
    except Declined as declined:
        raise Unusable from declined


def _table(account: Account, job: str, name: str) -> Mapping[str, str]:
    """What the job says of its records, by the id that we gave."""
    request = Request("GET", f"{JOBS}/{{job}}/{name}", {"job": job}, opens=b'"sf__Id"')
    try:
        file = account.api.call(request).file
    except Declined as declined:
        raise Unusable from declined
    rows = csv.DictReader(io.StringIO(file.decode(), newline=""))
    return {row["Id"]: row.get("sf__Error", "") for row in rows}


def _refused(write: Write, error: str | None) -> Refused:
    """`error` reads CODE:message:fields --; None: the record is in neither result, so it was not processed."""
    if error is None:
        return Refused(write.id, UNFINISHED, "UNPROCESSED", retryable=True)
    code, _, rest = error.partition(":")
    reason = rest.removesuffix(" --").rpartition(":")[0] or rest
    return Refused(write.id, redacted(reason), code, retryable=code in collections.RETRYABLE)
