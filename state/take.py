"""A page goes in: facts, rejections, counters and, last, the cursor, in one transaction (I1)."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection

from journey.model import Kind, PersonId
from state import derived, dirty, identity, mails, records, rejections, runs
from state.codec import micros
from state.database import Source
from state.model import RejectionStage, Taken, TakenPage
from state.records import Batch, Verdict
from state.sources import Sources

_FELT = (Kind.COMPANY, Kind.DEAL, Kind.TOUCHPOINT)
"""Kinds of record that people one link away feel."""


def rejected_records(page: TakenPage) -> int:
    """How many of the page's records were rejected. Raises ValueError if its counts cannot be true (I6)."""
    read = sum(fact.ref.object == page.object for fact in page.facts)
    count = page.received - page.skipped - read
    ids = {rejection.id for rejection in page.rejected}
    if count < len(ids) or (count > 0 and not ids):
        raise ValueError(
            f"{page.object}: {page.received} records received, but {read} facts, {page.skipped} skipped, {len(ids)} rejected"
        )
    return count


def take(connection: Connection, sources: Sources, page: TakenPage, at: datetime) -> Taken:
    """Store the page. All its sources have numbers already."""
    rejected = rejected_records(page)
    mark = dirty.new_mark()
    batch = records.weigh(connection, sources, page.facts)
    dirty.mark_linked(connection, [key for key in batch.keys(*_FELT) if key in batch.before], mark)
    records.write(connection, sources, batch)
    regrouped = identity.regroup(connection, sources, _person_nodes(batch), _people_before(batch))
    dirty.mark_people(connection, regrouped.touched, mark)
    dirty.mark_linked(connection, batch.keys(*_FELT), mark)
    derived.inherit(connection, regrouped.heirs)
    mails.note(connection, batch)
    derived.forget(connection, regrouped.vanished)
    again = _rejected_before(connection, page)
    _judge(connection, page, batch, at)
    taken = _count(page, batch, rejected, again)
    counts = {name: getattr(taken, name) for name in Taken.__slots__}
    runs.tally(connection, page.run, Source(page.connection, page.object), **counts)
    runs.set_cursor(connection, page, at)
    return taken


def _person_nodes(batch: Batch) -> list[identity.Node]:
    return [
        identity.Node(h.source, h.id, h.person, h.email, h.gone, h.merged_source, h.merged_id, h.external_id)
        for h, _ in batch.after.values()
        if h.person is not None
    ]


def _people_before(batch: Batch) -> set[PersonId]:
    held = (batch.before[key].person for key in batch.replaced)
    return {person for person in held if person is not None}


def _judge(connection: Connection, page: TakenPage, batch: Batch, at: datetime) -> None:
    mapped = {f.ref.id for f, verdict in batch.verdicts if f.ref.object == page.object and verdict is not Verdict.STALE}
    ids = sorted(mapped | {rejection.id for rejection in page.rejected})
    source = Source(page.connection, page.object)
    rejections.settle(connection, page.run, source, RejectionStage.INBOUND, ids)
    rejections.reject(connection, page.run, page.rejected, micros(at))


def _rejected_before(connection: Connection, page: TakenPage) -> int:
    """Records that this run rejected already: a run may read what is young twice, and counts each record's rejection once."""
    ids = {rejection.id for rejection in page.rejected}
    return rejections.open_of_run(connection, page.run, Source(page.connection, page.object), ids) if ids else 0


def _count(page: TakenPage, batch: Batch, rejected: int, again: int) -> Taken:
    verdicts = Counter(verdict for fact, verdict in batch.verdicts if fact.ref.object == page.object)
    events = [verdict for fact, verdict in batch.verdicts if fact.ref.object != page.object]
    return Taken(
        new=verdicts[Verdict.NEW],
        changed=verdicts[Verdict.CHANGED],
        unchanged=verdicts[Verdict.UNCHANGED] + verdicts[Verdict.STALE] + again,
        deleted=verdicts[Verdict.DELETED],
        merged=verdicts[Verdict.MERGED],
        rejected=rejected - again,
        skipped=page.skipped,
        events=sum(verdict not in (Verdict.UNCHANGED, Verdict.STALE) for verdict in events),
    )
