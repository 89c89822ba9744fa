"""Writes fields to existing records, a hundred at a time, and learns what became of each."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.base import Outcome, Refused, Selection, Write, Written
from connectors.batches import batched
from connectors.http import Declined, Request
from connectors.hubspot.account import Account
from connectors.hubspot.details import rows_by_id
from connectors.hubspot.paths import CRM_OBJECTS
from connectors.hubspot.records import Raw, version

BATCH = 100


def push(account: Account, writes: Sequence[Write]) -> Iterator[Outcome]:
    """One outcome for each write, in order."""
    for batch in batched(writes, BATCH):
        if batch[0].object in CRM_OBJECTS:
            yield from _sent(account, batch)
        else:
            yield from (Refused(write.id, "HubSpot's API cannot change this.", "NOT_WRITABLE") for write in batch)


def encoded(value: object) -> str:
    """A value as HubSpot takes it: text, always; an empty one clears the property."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case float() | Decimal():
            return f"{Decimal(str(value)).normalize():f}"
        case list() | tuple():
            return ";".join(map(str, value))
    return str(value)


def _sent(account: Account, batch: list[Write]) -> Iterator[Outcome]:
    """A batch that is refused as a whole is halved until the bad row is alone."""
    try:
        answer = account.api.call(_request(account, batch)).data
    except Declined as declined:
        if len(batch) == 1:
            yield Refused(batch[0].id, declined.reason, declined.code)
            return
        half = len(batch) // 2
        yield from _sent(account, batch[:half])
        yield from _sent(account, batch[half:])
        return
    outcomes: dict[str, Outcome] = {
        row["id"]: Written(row["id"], version(row["updatedAt"])) for row in answer["results"]
    }
    for error in answer.get("errors") or ():
        outcomes.update((refused.id, refused) for refused in _refused(error))
    silent = [write for write in batch if write.id not in outcomes]
    outcomes.update(_looked_up(account, silent))
    yield from (outcomes[write.id] for write in batch)


def _request(account: Account, batch: list[Write]) -> Request:
    inputs = [
        {"id": write.id, "properties": {name: encoded(value) for name, value in write.fields.items()}}
        for write in batch
    ]
    return Request(
        "POST",
        account.paths.objects + "/batch/update",
        {"object": batch[0].object},
        body={"inputs": inputs},
        promises="results",
        each=frozenset({"id", "updatedAt"}),
    )


def _refused(error: Mapping[str, Any]) -> Iterator[Refused]:
    for id_ in (error.get("context") or {}).get("ids") or ():
        yield Refused(str(id_), str(error.get("message", "no reason given")), str(error.get("category", "UNKNOWN")))


def _looked_up(account: Account, writes: list[Write]) -> dict[str, Outcome]:
    """What HubSpot holds for writes that its answer says nothing of."""
    if not writes:
        return {}
    names = tuple(sorted({name for write in writes for name in write.fields}))
    selection = Selection(writes[0].object, names)
    held = {row["id"]: row for row in rows_by_id(account, selection, [write.id for write in writes])}
    return {write.id: _by_look(write, held.get(write.id)) for write in writes}


def _by_look(write: Write, row: Raw | None) -> Outcome:
    if row and all((row["properties"].get(name) or "") == encoded(value) for name, value in write.fields.items()):
        return Written(write.id, version(row["updatedAt"]))
    return Refused(write.id, "HubSpot's answer says nothing of this record.", "NO_OUTCOME", retryable=True)
