"""A safe for what logins obtain."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WORDS = {"sqlite": {"key": "TEXT", "bytes": "BLOB"}, "postgresql": {"key": 'TEXT COLLATE "C"', "bytes": "BYTEA"}}
_STATEMENT = """
    CREATE TABLE secrets (
        connection {key} NOT NULL, name {key} NOT NULL, key_id {key} NOT NULL, nonce {bytes} NOT NULL, data {bytes} NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (connection, name)
    )
"""


def upgrade() -> None:
    """Add the table."""
    op.execute(_STATEMENT.format(**_WORDS[op.get_context().dialect.name]))
