"""How Salesforce writes time: `2026-05-06T11:29:24.000+0000` and `2026-05-06`, whole seconds, UTC; as text they sort as time does.

Bulk results write `2026-05-06T11:29:24.000Z` instead.
"""

from datetime import UTC, date, datetime


def stamp(at: int) -> str:
    """Epoch milliseconds as the wire has them; what is finer than a second is lost, as it is there."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def stamp_or_none(text: str) -> str | None:
    """A datetime as written by a client, in wire form; it must name its offset. A date alone is midnight UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) > 10 and at.tzinfo is None:
        return None
    return stamp(round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000))


def date_or_none(text: str) -> str | None:
    """A date in wire form; a datetime is cut to its date."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return None


def as_bulk(wire: str) -> str:
    """The time as bulk results write it."""
    return wire[:-5] + "Z"
