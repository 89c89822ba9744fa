"""The tables of what was: the rules over time, everybody being derived again, and what was written to the CRMs."""

from sqlalchemy import BigInteger, Column, Index, SmallInteger, Table, Text

from state.schema_base import Flag, Json, Key, Time, metadata

rules_versions = Table(
    "rules_versions",
    metadata,
    Column("version", Key, primary_key=True),
    Column("score_version", Key, nullable=False),
    Column("sections", Json, nullable=False),
    Column("first_used", Time, nullable=False),
    Column("last_used", Time, nullable=False),
)
"""Every agreement that was in force. `last_used` is when it last came into force; the latest is the one in force."""

rescores = Table(
    "rescores",
    metadata,
    Column("id", Key, primary_key=True),
    Column("version", Text, nullable=False),
    Column("asked", Time, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("after", Key, nullable=False),
    Column("run", Key),
    Column("began", Time),
    Column("began_done", BigInteger, nullable=False),
    Column("updated", Time, nullable=False),
    Column("ended", Time),
    Column("replaced", Flag, nullable=False),
)

writes = Table(
    "writes",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("at", Time, primary_key=True, autoincrement=False),
    Column("run", Key, primary_key=True),
    Column("old", Json, nullable=False),
    Column("new", Json, nullable=False),
    Column("refused", Text),
    Column("undone", Key),
    Index("writes_run", "run"),
    sqlite_with_rowid=False,
)
"""A row for each write of a record. `old` is what the CRM held of the fields; `undone` the run that put that back."""
