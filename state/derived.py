"""What was computed about people: results, SLA clocks, the score's history, and the writes that follow from them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from journey.model import PersonId
from state import outbox, schema, told, verdicts
from state.codec import encode, micros, micros_or_none, moment, moment_or_none, plain_text
from state.database import Upsert, by_names, replacing
from state.model import CycleRow, RunId, Settled, Settlement
from state.sources import Sources

_LIVE = "SELECT n.name FROM n WHERE EXISTS (SELECT 1 FROM records r WHERE r.person = n.name AND r.gone = 0)"
_HELD = "SELECT p.person, p.score, p.rules_version, p.digest FROM n JOIN persons p ON p.person = n.name"
_CYCLE = ", ".join(f"c.{column.name}" for column in schema.sla_cycles.columns)
_CYCLES = f"SELECT {_CYCLE} FROM n JOIN sla_cycles c ON c.person = n.name"  # noqa: S608

_write_people = replacing(schema.persons)
_pass_time = Upsert(schema.persons, "as_of = excluded.as_of, next_due = excluded.next_due")
_write_cycles = replacing(schema.sla_cycles)


def settle(
    connection: Connection,
    sources: Sources,
    run: RunId,
    results: Sequence[Settlement],
    at: datetime,
    backlog: bool = False,
) -> Settled:
    """Store the results and owe what differs from what the CRM agreed to. People who vanished meanwhile are left out."""
    live = {row.name for row in by_names(connection, _LIVE, (result.person for result in results))}
    results = [result for result in results if result.person in live]
    if not results:
        return Settled(0, 0)
    people = [result.person for result in results]
    held = {row.person: row for row in by_names(connection, _HELD, people)}
    rows = {result.person: _row(result) for result in results}
    changed = [row for person, row in rows.items() if person not in held or bytes(held[person].digest) != row[-1]]
    _write_people(connection, changed)
    moved = {row[0] for row in changed}
    _pass_time(connection, [row for person, row in rows.items() if person not in moved])
    rescored = told.write_scores(connection, run, [(r, held.get(r.person)) for r in results])
    _settle_cycles(connection, run, results)
    owing = outbox.owe(connection, sources, run, {r.person: r.owed for r in results}, at, backlog)
    _clear_marks(connection, results)
    return Settled(len(changed), owing, rescored)


def _columns(person: PersonId, cycle: CycleRow) -> tuple[object, ...]:
    times = (micros(cycle.opened_at), micros(cycle.due_at), micros_or_none(cycle.stopped_at))
    return (cycle.id, person, cycle.policy, cycle.n, *times, cycle.status, cycle.body)


def cycle_row(row: Row[Any]) -> CycleRow:
    """A row of `sla_cycles`, read."""
    times = (moment(row.opened_at), moment(row.due_at), moment_or_none(row.stopped_at))
    return CycleRow(row.id, row.policy, row.n, *times, row.status, row.body)


def _row(result: Settlement) -> tuple[object, ...]:
    stable = (
        result.person,
        result.score,
        encode(result.criteria),
        result.breakdown,
        plain_text(result.reason),
        int(result.qualified),
        micros_or_none(result.qualified_at),
        result.sla_status,
        micros_or_none(result.sla_due),
        encode(result.fields),
        result.rules_version,
        told.records_text(result.records),
    )
    digest = blake2b(orjson.dumps(stable), digest_size=16).digest()
    return (*stable, micros(result.as_of), micros_or_none(result.next_due), digest)


def _settle_cycles(connection: Connection, run: RunId, results: Sequence[Settlement]) -> None:
    rows = by_names(connection, _CYCLES, (result.person for result in results))
    held = {row.id: tuple(row) for row in rows}
    verdicts.note(connection, run, {row.id: row.status for row in rows}, results)
    wanted = {cycle.id: _columns(r.person, cycle) for r in results for cycle in r.cycles}
    vanished = held.keys() - wanted.keys()
    if vanished:
        by_names(connection, "DELETE FROM sla_cycles WHERE id IN (SELECT name FROM n)", sorted(vanished))
    _write_cycles(connection, [row for id_, row in wanted.items() if held.get(id_) != row])


def _clear_marks(connection: Connection, results: Sequence[Settlement]) -> None:
    marks = [{"person": result.person, "mark": result.mark} for result in results if result.mark is not None]
    if marks:
        connection.execute(text("DELETE FROM dirty WHERE person = :person AND mark = :mark"), marks)


def inherit(connection: Connection, heirs: Mapping[PersonId, PersonId]) -> None:
    """Hand the score of people who vanish on to those they have become, with its history; who has one keeps their own."""
    if not heirs:
        return
    settled = {row.person for row in by_names(connection, _HELD, {*heirs, *heirs.values()})}
    chosen = {heir: gone for gone, heir in sorted(heirs.items()) if gone in settled and heir not in settled}
    for table in ("persons", "score_history") if chosen else ():
        statement = text(f"UPDATE {table} SET person = :heir WHERE person = :gone")  # noqa: S608
        connection.execute(statement, [{"heir": heir, "gone": gone} for heir, gone in chosen.items()])


def forget(connection: Connection, people: Iterable[PersonId]) -> None:
    """Remove everything derived for these people."""
    gone = sorted(people)
    for table in (
        ("persons", "sla_cycles", "sla_verdicts", "sla_steps", "score_history", "outbox", "dirty") if gone else ()
    ):
        by_names(connection, f"DELETE FROM {table} WHERE person IN (SELECT name FROM n)", gone)  # noqa: S608
