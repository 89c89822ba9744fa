"""Writes fields to existing records, a hundred at a time, and learns what became of each.

Source: zoho.com/crm/developer/docs/api/v8/update-records.html. A write that is to be refused when its record has moved on costs
one more call for a hundred: the guard that Zoho offers is one time for the whole call, so the records' own times are looked at
first, and the guard holds what happens between that look and the write.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.base import Outcome, Refused, Write, Written
from connectors.batches import batched
from connectors.http import Declined, Request
from connectors.zoho.account import RECORDS, Account
from connectors.zoho.fields import Descriptions
from connectors.zoho.listing import by_ids
from connectors.zoho.modules import CONVERTED, MODIFIED, MODULES
from connectors.zoho.records import moment, version
from connectors.zoho.signals import reason
from connectors.zoho.values import encoded, same

BATCH = 100
STALE = "ALREADY_MODIFIED"
PASSING = frozenset({"RECORD_LOCKED", "INTERNAL_ERROR", "TOO_MANY_REQUESTS"})
"""Codes of refusals that time alone may mend."""

Outcomes = dict[str, Outcome]


def push(account: Account, descriptions: Descriptions, writes: Sequence[Write]) -> Iterator[Outcome]:
    """One outcome for each write, in order."""
    for batch in batched(writes, BATCH, lambda write: (write.object, write.version is None)):
        if batch[0].object in MODULES:
            outcomes = _settled(account, descriptions.types(batch[0].object), batch)
            yield from (outcomes[write.id] for write in batch)
        else:
            yield from (
                Refused(write.id, "Relevo does not change this in Zoho CRM.", "NOT_WRITABLE") for write in batch
            )


def _settled(account: Account, types: Mapping[str, str], batch: list[Write]) -> Outcomes:
    """Zoho ignores in silence a field that it does not have or that is read-only: such a write is refused here."""
    outcomes: Outcomes = {}
    for write in batch:
        if lacking := [name for name in write.fields if name not in types]:
            said = f"{write.object} has no field {', '.join(lacking)} that may be written."
            outcomes[write.id] = Refused(write.id, said, "NO_SUCH_FIELD")
    ready = [write for write in batch if write.id not in outcomes]
    if ready and ready[0].version is not None:
        outcomes |= _moved_on(account, ready)
        ready = [write for write in ready if write.id not in outcomes]
    return outcomes | _sent(account, types, ready) if ready else outcomes


def _moved_on(account: Account, writes: list[Write]) -> Outcomes:
    """The writes whose record is not what it was. Records that are not there are left to the write itself."""
    object_ = writes[0].object
    names = (MODIFIED, CONVERTED) if object_ == "Leads" else (MODIFIED,)
    held = by_ids(account, object_, names, [write.id for write in writes])
    return {
        write.id: Refused(write.id, "The record was modified meanwhile.", STALE, stale=True)
        for write in writes
        if write.id in held and version(moment(held[write.id][MODIFIED])) != write.version
    }


def _sent(account: Account, types: Mapping[str, str], batch: list[Write]) -> Outcomes:
    """A batch that is refused as a whole is halved until the bad row is alone."""
    try:
        rows: list[Mapping[str, Any]] = account.api.call(_request(account, types, batch)).data["data"]
    except Declined as declined:
        if len(batch) == 1:
            return {batch[0].id: Refused(batch[0].id, declined.reason, declined.code)}
        half = len(batch) // 2
        return _sent(account, types, batch[:half]) | _sent(account, types, batch[half:])
    if len(rows) != len(batch):
        return {write.id: _silent(write) for write in batch}
    outcomes = {write.id: _outcome(write, row) for write, row in zip(batch, rows, strict=True)}
    return outcomes | _ours(account, types, [write for write in batch if _is_stale(outcomes[write.id])])


def _request(account: Account, types: Mapping[str, str], batch: list[Write]) -> Request:
    data = [
        {"id": write.id, **{name: encoded(value, types[name]) for name, value in write.fields.items()}}
        for write in batch
    ]
    # Without the key, every workflow of the organisation runs; with an empty list, none.
    body = {"data": data} if account.options.run_workflows else {"data": data, "trigger": []}
    newest = max((write.version for write in batch if write.version is not None), default=None)
    headers = (("if-unmodified-since", newest),) if newest else ()
    return Request("PUT", RECORDS, {"object": batch[0].object}, headers=headers, body=body, promises="data")


def _outcome(write: Write, row: Mapping[str, Any]) -> Outcome:
    details, code = row.get("details") or {}, str(row.get("code") or "UNKNOWN")
    if code == "SUCCESS":
        modified = details.get(MODIFIED)
        written = str(details.get("id")) == write.id and modified
        return Written(write.id, version(moment(modified))) if written else _silent(write)
    return Refused(write.id, reason(row), code, retryable=code in PASSING, stale=code == STALE)


def _silent(write: Write) -> Refused:
    return Refused(write.id, "Zoho CRM's answer says nothing of this record.", "NO_OUTCOME", retryable=True)


def _is_stale(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.stale


def _ours(account: Account, types: Mapping[str, str], stale: list[Write]) -> Outcomes:
    """Writes refused as stale that Zoho holds all the same: it was our own write, of which the answer was lost."""
    if not stale:
        return {}
    names = (MODIFIED, *dict.fromkeys(name for write in stale for name in write.fields if name != MODIFIED))
    held = by_ids(account, stale[0].object, names, [write.id for write in stale])
    return {
        write.id: Written(write.id, version(moment(held[write.id][MODIFIED])))
        for write in stale
        if write.id in held
        and all(
            same(encoded(value, types[name]), held[write.id].get(name), types[name])
            for name, value in write.fields.items()
        )
    }
