"""All that is known of some people, read in a fixed number of statements.

Facts of kinds other than person carry no links: that they are here says that they are linked to this person. (A company may
be linked to fifty thousand people, who are no part of one journey.)
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from journey.mass_mail import SENT_TO_MANY
from journey.model import Fact, Kind, PastValues, PersonId, Ref, StageChange, TouchType, Value
from state import mails, schema
from state.codec import decode, moment
from state.database import Key, by_keys, by_names
from state.model import PersonFacts
from state.records import Held
from state.sources import Sources

_COLUMNS = ", ".join(f"o.{column.name}" for column in schema.records.columns)
_OWN = f"SELECT {_COLUMNS} FROM n JOIN records o ON o.person = n.name"  # noqa: S608
# The links of tombstones count too: what was linked to a record that was merged away is still this person's.
_LINKED = f"""
    SELECT linked.person, {_COLUMNS} FROM (
      SELECT p.person, l.to_source AS source, l.to_id AS id FROM n JOIN records p ON p.person = n.name
        JOIN links l ON l.source = p.source AND l.id = p.id
      UNION SELECT p.person, l.source, l.id FROM n JOIN records p ON p.person = n.name
        JOIN links l ON l.to_source = p.source AND l.to_id = p.id
    ) linked JOIN records o ON o.source = linked.source AND o.id = linked.id
    WHERE o.gone = 0 AND o.kind IN ('company', 'deal', 'touchpoint')
"""  # noqa: S608
_LINKS = "SELECT l.source, l.id, l.to_source, l.to_id FROM k JOIN links l ON l.source = k.source AND l.id = k.id"
_STAGES = "SELECT s.source, s.id, s.at, s.stage FROM k JOIN stage_changes s ON s.source = k.source AND s.id = k.id"
_PAST = "SELECT p.source, p.id, p.until, p.body FROM k JOIN past_values p ON p.source = k.source AND p.id = k.id"
_MARKS = "SELECT d.person, d.mark FROM n JOIN dirty d ON d.person = n.name"


def facts_of(connection: Connection, sources: Sources, people: Sequence[PersonId]) -> Mapping[PersonId, PersonFacts]:
    """The people's live facts and past values. People without a live record are left out."""
    belonging: dict[PersonId, set[Key]] = defaultdict(set)
    held: dict[Key, Held] = {}
    for row in by_names(connection, _OWN, people):
        own = Held._make(row)
        if not own.gone and own.person is not None:
            belonging[own.person].add(own.key)
            held[own.key] = own
    live = list(belonging)
    for person, *columns in by_names(connection, _LINKED, live):
        other = Held._make(columns)
        belonging[person].add(other.key)
        held[other.key] = other
    facts = _facts(connection, sources, held)
    past = _past(connection, sources, held)
    marks = {row.person: row.mark for row in by_names(connection, _MARKS, live)}
    return {
        person: PersonFacts(
            tuple(facts[key] for key in sorted(keys)),
            tuple(values for key in sorted(keys) for values in past.get(key, ())),
            marks.get(person),
        )
        for person, keys in belonging.items()
    }


def _facts(connection: Connection, sources: Sources, held: Mapping[Key, Held]) -> Mapping[Key, Fact]:
    links: dict[Key, list[Ref]] = defaultdict(list)
    for source, id_, *to in by_keys(connection, _LINKS, _of(held, Kind.PERSON)):
        links[Key(source, id_)].append(sources.ref(*to))
    stages: dict[Key, list[StageChange]] = defaultdict(list)
    for source, id_, at, stage in by_keys(connection, _STAGES, _of(held, Kind.PERSON, Kind.DEAL)):
        stages[Key(source, id_)].append(StageChange(stage, moment(at)))
    values = _values(connection, held)
    return {
        key: Fact(
            kind=Kind(record.kind),
            ref=sources.ref(*key),
            version=record.version,
            modified=moment(record.modified),
            values=values[key],
            links=tuple(sorted(links.get(key, ()))),
            stages=tuple(sorted(stages.get(key, ()), key=_by_time)),
        )
        for key, record in held.items()
    }


def _values(connection: Connection, held: Mapping[Key, Held]) -> Mapping[Key, Mapping[str, Value]]:
    """What was mapped, and of an e-mail whether it is mass mail."""
    values = {key: decode(record.body) for key, record in held.items()}
    emails = [key for key in _of(held, Kind.TOUCHPOINT) if values[key].get("type") == TouchType.EMAIL]
    for key in mails.mass_among(connection, emails):
        values[key][SENT_TO_MANY] = True
    return values


def _past(connection: Connection, sources: Sources, held: Mapping[Key, Held]) -> Mapping[Key, Sequence[PastValues]]:
    past: dict[Key, list[tuple[int, str]]] = defaultdict(list)
    for source, id_, until, body in by_keys(connection, _PAST, _of(held, Kind.PERSON, Kind.COMPANY)):
        past[Key(source, id_)].append((until, body))
    return {
        key: [PastValues(sources.ref(*key), moment(until), decode(body)) for until, body in sorted(values)]
        for key, values in past.items()
    }


def _of(held: Mapping[Key, Held], *kinds: Kind) -> Iterable[Key]:
    return [key for key, record in held.items() if record.kind in kinds]


def _by_time(change: StageChange) -> tuple[datetime, str]:
    return change.at, change.stage
