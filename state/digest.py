"""One number for the whole final state, to tell whether two histories ended in the same place.

Left out is whatever depends on when and how the state came about: run ids, wall times, versions that move with our own
writes, attempts. The rows' hashes are added up, so that no order has to be agreed on and memory stays flat.
"""

from collections.abc import Iterable
from hashlib import sha256

import orjson
from sqlalchemy import Connection, text

from state.sources import Sources

_ROWS_AT_ONCE = 1_000
_MODULUS = 2**256

_TABLES = {
    "records": ("source, merged_source", "id, kind, body, person, email, gone, merged_id"),
    "links": ("source, to_source", "id, to_id"),
    "stage_changes": ("source", "id, at, stage"),
    "persons": ("", "person, score, criteria, breakdown, reason, qualified, qualified_at, sla_status, sla_due, fields, rules_version"),
    "sla_cycles": ("", "id, person, policy, n, opened_at, due_at, stopped_at, status, body"),
    "agreed_fields": ("source", "id, fields, yielded"),
    "outbox": ("source", "id, person, fields"),
}  # fmt: skip
"""For each table, the columns that hold a source's number, and the others."""


def digest(connection: Connection, sources: Sources) -> str:
    """SHA-256, in hex, over the content of the tables that describe the final state."""
    whole = sha256()
    for table, (numbers, columns) in _TABLES.items():
        width = len(numbers.split(", ")) if numbers else 0
        query = f"SELECT {', '.join(filter(None, (numbers, columns)))} FROM {table}"  # noqa: S608
        rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(text(query))
        named = ([_name(sources, n) for n in row[:width]] + list(row[width:]) for row in rows)
        whole.update(f"{table} {_sum(named):064x}\n".encode())
    return whole.hexdigest()


def _name(sources: Sources, number: int | None) -> list[str] | None:
    return None if number is None else list(sources.ref(number, "")[:2])


def _sum(rows: Iterable[list[object]]) -> int:
    return sum(int.from_bytes(sha256(orjson.dumps(row)).digest(), "big") for row in rows) % _MODULUS
