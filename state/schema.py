"""The tables. Times are microseconds since 1970 UTC, values canonical JSON (`state.codec`), flags 0 or 1.

The migrations in `state/migrations` create them; a test holds both equal.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, SmallInteger, Table, Text

import state.schema_past  # noqa: F401 (its tables are the database's too)
from state.schema_base import Flag, Json, Key, Time
from state.schema_base import metadata as metadata  # noqa: PLC0414 (whoever asks for it means all tables)

HEAD = "0010"
"""The newest migration."""

sources = Table(
    "sources",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("connection", Key, nullable=False),
    Column("object", Key, nullable=False),
    Index("sources_name", "connection", "object", unique=True),
)

records = Table(
    "records",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("kind", Key, nullable=False),
    Column("version", Text, nullable=False),
    Column("modified", Time, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("body", Json, nullable=False),
    Column("person", Key),
    Column("email", Key),
    Column("gone", Flag, nullable=False),
    Column("merged_source", SmallInteger),
    Column("merged_id", Key),
    Column("external_id", Key),
    Column("phone", Key),
    Column("namesake", Key),
    sqlite_with_rowid=False,
)
"""One row a record, `gone` once it was deleted or merged away. `person` is set for records of kind person only.

`email` and `external_id` are proof of who it is; `phone` and `namesake` lead to records that it may be one person with,
which only a review asks for: they have no index.
"""

for _name in ("person", "email", "merged_id", "external_id"):
    _column = records.c[_name]
    Index(f"records_{_name}", _column, sqlite_where=_column.is_not(None), postgresql_where=_column.is_not(None))

links = Table(
    "links",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("to_source", SmallInteger, primary_key=True, autoincrement=False),
    Column("to_id", Key, primary_key=True),
    Index("links_reverse", "to_source", "to_id"),
    sqlite_with_rowid=False,
)

person_decisions = Table(
    "person_decisions",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("to_source", SmallInteger, primary_key=True, autoincrement=False),
    Column("to_id", Key, primary_key=True),
    Column("verdict", Key, nullable=False),
    Column("at", Time, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index("person_decisions_reverse", "to_source", "to_id"),
    sqlite_with_rowid=False,
)
"""What a person decided about two records, the lesser key first. No reading of records touches it."""

stage_changes = Table(
    "stage_changes",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("at", Time, primary_key=True, autoincrement=False),
    Column("stage", Key, primary_key=True),
    sqlite_with_rowid=False,
)

past_values = Table(
    "past_values",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("until", Time, primary_key=True, autoincrement=False),
    Column("body", Json, nullable=False),
    sqlite_with_rowid=False,
)
"""What a person's or company's record held until a newer version came."""

mails = Table(
    "mails",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("owner", Key, nullable=False),
    Column("subject", Key, nullable=False),
    Column("at", Time, nullable=False),
    Column("mass", Flag, nullable=False),
    Column("unweighed", Flag, nullable=False),
    Index("mails_sending", "source", "owner", "subject", "at"),
    sqlite_with_rowid=False,
)
"""E-mails that owners sent in their own name, to tell mass mail by its company. `subject` is a digest.

