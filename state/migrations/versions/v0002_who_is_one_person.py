"""Who is one person, beyond e-mail: external ids, phones and names to look records up by, and what people decided."""

from alembic import op
from sqlalchemy import Connection, text

from state.codec import decode
from state.records import who

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WORDS = {
    "sqlite": {"key": "TEXT", "rowidless": "WITHOUT ROWID"},
    "postgresql": {"key": 'TEXT COLLATE "C"', "rowidless": ""},
}
_STATEMENTS = (
    "ALTER TABLE records ADD COLUMN external_id {key}",
    "ALTER TABLE records ADD COLUMN phone {key}",
    "ALTER TABLE records ADD COLUMN namesake {key}",
    "CREATE INDEX records_external_id ON records (external_id) WHERE external_id IS NOT NULL",
    "CREATE INDEX records_phone ON records (phone) WHERE phone IS NOT NULL",
    "CREATE INDEX records_namesake ON records (namesake) WHERE namesake IS NOT NULL",
    """
    CREATE TABLE person_decisions (
        source SMALLINT NOT NULL, id {key} NOT NULL, to_source SMALLINT NOT NULL, to_id {key} NOT NULL,
        verdict {key} NOT NULL, at BIGINT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
        PRIMARY KEY (source, id, to_source, to_id)
    ) {rowidless}
    """,
    "CREATE INDEX person_decisions_reverse ON person_decisions (to_source, to_id)",
)
_PERSONS = """
    SELECT source, id, body FROM records WHERE (source, id) > (:source, :id) AND person IS NOT NULL
    ORDER BY source, id LIMIT 1000
"""
_FILL = "UPDATE records SET phone = :phone, namesake = :namesake WHERE source = :source AND id = :id"


def upgrade() -> None:
    """Create the columns and the table, and fill what follows from records that are held already."""
    for statement in _STATEMENTS:
        op.execute(statement.format(**_WORDS[op.get_context().dialect.name]))
    _fill(op.get_bind())


def _fill(connection: Connection) -> None:
    # Nothing of external ids: mapped from now on, and a new mapping reads its records again.
    last = {"source": -1, "id": ""}
    while rows := connection.execute(text(_PERSONS), last).all():
        known = [(row, who(decode(row.body))) for row in rows]
        connection.execute(
            text(_FILL),
            [{"source": r.source, "id": r.id, "phone": w.phone, "namesake": w.namesake} for r, w in known],
        )
        last = {"source": rows[-1].source, "id": rows[-1].id}
