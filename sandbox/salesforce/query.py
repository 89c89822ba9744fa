"""The query, queryAll and query-more endpoints."""

import re
from urllib.parse import quote

import orjson

from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.cursors import Cursor
from sandbox.salesforce.errors import refuse
from sandbox.salesforce.soql.execution import run

_SMALLEST_PAGE, _LARGEST_PAGE = 200, 2_000
_BATCH = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


def query(call: Call) -> Answer:
    """`GET /query?q=…`: live records."""
    return _first(call, deleted=False)


def query_all(call: Call) -> Answer:
    """`GET /queryAll?q=…`: deleted records and archived activities too."""
    return _first(call, deleted=True)


def more(call: Call) -> Answer:
    """`GET /query/{locator}`: a later page."""
    locator, cursor, position = call.org.cursors.read(
        call.params["locator"], call.actor.user, call.now, call.org.settings.locator_s
    )
    return _page(call, locator, cursor, position)


def _first(call: Call, *, deleted: bool) -> Answer:
    source = call.query.get("q", "")
    if not source.strip():
        raise refuse(400, "MALFORMED_QUERY", "SOQL query text is required")
    call.org.ledger.queries.append(source)
    result = run(call.org, call.actor.user, source, call.root, deleted=deleted)
    if result.selection is None:
        return ok({"totalSize": result.total, "done": True, "records": list(result.groups or ())})
    cursor = Cursor(call.actor.user, result.rows, result.selection.shape, page_size(call), call.now)
    locator = call.org.cursors.keep(cursor) if result.total > cursor.size else ""
    return _page(call, locator, cursor, 0)


def page_size(call: Call) -> int:
    """Records per answer: what the client asked for in Sforce-Query-Options, between 200 and 2,000."""
    asked = _BATCH.search(call.header("sforce-query-options"))
    size = int(asked[1]) if asked else call.org.settings.page_size
    return min(_LARGEST_PAGE, max(_SMALLEST_PAGE, size)) if asked else size


def _page(call: Call, locator: str, cursor: Cursor, position: int) -> Answer:
    after = position + cursor.size
    shown = [cursor.shape(row) for row in cursor.rows[position:after]]
    told: dict[str, object] = {"totalSize": len(cursor.rows), "done": after >= len(cursor.rows)}
    if after < len(cursor.rows):
        told["nextRecordsUrl"] = f"{call.root}/query/{quote(locator)}-{after}"
    return Answer(200, orjson.dumps({**told, "records": shown}))
