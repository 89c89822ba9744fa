"""SLA clocks as they are stored, opened for reading."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from journey.model import Ref
from journey.sla import SlaStatus
from state.views import PersonRow, SlaRow
from sync.cli.words import Lang, duration, word

STATUSES = tuple(status.value for status in SlaStatus)


@dataclass(frozen=True, slots=True)
class Clock:
    """One cycle with its person, and the evidence of its verdict in `body`."""

    row: SlaRow
    person: PersonRow | None
    body: Mapping[str, Any]

    @property
    def elapsed(self) -> timedelta | None:
        """From opening to the first contact that counts, by the wall clock; None while there is none."""
        return _span(self.body.get("elapsed"))

    def span(self, name: str) -> timedelta | None:
        """One of the evidence's lengths of time: routing_delay, response_time, business_elapsed …"""
        return _span(self.body.get(name))

    @property
    def stop(self) -> Ref | None:
        """The contact that stopped the clock."""
        stop = self.body.get("stop")
        return Ref(*stop) if stop else None

    @property
    def not_counted(self) -> Mapping[Ref, str]:
        """The activities that did not stop the clock, each with the reason."""
        return {Ref(*ref): why for ref, why in self.body.get("not_counted", ())}

    @property
    def awaiting_data(self) -> bool:
        """The due time is past, but the CRM has not been read to there: no verdict yet."""
        return bool(self.body.get("awaiting_data"))

    @property
    def name(self) -> str:
        """What a person would call this person."""
        return (self.person.email if self.person else None) or self.row.person

    def document(self) -> dict[str, object]:
        """The row for JSON and CSV."""
        cycle = self.row.cycle
        return {
            "person": self.row.person,
            "email": self.person.email if self.person else None,
            "policy": cycle.policy,
            "status": cycle.status,
            "opened_at": cycle.opened_at,
            "due_at": cycle.due_at,
            "stopped_at": cycle.stopped_at,
            "elapsed_s": self.elapsed,
            "business_elapsed_s": _span(self.body.get("business_elapsed")),
            "routing_delay_s": _span(self.body.get("routing_delay")),
            "response_s": _span(self.body.get("response_time")),
            "target": self.body.get("target"),
            "calendar": self.body.get("calendar"),
            "calendar_by": self.body.get("calendar_by"),
            "steps": self.body.get("steps", []),
            "awaiting_data": self.awaiting_data,
            "score": self.person.score if self.person else None,
            "cycle": cycle.id,
        }


COLUMNS = (
    *("person", "email", "policy", "status", "opened_at", "due_at", "stopped_at"),
    *("elapsed_s", "business_elapsed_s", "routing_delay_s", "response_s"),
    *("target", "calendar", "awaiting_data", "score", "cycle"),
)


def opened(row: SlaRow, person: PersonRow | None) -> Clock:
    """The stored cycle with its evidence decoded."""
    return Clock(row, person, json.loads(row.cycle.body))


def _span(value: object) -> timedelta | None:
    return timedelta(seconds=value) if isinstance(value, int | float) else None


def standing(clock: Clock, now: datetime, lang: Lang) -> str:
    """`3 h 12 min left`, `5 h late`, `took 40 min`: where the clock stands."""
    cycle = clock.row.cycle
    if clock.elapsed is not None:
        return f"{word('took', lang)} {duration(clock.elapsed)}"
    if cycle.stopped_at is not None or cycle.status in ("excluded", "paused"):
        return ""
    span = duration(cycle.due_at - now)
    if cycle.due_at > now:
        return f"quedan {span}" if lang == "es" else f"{span} left"
    wait = f" ({word('awaiting data', lang)})" if clock.awaiting_data else ""
    return f"{span} {word('late', lang)}{wait}"


def summary(counts: Mapping[str, int], lang: Lang, order: Iterable[str]) -> str:
    """`met 812 · breached 3`, in `order`, without the empty ones."""
    return " · ".join(f"{word(status, lang)} {counts[status]:,}" for status in order if counts.get(status))