`unweighed`: it, or who received it, is new since `mass` was found out for it and for those sent about then.
"""

Index(
    "mails_unweighed",
    mails.c.source,
    mails.c.id,
    sqlite_where=mails.c.unweighed == 1,
    postgresql_where=mails.c.unweighed == 1,
)

cursors = Table(
    "cursors",
    metadata,
    Column("connection", Key, primary_key=True),
    Column("object", Key, primary_key=True),
    Column("cursor", Text),
    Column("read_through", Time),
    Column("run", Key),
    Column("updated", Time, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("connection", Key, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started", Time, nullable=False),
    Column("ended", Time),
    Column("error", Text),
    Column("api_calls", BigInteger, nullable=False),
    Index("runs_connection", "connection", "id"),
)

COUNTERS = ("new", "changed", "unchanged", "deleted", "merged", "rejected", "skipped", "events")
OUTCOMES = ("written", "already", "refused", "conflicts")

run_objects = Table(
    "run_objects",
    metadata,
    Column("run", Key, primary_key=True),
    Column("connection", Key, primary_key=True),
    Column("object", Key, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in (*COUNTERS, *OUTCOMES)),
)

rejected = Table(
    "rejected",
    metadata,
    Column("connection", Key, primary_key=True),
    Column("object", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    Column("stage", Key, primary_key=True),
    Column("field", Key, primary_key=True),
    Column("raw", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("retryable", Flag, nullable=False),
    Column("run", Key, nullable=False),
    Column("first_at", Time, nullable=False),
    Column("at", Time, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("settled", Key),
)

dirty = Table(
    "dirty",
    metadata,
    Column("person", Key, primary_key=True),
    Column("mark", BigInteger, nullable=False),
)
"""People whose facts moved since they were settled. `mark` is new with every such move."""

persons = Table(
    "persons",
    metadata,
    Column("person", Key, primary_key=True),
    Column("score", BigInteger, nullable=False),
    Column("criteria", Json, nullable=False),
    Column("breakdown", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("qualified", Flag, nullable=False),
    Column("qualified_at", Time),
    Column("sla_status", Text),
    Column("sla_due", Time),
    Column("fields", Json, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("records", Json),
    Column("as_of", Time, nullable=False),
    Column("next_due", Time),
    Column("digest", LargeBinary, nullable=False),
)
Index(
    "persons_next_due",
    persons.c.next_due,
    sqlite_where=persons.c.next_due.is_not(None),
    postgresql_where=persons.c.next_due.is_not(None),
)

score_history = Table(
    "score_history",
    metadata,
    Column("person", Key, primary_key=True),
    Column("at", Time, primary_key=True, autoincrement=False),
    Column("total", BigInteger, nullable=False),
    Column("run", Key, nullable=False),
    Column("previous", BigInteger),
    Column("rules_version", Key),
    Column("previous_rules", Key),
    Column("parts", Json),
)
"""A row each time the total changed: by which rules before and now, and in which parts (`journey.cause`)."""

sla_cycles = Table(
    "sla_cycles",
    metadata,
    Column("id", Key, primary_key=True),
    Column("person", Key, nullable=False),
    Column("policy", Key, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("opened_at", Time, nullable=False),
    Column("due_at", Time, nullable=False),
    Column("stopped_at", Time),
    Column("status", Key, nullable=False),
    Column("body", Json, nullable=False),
    Index("sla_cycles_person", "person"),
    Index("sla_cycles_status", "status", "due_at"),
)

sla_verdicts = Table(
    "sla_verdicts",
    metadata,
    Column("cycle", Key, primary_key=True),
    Column("at", Time, primary_key=True, autoincrement=False),
    Column("person", Key, nullable=False),
    Column("status", Key, nullable=False),
    Column("run", Key, nullable=False),
    Index("sla_verdicts_person", "person"),
    sqlite_with_rowid=False,
)
"""Each status that a cycle was given, and when."""

sla_steps = Table(
    "sla_steps",
    metadata,
    Column("cycle", Key, primary_key=True),
    Column("step", Key, primary_key=True),
    Column("person", Key, nullable=False),
    Column("at", Time, nullable=False),
    Column("told", Json, nullable=False),
    Column("reached", Time, nullable=False),
    Column("run", Key, nullable=False),
    Column("corrected", Time),
    Index("sla_steps_person", "person"),
    sqlite_with_rowid=False,
)
"""The escalation steps that were reached, each once. `corrected` is when what was read later showed that it had not been due."""

agreed_fields = Table(
    "agreed_fields",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("fields", Json, nullable=False),
    Column("yielded", Json, nullable=False),
    Column("version", Text),
    Column("at", Time, nullable=False),
)
"""`fields` is what the CRM last confirmed; `yielded` what we gave up to a person's edit, until ours changes again."""

outbox = Table(
    "outbox",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("person", Key, nullable=False),
    Column("fields", Json, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_attempt", Time),
    Column("run", Key, nullable=False),
    Column("backlog", Flag, nullable=False, server_default="0"),
    Index("outbox_person", "person"),
)
"""`next_attempt` NULL: refused for good; it waits until ours changes or a retry is asked for. `backlog`: owed by a rescore
alone, so it goes after all that is not.
"""

conflicts = Table(
    "conflicts",
    metadata,
    Column("source", SmallInteger, primary_key=True, autoincrement=False),
    Column("id", Key, primary_key=True),
    Column("field", Key, primary_key=True),
    Column("body", Json, nullable=False),
    Column("policy", Text, nullable=False),
    Column("at", Time, nullable=False),
    Column("run", Key, nullable=False),
    Column("settled", Key),
)

models = Table(
    "models",
    metadata,
    Column("version", Key, primary_key=True),
    Column("fitted_at", Time, nullable=False),
    Column("weighs", Flag, nullable=False),
    Column("active", Flag, nullable=False),
    Column("pinned", Flag, nullable=False),
    Column("parameters", Json),
    Column("card", Json, nullable=False),
)
"""Fitted models of the criterion likelihood; one is active."""

secrets = Table(
    "secrets",
    metadata,
    Column("connection", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("key_id", Key, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", Time, nullable=False),
)
"""What logins obtained, encrypted (`state.sealing`)."""

meta = Table(
    "meta",
    metadata,
    Column("key", Key, primary_key=True),
    Column("value", Text, nullable=False),
)
