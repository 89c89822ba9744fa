"""`relevo sla explain`."""

from collections.abc import Sequence

import click

from sync.cli.errors import Failure
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, print_json, print_table
from sync.cli.people import name_of, person_called
from sync.cli.session import application
from sync.cli.sla_account import Account, accounts, document
from sync.cli.sla_tables import Speech, facts, parts
from sync.cli.sla_verdict import sentence
from sync.cli.words import chosen, word
from sync.cli.zone import agreed_zone


@click.command(
    cls=Command,
    examples=[
        "relevo sla explain ana@bodegas.es",
        "relevo sla explain 101 --cycle 1 --lang es",
        "relevo sla explain ana@bodegas.es -o json",
    ],
)
@click.argument("who")
@click.option("--cycle", "n", type=click.IntRange(1), help="The person's first, second … clock; otherwise the newest.")
@lang_option
@output_option(Format.JSON)
@click.pass_context
def explain(ctx: click.Context, who: str, n: int | None, lang: str | None, fmt: Format) -> None:
    """The verdict on WHO's clock, and all that it rests on.

    Which policy and whose working hours applied and why; when the clock opened, was due and stopped, and when it stood still; who had
    the person; every activity with the rule by which it counts or does not; the escalation; what was said of the clock before; and
    how far the CRM has been read.
    """
    with application(ctx) as app:
        row = person_called(app, who)
        account = _of_cycle(accounts(app, row), n)
        speech = Speech(chosen(lang, app.config.lang), agreed_zone(app.config))
    if fmt is Format.JSON:
        print_json("sla-clock", document(account))
        return
    click.echo(f"{name_of(row, account.journey)}\n{sentence(account, speech.lang)}\n")
    print_table(facts(account, speech), Format.TEXT)
    for heading, table in parts(account, speech):
        click.echo(f"\n{word(heading, speech.lang)}")
        print_table(table, Format.TEXT)
    click.echo(f"\n{word('as of', speech.lang)} {speech.time(account.as_of)} {speech.zone}")


def _of_cycle(every: Sequence[Account], n: int | None) -> Account:
    found = [account for account in every if n in (None, account.clock.row.cycle.n)]
    if not found:
        raise Failure(f"There is no clock {n} of this person: there are {len(every)}.")
    return found[-1]
