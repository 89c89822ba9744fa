"""What was said of SLA clocks and when, and the escalation steps they came to."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WORDS = {
    "sqlite": {"key": "TEXT", "tail": " WITHOUT ROWID"},
    "postgresql": {"key": 'TEXT COLLATE "C"', "tail": ""},
}
_STATEMENTS = (
    """
    CREATE TABLE sla_verdicts (
        cycle {key} NOT NULL, at BIGINT NOT NULL, person {key} NOT NULL, status {key} NOT NULL, run {key} NOT NULL,
        PRIMARY KEY (cycle, at)
    ){tail}
    """,
    "CREATE INDEX sla_verdicts_person ON sla_verdicts (person)",
    """
    CREATE TABLE sla_steps (
        cycle {key} NOT NULL, step {key} NOT NULL, person {key} NOT NULL, at BIGINT NOT NULL, told TEXT NOT NULL,
        reached BIGINT NOT NULL, run {key} NOT NULL, corrected BIGINT,
        PRIMARY KEY (cycle, step)
    ){tail}
    """,
    "CREATE INDEX sla_steps_person ON sla_steps (person)",
)


def upgrade() -> None:
    """Add the tables. Clocks that were judged before have no history from then."""
    for statement in _STATEMENTS:
        op.execute(statement.format(**_WORDS[op.get_context().dialect.name]))
