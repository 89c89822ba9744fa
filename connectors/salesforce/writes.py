"""Writes fields to existing records, two hundred at a time, and learns what became of each.

Source: developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-update.html.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.base import Outcome, Refused, Write, Written
from connectors.batches import batched
from connectors.http import Declined, Request, redacted
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.objects import KINDS
from connectors.salesforce.records import Raw, version
from connectors.salesforce.signals import PASSING_CODES
from connectors.salesforce.soql import among

BATCH = 200
NAMED = re.compile(r"'(\w+)'")
RETRYABLE = PASSING_CODES | {"LIMIT_EXCEEDED", "STORAGE_LIMIT_EXCEEDED"}


def push(account: Account, writes: Sequence[Write]) -> Iterator[Outcome]:
    """One outcome for each write, in order."""
    for batch in batched(writes, BATCH):
        if batch[0].object in KINDS:
            yield from _sent(account, batch)
        else:
            yield from (Refused(write.id, "Relevo does not write to this object.", "NOT_WRITABLE") for write in batch)


def encoded(value: object) -> object:
    """A value as JSON for Salesforce; null clears the field."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
        case Decimal():
            return float(value)
        case list() | tuple():
            return ";".join(map(str, value))
        case None | bool() | int() | float():
            return value
    return str(value)


def _sent(account: Account, batch: list[Write]) -> Iterator[Outcome]:
    results = _results(account, batch)
    taken = [write.id for write, result in zip(batch, results, strict=True) if result is None]
    rows = among(account, batch[0].object, ("Id", "SystemModstamp"), "Id", taken) if taken else ()
    stamps: Mapping[str, Raw] = {row["Id"]: row for row in rows}
    for write, result in zip(batch, results, strict=True):
        row = stamps.get(write.id)
        yield result or (Written(write.id, version(row["SystemModstamp"])) if row else silent(write))


def _results(account: Account, batch: list[Write]) -> list[Refused | None]:
    """For each write None when it was taken. A batch refused as a whole is split until the bad rows are alone."""
    try:
        answers = account.api.call(_request(batch)).data["results"]
    except Declined as declined:
        refused = Refused("", redacted(declined.reason), declined.code)
        if len(batch) == 1:
            return [_for(batch[0], refused)]
        guilty = _guilty(batch, declined)
        if guilty:
            return _without(account, batch, guilty, refused)
        half = len(batch) // 2
        return [*_results(account, batch[:half]), *_results(account, batch[half:])]
    if len(answers) != len(batch):
        return [silent(write) for write in batch]
    return [_result(write, answer) for write, answer in zip(batch, answers, strict=True)]


def _guilty(batch: list[Write], declined: Declined) -> set[str]:
    """The writes that have the one field that Salesforce does not know: they are told apart without trying."""
    if declined.code != "INVALID_FIELD":
        return set()
    named = set(NAMED.findall(declined.reason))
    return {write.id for write in batch if named & set(write.fields)}


def _without(account: Account, batch: list[Write], guilty: set[str], refused: Refused) -> list[Refused | None]:
    rest = [write for write in batch if write.id not in guilty]
    others = iter(_results(account, rest) if rest else ())
    return [_for(write, refused) if write.id in guilty else next(others) for write in batch]


def _request(batch: list[Write]) -> Request:
    records = [
        {
            "attributes": {"type": write.object},
            "id": write.id,
            **{name: encoded(value) for name, value in write.fields.items()},
        }
        for write in batch
    ]
    body = {"allOrNone": False, "records": records}
    return Request("PATCH", f"{ROOT}/composite/sobjects", body=body, promises="results", each=frozenset({"success"}))


def _result(write: Write, answer: Mapping[str, Any]) -> Refused | None:
    if answer["success"] is True:
        return None
    error = (answer.get("errors") or [{}])[0]
    code = str(error.get("statusCode", "UNKNOWN"))
    return Refused(write.id, str(error.get("message", "no reason given")), code, retryable=code in RETRYABLE)


def _for(write: Write, refused: Refused) -> Refused:
    return Refused(write.id, refused.reason, refused.code)


def silent(write: Write) -> Refused:
    """The outcome of a write of which nothing was said: it may have been made, and may be made again."""
    return Refused(write.id, "Salesforce's answer says nothing of this record.", "NO_OUTCOME", retryable=True)
