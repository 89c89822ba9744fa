"""Asks for records in SOQL, a page at a time.

Pages are cut by keys and not by Salesforce's own locators: of those a user has ten at a time, and they die after two days
(help.salesforce.com 000004410). A page of 2,000 costs one call either way.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import quote_plus

from connectors.base import Later, Stop
from connectors.http import Declined, Reply, Request
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.records import ROW, Raw

PAGE = 2_000
LONGEST_URL = 12_000
"""Characters; Salesforce answers 414 above 16,384."""


def select(object_: str, fields: Sequence[str], where: Sequence[str], order: str = "", limit: int | None = None) -> str:
    """A query; the conditions hold all together."""
    query = f"SELECT {', '.join(fields)} FROM {object_}"  # noqa: S608 (names are checked by Salesforce)
    if where:
        query += f" WHERE {' AND '.join(where)}"
    if order:
        query += f" ORDER BY {order}"
    return query if limit is None else f"{query} LIMIT {limit}"


def quoted(text: str) -> str:
    """A text literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def page(account: Account, query: str) -> tuple[list[Raw], bool]:
    """The first records, deleted and archived ones included, and whether there may be more behind them."""
    rows, url = _page(_asked(account, query, ROW))
    return rows, url is not None or len(rows) >= PAGE


def everything(account: Account, query: str, each: frozenset[str] = ROW) -> Iterator[Raw]:
    """All records of a query with few of them, deleted ones included."""
    rows, url = _page(_asked(account, query, each))
    yield from rows
    while url is not None:
        parts = {"locator": url.rsplit("/", 1)[-1]}
        more = Request("GET", f"{ROOT}/query/{{locator}}", parts, promises="records", each=each)
        rows, url = _page(account.api.call(more))
        yield from rows


def count(account: Account, object_: str, where: Sequence[str]) -> int:
    """How many records meet the conditions, archived ones included."""
    query = select(object_, ("COUNT()",), where)
    return int(_asked(account, query).data["totalSize"])


def among(
    account: Account, object_: str, fields: Sequence[str], field: str, ids: Sequence[str], *where: str
) -> Iterator[Raw]:
    """The records of which `field` is one of the ids, in as few calls as URLs are long."""
    empty = select(object_, fields, (f"{field} IN ()", *where))
    room = LONGEST_URL - len(quote_plus(empty))
    size = max(50, room // len(quote_plus("'000000000000000000',")))
    rest = iter(dict.fromkeys(ids))
    while batch := list(islice(rest, size)):
        named = ",".join(map(quoted, batch))
        yield from everything(account, select(object_, fields, (f"{field} IN ({named})", *where)), frozenset({"Id"}))


def _page(reply: Reply) -> tuple[list[Raw], str | None]:
    """An answer's records, and where the next page is; an empty page that goes on is no answer."""
    rows, done, url = reply.data["records"], reply.data.get("done"), reply.data.get("nextRecordsUrl")
    if done is True:
        return rows, None
    if not rows or not isinstance(url, str):
        raise Later("Salesforce says that there are more records, and not which.", 60)
    return rows, url


def _asked(account: Account, query: str, each: frozenset[str] = frozenset()) -> Reply:
    request = Request("GET", f"{ROOT}/queryAll", query=(("q", query),), promises="records", each=each)
    try:
        return account.api.call(request)
    except Declined as declined:
        if declined.code not in ("INVALID_FIELD", "INVALID_TYPE"):
            raise
        fix = "Correct the mapping, or let the integration user read it (field-level security, in a permission set)."
        reason = declined.reason.strip().splitlines()[-1]
        raise Stop(f"Salesforce does not show the user what is asked for: {reason} {fix}", fix) from declined
