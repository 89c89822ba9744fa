"""Every row of an input file held against what our database has of it: mapped to the very values it should have, rejected, or skipped.

What a row should become is worked out from the file by the figure itself, not by the mapping that is measured.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from journey.model import Ref, Value
from state.codec import decode
from state.views import RejectedRow

_RECORDS = (
    "SELECT s.connection, s.object, r.id, r.body FROM records r JOIN sources s ON s.id = r.source WHERE r.gone = 0"
)
_LINKS = """
    SELECT s.connection, s.object, l.id, t.connection, t.object, l.to_id
    FROM links l JOIN sources s ON s.id = l.source JOIN sources t ON t.id = l.to_source
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `file` that became the record `ref`: the values and links it should have, or the field it should be rejected for."""

    file: str
    ref: Ref
    values: Mapping[str, Value]
    links: frozenset[Ref] = frozenset()
    rejected_for: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A record as our database has it."""

    values: Mapping[str, Value]
    links: frozenset[Ref]


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the rows: mapped by file, rejected by reason, skipped.

    `wrong` were accounted for, but not as they should be; `unexplained` are simply not there.
    """

    rows: int
    mapped: Mapping[str, int]
    rejected: Mapping[str, int]
    skipped: int
    wrong: Sequence[Ref]
    unexplained: int

    @property
    def ok(self) -> bool:
        """Every row is accounted for, and rightly."""
        return not self.wrong and not self.unexplained


def held_records(database: Path) -> dict[Ref, Held]:
    """All live records of a SQLite database."""
    with closing(sqlite3.connect(database)) as connection:
        links: dict[Ref, set[Ref]] = {}
        for row in connection.execute(_LINKS):
            links.setdefault(Ref(*row[:3]), set()).add(Ref(*row[3:]))
        return {
            (ref := Ref(*name)): Held(decode(body), frozenset(links.get(ref, ())))
            for *name, body in connection.execute(_RECORDS)
        }


def account(rows: Sequence[Row], held: Mapping[Ref, Held], rejected: Sequence[RejectedRow], skipped: int) -> Account:
    """Hold each row against the database. `skipped` is what the run counted: rows not there must be as many."""
    rejections = {Ref(r.rejection.connection, r.rejection.object, r.rejection.id): r.rejection for r in rejected}
    mapped: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    wrong: list[Ref] = []
    for row in rows:
        there, refused = held.get(row.ref), rejections.get(row.ref)
        if refused is not None:
            reasons[f"{row.file}: {refused.field} {refused.reason}"] += 1
        elif there is not None:
            mapped[row.file] += 1
        expected = None if row.rejected_for else Held(row.values, row.links)
        if (there or refused) and (there, refused and refused.field) != (expected, row.rejected_for):
            wrong.append(row.ref)
    absent = len(rows) - mapped.total() - reasons.total()
    return Account(len(rows), mapped, reasons, skipped, wrong, absent - skipped)


def sees_damage(rows: Sequence[Row], held: Mapping[Ref, Held], rejected: Sequence[RejectedRow], skipped: int) -> bool:
    """The control: with one record lost, one value changed and one link dropped, the account names exactly those."""
    lost, changed, unlinked = (row.ref for row in (rows[0], rows[1], next(row for row in rows[2:] if row.links)))
    damaged = {ref: there for ref, there in held.items() if ref != lost}
    damaged[changed] = Held({**held[changed].values, "name": "someone else's"}, held[changed].links)
    damaged[unlinked] = Held(held[unlinked].values, frozenset())
    told = account(rows, damaged, rejected, skipped)
    return told.unexplained == 1 and set(told.wrong) == {changed, unlinked}
