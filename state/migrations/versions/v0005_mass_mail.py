"""E-mails that owners sent, to tell mass mail by its company."""

from alembic import op
from sqlalchemy import Connection, text

from state import mails
from state.codec import decode
from state.database import Key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WORDS = {
    "sqlite": {"key": "TEXT", "rowidless": "WITHOUT ROWID"},
    "postgresql": {"key": 'TEXT COLLATE "C"', "rowidless": ""},
}
_STATEMENTS = (
    """
    CREATE TABLE mails (
        source SMALLINT NOT NULL, id {key} NOT NULL, owner {key} NOT NULL, subject {key} NOT NULL, at BIGINT NOT NULL,
        mass SMALLINT NOT NULL, unweighed SMALLINT NOT NULL,
        PRIMARY KEY (source, id)
    ) {rowidless}
    """,
    "CREATE INDEX mails_sending ON mails (source, owner, subject, at)",
    "CREATE INDEX mails_unweighed ON mails (source, id) WHERE unweighed = 1",
)
_TOUCHPOINTS = """
    SELECT source, id, body FROM records WHERE (source, id) > (:source, :id) AND kind = 'touchpoint' AND gone = 0
    ORDER BY source, id LIMIT 1000
"""


def upgrade() -> None:
    """Create the table, and fill it from the touchpoints that are held already."""
    for statement in _STATEMENTS:
        op.execute(statement.format(**_WORDS[op.get_context().dialect.name]))
    _fill(op.get_bind())


def _fill(connection: Connection) -> None:
    last = {"source": -1, "id": ""}
    while rows := connection.execute(text(_TOUCHPOINTS), last).all():
        mails.add(connection, {Key(row.source, row.id): decode(row.body) for row in rows})
        last = {"source": rows[-1].source, "id": rows[-1].id}
