"""`relevo journey`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from journey.model import Actor, Deal, DealStatus, Direction, Journey, Ref, Touchpoint
from state.model import PersonRow
from sync.cli.clocks import Clock, opened, standing
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.people import journey_of, name_of, person_called
from sync.cli.session import application
from sync.cli.words import Lang, chosen, day_time, number, word
from sync.cli.zone import agreed_zone

_ACTORS = {Actor.LEAD: "lead", Actor.HUMAN: "sales", Actor.AUTOMATED: "automatic", Actor.UNKNOWN: ""}
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


@click.command(
    cls=Command,
    examples=["relevo journey ana@bodegas.es", "relevo journey 101 --lang es", "relevo journey ana@bodegas.es -o json"],
)
@click.argument("who")
@lang_option
@output_option(Format.JSON)
@click.pass_context
def journey(ctx: click.Context, who: str, lang: str | None, fmt: Format) -> None:
    """One person's path from first touch to closed deal: touches, stages, deals, score and SLA clocks.

    WHO is an e-mail address, the id of a record in the CRM, or a person id.
    """
    with application(ctx) as app:
        row = person_called(app, who)
        path = journey_of(app, row)
        clocks = [opened(sla, row) for sla in app.store.sla_rows(person=row.person)]
        speech, zone, now = chosen(lang, app.config.lang), agreed_zone(app.config), app.now()
    events = sorted(events_of(path, clocks), key=lambda event: event.at)
    if fmt is Format.JSON:
        print_json("journey", _document(row, path, events, clocks))
        return
    click.echo(f"{name_of(row, path)}\n{_verdict(row, speech)}")
    for clock in clocks:
        status = word(clock.row.cycle.status, speech)
        click.echo(f"SLA {clock.row.cycle.policy}: {status}  {standing(clock, now, speech)}".rstrip())
    click.echo()
    rows = [_row(event, speech, zone) for event in events]
    print_table(
        Table("journey", ("at", "who", "what", "note", "clock"), rows, (str(zone), "", "", "", "")), Format.TEXT
    )


def _row(event: Event, lang: Lang, zone: ZoneInfo) -> tuple[str, ...]:
    verdict = word(event.verdict or "", lang)
    if event.verdict not in (None, STOPS):
        verdict = f"{word('does not count', lang)}: {verdict}"
    return day_time(event.at, lang, zone), word(event.who, lang), word(event.what, lang), plain(event.note), verdict


def events_of(path: Journey, clocks: Sequence[Clock]) -> Iterator[Event]:
    """Everything dated on the path, in no order."""
    stops = {clock.stop for clock in clocks}
    why_not = {ref: why for clock in clocks for ref, why in clock.not_counted.items()}
    for touch in path.touchpoints:
        verdict = STOPS if touch.ref in stops else why_not.get(touch.ref)
        what = touch.type.value.replace("_", " ")
        yield Event(touch.at, _ACTORS[touch.actor], what, _note(touch), touch.ref, verdict)
    for change in path.stages:
        yield Event(change.at, "", "stage", change.stage)
    for deal in path.deals:
        yield from _deal_events(deal)
    for clock in clocks:
        cycle = clock.row.cycle
        yield Event(cycle.opened_at, "", "qualified", f"SLA {cycle.policy}")
        if cycle.stopped_at is None:
            yield Event(cycle.due_at, "", "due", f"SLA {cycle.policy}")


def _note(touch: Touchpoint) -> str:
    said = [touch.values.get(key) for key in ("subject", "outcome", "campaign")]
    return " ".join([_ARROWS[touch.direction], *(str(part) for part in said if part)]).strip()


def _deal_events(deal: Deal) -> Iterator[Event]:
    worth = f" {deal.amount} {deal.currency or ''}".rstrip() if deal.amount is not None else ""
    name = f"{deal.name or deal.ref.id}{worth}"
    if deal.created_at is not None:
        yield Event(deal.created_at, "", "deal", name, deal.ref)
    if deal.closed_at is not None and deal.status is not DealStatus.OPEN:
        yield Event(deal.closed_at, "", deal.status.value, name, deal.ref)


def _verdict(row: PersonRow, lang: Lang) -> str:
    if row.score is None:
        return word("not scored yet", lang)
    state = "qualified" if row.qualified else "not qualified"
    return f"{word(state, lang)} · {plain(row.reason) or number(row.score, lang)}"


def _document(row: PersonRow, path: Journey, events: Sequence[Event], clocks: Sequence[Clock]) -> dict[str, object]:
    return {
        "person": row.person,
        "email": row.email,
        "records": [ref._asdict() for ref in path.records],
        "score": row.score,
        "qualified": row.qualified,
        "qualified_at": row.qualified_at,
        "reason": row.reason,
        "as_of": row.as_of,
        "events": [
            {
                "at": e.at,
                "who": e.who or None,
                "what": e.what,
                "note": e.note,
                "record": e.ref and e.ref._asdict(),
                "clock": e.verdict,
            }
            for e in events
        ],
        "sla": [clock.document() for clock in clocks],
    }
