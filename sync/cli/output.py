"""Results on stdout: text for people; JSON, JSON lines and CSV for programs.

Every JSON object carries `"schema": "relevo/<name>@1"`; keys are never translated. A CSV cell cannot become a formula. Text from
a CRM is stripped of control characters before it reaches a terminal.
"""

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


class Format(StrEnum):
    """The forms of `-o`."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to show. `name` is the schema's; `columns` are keys; `headings` (as many) are what people read above them."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[object]]
    headings: tuple[str, ...] = ()
    right: frozenset[str] = field(default_factory=frozenset)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(value: object) -> str:
    """One line for a person: no control characters, so that no record can move the cursor or forge a line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    return _CONTROL.sub(" ", str(value))


def moment(at: datetime) -> str:
    """A time as people read it: UTC, to the minute."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")


def _encoded(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def as_json(name: str, body: Mapping[str, object], *, indent: int | None = 2) -> str:
    """`body` as one JSON object of the schema `relevo/<name>@1`. Times in UTC, durations in seconds, decimals as text."""
    return json.dumps({"schema": f"relevo/{name}@1", **body}, default=_encoded, ensure_ascii=False, indent=indent)


def cell(value: object) -> str:
    """A CSV cell. Text that a spreadsheet would run as a formula gets an apostrophe; numbers are left alone."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = value if isinstance(value, str) else str(_encoded(value))
    guarded = f"'{text}" if text.startswith(_FORMULA) else text
    # A lone carriage return ends a row for some readers, and the csv module does not quote it.
    return guarded.replace("\r\n", "\n").replace("\r", "\n")


def print_json(name: str, body: Mapping[str, object]) -> None:
    """One JSON object, alone on stdout."""
    click.echo(as_json(name, body))


class RowPrinter:
    """Prints rows one by one as they come, as CSV or JSON lines."""

    def __init__(self, name: str, columns: Sequence[str], fmt: Format) -> None:
        self._name = name
        self._columns = columns
        self._csv = fmt is Format.CSV
        if self._csv:
            self._print_cells(columns)

    def rows(self, rows: Iterable[Sequence[object]]) -> None:
        """More rows, in the order of the columns."""
        for values in rows:
            if self._csv:
                self._print_cells([cell(value) for value in values])
            else:
                click.echo(as_json(self._name, dict(zip(self._columns, values, strict=True)), indent=None))

    def _print_cells(self, cells: Sequence[str]) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        click.echo(line.getvalue(), nl=False)


def print_table(table: Table, fmt: Format) -> None:
    """The table in the form asked for."""
    if fmt is Format.JSON:
        print_json(table.name, {"rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows]})
    elif fmt is Format.TEXT:
        _print_text(table)
    else:
        RowPrinter(table.name, table.columns, fmt).rows(table.rows)


def _print_text(table: Table) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=None, pad_edge=False, header_style="dim", show_edge=False)
    headings = table.headings or tuple(column.replace("_", " ").upper() for column in table.columns)
    for column, heading in zip(table.columns, headings, strict=True):
        grid.add_column(heading, justify="right" if column in table.right else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(plain(value)) for value in row))
    stdout().print(grid)


def stdout() -> "Console":
    """The console results are printed on. In a pipe lines are not folded."""
    return _console(sys.stdout.isatty(), stderr=False)


def stderr() -> "Console":
    """The console of progress and remarks."""
    return _console(sys.stderr.isatty(), stderr=True)


def _console(tty: bool, *, stderr: bool) -> "Console":
    from rich.console import Console

    context = click.get_current_context(silent=True)
    settings = context.find_root().obj if context else None
    no_color = getattr(settings, "no_color", False) or None
    return Console(
        stderr=stderr,
        no_color=no_color,
        width=None if tty else 1000,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=not tty,
    )
