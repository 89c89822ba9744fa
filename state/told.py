"""What was told of a person over time: each change of their score with its parts, and what the CRMs confirmed of our fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from journey.cause import Cause, Evidence, Part
from journey.model import PersonId, Ref, Scalar
from state import schema
from state.agreed import read_fields
from state.codec import micros, moment
from state.database import by_keys, by_names, replacing
from state.model import RunId, Settlement
from state.schema import score_history
from state.sources import Sources

MOST_CHANGES = 200
"""Changes of score kept of a person; the oldest go first."""

_CONFIRMED = """
    SELECT a.source, a.id, a.fields, a.at FROM k JOIN agreed_fields a ON a.source = k.source AND a.id = k.id
    ORDER BY a.source, a.id
"""
_WRITTEN = (
    "SELECT p.person, p.score, p.rules_version, p.records, p.breakdown FROM n JOIN persons p ON p.person = n.name"
)
_FORGET_OLD = """
    , cut(person, at) AS MATERIALIZED (
      SELECT n.name, (SELECT h.at FROM score_history h WHERE h.person = n.name ORDER BY h.at DESC LIMIT 1 OFFSET :kept - 1)
      FROM n
    )
    DELETE FROM score_history WHERE (person, at) IN (
      SELECT h.person, h.at FROM cut JOIN score_history h ON h.person = cut.person AND h.at < cut.at
    )
"""
_write = replacing(schema.score_history)


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """The score was `total` from `at` on, as that run wrote it down.

    `previous` and `previous_rules` are None for the first score. `parts` add up to the change; they are empty, and the rules
    unknown, for what an older version of Relevo wrote down.
    """

    at: datetime
    total: int
    run: RunId
    previous: int | None = None
    rules_version: str | None = None
    previous_rules: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenScore:
    """A person's score as it stands in the store; `breakdown` is JSON."""

    total: int
    rules_version: str
    records: tuple[Ref, ...]
    breakdown: str


@dataclass(frozen=True, slots=True)
class ConfirmedFields:
    """What the CRM last confirmed, at `at`, to hold in our fields of a record (the CRM's names)."""

    ref: Ref
    fields: Mapping[str, Scalar]
    at: datetime


def write_scores(connection: Connection, run: RunId, results: Sequence[tuple[Settlement, Row[Any] | None]]) -> int:
    """Write down the scores that are others than before (the row of `persons`, if any); forget what is too old.

    Returns how many there were.
    """
    changed = [(r, held) for r, held in results if held is None or held.score != r.score]
    _write(
        connection,
        [
            (
                *(r.person, micros(r.as_of), r.score, run, held and held.score),
                *(r.rules_version, held and held.rules_version, _parts_text(r.parts)),
            )
            for r, held in changed
        ],
    )
    if grown := [r.person for r, held in changed if held is not None]:
        by_names(connection, _FORGET_OLD, grown, kept=MOST_CHANGES)
    return len(changed)


def history(connection: Connection, person: PersonId) -> Sequence[ScoreChange]:
    """The scores written down of the person, oldest first."""
    t = score_history
    rows = connection.execute(select(t).where(t.c.person == person).order_by(t.c.at))
    return [
        ScoreChange(
            *(moment(row.at), row.total, RunId(row.run), row.previous),
            *(row.rules_version, row.previous_rules, _parts(row.parts or "[]")),
        )
        for row in rows
    ]


def written_scores(connection: Connection, people: Iterable[PersonId]) -> Mapping[PersonId, WrittenScore]:
    """The scores that stand now; people never scored are left out."""
    return {
        row.person: WrittenScore(row.score, row.rules_version, _records(row.records or "[]"), row.breakdown)
        for row in by_names(connection, _WRITTEN, people)
    }


def confirmed_fields(connection: Connection, sources: Sources, refs: Iterable[Ref]) -> Sequence[ConfirmedFields]:
    """What the CRMs hold of ours in these records; those we never wrote to are left out."""
    rows = by_keys(connection, _CONFIRMED, [sources.key(ref) for ref in refs])
    return [ConfirmedFields(sources.ref(row.source, row.id), read_fields(row.fields), moment(row.at)) for row in rows]


def records_text(records: Iterable[Ref]) -> str:
    """Records as `persons.records` holds them."""
    return orjson.dumps([list(ref) for ref in records]).decode()


def _records(text: str) -> tuple[Ref, ...]:
    return tuple(Ref(*ref) for ref in orjson.loads(text))


def _parts_text(parts: Iterable[Part]) -> str:
    return orjson.dumps([[p.cause, p.points, p.criterion, p.rule, _evidence_text(p.evidence)] for p in parts]).decode()


def _parts(text: str) -> tuple[Part, ...]:
    return tuple(
        Part(Cause(cause), points, criterion, rule, _evidence(evidence))
        for cause, points, criterion, rule, evidence in orjson.loads(text)
    )


def _evidence_text(evidence: Evidence | None) -> Mapping[str, Sequence[str]] | None:
    if evidence is None:
        return None
    return {"record" if isinstance(evidence, Ref) else "fields": list(evidence)}


def _evidence(stored: Mapping[str, Sequence[str]] | None) -> Evidence | None:
    if stored is None:
        return None
    return Ref(*stored["record"]) if "record" in stored else tuple(stored["fields"])
