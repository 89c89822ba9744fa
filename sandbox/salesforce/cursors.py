"""Query results that are read page by page: `nextRecordsUrl` names a locator and a position.

Source: developer.salesforce.com/docs/platform/api-rest/guide/resources-query.md; a locator begins with 0r8 and lives two days, and a user has ten
of them open at most, the oldest giving way (help.salesforce.com 000004410).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.common.times import Millis
from sandbox.salesforce.errors import refuse
from sandbox.salesforce.fields import Row
from sandbox.salesforce.ids import numbered

OPEN_AT_MOST = 10
Shape = Callable[[Row], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A query's whole result, and how its records are shown."""

    user: str
    rows: Sequence[Row]
    shape: Shape
    size: int
    made: Millis


class Cursors:
    """Open cursors by locator, oldest first."""

    def __init__(self) -> None:
        self._open: dict[str, Cursor] = {}
        self._made = 0

    def keep(self, cursor: Cursor) -> str:
        """Keep a result for later pages; its locator."""
        self._made += 1
        locator = numbered("0r8", self._made)
        theirs = [name for name, one in self._open.items() if one.user == cursor.user]
        for name in theirs[: max(0, len(theirs) - OPEN_AT_MOST + 1)]:
            del self._open[name]
        self._open[locator] = cursor
        return locator

    def read(self, text: str, user: str, now: Millis, life_s: int) -> tuple[str, Cursor, int]:
        """Locator, cursor and position of a `locator-position`. Raises the vendor's refusal for one that is unknown or too old."""
        locator, _, position = text.partition("-")
        cursor = self._open.get(locator)
        if cursor is None or cursor.user != user or not position.isdecimal() or cursor.made + life_s * 1000 <= now:
            raise refuse(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return locator, cursor, int(position)

    def drop(self, locator: str) -> None:
        """The last page has been read."""
        self._open.pop(locator, None)
