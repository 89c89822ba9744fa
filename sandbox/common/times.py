"""A stand-in's clock, and instants as ISO-8601 with milliseconds or as epoch milliseconds: so do the control endpoints write and read them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NewType

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


def instant(text: str) -> Millis:
    """What `parse_instant` reads. Raises ValueError for anything else."""
    at = parse_instant(text)
    if at is None:
        raise ValueError(f"{text!r} is not an instant")
    return at


@dataclass(slots=True)
class Clock:
    """A stand-in's time: real, shifted by `offset` milliseconds, or standing still at `frozen`."""

    source: Callable[[], Millis] = real_time
    offset: int = 0
    frozen: Millis | None = None

    def now(self) -> Millis:
        """The present instant."""
        return self.frozen if self.frozen is not None else Millis(self.source() + self.offset)

    def set(self, given: Mapping[str, Any]) -> None:
        """Freeze ({"frozen": instant}), shift ({"offset_s": seconds}) or release ({}) it. Raises ValueError for what is no instant."""
        at = given.get("frozen")
        self.frozen = None if at is None else instant(str(at))
        self.offset = round(float(given.get("offset_s", 0)) * 1000)
