"""What was said about SLA clocks, and when: each status a cycle was given, and the escalation steps it came to.

Clocks are worked out anew each time; these tables remember, so that a correction can be shown and nobody is told twice (I10).
"""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import Connection

from journey.model import PersonId
from state import schema
from state.codec import micros, moment, moment_or_none
from state.database import Upsert, by_names, replacing
from state.model import ReachedStep, RunId, Settlement, StepRow, Verdict

_STEPS = "SELECT s.* FROM n JOIN sla_steps s ON s.person = n.name"
_VERDICTS = "SELECT v.* FROM n JOIN sla_verdicts v ON v.person = n.name ORDER BY v.at, v.cycle"

_write_verdicts = replacing(schema.sla_verdicts)
_write_steps = Upsert(schema.sla_steps, "corrected = excluded.corrected")


def note(connection: Connection, run: RunId, held: Mapping[str, str], results: Sequence[Settlement]) -> None:
    """Store what is new: statuses that differ from `held` (by cycle), steps reached, and steps that are not due after all."""
    _write_verdicts(
        connection,
        [
            (cycle.id, micros(result.as_of), result.person, cycle.status, run)
            for result in results
            for cycle in result.cycles
            if held.get(cycle.id) != cycle.status
        ],
    )
    known = {(row.cycle, row.step): row for row in by_names(connection, _STEPS, (result.person for result in results))}
    due: dict[tuple[str, str], tuple[object, ...]] = {}
    for result in results:
        for cycle in result.cycles:
            for step in cycle.steps:
                told = (result.person, micros(step.at), orjson.dumps(step.to).decode(), micros(result.as_of), run)
                due[cycle.id, step.step] = (cycle.id, step.step, *told, None)
    fresh = [row for key, row in due.items() if key not in known or known[key].corrected is not None]
    as_of = {result.person: micros(result.as_of) for result in results}
    undue = [row for key, row in known.items() if key not in due and row.corrected is None]
    _write_steps(connection, [*fresh, *((*tuple(row)[:-1], as_of[row.person]) for row in undue)])


def verdicts(connection: Connection, people: Sequence[PersonId]) -> Sequence[Verdict]:
    """Every status the people's cycles were given, oldest first."""
    rows = by_names(connection, _VERDICTS, people)
    return [Verdict(row.cycle, row.status, moment(row.at), RunId(row.run)) for row in rows]


def steps(connection: Connection, people: Sequence[PersonId]) -> Sequence[ReachedStep]:
    """Every step that the people's cycles came to, by time."""
    rows = by_names(connection, f"{_STEPS} ORDER BY s.at, s.cycle, s.step", people)
    return [
        ReachedStep(
            row.cycle,
            StepRow(row.step, moment(row.at), tuple(orjson.loads(row.told))),
            moment(row.reached),
            RunId(row.run),
            moment_or_none(row.corrected),
        )
        for row in rows
    ]
