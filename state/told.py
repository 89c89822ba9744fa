"""What was told of a person over time: their score as it was written down, and what the CRMs confirmed of our fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from journey.model import PersonId, Ref, Scalar
from state.agreed import read_fields
from state.codec import moment
from state.database import by_keys
from state.model import RunId
from state.schema import score_history
from state.sources import Sources

_CONFIRMED = """
    SELECT a.source, a.id, a.fields, a.at FROM k JOIN agreed_fields a ON a.source = k.source AND a.id = k.id
    ORDER BY a.source, a.id
"""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The score was `total` from `at` on, as that run wrote it down."""

    at: datetime
    total: int
    run: RunId


@dataclass(frozen=True, slots=True)
class ConfirmedFields:
    """What the CRM last confirmed, at `at`, to hold in our fields of a record (the CRM's names)."""

    ref: Ref
    fields: Mapping[str, Scalar]
    at: datetime


def history(connection: Connection, person: PersonId) -> Sequence[ScoreChange]:
    """Every score written down of the person, oldest first."""
    t = score_history
    rows = connection.execute(select(t).where(t.c.person == person).order_by(t.c.at))
    return [ScoreChange(moment(row.at), row.total, RunId(row.run)) for row in rows]


def confirmed_fields(connection: Connection, sources: Sources, refs: Iterable[Ref]) -> Sequence[ConfirmedFields]:
    """What the CRMs hold of ours in these records; those we never wrote to are left out."""
    rows = by_keys(connection, _CONFIRMED, [sources.key(ref) for ref in refs])
    return [ConfirmedFields(sources.ref(row.source, row.id), read_fields(row.fields), moment(row.at)) for row in rows]
