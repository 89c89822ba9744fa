"""What tests of the store, and of whatever builds on it, share: a clock moved by hand, and short ways to write things down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from journey.model import Fact, Kind, PersonId, Ref, Scalar, Value
from state.model import CycleRow, Owed, Rejection, RejectionStage, RunId, Settlement, TakenPage

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CRM = "crm"
CONTACTS = "contacts"
CALLS = "calls"
RUN = RunId("run_01KJPXS3G00000000000000000")


@dataclass
class Clock:
    """The time that the store is told."""

    time: datetime = NOON

    def __call__(self) -> datetime:
        """The time now."""
        return self.time

    def pass_by(self, duration: timedelta) -> datetime:
        """Let time pass; returns the new time."""
        self.time += duration
        return self.time


def at(minute: int) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=minute)


def contact(id_: str, minute: int = 0, links: Sequence[Ref] = (), **values: Value) -> Fact:
    """A contact as it was modified at that minute."""
    return Fact(Kind.PERSON, Ref(CRM, CONTACTS, id_), f"v{minute}", at(minute), values, tuple(links))


def merged(id_: str, into: str, minute: int = 1) -> Fact:
    """The news that a contact was merged into another one."""
    return Fact(Kind.PERSON, Ref(CRM, CONTACTS, id_), f"v{minute}", at(minute), merged_into=Ref(CRM, CONTACTS, into))


def deleted(id_: str, minute: int = 1) -> Fact:
    """The news that a contact was deleted."""
    return Fact(Kind.PERSON, Ref(CRM, CONTACTS, id_), f"v{minute}", at(minute), deleted=True)


def call(id_: str, *contacts: str, minute: int = 0, **values: Value) -> Fact:
    """A call with these contacts."""
    links = tuple(Ref(CRM, CONTACTS, contact_id) for contact_id in contacts)
    return Fact(Kind.TOUCHPOINT, Ref(CRM, CALLS, id_), f"v{minute}", at(minute), {"type": "call", **values}, links)


def page(
    *facts: Fact, cursor: str | None = "c", object_: str = CONTACTS, rejected: Sequence[Rejection] = ()
) -> TakenPage:
    """A page of these facts; every fact of another object counts as an event."""
    read = sum(fact.ref.object == object_ for fact in facts) + len({rejection.id for rejection in rejected})
    return TakenPage(RUN, CRM, object_, facts, read, cursor, rejected)


def unmapped(id_: str, field: str = "stage", raw: str = "?") -> Rejection:
    """A contact whose field could not be mapped."""
    return Rejection(CRM, CONTACTS, id_, RejectionStage.INBOUND, field, raw, "not one of the known stages")


def settlement(
    person: PersonId,
    mark: int | None,
    score: int = 50,
    owed: Sequence[Owed] = (),
    cycles: Sequence[CycleRow] = (),
    next_due: datetime | None = None,
    as_of: datetime = NOON,
) -> Settlement:
    """A person's results, at noon unless `as_of` says otherwise."""
    return Settlement(
        person=person,
        mark=mark,
        score=score,
        criteria={"fit": score},
        breakdown="{}",
        reason="because",
        qualified=score >= 70,
        qualified_at=NOON if score >= 70 else None,
        sla_status=None,
        sla_due=None,
        fields={"score": score},
        rules_version="rules",
        as_of=as_of,
        next_due=next_due,
        cycles=cycles,
        owed=owed,
    )


def owed(id_: str, **fields: Scalar) -> Owed:
    """What a contact should hold."""
    return Owed(Ref(CRM, CONTACTS, id_), fields)
