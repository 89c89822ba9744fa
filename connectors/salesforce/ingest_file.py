"""The files of an ingest job: CSV, a row for each record, and what became of each.

Source: developer.salesforce.com/docs/platform/api-asynch/guide (prepare CSV files; job results). An empty cell leaves its field
as it is, so that records with different fields share a file; `#N/A` clears a field.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from connectors.base import Refused, Write
from connectors.http import redacted
from connectors.salesforce.writes import RETRYABLE, encoded

ROWS = 10_000
"""What Salesforce works on as one batch, and what we hold in memory at once."""

MOST_BYTES = 25_000_000
"""Salesforce takes 150 MB once it has encoded the file, which is said to be 100 MB of ours; nobody needs that in memory."""

DELIMITER, DELIMITER_NAME = "^", "CARET"
CLEAR = "#N/A"
_CODE = re.compile(r"[A-Z][A-Z_]+")


def sayable(write: Write) -> bool:
    """Whether a file tells it exactly: a text that means "clear", or has line ends of another kind, it cannot tell."""
    values = map(encoded, write.fields.values())
    return not any(isinstance(value, str) and (value == CLEAR or "\r" in value) for value in values)


def files(writes: Sequence[Write]) -> Iterator[tuple[Sequence[Write], bytes]]:
    """The writes in order, cut into files that are not too large."""
    if not writes:
        return
    file = _file(writes)
    if len(file) <= MOST_BYTES or len(writes) == 1:
        yield writes, file
        return
    half = len(writes) // 2
    yield from files(writes[:half])
    yield from files(writes[half:])


def rows(file: bytes) -> Iterator[Mapping[str, str]]:
    """The rows of a result, as they were sent, with the columns that Salesforce puts in front."""
    return csv.DictReader(io.TextIOWrapper(io.BytesIO(file), "utf-8", newline=""), delimiter=DELIMITER)


def refused(id_: str, error: str) -> Refused:
    """A failed row's outcome, from its `sf__Error`: "CODE:message:fields --"."""
    code, colon, rest = error.partition(":")
    if not colon or not _CODE.fullmatch(code):
        return Refused(id_, redacted(error) or "no reason given", "UNKNOWN")
    message = rest.removesuffix("--").rpartition(":")[0] if rest.endswith("--") else rest
    return Refused(id_, redacted(message.strip() or "no reason given"), code, retryable=code in RETRYABLE)


def _file(writes: Sequence[Write]) -> bytes:
    names = tuple(dict.fromkeys(name for write in writes for name in write.fields))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=DELIMITER, lineterminator="\n")
    writer.writerow(("Id", *names))
    writer.writerows((write.id, *(_cell(write, name) for name in names)) for write in writes)
    return out.getvalue().encode()


def _cell(write: Write, name: str) -> str:
    if name not in write.fields:
        return ""
    match encoded(write.fields[name]):
        case None | "":
            return CLEAR
        case bool(value):
            return "true" if value else "false"
        case value:
            return str(value)
