"""Pairs of people who may be one: found by equal phones and names, judged by `journey.likeness`, for a person to decide.

Computed when asked, so that it is never out of date, by one sorted scan for each: every page of records would pay for an index
that only this list reads. Memory is bounded by the number of pairs asked for, and no work grows with the square of the people
who share something.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations, groupby, islice
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, text

from journey.likeness import CONFIDENCE, MOST_SHARING, Reason, Traits, likeness, traits
from journey.model import PersonId, Ref
from state.codec import decode
from state.database import by_names
from state.sources import Sources

_COLUMNS = ("phone", "namesake")
_AT_ONCE = 200
_FETCHED = 1_000
# Sorted by the database, on disk where it must, which hands out no row but those of values that several have.
_SHARED = """
    SELECT value, person FROM (
      SELECT value, person, COUNT(*) OVER (PARTITION BY value) AS sharing FROM (
        SELECT {column} AS value, person FROM records WHERE {column} IS NOT NULL GROUP BY {column}, person
      ) AS holders
    ) AS counted WHERE sharing BETWEEN 2 AND :most ORDER BY value
"""
_OWN = """
    SELECT r.person, r.source, r.id, r.email, r.body FROM n JOIN records r ON r.person = n.name
    WHERE r.gone = 0
"""
_APART = """
    SELECT a.person, b.person FROM person_decisions d
      JOIN records a ON a.source = d.source AND a.id = d.id
      JOIN records b ON b.source = d.to_source AND b.id = d.to_id
    WHERE d.verdict = 'apart' AND a.person IS NOT NULL AND b.person IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records that may be one person."""

    ref: Ref
    person: PersonId
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """Two people who may be one, by their records that are most alike. The first reason gives the `confidence`."""

    one: Side
    other: Side
    confidence: float
    reasons: tuple[Reason, ...]

    @property
    def people(self) -> frozenset[PersonId]:
        """The two."""
        return frozenset((self.one.person, self.other.person))


class _Record(NamedTuple):
    """A live record of someone who shares something with somebody else."""

    ref: Ref
    person: PersonId
    name: str
    email: str | None
    traits: Traits


def likely(connection: Connection, sources: Sources, limit: int) -> Sequence[LikelyPair]:
    """At most `limit` pairs of people, the likeliest first, each shown by the two records that are most alike.

    Left out are pairs that someone decided apart, and what more than `MOST_SHARING` people share.
    """
    apart: set[frozenset[PersonId]] = {frozenset(row) for row in connection.execute(text(_APART))}
    best: list[LikelyPair] = []
    for column in _COLUMNS:
        for groups in _shared(connection, column):
            found = {pair.people: pair for pair in best}
            found.update((pair.people, pair) for pair in _pairs(connection, sources, groups, apart))
            best = nsmallest(limit, found.values(), key=_order)
    return best


def _order(pair: LikelyPair) -> tuple[float, Ref, Ref]:
    return -pair.confidence, pair.one.ref, pair.other.ref


def _shared(connection: Connection, column: str) -> Iterator[Sequence[Sequence[PersonId]]]:
    """The people of each value of the column that several but not too many of them have, some values at once."""
    query = text(_SHARED.format(column=column))
    rows = connection.execute(query, {"most": MOST_SHARING}, execution_options={"yield_per": _FETCHED})
    people = ([person for _, person in same] for _, same in groupby(rows, itemgetter(0)))
    while groups := list(islice(people, _AT_ONCE)):
        yield groups


def _pairs(
    connection: Connection,
    sources: Sources,
    groups: Sequence[Sequence[PersonId]],
    apart: Collection[frozenset[PersonId]],
) -> Iterator[LikelyPair]:
    records = _records(connection, sources, {person for group in groups for person in group})
    for pair in {pair for group in groups for pair in combinations(sorted(group), 2)}:
        alike = [
            _likely(min(one, other), max(one, other), reasons)
            for one in records[pair[0]]
            for other in records[pair[1]]
            if (reasons := likeness(one.ref, one.traits, other.ref, other.traits))
        ]
        if alike and frozenset(pair) not in apart:
            yield min(alike, key=_order)


def _records(
    connection: Connection, sources: Sources, people: Collection[PersonId]
) -> Mapping[PersonId, Sequence[_Record]]:
    records: dict[PersonId, list[_Record]] = defaultdict(list)
    for person, source, id_, email, body in by_names(connection, _OWN, people):
        values = decode(body)
        name = " ".join(str(part) for key in ("first_name", "last_name") if (part := values.get(key)))
        records[person].append(_Record(sources.ref(source, id_), person, name, email, traits(values)))
    return records


def _likely(one: _Record, other: _Record, reasons: tuple[Reason, ...]) -> LikelyPair:
    return LikelyPair(_side(one), _side(other), CONFIDENCE[reasons[0]], reasons)


def _side(record: _Record) -> Side:
    return Side(record.ref, record.person, record.name, record.email)
