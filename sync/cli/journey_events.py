"""Everything dated on a person's path, in words that people read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from journey.handover import Handover
from journey.model import Actor, Deal, DealStatus, Direction, Journey, Ref, Touchpoint
from state.views import PersonRow
from sync.cli.clocks import Clock
from sync.cli.output import plain
from sync.cli.words import Lang, day_time, number, word

ACTORS = {Actor.LEAD: "lead", Actor.HUMAN: "sales", Actor.AUTOMATED: "automatic", Actor.UNKNOWN: ""}
STOPS = "stops the clock"
_ARROWS = {Direction.INBOUND: "←", Direction.OUTBOUND: "→", Direction.NONE: ""}


@dataclass(frozen=True, slots=True)
class Event:
    """Something on the path. `what` is an English word of `words`; `note` is the CRM's own text.

    `verdict` says what a contact meant to the SLA clock: that it stopped it, or why it did not.
    """

    at: datetime
    who: str
    what: str
    note: str
    ref: Ref | None = None
    verdict: str | None = None


def events_of(path: Journey, clocks: Sequence[Clock]) -> Iterator[Event]:
    """Everything dated on the path, in no order."""
    stops = {clock.stop for clock in clocks}
    why_not = {ref: why for clock in clocks for ref, why in clock.not_counted.items()}
    for touch in path.touchpoints:
        verdict = STOPS if touch.ref in stops else why_not.get(touch.ref)
        what = touch.type.value.replace("_", " ")
        yield Event(touch.at, ACTORS[touch.actor], what, note(touch), touch.ref, verdict)
    for change in path.stages:
        yield Event(change.at, "", "stage", change.stage)
    for deal in path.deals:
        yield from _deal_events(deal)
    for clock in clocks:
        cycle = clock.row.cycle
        yield Event(cycle.opened_at, "", "qualified", f"SLA {cycle.policy}")
        if cycle.stopped_at is None:
            yield Event(cycle.due_at, "", "due", f"SLA {cycle.policy}")


def decisions(told: Sequence[Handover]) -> Iterator[Event]:
    """When sales accepted or rejected the person, and why."""
    for one in told:
        if one.decided_at is not None:
            yield Event(one.decided_at, "sales", f"{one.decision.value} by sales", one.reason or "")


def note(touch: Touchpoint) -> str:
    """The way it went and the CRM's own words: subject, outcome, campaign."""
    said = [touch.values.get(key) for key in ("subject", "outcome", "campaign")]
    return " ".join([_ARROWS[touch.direction], *(str(part) for part in said if part)]).strip()


def _deal_events(deal: Deal) -> Iterator[Event]:
    worth = f" {deal.amount} {deal.currency or ''}".rstrip() if deal.amount is not None else ""
    name = f"{deal.name or deal.ref.id}{worth}"
    if deal.created_at is not None:
        yield Event(deal.created_at, "", "deal", name, deal.ref)
    if deal.closed_at is not None and deal.status is not DealStatus.OPEN:
        yield Event(deal.closed_at, "", deal.status.value, name, deal.ref)


def cells(event: Event, lang: Lang, zone: ZoneInfo) -> tuple[str, ...]:
    """When, who, what, the CRM's own text, and what it meant to the clock."""
    verdict = word(event.verdict or "", lang)
    if event.verdict not in (None, STOPS):
        verdict = f"{word('does not count', lang)}: {verdict}"
    return day_time(event.at, lang, zone), word(event.who, lang), word(event.what, lang), plain(event.note), verdict


def verdict(row: PersonRow, lang: Lang) -> str:
    """Whether they are qualified, and why."""
    if row.score is None:
        return word("not scored yet", lang)
    state = "qualified" if row.qualified else "not qualified"
    return f"{word(state, lang)} · {plain(row.reason) or number(row.score, lang)}"
