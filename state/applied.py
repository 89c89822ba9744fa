"""Which configuration the stored content was made with: digests by what they are of, beside the schema's own notes."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, text

from state import schema
from state.database import replacing

_PREFIX = "applied:"
_write = replacing(schema.meta)

_THEIR_PEOPLE = """
    INSERT INTO dirty (person, mark)
    SELECT DISTINCT p.person, :mark FROM links l JOIN records p ON p.source = l.to_source AND p.id = l.to_id
    WHERE l.source = :source AND EXISTS (SELECT 1 FROM records live WHERE live.person = p.person AND live.gone = 0)
    ON CONFLICT (person) DO UPDATE SET mark = excluded.mark
"""


def applied(connection: Connection, what: str) -> str | None:
    """The digest last applied; None if never."""
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == _PREFIX + what))


def note(connection: Connection, what: str, digest: str) -> None:
    """From now on this digest is the one applied."""
    _write(connection, [(_PREFIX + what, digest)])


def forget(connection: Connection, numbers: Iterable[int], mark: int) -> None:
    """Delete all records of these sources, events that no rule tells any more; the people they were of are due again."""
    for source in numbers:
        connection.execute(text(_THEIR_PEOPLE), {"source": source, "mark": mark})
        for table in ("links", "records"):
            connection.execute(text(f"DELETE FROM {table} WHERE source = :source"), {"source": source})  # noqa: S608
