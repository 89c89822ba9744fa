"""`relevo people`: who may be one person, and what people decided about it."""

import os
from getpass import getuser

import click

from journey.model import Ref
from state.likely import Side
from state.views import PersonRow
from sync.app import App
from sync.cli.errors import Failure
from sync.cli.options import Command, Group, output_option
from sync.cli.output import Format, Table, plain, print_table
from sync.cli.people import person_called
from sync.cli.session import application


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return f"uid {os.getuid()}"


by_option = click.option("--by", default=_user, help="Who decides. Otherwise the user of this machine.")
why_option = click.option("--why", default="", help="The reason, for whoever reads the decision later.")


@click.group(cls=Group)
def people() -> None:
    """See who may be one person, and link or unlink records."""


@people.command(cls=Command, examples=["relevo people review", "relevo people review --limit 50 -o csv"])
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="How many pairs at most.")
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def review(ctx: click.Context, limit: int, fmt: Format) -> None:
    """List pairs of people who may be one, the likeliest first, with what speaks for it.

    Nothing joins them but a decision: `relevo people link` makes the two one; `relevo people unlink` is for records that
    were taken for one person. A pair that someone decided apart is not listed again.
    """
    with application(ctx) as app:
        found = app.store.likely_pairs(limit)
    columns = ("confidence", "why", "one", "one_name", "one_email", "other", "other_name", "other_email")
    rows = [(pair.confidence, "; ".join(pair.reasons), *_side(pair.one), *_side(pair.other)) for pair in found]
    if not rows and fmt is Format.TEXT:
        click.echo("There is nobody to review.")
        return
    print_table(Table("people_review", columns, rows, right=frozenset(("confidence",))), fmt)


@people.command(
    cls=Command,
    examples=["relevo people link hubspot.contacts:101 salesforce.Lead:00Q5", "relevo people link 101 a@x.es"],
)
@click.argument("one", metavar="REF")
@click.argument("other", metavar="REF")
@by_option
@why_option
@click.pass_context
def link(ctx: click.Context, one: str, other: str, by: str, why: str) -> None:
    """Decide that two are one person. What was decided before and keeps them apart is withdrawn.

    REF is a record (`connection.object:id`), or a person: an e-mail address, a record's id or a person id.
    """
    with application(ctx) as app:
        (_, here), (_, there) = _named(app, one), _named(app, other)
        if here == there:
            raise Failure("Both name the same record.", fix="Name one record of each of the two people.")
        app.store.link(here, there, by, why)
        joined = next(row for row in app.store.find_person(here.id) if here in row.records)
        click.echo(
            f"{joined.person} is now {', '.join(map(record, joined.records))}. The next sync scores and writes it."
        )


@people.command(cls=Command, examples=["relevo people unlink salesforce.Lead:00Q5 --why 'father and son'"])
@click.argument("ref", metavar="REF")
@by_option
@why_option
@click.pass_context
def unlink(ctx: click.Context, ref: str, by: str, why: str) -> None:
    """Decide that a record is another person than the other records of its person, whatever they have in common.

    REF is a record (`connection.object:id`), or its id alone where no other record has it.
    """
    with application(ctx) as app:
        row, named = _named(app, ref, exactly=True)
        if len(row.records) == 1:
            raise Failure(f"{record(named)} is the only record of {row.person}.")
        others = app.store.unlink(named, by, why)
        click.echo(
            f"{record(named)} is apart from {', '.join(map(record, others))}. The next sync scores and writes both."
        )


@people.command(cls=Command, examples=["relevo people decisions", "relevo people decisions -o json"])
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def decisions(ctx: click.Context, fmt: Format) -> None:
    """List what was decided about records being one person or two, newest first."""
    with application(ctx) as app:
        found = app.store.person_decisions()
    columns = ("at", "verdict", "one", "other", "who", "why")
    rows = [(d.at, d.decision.verdict.value, *map(record, d.decision.pair), d.who, d.why) for d in found]
    if not rows and fmt is Format.TEXT:
        click.echo("Nothing has been decided.")
        return
    print_table(Table("people_decisions", columns, rows), fmt)


def record(ref: Ref) -> str:
    """A record as it is named to `link` and `unlink`."""
    return plain(f"{ref.connection}.{ref.object}:{ref.id}")


def _side(side: Side) -> tuple[str, str, str | None]:
    return record(side.ref), side.name, side.email


def _named(app: App, who: str, *, exactly: bool = False) -> tuple[PersonRow, Ref]:
    """The person and one record of theirs: the one that is named or, unless it must be told `exactly`, the first."""
    place, colon, id_ = who.partition(":")
    connection, _, name = place.partition(".")
    if colon and connection in app.connections:
        ref = Ref(connection, name, id_)
        row = next((row for row in app.store.find_person(id_) if ref in row.records), None)
        if row is None:
            raise Failure(
                f"There is no person's record {who}.", fix="relevo journey WHO -o json lists a person's records."
            )
        return row, ref
    row = person_called(app, who)
    own = [ref for ref in row.records if ref.id == who] or list(row.records)
    if exactly and len(own) > 1:
        raise Failure(f"Which of the records? {', '.join(map(record, own))}", fix="Name one of them in full.")
    return row, own[0]
