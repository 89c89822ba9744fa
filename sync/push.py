"""Settle what is owed with the CRM: compare with the live record, write the difference, record each record's outcome.

A write is by record id and only ever of fields that differ, so a run that was killed between the CRM's answer and our note
of it finds the value already there and writes nothing twice (I2).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import Change, Refused, Selection, Write, Written
from journey.model import Ref
from mapping.compiled import ObjectMapping
from state.model import Agreed, ConflictPolicy, ConflictRow, OutboxRow, RefusedWrite
from sync.context import RunContext
from sync.counts import PushCounts
from sync.plan import Conflict, RecordPlan, plan_record

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)
GONE = "the CRM no longer has this record"


@dataclass(frozen=True, slots=True)
class Planned:
    """An owed row with what was decided about it, and the version of the record that was compared."""

    row: OutboxRow
    plan: RecordPlan
    version: str | None


def push_object(ctx: RunContext, mapping: ObjectMapping, *, backlog: bool) -> None:
    """Settle what is due for one object, one batch after the other: what cannot wait, or what a rescore left as a backlog.

    The backlog's batches end when the run's time for them is over; the next run goes on with them.
    """
    for planned in _owed_plans(ctx, mapping, backlog):
        counts = _settle(ctx, planned)
        ctx.observer.pushed(ctx.connection, mapping.object, counts)
        ctx.go_on()
        if backlog and ctx.backlog_until is not None and ctx.now() >= ctx.backlog_until:
            return


def show_plans(ctx: RunContext, mapping: ObjectMapping) -> None:
    """Decide everything due for one object, tell the observer, and write nothing."""
    for planned in _owed_plans(ctx, mapping, None):
        ctx.observer.planned(ctx.connection, mapping.object, [decided.plan for decided in planned])
        ctx.go_on()


def _owed_plans(ctx: RunContext, mapping: ObjectMapping, backlog: bool | None) -> Iterator[Sequence[Planned]]:
    kept = _kept_edits(ctx)
    for rows in _batches(ctx, mapping.object, backlog):
        yield _plan(ctx, mapping, rows, kept)


def _batches(ctx: RunContext, object_: str, backlog: bool | None) -> Iterator[Sequence[OutboxRow]]:
    """What is due, in batches of the size that costs the connector fewest calls for so many."""
    able = ctx.connector.abilities
    least = able.bulk_from
    most = able.batch_size if least is None else max(able.batch_size, able.bulk_size)
    rows = ctx.store.owed(ctx.connection, object_, ctx.now(), most, None, backlog)
    while rows:
        size = able.batch_size if least is None or len(rows) < least else len(rows)
        yield from (rows[at : at + size] for at in range(0, len(rows), size))
        rows = ctx.store.owed(ctx.connection, object_, ctx.now(), most, rows[-1].ref, backlog)


def _kept_edits(ctx: RunContext) -> Mapping[Ref, frozenset[str]]:
    kept: dict[Ref, set[str]] = defaultdict(set)
    for recorded in ctx.store.conflicts(ctx.connection, open_only=True, limit=None):
        if recorded.conflict.policy is ConflictPolicy.KEEP:
            kept[recorded.conflict.ref].add(recorded.conflict.field)
    return {ref: frozenset(fields) for ref, fields in kept.items()}


def _plan(
    ctx: RunContext, mapping: ObjectMapping, rows: Sequence[OutboxRow], kept: Mapping[Ref, frozenset[str]]
) -> Sequence[Planned]:
    wanted = Selection(mapping.object, tuple(mapping.written))
    live = {change.id: change for change in ctx.connector.read(wanted, [row.ref.id for row in rows])}
    return [_plan_row(mapping, row, live.get(row.ref.id), kept.get(row.ref, frozenset())) for row in rows]


def _plan_row(mapping: ObjectMapping, row: OutboxRow, live: Change | None, kept: frozenset[str]) -> Planned:
    present = live is not None and not live.deleted
    policies = {name: ConflictPolicy(target.on_conflict) for name, target in mapping.targets.items()}
    plan = plan_record(row, live.fields if live and present else None, policies, mapping.same, kept)
    return Planned(row, plan, live.version if live and present else None)


def _settle(ctx: RunContext, planned: Sequence[Planned]) -> PushCounts:
    """Send one batch. What the CRM already answered is recorded even when a later answer never comes."""
    agreed = [_already(p) for p in planned if p.plan.already]
    conflicts = [_conflict_row(p.row.ref, conflict) for p in planned for conflict in p.plan.conflicts]
    refused = [_gone(p.row) for p in planned if p.plan.gone]
    puts = [p for p in planned if p.plan.put]
    writes = [Write(p.row.ref.object, p.row.ref.id, p.plan.writes, p.version) for p in puts]
    try:
        for put, outcome in zip(puts, ctx.connector.push(writes), strict=True):
            if isinstance(outcome, Written):
                agreed.append(Agreed(put.row.ref, put.plan.writes, outcome.version, old=put.plan.held))
            else:
                refused.append(_refused(put, outcome, ctx.now()))
    finally:
        ctx.store.record_conflicts(ctx.run, conflicts)
        ctx.store.agree(ctx.run, agreed)
        ctx.store.refuse(ctx.run, refused)
    already = sum(row.already for row in agreed)
    return PushCounts(len(agreed) - already, already, len(refused), len(conflicts))


def _already(planned: Planned) -> Agreed:
    fields = {name: planned.row.fields[name] for name in planned.plan.already}
    return Agreed(planned.row.ref, fields, planned.version, already=True)


def _conflict_row(ref: Ref, conflict: Conflict) -> ConflictRow:
    theirs = None if conflict.theirs is None else str(conflict.theirs)
    return ConflictRow(ref, conflict.field, theirs, conflict.ours, conflict.policy)


def _gone(row: OutboxRow) -> RefusedWrite:
    return RefusedWrite(row.ref, row.fields, GONE, "GONE", retryable=False)


def _refused(put: Planned, outcome: Refused, now: datetime) -> RefusedWrite:
    again = now + retry_delay(put.row.attempts) if outcome.retryable or outcome.stale else None
    return RefusedWrite(
        put.row.ref, put.plan.writes, outcome.reason, outcome.code, outcome.retryable, again, put.plan.held
    )


def retry_delay(attempts: int) -> timedelta:
    """How long to wait before the next try of a write that was refused `attempts` times before: doubling, bounded."""
    doubled: timedelta = FIRST_RETRY * 2 ** min(attempts, 20)
    return min(doubled, LONGEST_RETRY)
