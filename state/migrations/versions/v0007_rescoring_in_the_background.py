"""Everybody scored again in the background: how far it is, and which writes can wait."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_WORDS = {"sqlite": {"key": "TEXT"}, "postgresql": {"key": 'TEXT COLLATE "C"'}}
_STATEMENTS = (
    "ALTER TABLE outbox ADD COLUMN backlog SMALLINT NOT NULL DEFAULT 0",
    """
    CREATE TABLE rescores (
        id {key} NOT NULL, version TEXT NOT NULL, asked BIGINT NOT NULL, total BIGINT NOT NULL, done BIGINT NOT NULL,
        changed BIGINT NOT NULL, after {key} NOT NULL, run {key}, began BIGINT, began_done BIGINT NOT NULL,
        updated BIGINT NOT NULL, ended BIGINT, replaced SMALLINT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
)


def upgrade() -> None:
    """Add the column and the table."""
    for statement in _STATEMENTS:
        op.execute(statement.format(**_WORDS[op.get_context().dialect.name]))
