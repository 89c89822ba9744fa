"""Finds what changed, through HubSpot's search: at most 200 a page, 10,000 a query, one sort, 3,000 characters a body.

A scan goes by modification time and never by offset: each page begins where the last one ended, so the 10,000 are never
reached, and a record that moves while we read is seen again rather than missed. An instant that fills a page (a bulk edit
gives thousands of records one and the same millisecond) is drained by record id.

Source: developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.base import Later, Selection, Window
from connectors.http import Reply, Request
from connectors.hubspot.account import Account, following
from connectors.hubspot.cursor import Edge
from connectors.hubspot.details import properties
from connectors.hubspot.paths import modified_property
from connectors.hubspot.records import ROW, Raw, millis

LIMIT = 200
LONGEST_BODY = 2_900
LONGEST_ID = 19
ID = "hs_object_id"

Filter = dict[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """Some rows, and how far the scan has come once they are kept. Without `whole` the rows carry no fields but the time."""

    rows: list[Raw]
    edge: Edge
    whole: bool


class Search:
    """Scans one object's changes. `began` is when (epoch ms) its first answer came."""

    def __init__(self, account: Account, selection: Selection) -> None:
        self._account = account
        self._object = selection.object
        self._modified = modified_property(selection.object)
        wanted = [self._modified, *properties(selection)]
        self._whole = not selection.history and self._size(wanted) <= LONGEST_BODY
        self._wanted = wanted if self._whole else [self._modified]
        self.began = 0

    def scan(self, edge: Edge, until: int | None = None) -> Iterator[Found]:
        """What was modified from `edge` on and before `until` (epoch ms), oldest first."""
        more = True
        while more:
            fresh, more = self._beyond(edge, until)
            if not fresh:
                return
            last = max(edge.at, self._at(fresh[-1]))
            ids = frozenset(row["id"] for row in fresh if self._at(row) == last)
            ids |= edge.ids if last == edge.at else frozenset()
            if more and len(ids) >= LIMIT:
                for rows in self._drained(last, len(fresh[-1]["id"])):
                    yield Found(rows, edge, self._whole)
                edge = Edge(last, whole=True)
                yield Found([row for row in fresh if self._at(row) != last], edge, self._whole)
            else:
                edge = Edge(last, ids)
                yield Found(fresh, edge, self._whole)

    def count(self, window: Window) -> int:
        """How many records the index counts in the window."""
        filters = [
            self._filter(operator, str(round(at.timestamp() * 1000)))
            for operator, at in (("GTE", window.since), ("LT", window.until))
            if at
        ]
        return self._total(filters)

    def _beyond(self, edge: Edge, until: int | None) -> tuple[list[Raw], bool]:
        """Rows past the edge, and whether there are more. Pages that bring nothing new may still have a next one."""
        filters = [self._filter("GT" if edge.whole else "GTE", str(edge.at))]
        if until is not None:
            filters.append(self._filter("LT", str(until)))
        after = ""
        while True:
            reply = self._page(filters, self._modified, after)
            rows = reply.data["results"]
            after = following(reply)
            fresh = [row for row in rows if row["id"] not in edge.ids or self._at(row) != edge.at]
            if fresh or not after:
                return fresh, bool(after)

    def _drained(self, at: int, digits: int) -> Iterator[list[Raw]]:
        """All records of one instant, by id.

        The index may sort ids as text, which is their order only among ids of equal length: so one length at a time,
        until the index's own count is reached.
        """
        instant = self._filter("EQ", str(at))
        missing = self._total([instant])
        for length in sorted(range(1, LONGEST_ID + 1), key=lambda length: abs(length - digits)):
            for rows in self._of_length(instant, length):
                missing -= len(rows)
                yield rows
            if missing <= 0:
                return

    def _of_length(self, instant: Filter, length: int) -> Iterator[list[Raw]]:
        first, last = 10 ** (length - 1), 10**length - 1
        while first <= last:
            between = {"propertyName": ID, "operator": "BETWEEN", "value": str(first), "highValue": str(last)}
            reply = self._page([instant, between], ID, "")
            rows = reply.data["results"]
            if rows:
                yield rows
                first = max(int(row["id"]) for row in rows) + 1
            if not rows or not following(reply):
                return

    def _total(self, filters: list[Filter]) -> int:
        total = self._page(filters, self._modified, "", limit=1).data.get("total")
        if not isinstance(total, int):
            raise Later("HubSpot's search answers without its total.", 300)
        return total

    def _page(self, filters: list[Filter], sort: str, after: str, limit: int = LIMIT) -> Reply:
        body = self._body(filters, sort, after, limit, self._wanted)
        route = self._account.paths.objects + "/search"
        request = Request(
            "POST", route, {"object": self._object}, body=body, promises="results", each=ROW, pace="search"
        )
        reply = self._account.api.call(request)
        self.began = self.began or self._account.now_ms()
        return reply

    def _body(self, filters: list[Filter], sort: str, after: str, limit: int, wanted: list[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "filterGroups": [{"filters": filters}] if filters else [],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": wanted,
            "limit": limit,
        }
        return {**body, "after": after} if after else body

    def _size(self, wanted: list[str]) -> int:
        filters = [self._filter("BETWEEN", "9" * LONGEST_ID), self._filter("BETWEEN", "9" * LONGEST_ID)]
        return len(orjson.dumps(self._body(filters, self._modified, "9" * LONGEST_ID, LIMIT, wanted)))

    def _filter(self, operator: str, value: str) -> Filter:
        return {"propertyName": self._modified, "operator": operator, "value": value}

    def _at(self, row: Raw) -> int:
        return millis(row["properties"].get(self._modified) or row["updatedAt"])
