"""Counts records by query, one credit each."""

from datetime import datetime, timedelta

from connectors.base import Later, Window
from connectors.zoho.account import Account
from connectors.zoho.listing import query
from connectors.zoho.modules import MODIFIED
from connectors.zoho.records import stamp


def count(account: Account, object_: str, window: Window | None = None, where: str = "") -> int:
    """How many live records there are in the window; leads that were converted are not counted unless `where` speaks of them."""
    bounds = [(">=", window.since), ("<", window.until)] if window else []
    criteria = [f"{MODIFIED} {operator} '{stamp(_whole(at))}'" for operator, at in bounds if at]
    text = f"select COUNT(id) from {object_} where {where or ' and '.join(criteria) or 'id is not null'}"  # noqa: S608
    rows, _ = query(account, text)
    numbers = [value for row in rows for value in row.values() if isinstance(value, int)]
    if len(numbers) != 1:
        raise Later("Zoho CRM answers a count without its number.", 300)
    return numbers[0]


def _whole(at: datetime) -> datetime:
    """The first whole second at or after it: times are kept in whole seconds."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)
