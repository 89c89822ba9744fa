"""What writes changed in the CRMs, as a table for people and as documents for programs."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from state.writes import RecordedWrite
from sync.cli.output import Format, Table, plain, print_table
from sync.cli.people import place
from sync.cli.words import Lang, day_time, word

COLUMNS = ("at", "connection", "object", "id", "field", "old", "new", "outcome", "reason", "undone", "run")
HEADINGS = ("RECORD", "FIELD", "OLD", "NEW", "OUTCOME", "RUN")

LONGEST = 48
"""Characters of a value shown in a table; a person's journey as HTML or JSON has all of it."""


def print_writes(writes: Sequence[RecordedWrite], lang: Lang, zone: ZoneInfo) -> None:
    """A line for each field that was written, long texts cut."""
    rows = [tuple(map(_cut, cells)) for write in writes for cells in write_cells(write, lang, zone)]
    headings = (str(zone), *(word(heading.lower(), lang).upper() for heading in HEADINGS))
    print_table(Table("writes", ("at", *HEADINGS), rows, headings), Format.TEXT)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def write_cells(write: RecordedWrite, lang: Lang, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    """When, the record, and of each field its name, the old and the new value, what became of it, and the run."""
    for field, new in write.new.items():
        values = ("" if value is None else plain(value) for value in (write.old.get(field), new))
        said = word(outcome(write), lang) + (f": {plain(write.refused)}" if write.refused else "")
        yield day_time(write.at, lang, zone), place(write.ref), field, *values, said, write.run


def outcome(write: RecordedWrite) -> str:
    """`done`, `refused` or `undone`."""
    return "refused" if write.refused is not None else "undone" if write.undone else "done"


def write_rows(write: RecordedWrite) -> Iterator[tuple[object, ...]]:
    """A row for each field, in the order of `COLUMNS`."""
    end = (outcome(write), write.refused, write.undone, write.run)
    for field, new in write.new.items():
        yield (write.at, *write.ref, field, write.old.get(field), new, *end)


def write_documents(writes: Sequence[RecordedWrite]) -> list[dict[str, object]]:
    """The writes for JSON."""
    return [
        {
            "record": write.ref._asdict(),
            "at": write.at,
            "run": write.run,
            "outcome": outcome(write),
            "reason": write.refused,
            "undone": write.undone,
            "changes": [{"field": f, "old": write.old.get(f), "new": new} for f, new in write.new.items()],
        }
        for write in writes
    ]
