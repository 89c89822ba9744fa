"""The first tables.

Written out and not taken from `state.schema`: a migration must do the same for ever, whatever becomes of the tables later.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_WORDS = {
    "sqlite": {"key": "TEXT", "bytes": "BLOB", "rowidless": "WITHOUT ROWID"},
    "postgresql": {"key": 'TEXT COLLATE "C"', "bytes": "BYTEA", "rowidless": ""},
}
_STATEMENTS = (
    """
    CREATE TABLE sources (
        id SMALLINT NOT NULL, connection {key} NOT NULL, object {key} NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    "CREATE UNIQUE INDEX sources_name ON sources (connection, object)",
    """
    CREATE TABLE records (
        source SMALLINT NOT NULL, id {key} NOT NULL, kind {key} NOT NULL, version TEXT NOT NULL,
        modified BIGINT NOT NULL, hash {bytes} NOT NULL, body TEXT NOT NULL, person {key}, email {key},
        gone SMALLINT NOT NULL, merged_source SMALLINT, merged_id {key},
        PRIMARY KEY (source, id)
    ) {rowidless}
    """,
    "CREATE INDEX records_email ON records (email) WHERE email IS NOT NULL",
    "CREATE INDEX records_merged_id ON records (merged_id) WHERE merged_id IS NOT NULL",
    "CREATE INDEX records_person ON records (person) WHERE person IS NOT NULL",
    """
    CREATE TABLE links (
        source SMALLINT NOT NULL, id {key} NOT NULL, to_source SMALLINT NOT NULL, to_id {key} NOT NULL,
        PRIMARY KEY (source, id, to_source, to_id)
    ) {rowidless}
    """,
    "CREATE INDEX links_reverse ON links (to_source, to_id)",
    """
    CREATE TABLE stage_changes (
        source SMALLINT NOT NULL, id {key} NOT NULL, at BIGINT NOT NULL, stage {key} NOT NULL,
        PRIMARY KEY (source, id, at, stage)
    ) {rowidless}
    """,
    """
    CREATE TABLE past_values (
        source SMALLINT NOT NULL, id {key} NOT NULL, until BIGINT NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (source, id, until)
    ) {rowidless}
    """,
    """
    CREATE TABLE cursors (
        connection {key} NOT NULL, object {key} NOT NULL, cursor TEXT, read_through BIGINT,
        run {key}, updated BIGINT NOT NULL,
        PRIMARY KEY (connection, object)
    )
    """,
    """
    CREATE TABLE runs (
        id {key} NOT NULL, connection {key} NOT NULL, trigger TEXT NOT NULL, state TEXT NOT NULL,
        started BIGINT NOT NULL, ended BIGINT, error TEXT, api_calls BIGINT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX runs_connection ON runs (connection, id)",
    """
    CREATE TABLE run_objects (
        run {key} NOT NULL, connection {key} NOT NULL, object {key} NOT NULL, "new" BIGINT NOT NULL,
        changed BIGINT NOT NULL, unchanged BIGINT NOT NULL, deleted BIGINT NOT NULL,
        merged BIGINT NOT NULL, rejected BIGINT NOT NULL, skipped BIGINT NOT NULL,
        events BIGINT NOT NULL, written BIGINT NOT NULL, already BIGINT NOT NULL,
        refused BIGINT NOT NULL, conflicts BIGINT NOT NULL,
        PRIMARY KEY (run, connection, object)
    )
    """,
    """
    CREATE TABLE rejected (
        connection {key} NOT NULL, object {key} NOT NULL, id {key} NOT NULL, stage {key} NOT NULL,
        field {key} NOT NULL, raw TEXT NOT NULL, reason TEXT NOT NULL, code TEXT NOT NULL,
        retryable SMALLINT NOT NULL, run {key} NOT NULL, first_at BIGINT NOT NULL, at BIGINT NOT NULL,
        times BIGINT NOT NULL, settled {key},
        PRIMARY KEY (connection, object, id, stage, field)
    )
    """,
    """
    CREATE TABLE dirty (
        person {key} NOT NULL, mark BIGINT NOT NULL,
        PRIMARY KEY (person)
    )
    """,
    """
    CREATE TABLE persons (
        person {key} NOT NULL, score BIGINT NOT NULL, criteria TEXT NOT NULL, breakdown TEXT NOT NULL,
        reason TEXT NOT NULL, qualified SMALLINT NOT NULL, qualified_at BIGINT, sla_status TEXT,
        sla_due BIGINT, fields TEXT NOT NULL, rules_version TEXT NOT NULL, as_of BIGINT NOT NULL,
        next_due BIGINT, digest {bytes} NOT NULL,
        PRIMARY KEY (person)
    )
    """,
    "CREATE INDEX persons_next_due ON persons (next_due) WHERE next_due IS NOT NULL",
    """
    CREATE TABLE score_history (
        person {key} NOT NULL, at BIGINT NOT NULL, total BIGINT NOT NULL, run {key} NOT NULL,
        PRIMARY KEY (person, at)
    )
    """,
    """
    CREATE TABLE sla_cycles (
        id {key} NOT NULL, person {key} NOT NULL, policy {key} NOT NULL, n BIGINT NOT NULL,
        opened_at BIGINT NOT NULL, due_at BIGINT NOT NULL, stopped_at BIGINT, status {key} NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX sla_cycles_person ON sla_cycles (person)",
    "CREATE INDEX sla_cycles_status ON sla_cycles (status, due_at)",
    """
    CREATE TABLE agreed_fields (
        source SMALLINT NOT NULL, id {key} NOT NULL, fields TEXT NOT NULL, yielded TEXT NOT NULL,
        version TEXT, at BIGINT NOT NULL,
        PRIMARY KEY (source, id)
    )
    """,
    """
    CREATE TABLE outbox (
        source SMALLINT NOT NULL, id {key} NOT NULL, person {key} NOT NULL, fields TEXT NOT NULL,
        attempts BIGINT NOT NULL, next_attempt BIGINT, run {key} NOT NULL,
        PRIMARY KEY (source, id)
    )
    """,
    "CREATE INDEX outbox_person ON outbox (person)",
    """
    CREATE TABLE conflicts (
        source SMALLINT NOT NULL, id {key} NOT NULL, field {key} NOT NULL, body TEXT NOT NULL,
        policy TEXT NOT NULL, at BIGINT NOT NULL, run {key} NOT NULL, settled {key},
        PRIMARY KEY (source, id, field)
    )
    """,
    """
    CREATE TABLE meta (
        key {key} NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (key)
    )
    """,
)


def upgrade() -> None:
    """Create everything."""
    for statement in _STATEMENTS:
        op.execute(statement.format(**_WORDS[op.get_context().dialect.name]))
