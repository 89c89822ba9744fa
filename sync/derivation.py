"""Score and SLA of the people who were touched, or whose time came; and what the CRMs should therefore hold.

Work grows with the change: only people marked by the store, or due by the clock, are folded again. All the results of a
batch and the writes that they owe are stored in one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import orjson

from journey.canonical import canonical, plain
from journey.cause import Part, parts_of, standing
from journey.derive import Agreement, Derived, derive
from journey.fold import fold
from journey.model import Journey, Kind, PersonId, Ref, Value
from journey.sla import Cycle
from mapping.compiled import ObjectMapping
from state.database import Source
from state.model import CycleRow, Owed, PersonFacts, Settlement, StepRow
from state.store import Store
from state.told import WrittenScore
from sync.context import RunContext

PEOPLE_AT_ONCE = 500

Mappings = Mapping[str, Mapping[str, ObjectMapping]]
"""All compiled mappings, by connection and object."""

EVIDENCE = frozenset({Kind.PERSON, Kind.TOUCHPOINT})
"""The kinds of record that could refute a breach: who the person is, and the contacts made with them."""


def derive_due(ctx: RunContext, agreement: Agreement, mappings: Mappings) -> None:
    """Compute everything that is due now. One at a time over all connections: a person may belong to several."""
    with ctx.store.hold("derive", wait=None):
        while ctx.store.weigh_mails(agreement.mass_mail):
            ctx.go_on()
        as_of = ctx.now()
        known_until = data_known_until(ctx.store, mappings)
        for people in _due(ctx.store, as_of):
            settlements = settlements_of(ctx.store, agreement, mappings, people, (as_of, known_until))
            ctx.store.settle(ctx.run, settlements)
            ctx.observer.derived(ctx.connection, len(settlements))
            ctx.go_on()


def settlements_of(
    store: Store,
    agreement: Agreement,
    mappings: Mappings,
    people: Sequence[PersonId],
    known: tuple[datetime, datetime | None],
) -> Sequence[Settlement]:
    """What follows for these people from all that is stored; `known` are as-of time and `data_known_until`."""
    facts, before = store.facts_of(people), store.trail.written_scores(people)
    return [
        _settlement(agreement, mappings, fold(person, own.facts, own.past), (own, before.get(person)), known)
        for person, own in facts.items()
    ]


def data_known_until(store: Store, mappings: Mappings) -> datetime | None:
    """The time up to which every object that could refute a breach has been read (I10); None while one never was."""
    read = [through for _, through in evidence_read(store, mappings)]
    known = [through for through in read if through is not None]
    return min(known, default=None) if len(known) == len(read) else None


def evidence_read(store: Store, mappings: Mappings) -> Iterator[tuple[Source, datetime | None]]:
    """Up to when each object that could refute a breach has been read; None while it never was."""
    for connection, objects in mappings.items():
        through = store.read_through(connection)
        for name, mapping in objects.items():
            if mapping.kind in EVIDENCE:
                yield Source(connection, name), through.get(name)


def _due(store: Store, as_of: datetime) -> Iterator[Sequence[PersonId]]:
    people = store.due_people(as_of, PEOPLE_AT_ONCE)
    while people:
        yield people
        people = store.due_people(as_of, PEOPLE_AT_ONCE, people[-1])


def _settlement(
    agreement: Agreement,
    mappings: Mappings,
    journey: Journey,
    stored: tuple[PersonFacts, WrittenScore | None],
    known: tuple[datetime, datetime | None],
) -> Settlement:
    own, before = stored
    derived = derive(journey, agreement, *known)
    fields = derived.fields
    latest = derived.cycles[-1] if derived.cycles else None
    return Settlement(
        person=journey.person,
        mark=own.mark,
        score=derived.score.total,
        criteria={criterion.name: criterion.points for criterion in derived.score.criteria},
        breakdown=canonical(plain(derived.score)).decode(),
        reason=str(fields["reason"]),
        qualified=bool(fields["qualified"]),
        qualified_at=_entered(derived),
        sla_status=latest.status.value if latest else None,
        sla_due=latest.due_at if latest else None,
        fields=fields,
        rules_version=derived.rules_version,
        as_of=derived.as_of,
        next_due=derived.next_due,
        cycles=[_cycle_row(cycle) for cycle in derived.cycles],
        owed=_owed(mappings, journey.records, fields),
        records=journey.records,
        parts=_parts(before, derived, journey.records),
    )


def _parts(before: WrittenScore | None, derived: Derived, records: Sequence[Ref]) -> Sequence[Part]:
    """Why the score is not what it was; nothing if it is."""
    if before is None:
        return parts_of(None, derived.score, derived.tally, records)
    if before.total == derived.score.total:
        return ()
    stood = standing(before.total, before.rules_version, before.records, orjson.loads(before.breakdown))
    return parts_of(stood, derived.score, derived.tally, records)


def _entered(derived: Derived) -> datetime | None:
    return derived.spells[-1].entered if derived.spells and derived.spells[-1].left is None else None


def _cycle_row(cycle: Cycle) -> CycleRow:
    return CycleRow(
        id=cycle.id,
        policy=cycle.policy,
        n=cycle.n,
        opened_at=cycle.opened_at,
        due_at=cycle.due_at,
        stopped_at=cycle.stopped_at,
        status=cycle.status.value,
        body=canonical(plain(cycle)).decode(),
        steps=tuple(StepRow(step.step, step.at, step.to) for step in cycle.steps),
    )


def _owed(mappings: Mappings, records: Sequence[Ref], fields: Mapping[str, Value]) -> Sequence[Owed]:
    owed: list[Owed] = []
    for ref in records:
        mapping = mappings.get(ref.connection, {}).get(ref.object)
        if mapping is not None and mapping.written:
            owed.append(Owed(ref, mapping.outbound(fields)))
    return owed
