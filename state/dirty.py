"""Who must be derived again: people whose facts moved (`dirty`), and people whose time has come (`persons.next_due`)."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from journey.model import PersonId
from state.codec import micros
from state.database import Key, by_keys, by_names

# Without `WHERE true` SQLite would take the conflict clause for a join condition.
_PEOPLE = """
    INSERT INTO dirty (person, mark) SELECT name, :mark FROM n WHERE true
    ON CONFLICT (person) DO UPDATE SET mark = excluded.mark
"""
_NEIGHBOURS = """
    INSERT INTO dirty (person, mark)
    SELECT person, :mark FROM (
      SELECT p.person FROM k JOIN links l ON l.source = k.source AND l.id = k.id
        JOIN records p ON p.source = l.to_source AND p.id = l.to_id
      UNION SELECT p.person FROM k JOIN links l ON l.to_source = k.source AND l.to_id = k.id
        JOIN records p ON p.source = l.source AND p.id = l.id
    ) linked
    WHERE EXISTS (SELECT 1 FROM records live WHERE live.person = linked.person AND live.gone = 0)
    ON CONFLICT (person) DO UPDATE SET mark = excluded.mark
"""


def new_mark() -> int:
    """A mark that no other transaction uses, so that a settling cannot clear what came after it."""
    return secrets.randbits(62)


def mark_people(connection: Connection, people: Collection[PersonId], mark: int) -> None:
    """These people's own records moved."""
    if people:
        by_names(connection, _PEOPLE, people, mark=mark)


def mark_linked(connection: Connection, keys: Sequence[Key], mark: int) -> None:
    """The people one link away from these records, in either direction, have other facts now."""
    if keys:
        by_keys(connection, _NEIGHBOURS, keys, mark=mark)


def due_people(connection: Connection, now: datetime, limit: int, after: PersonId | None) -> Sequence[PersonId]:
    """Dirty or due people in the order of their ids, at most `limit`, behind `after`."""
    sql = """
        SELECT person FROM (
          SELECT person FROM (SELECT person FROM dirty WHERE person > :after ORDER BY person LIMIT :limit) d
          UNION SELECT person FROM persons WHERE next_due <= :now AND person > :after
        ) due ORDER BY person LIMIT :limit
    """
    return list(connection.scalars(text(sql), {"after": after or "", "limit": limit, "now": micros(now)}))
