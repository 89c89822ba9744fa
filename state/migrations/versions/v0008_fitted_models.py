"""The models of the criterion likelihood, each version with its card."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = {"sqlite": "TEXT", "postgresql": 'TEXT COLLATE "C"'}
_TABLE = """
    CREATE TABLE models (
        version {key} NOT NULL, fitted_at BIGINT NOT NULL, weighs SMALLINT NOT NULL, active SMALLINT NOT NULL,
        pinned SMALLINT NOT NULL, parameters TEXT, card TEXT NOT NULL,
        PRIMARY KEY (version)
    )
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(_TABLE.format(key=_KEY[op.get_context().dialect.name]))
