"""Why a score changed, and the rules it was made with."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WORDS = {"sqlite": {"key": "TEXT"}, "postgresql": {"key": 'TEXT COLLATE "C"'}}
_STATEMENTS = (
    "ALTER TABLE persons ADD COLUMN records TEXT",
    "ALTER TABLE score_history ADD COLUMN previous BIGINT",
    "ALTER TABLE score_history ADD COLUMN rules_version {key}",
    "ALTER TABLE score_history ADD COLUMN previous_rules {key}",
    "ALTER TABLE score_history ADD COLUMN parts TEXT",
    """
    CREATE TABLE rules_versions (
        version {key} NOT NULL, score_version {key} NOT NULL, sections TEXT NOT NULL,
        first_used BIGINT NOT NULL, last_used BIGINT NOT NULL,
        PRIMARY KEY (version)
    )
    """,
)


def upgrade() -> None:
    """Add the columns, empty for what was written down before, and the table."""
    for statement in _STATEMENTS:
        op.execute(statement.format(**_WORDS[op.get_context().dialect.name]))
