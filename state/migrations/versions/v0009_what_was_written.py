"""What each write changed in the CRM."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_WORDS = {
    "sqlite": {"key": "TEXT", "rowidless": "WITHOUT ROWID"},
    "postgresql": {"key": 'TEXT COLLATE "C"', "rowidless": ""},
}
_STATEMENTS = (
    """
    CREATE TABLE writes (
        source SMALLINT NOT NULL, id {key} NOT NULL, at BIGINT NOT NULL, run {key} NOT NULL,
        old TEXT NOT NULL, new TEXT NOT NULL, refused TEXT, undone {key},
        PRIMARY KEY (source, id, at, run)
    ) {rowidless}
    """,
    "CREATE INDEX writes_run ON writes (run)",
)


def upgrade() -> None:
    """Create the table. Nothing is known of earlier writes."""
    for statement in _STATEMENTS:
        op.execute(statement.format(**_WORDS[op.get_context().dialect.name]))
