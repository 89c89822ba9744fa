"""Put back what a run wrote, as far as the CRM still holds it: planned against the live records, then sent like any write.

A field that somebody, or a later run, has changed since stays as it is. What was put back is not written again until ours
changes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import cast

from connectors.base import Change, Selection, Write, Written
from journey.model import Ref, Scalar
from mapping.compiled import ObjectMapping
from mapping.outbound import OutboundValue
from state.model import RunId
from state.writes import PutBack, RecordedWrite
from sync.context import RunContext
from sync.counts import PushCounts


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What undoing one write would do: the fields to put `back`, and those that are `changed` since, with what they hold now.

    `gone`: the CRM no longer has the record.
    """

    write: RecordedWrite
    back: Mapping[str, Scalar] = field(default_factory=dict)
    changed: Mapping[str, object] = field(default_factory=dict)
    version: str | None = None
    gone: bool = False


Tell = Callable[[Sequence[UndoPlan]], None]


def undo_writes(ctx: RunContext, run: RunId, tell: Tell, *, apply: bool) -> None:
    """Plan the undoing of all that the run wrote, batch by batch; tell each plan, and carry it out if asked to `apply`."""
    for plans in _plans(ctx, run):
        tell(plans)
        if apply:
            _put_back(ctx, run, [plan for plan in plans if plan.back])
        ctx.go_on()


def _plans(ctx: RunContext, run: RunId) -> Iterator[Sequence[UndoPlan]]:
    size, after = ctx.connector.abilities.batch_size, None
    while some := ctx.store.trail.writes_of(run, size, after):
        after = some[-1].ref
        standing = [write for write in some if write.refused is None and write.undone is None]
        for name, writes in groupby(standing, lambda write: write.ref.object):
            mapping = ctx.mappings.get(name)
            if mapping is not None and mapping.written:
                yield _planned(ctx, mapping, list(writes))


def _planned(ctx: RunContext, mapping: ObjectMapping, writes: Sequence[RecordedWrite]) -> Sequence[UndoPlan]:
    wanted = Selection(mapping.object, tuple(mapping.written))
    live = {change.id: change for change in ctx.connector.read(wanted, [write.ref.id for write in writes])}
    return [_plan(mapping, write, live.get(write.ref.id)) for write in writes]


def _plan(mapping: ObjectMapping, write: RecordedWrite, live: Change | None) -> UndoPlan:
    if live is None or live.deleted:
        return UndoPlan(write, gone=True)
    back: dict[str, Scalar] = {}
    changed: dict[str, object] = {}
    for name, ours in write.new.items():
        raw = live.fields.get(name)
        if name in mapping.written and _holds(mapping, name, ours, raw):
            back[name] = write.old.get(name)
        else:
            changed[name] = raw
    return UndoPlan(write, back, changed, live.version)


def _holds(mapping: ObjectMapping, name: str, ours: Scalar, raw: object) -> bool:
    # What an undoing wrote is in the CRM's own words.
    return raw == ours or mapping.same(name, cast("OutboundValue", ours), raw)


def _put_back(ctx: RunContext, run: RunId, plans: Sequence[UndoPlan]) -> None:
    writes = [Write(plan.write.ref.object, plan.write.ref.id, plan.back, plan.version) for plan in plans]
    done: list[PutBack] = []
    refused: dict[Ref, str] = {}
    try:
        for plan, outcome in zip(plans, ctx.connector.push(writes), strict=True):
            if isinstance(outcome, Written):
                ours = {name: plan.write.new[name] for name in plan.back}
                done.append(PutBack(plan.write.ref, plan.write.at, plan.back, ours, outcome.version))
            else:
                refused[plan.write.ref] = outcome.reason
    finally:
        ctx.store.trail.put_back(ctx.run, run, done, refused)
    if plans:
        ctx.observer.pushed(ctx.connection, plans[0].write.ref.object, PushCounts(len(done), 0, len(refused), 0))
