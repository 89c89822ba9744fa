"""The account's clock and the two ways in which HubSpot writes an instant: ISO-8601 with milliseconds, and epoch milliseconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType

Millis = NewType("Millis", int)
"""Milliseconds since 1970-01-01T00:00Z."""

DAY = 86_400_000
EPOCH = Millis(0)


def real_time() -> Millis:
    """The machine's clock."""
    return Millis(time.time_ns() // 1_000_000)


def iso(at: int) -> str:
    """`2026-03-12T07:33:46.615Z`; a whole second has no fraction, so that texts do not sort as instants do."""
    return (
        datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds" if at % 1000 else "seconds")[:-6] + "Z"
    )


def parse_instant(text: str) -> Millis | None:
    """Epoch milliseconds or ISO-8601 (a date is its midnight, no zone is UTC); None when it is neither."""
    if text.isdigit() or (text.startswith("-") and text[1:].isdigit()):
        return Millis(int(text))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Millis(round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000))


@dataclass(slots=True)
class Clock:
    """The server's time: real, shifted by `offset` milliseconds, or standing still at `frozen`."""

    source: Callable[[], Millis] = real_time
    offset: int = 0
    frozen: Millis | None = None

    def now(self) -> Millis:
        """The present instant in the account."""
        return self.frozen if self.frozen is not None else Millis(self.source() + self.offset)
