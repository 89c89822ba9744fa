"""Everybody, and everything of a kind, in pages: what measures over all people are made from. Memory grows with the page alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select, text

from journey.model import Fact, Kind, PersonId, Ref, StageChange
from state import people, schema
from state.codec import decode, moment
from state.database import Key, Source, by_keys, by_names
from state.derived import cycle_row
from state.model import CycleRow, SharedFact
from state.records import Held
from state.sources import Sources
from state.views import PersonRow

_PEOPLE = text("""
    SELECT DISTINCT person FROM records WHERE person IS NOT NULL AND person > :after AND gone = 0
    ORDER BY person LIMIT :limit
""")
_COLUMNS = ", ".join(column.name for column in schema.records.columns)
_RECORDS = text(f"""
    SELECT {_COLUMNS} FROM records WHERE (source, id) > (:source, :id) AND kind = :kind AND gone = 0
    ORDER BY source, id LIMIT :limit
""")  # noqa: S608 (nothing but constants)
_CYCLES = "SELECT c.* FROM n JOIN sla_cycles c ON c.person = n.name ORDER BY c.person, c.n"
# A merged record's links lead on to the survivor's person, for both bear the same person.
_PEOPLE_OF = """
    SELECT k.source, k.id, r.person FROM k JOIN links l ON l.source = k.source AND l.id = k.id
      JOIN records r ON r.source = l.to_source AND r.id = l.to_id WHERE r.person IS NOT NULL
    UNION SELECT k.source, k.id, r.person FROM k JOIN links l ON l.to_source = k.source AND l.to_id = k.id
      JOIN records r ON r.source = l.source AND r.id = l.id WHERE r.person IS NOT NULL
"""
_STAGES = "SELECT s.source, s.id, s.at, s.stage FROM k JOIN stage_changes s ON s.source = k.source AND s.id = k.id"


def everybody(connection: Connection, sources: Sources, limit: int, after: PersonId | None) -> Sequence[PersonRow]:
    """People with a live record, by id, at most `limit`, behind `after`."""
    found = connection.execute(_PEOPLE, {"after": after or "", "limit": limit})
    return people.rows(connection, sources, [row.person for row in found])


def cycles_of(connection: Connection, ids: Sequence[PersonId]) -> Mapping[PersonId, Sequence[CycleRow]]:
    """The people's SLA clocks, oldest first; people without one are left out."""
    found: dict[PersonId, list[CycleRow]] = defaultdict(list)
    for row in by_names(connection, _CYCLES, ids):
        found[row.person].append(cycle_row(row))
    return found


def records_of(
    connection: Connection, sources: Sources, kind: Kind, limit: int, after: Ref | None
) -> Sequence[SharedFact]:
    """Live records of a kind, at most `limit`, behind `after`, with the people each is linked to."""
    start = _start(sources, after)
    parameters = {"source": start.source, "id": start.id, "kind": kind.value, "limit": limit}
    held = [Held._make(row) for row in connection.execute(_RECORDS, parameters)]
    keys = [record.key for record in held]
    linked: dict[Key, set[PersonId]] = defaultdict(set)
    for source, id_, person in by_keys(connection, _PEOPLE_OF, keys):
        linked[Key(source, id_)].add(person)
    stages: dict[Key, list[StageChange]] = defaultdict(list)
    for source, id_, at, stage in by_keys(connection, _STAGES, keys):
        stages[Key(source, id_)].append(StageChange(stage, moment(at)))
    return [
        SharedFact(
            Fact(
                kind=kind,
                ref=sources.ref(*record.key),
                version=record.version,
                modified=moment(record.modified),
                values=decode(record.body),
                stages=tuple(sorted(stages[record.key], key=lambda change: (change.at, change.stage))),
            ),
            tuple(sorted(linked[record.key])),
        )
        for record in held
    ]


def _start(sources: Sources, after: Ref | None) -> Key:
    if after is None:
        return Key(-1, "")
    number = sources.number(Source(after.connection, after.object))
    return Key(-1 if number is None else number, after.id)


def to_derive(connection: Connection) -> int:
    """How many people's facts moved since they were last derived."""
    return connection.scalar(select(func.count()).select_from(schema.dirty)) or 0
