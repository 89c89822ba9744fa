"""What people decided about records being one person or two. It stays whatever is read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from journey.identity import Decision, Verdict
from journey.model import PersonId, Ref
from state import derived, dirty, identity, schema
from state.codec import micros, moment, plain_text
from state.database import Key, by_keys, by_names, replacing
from state.sources import Sources


@dataclass(frozen=True, slots=True)
class PersonDecision:
    """What someone decided about two records being one person. `who` and `why` are as that person gave them."""

    decision: Decision
    at: datetime
    who: str
    why: str


_write = replacing(schema.person_decisions)
_BETWEEN = """
    DELETE FROM person_decisions WHERE verdict = 'apart' AND EXISTS (
      SELECT 1 FROM records a JOIN records b
        ON b.source = person_decisions.to_source AND b.id = person_decisions.to_id
      WHERE a.source = person_decisions.source AND a.id = person_decisions.id
        AND a.person IN (SELECT name FROM n) AND b.person IN (SELECT name FROM n))
"""
_MEMBERS = "SELECT r.source, r.id FROM n JOIN records r ON r.person = n.name WHERE r.gone = 0"
_ENDS = "SELECT r.person FROM k JOIN records r ON r.source = k.source AND r.id = k.id WHERE r.person IS NOT NULL"


def decide(
    connection: Connection, sources: Sources, decisions: Sequence[Decision], who: str, why: str, at: datetime
) -> None:
    """Write the decisions down, each in the place of what was decided about the same pair, and put the people right."""
    ends = _ends(sources, decisions)
    _write(
        connection,
        [
            (*min(one, other), *max(one, other), str(decision.verdict), micros(at), plain_text(who), plain_text(why))
            for (one, other), decision in zip(ends, decisions, strict=True)
        ],
    )
    named = {key for pair in ends for key in pair}
    nodes = identity.person_nodes(connection, named)
    regrouped = identity.regroup(connection, sources, nodes, {node.person for node in nodes}, named)
    dirty.mark_people(connection, regrouped.touched, dirty.new_mark())
    derived.inherit(connection, regrouped.heirs)
    derived.forget(connection, regrouped.vanished)


def link(connection: Connection, sources: Sources, one: Ref, other: Ref, who: str, why: str, at: datetime) -> None:
    """Their people are one. What was decided before and keeps those two apart is withdrawn."""
    together = [Decision(one, other, Verdict.TOGETHER)]
    by_names(connection, _BETWEEN, _people(connection, sources, (one, other)))
    decide(connection, sources, together, who, why, at)


def unlink(connection: Connection, sources: Sources, ref: Ref, who: str, why: str, at: datetime) -> Sequence[Ref]:
    """The record is another person than all others that are this person now; those are returned."""
    members = by_names(connection, _MEMBERS, _people(connection, sources, (ref,)))
    others = sorted(other for row in members if (other := sources.ref(*row)) != ref)
    decide(connection, sources, [Decision(ref, other, Verdict.APART) for other in others], who, why, at)
    return others


def decisions(connection: Connection, sources: Sources) -> Sequence[PersonDecision]:
    """All decisions, newest first."""
    t = schema.person_decisions
    rows = connection.execute(select(t).order_by(t.c.at.desc(), t.c.source, t.c.id, t.c.to_source, t.c.to_id))
    return [
        PersonDecision(
            Decision(sources.ref(r.source, r.id), sources.ref(r.to_source, r.to_id), Verdict(r.verdict)),
            moment(r.at),
            r.who,
            r.why,
        )
        for r in rows
    ]


def _ends(sources: Sources, decisions: Iterable[Decision]) -> list[tuple[Key, Key]]:
    ends = [(sources.key(decision.one), sources.key(decision.other)) for decision in decisions]
    if any(one == other for one, other in ends):
        raise ValueError("a decision is about two records")
    return ends


def _people(connection: Connection, sources: Sources, refs: Iterable[Ref]) -> set[PersonId]:
    return {row.person for row in by_keys(connection, _ENDS, map(sources.key, refs))}
