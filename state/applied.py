"""Which configuration the stored content was made with: digests by what they are of, beside the schema's own notes."""

from sqlalchemy import Connection, select, text

from state import schema
from state.database import replacing

_PREFIX = "applied:"
_write = replacing(schema.meta)

_EVERYONE = """
    INSERT INTO dirty (person, mark) SELECT DISTINCT person, :mark FROM records WHERE person IS NOT NULL AND gone = 0
    ON CONFLICT (person) DO UPDATE SET mark = excluded.mark
"""


def applied(connection: Connection, what: str) -> str | None:
    """The digest last applied; None if never."""
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == _PREFIX + what))


def note(connection: Connection, what: str, digest: str) -> None:
    """From now on this digest is the one applied."""
    _write(connection, [(_PREFIX + what, digest)])


def mark_everyone(connection: Connection, mark: int) -> None:
    """Everyone is due to be derived again."""
    connection.execute(text(_EVERYONE), {"mark": mark})
