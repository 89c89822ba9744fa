"""`relevo journey`."""

from zoneinfo import ZoneInfo

import click

from journey.handover import handovers
from state.views import PersonRow
from sync.app import App
from sync.cli.clocks import opened, standing
from sync.cli.journey_document import Path, document, scores_at, spells_until
from sync.cli.journey_events import cells, decisions, events_of, verdict
from sync.cli.journey_page import page
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, Table, print_json, print_table
from sync.cli.people import journey_of, name_of, person_called
from sync.cli.score_history import labels_of, print_changes
from sync.cli.session import application
from sync.cli.words import Lang, chosen, word
from sync.cli.writes import print_writes
from sync.cli.zone import agreed_zone

NEWEST = 10
"""Changes of score, and writes, shown as text; JSON and HTML show all."""


@click.command(
    cls=Command,
    examples=[
        "relevo journey ana@bodegas.es",
        "relevo journey 101 --lang es",
        "relevo journey ana@bodegas.es -o json",
        "relevo journey ana@bodegas.es -o html > ana.html",
    ],
)
@click.argument("who")
@lang_option
@output_option(Format.JSON, Format.HTML)
@click.pass_context
def journey(ctx: click.Context, who: str, lang: str | None, fmt: Format) -> None:
    """One person's path from first touch to closed deal: touches, stages, deals, score and SLA clocks.

    WHO is an e-mail address, the id of a record in the CRM, or a person id. JSON and HTML tell the whole: the score at each moment by
    the rules of today, the time in each stage, the scores written down at the time, and what the CRMs hold of our fields.
    """
    with application(ctx) as app:
        speech, zone = chosen(lang, app.config.lang), agreed_zone(app.config)
        path = whole_path(app, person_called(app, who), speech)
    if fmt is Format.JSON:
        print_json("journey", document(path))
    elif fmt is Format.HTML:
        click.echo(page(path, speech, zone), nl=False)
    else:
        _print(path, speech, zone)


def whole_path(app: App, row: PersonRow, lang: Lang) -> Path:
    """Everything that is known of the person."""
    path, rules, now = journey_of(app, row), app.agreement.rules, app.now()
    clocks = [opened(sla, row) for sla in app.store.sla_rows(person=row.person)]
    spells = spells_until(path, rules, now)
    decided = handovers(path, spells, app.agreement.handover, now)
    events = sorted([*events_of(path, clocks), *decisions(decided)], key=lambda event: event.at)
    return Path(
        row=row,
        journey=path,
        events=events,
        scores=scores_at(path, rules, [event.at for event in events]),
        spells=spells,
        handovers=decided,
        clocks=clocks,
        history=app.store.trail.scores(row.person),
        labels=labels_of(rules, lang),
        writes=sorted(app.store.trail.writes_to(path.records), key=lambda write: write.at),
        confirmed=app.store.trail.confirmed_fields(path.records),
        as_of=now,
    )


def _print(path: Path, lang: Lang, zone: ZoneInfo) -> None:
    click.echo(f"{name_of(path.row, path.journey)}\n{verdict(path.row, lang)}")
    for clock in path.clocks:
        status = word(clock.row.cycle.status, lang)
        click.echo(f"SLA {clock.row.cycle.policy}: {status}  {standing(clock, path.as_of, lang)}".rstrip())
    click.echo()
    rows = [cells(event, lang, zone) for event in path.events]
    columns = ("at", "who", "what", "note", "clock")
    print_table(Table("journey", columns, rows, (str(zone), "", "", "", "")), Format.TEXT)
    if path.history:
        click.echo(f"\n{word('how the score changed', lang)}")
        print_changes(path.history[-NEWEST:], path.labels, lang, zone)
    if path.writes:
        click.echo(f"\n{word('what was written', lang)}")
        print_writes(path.writes[-NEWEST:], lang, zone)
