"""Read a connection's changes, understand them, and store them page by page.

A page's facts and its cursor are stored in one transaction before the next page is asked for (I1), and every record that
came is counted as stored, rejected with its reason, or skipped (I6).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter

from connectors.base import Change, Cursor, Selection
from journey.model import Fact, Ref
from mapping.compiled import Mapped, ObjectMapping, Skipped
from state.model import Rejection, RejectionStage, TakenPage
from sync.context import RunContext


def selection(mapping: ObjectMapping) -> Selection:
    """What to ask the connector for, so that this mapping can be applied."""
    return Selection(mapping.object, mapping.raw_fields, mapping.links, mapping.history)


def pull_object(ctx: RunContext, mapping: ObjectMapping) -> None:
    """Read one object's changes from its stored cursor to the present end of its stream."""
    started = ctx.now()
    cursor = ctx.store.cursor(ctx.connection, mapping.object)
    for page in ctx.connector.pull(selection(mapping), None if cursor is None else Cursor(cursor)):
        _reread_linked(ctx, mapping, page.changes)
        _take(ctx, mapping, page.changes, page.cursor, started if page.last else None)
        ctx.go_on()


def read_ids(ctx: RunContext, mapping: ObjectMapping, ids: Sequence[str]) -> None:
    """Read the named records as they are now; the object's cursor stays where it is."""
    for some in _chunks(ids, ctx.connector.abilities.batch_size):
        _take(ctx, mapping, ctx.connector.read(selection(mapping), some), None, None)
        ctx.go_on()


def _reread_linked(ctx: RunContext, mapping: ObjectMapping, changes: Sequence[Change]) -> None:
    """Read again what hung on records that are gone, where the CRM does not tell that they were merged.

    A merge moves what hung on them to their survivor without changing it otherwise, so that no pull would ever see it. This
    comes before the page is stored: broken off in between, both happen again.
    """
    if ctx.connector.abilities.tells_merges:
        return
    gone = [Ref(ctx.connection, mapping.object, change.id) for change in changes if change.deleted]
    readable = {other.object: other for other in ctx.readable}
    for object_, refs in groupby(ctx.store.linked_to(gone) if gone else (), attrgetter("object")):
        if object_ in readable:
            read_ids(ctx, readable[object_], [ref.id for ref in refs])


def _take(
    ctx: RunContext,
    mapping: ObjectMapping,
    changes: Sequence[Change],
    cursor: str | None,
    read_through: datetime | None,
) -> None:
    latest = _latest(changes)
    facts: list[Fact] = []
    rejected: list[Rejection] = []
    skipped = len(changes) - len(latest)
    for change in latest:
        result = mapping.inbound(change)
        if isinstance(result, Mapped):
            facts += result.facts
        elif isinstance(result, Skipped):
            skipped += 1
        else:
            rejected += [
                Rejection(
                    ctx.connection,
                    mapping.object,
                    change.id,
                    RejectionStage.INBOUND,
                    problem.field,
                    problem.raw or "",
                    problem.reason,
                )
                for problem in result.problems
            ]
    page = TakenPage(
        ctx.run, ctx.connection, mapping.object, facts, len(changes), cursor, rejected, skipped, read_through
    )
    ctx.observer.page(ctx.connection, mapping.object, ctx.store.take(page))


def _latest(changes: Sequence[Change]) -> Sequence[Change]:
    """The newest version of each record: a vendor may give one twice in a page."""
    newest: dict[str, Change] = {}
    for change in changes:
        known = newest.get(change.id)
        if known is None or change.modified >= known.modified:
            newest[change.id] = change
    return tuple(newest.values())


def _chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    rest = iter(dict.fromkeys(ids))
    while some := tuple(islice(rest, size)):
        yield some
