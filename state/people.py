"""People and their SLA clocks, as the faces show them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from journey.identity import normalise_email
from journey.model import PersonId, Ref
from state import schema
from state.codec import decode, moment_or_none
from state.database import by_keys, by_names
from state.derived import cycle_row
from state.sources import Sources
from state.views import PeopleCount, PersonRow, SlaRow

_OWN = "SELECT r.person, r.source, r.id, r.email FROM n JOIN records r ON r.person = n.name WHERE r.gone = 0"
_RESULTS = "SELECT p.* FROM n JOIN persons p ON p.person = n.name"
_COUNT = """
    SELECT (SELECT COUNT(DISTINCT person) FROM records WHERE person IS NOT NULL AND gone = 0) AS people,
      (SELECT COUNT(*) FROM persons WHERE qualified = 1) AS qualified
"""


def people_count(connection: Connection) -> PeopleCount:
    """How many people there are, and how many of them are qualified."""
    row = connection.execute(text(_COUNT)).one()
    return PeopleCount(row.people, row.qualified)


def find(connection: Connection, sources: Sources, who: str) -> Sequence[PersonRow]:
    """The people with this e-mail address, CRM record id or person id. A merged record's id finds the survivor."""
    people: set[str] = {who}
    if (email := normalise_email(who)) is not None:
        people |= {
            row[0] for row in by_names(connection, "SELECT r.person FROM n JOIN records r ON r.email = n.name", [email])
        }
    by_id = "SELECT r.person FROM k JOIN records r ON r.source = k.source AND r.id = k.id WHERE r.person IS NOT NULL"
    people |= {row[0] for row in by_keys(connection, by_id, sources.everywhere(who))}
    return rows(connection, sources, people)


def rows(connection: Connection, sources: Sources, people: Iterable[str]) -> Sequence[PersonRow]:
    """These people, as far as they have a live record, in the order of their ids."""
    records: dict[PersonId, list[Ref]] = defaultdict(list)
    emails: dict[PersonId, list[str]] = defaultdict(list)
    for person, source, id_, email in by_names(connection, _OWN, people):
        records[person].append(sources.ref(source, id_))
        emails[person] += [email] if email else []
    results = {row.person: row for row in by_names(connection, _RESULTS, records)}
    return [
        _row(person, tuple(sorted(records[person])), min(emails[person], default=None), results.get(person))
        for person in sorted(records)
    ]


def _row(person: PersonId, records: tuple[Ref, ...], email: str | None, result: Row[Any] | None) -> PersonRow:
    if result is None:
        return PersonRow(
            person, records, email, None, {}, "null", "", False, None, None, None, {}, None, None, None
        )  # fmt: skip
    return PersonRow(
        person=person,
        records=records,
        email=email,
        score=result.score,
        criteria=decode(result.criteria),
        breakdown=result.breakdown,
        reason=result.reason,
        qualified=bool(result.qualified),
        qualified_at=moment_or_none(result.qualified_at),
        sla_status=result.sla_status,
        sla_due=moment_or_none(result.sla_due),
        fields=decode(result.fields),
        rules_version=result.rules_version,
        as_of=moment_or_none(result.as_of),
        next_due=moment_or_none(result.next_due),
    )


def sla_rows(
    connection: Connection, status: str | None, person: PersonId | None, limit: int | None
) -> Sequence[SlaRow]:
    """SLA clocks by their due time, optionally of one status or person."""
    t = schema.sla_cycles
    query = select(t).order_by(t.c.due_at, t.c.id).limit(limit)
    if status is not None:
        query = query.where(t.c.status == status)
    if person is not None:
        query = query.where(t.c.person == person)
    return [SlaRow(r.person, cycle_row(r)) for r in connection.execute(query)]


def sla_summary(connection: Connection) -> Mapping[str, int]:
    """How many SLA clocks there are of each status."""
    t = schema.sla_cycles
    counts = connection.execute(
        select(t.c.status, func.count().label("cycles")).group_by(t.c.status).order_by(t.c.status)
    )
    return {row.status: row.cycles for row in counts}
