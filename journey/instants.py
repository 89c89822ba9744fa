"""Times as whole microseconds since 1970 (UTC): exact, and quick to compare, subtract and search."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _MICROSECOND


def micros(at: datetime) -> int:
    """Microseconds from 1970 to `at`, which must be aware."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def span(length: timedelta) -> int:
    """The length in microseconds."""
    return length // _MICROSECOND


def instant(at: int) -> datetime:
    """The time that is `at` microseconds after 1970; the last one there is when that is beyond the year 9999."""
    return EPOCH + timedelta(microseconds=min(at, _LATEST))
