"""What a CRM answered to our writes. Each answer is stored with its counters, in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from journey.model import Ref, Scalar
from state import agreed, conflicts, outbox, rejections, runs, writes
from state.codec import encode, micros, micros_or_none
from state.database import Key, Source
from state.model import Agreed, ConflictPolicy, ConflictRow, RefusedWrite, Rejection, RejectionStage, RunId
from state.sources import Sources
from state.views import RejectedRow, Retried

Answer = TypeVar("Answer", Agreed, RefusedWrite, ConflictRow)


def agree(connection: Connection, sources: Sources, run: RunId, rows: Sequence[Agreed], at: datetime) -> None:
    """The CRM holds these values now."""
    keys = {sources.key(row.ref) for row in rows}
    held = agreed.confirmed(connection, keys)
    answered: dict[Key, dict[str, Scalar]] = defaultdict(dict)
    for row in rows:
        key = sources.key(row.ref)
        held[key] = held.get(key, agreed.Confirmed()).after_agreeing(row.fields, row.version)
        answered[key].update(row.fields)
    agreed.store(connection, held, at)
    writes.record(connection, sources, run, rows, at)
    outbox.take_out(connection, answered)
    conflicts.settle(connection, sources, run, rows)
    for source, own in _by_source(rows).items():
        rejections.settle(connection, run, source, RejectionStage.OUTBOUND, {row.ref.id for row in own})
        already = sum(row.already for row in own)
        runs.tally(connection, run, source, written=len(own) - already, already=already)


def refuse(connection: Connection, sources: Sources, run: RunId, rows: Sequence[RefusedWrite], at: datetime) -> None:
    """The CRM refused these writes; each waits for its next attempt or, without one, until ours changes or a retry."""
    outbox.postpone(connection, {sources.key(row.ref): micros_or_none(row.next_attempt) for row in rows})
    rejections.reject(connection, run, map(_rejection, rows), micros(at))
    writes.record(connection, sources, run, rows, at)
    for source, own in _by_source(rows).items():
        runs.tally(connection, run, source, refused=len(own))


def record_conflicts(
    connection: Connection, sources: Sources, run: RunId, rows: Sequence[ConflictRow], at: datetime
) -> None:
    """Write the conflicts down. A kept edit leaves the outbox and is not asked about again until ours changes."""
    conflicts.write(connection, sources, run, rows, at)
    kept = [row for row in rows if row.policy is ConflictPolicy.KEEP]
    held = agreed.confirmed(connection, {sources.key(row.ref) for row in kept})
    given_up: dict[Key, dict[str, Scalar]] = defaultdict(dict)
    for row in kept:
        key = sources.key(row.ref)
        held[key] = held.get(key, agreed.Confirmed()).after_yielding(row.field, row.theirs, row.ours)
        given_up[key][row.field] = row.ours
    agreed.store(connection, held, at)
    outbox.take_out(connection, given_up)
    for source, own in _by_source(rows).items():
        runs.tally(connection, run, source, conflicts=len(own))


def retry(
    connection: Connection, sources: Sources, rows: Sequence[RejectedRow], stage: RejectionStage | None, at: datetime
) -> Retried:
    """Try open rejections again, of one stage or both: writes are due at once, records are named to be read by id."""
    refs: dict[RejectionStage, set[Ref]] = defaultdict(set)
    for what in (row.rejection for row in rows if stage in (None, row.rejection.stage)):
        refs[what.stage].add(Ref(what.connection, what.object, what.id))
    keys = {sources.key(ref) for ref in refs[RejectionStage.OUTBOUND]}
    return Retried(outbox.retry_now(connection, keys, at), tuple(sorted(refs[RejectionStage.INBOUND])))


def _rejection(row: RefusedWrite) -> Rejection:
    # The name of the field is known only when it was the only one in the write.
    field = next(iter(row.fields)) if len(row.fields) == 1 else ""
    stage = RejectionStage.OUTBOUND
    return Rejection(*row.ref, stage, field, encode(row.fields), row.reason, row.code, row.retryable)


def _by_source(rows: Iterable[Answer]) -> dict[Source, list[Answer]]:
    found: dict[Source, list[Answer]] = defaultdict(list)
    for row in rows:
        found[Source(row.ref.connection, row.ref.object)].append(row)
    return found
