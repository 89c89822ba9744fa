"""Instants as Zoho CRM writes them: whole seconds, at the offset of the organisation's time zone (`2026-05-14T12:52:53+02:00`)."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo

Seconds = NewType("Seconds", int)
"""Seconds since 1970-01-01T00:00Z."""

DAY = 86_400
EPOCH = Seconds(0)
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", re.ASCII)


@lru_cache(maxsize=65_536)
def local(at: int, zone: str) -> str:
    """The instant in the zone's clock."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(timespec="seconds")


def parse(text: str) -> Seconds | None:
    """An instant in the vendor's only format; None for anything else: no `Z`, no fractions, no date alone."""
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        return Seconds(int(datetime.fromisoformat(text).timestamp()))
    except ValueError:
        return None


def instant(given: object) -> Seconds:
    """An instant of a control call: ISO-8601 (no zone is UTC) or epoch seconds. Raises ValueError."""
    if isinstance(given, int | float):
        return Seconds(int(given))
    at = datetime.fromisoformat(str(given))
    return Seconds(int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()))
