"""Which configuration the stored content was made with: digests by what they are of, beside the schema's own notes."""

from sqlalchemy import Connection, select

from state import schema
from state.database import replacing

_PREFIX = "applied:"
_write = replacing(schema.meta)


def applied(connection: Connection, what: str) -> str | None:
    """The digest last applied; None if never."""
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.key == _PREFIX + what))


def note(connection: Connection, what: str, digest: str) -> None:
    """From now on this digest is the one applied."""
    _write(connection, [(_PREFIX + what, digest)])
