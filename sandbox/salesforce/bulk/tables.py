"""CSV as bulk jobs read and write it."""

import csv
import io
from collections.abc import Iterable, Sequence

from sandbox.salesforce.fields import FieldType, Row
from sandbox.salesforce.soql.columns import Column, Shown
from sandbox.salesforce.times import as_bulk

DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}


def written(header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str, line_ending: str) -> bytes:
    """A whole CSV text, every cell in quotes."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=DELIMITERS[delimiter], lineterminator=LINE_ENDINGS[line_ending], quoting=csv.QUOTE_ALL
    )
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def read(text: str, delimiter: str) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Header and rows. Raises ValueError for a row that is shorter or longer than the header."""
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[delimiter]) if row]
    header, *records = rows or [[]]
    if any(len(row) != len(header) for row in records):
        raise ValueError("row does not have as many cells as the header")
    return header, list[Sequence[str]](records)


def cells(row: Row, columns: Sequence[Column]) -> list[str]:
    """A record's cells: nothing for null, times with a Z."""
    return [_cell(column.field.type, column.get(row)) for column in columns]


def _cell(type_: FieldType, value: Shown) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_bulk(str(value)) if type_ is FieldType.DATETIME else str(value)
