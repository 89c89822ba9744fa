"""The agreements that were in force over time, so that an old one can be shown, compared and replayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from state.codec import micros, moment
from state.database import Upsert
from state.schema_past import rules_versions

_use = Upsert(rules_versions, "last_used = excluded.last_used")


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """One agreement. `score_version` is the part of it that scores carry; `sections` is canonical JSON, as configured."""

    version: str
    score_version: str
    sections: str


@dataclass(frozen=True, slots=True)
class UsedRules:
    """An agreement that was in force from `first_used`, and again from `last_used` if it came back."""

    rules: RulesVersion
    first_used: datetime
    last_used: datetime


def use(connection: Connection, rules: RulesVersion, at: datetime) -> None:
    """From now on this agreement is the one in force."""
    _use(connection, [(rules.version, rules.score_version, rules.sections, micros(at), micros(at))])


def versions(connection: Connection) -> Sequence[UsedRules]:
    """Every agreement that was in force, the latest first."""
    t = rules_versions
    rows = connection.execute(select(t).order_by(t.c.last_used.desc(), t.c.version))
    return [
        UsedRules(
            RulesVersion(row.version, row.score_version, row.sections), moment(row.first_used), moment(row.last_used)
        )
        for row in rows
    ]
