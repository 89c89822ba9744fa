"""Finds what was modified, by modification time and never by offset: each page begins where the last one ended.

So neither the 2,000 records that `page` reaches nor the 100,000 of `page_token` end a scan, and a record that is changed while
we read moves behind the scan instead of pushing others out of sight. Zoho keeps whole seconds: a second with more records than
a page has is drained by record id.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from connectors.base import Later, Selection
from connectors.zoho.account import Account
from connectors.zoho.listing import IDS, QUERY_ROWS, batches, modified, query, records, whole
from connectors.zoho.modules import CONVERTED, MODIFIED
from connectors.zoho.records import Raw, seconds, stamp


class Found(NamedTuple):
    """Some rows; once they are kept, everything modified before `upto` (epoch seconds) is."""

    rows: list[Raw]
    upto: int


class Scan:
    """Scans one object's changes. `asked` is when (epoch seconds) the last page came."""

    def __init__(self, account: Account, selection: Selection) -> None:
        self._account = account
        self._selection = selection
        self.asked = 0

    def pages(self, at: int) -> Iterator[Found]:
        """What was modified at or after `at`, oldest first."""
        more = True
        while more:
            rows, more = self._page(at)
            last = seconds(rows[-1]) if rows else at
            if not more:
                yield Found(whole(self._account, self._selection, rows), last)
            elif last > at:
                # The last second may go on behind this page: the next page begins with it.
                found = [row for row in rows if seconds(row) < last]
                yield Found(whole(self._account, self._selection, found), last)
                at = last
            else:
                for found in self._drained(at):
                    yield Found(found, at)
                at += 1

    def _page(self, at: int) -> tuple[list[Raw], bool]:
        # If-Modified-Since means later than its second, and may come to mean the second itself too.
        rows, more = modified(self._account, self._selection, at - 1)
        self.asked = self._account.seconds()
        rows = [row for row in rows if seconds(row) >= at]
        if any(seconds(left) > seconds(right) for left, right in pairwise(rows)):
            raise Later("Zoho CRM gives a list that is not in the order asked for.", 300)
        return rows, more

    def _drained(self, at: int) -> Iterator[list[Raw]]:
        """All records of one second, by id."""
        for only in (
            (f" and {CONVERTED} = false", f" and {CONVERTED} = true") if self._selection.object == "Leads" else ("",)
        ):
            last, more = "0", True
            while more:
                where = f"({MODIFIED} = '{stamp(at)}' and id > {last}){only}"
                text = f"select id from {self._selection.object} where {where} order by id asc limit {QUERY_ROWS}"  # noqa: S608
                rows, more = query(self._account, text, "id")
                ids = [str(row["id"]) for row in rows]
                for batch in batches(ids, IDS):
                    yield records(self._account, self._selection, batch)
                last, more = (ids[-1], more) if ids else (last, False)
