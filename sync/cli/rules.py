"""`relevo score rules`: the agreements that were in force, shown and compared."""

import json

import click

from state.rules import UsedRules
from sync.app import App
from sync.cli.errors import Failure
from sync.cli.options import Command, Group, output_option
from sync.cli.output import Format, Table, print_json, print_table
from sync.cli.session import application
from sync.rules_version import UnknownRules, as_yaml, called, difference

SHORT = 8


@click.group(cls=Group)
def rules() -> None:
    """The agreements that were in force: list them, show one, compare two.

    A run notes the agreement it works by. VERSION is what a version begins with, that of a score (as in `relevo score history`)
    or `current`.
    """


@rules.command("list", cls=Command, examples=["relevo score rules list", "relevo score rules list -o csv"])
@output_option(Format.JSON, Format.CSV)
@click.pass_context
def list_(ctx: click.Context, fmt: Format) -> None:
    """Every agreement that was in force, the latest first. SCORES is the version that scores made with it carry."""
    with application(ctx) as app:
        used = app.store.trail.rules()
    rows = [(one.rules.version, one.rules.score_version, one.first_used, one.last_used) for one in used]
    print_table(Table("rules", ("version", "scores", "first_used", "last_used"), rows), fmt)


@rules.command(
    cls=Command, examples=["relevo score rules show current", "relevo score rules show 3f2a91 > agreed.yaml"]
)
@click.argument("version", default="current")
@output_option(Format.JSON)
@click.pass_context
def show(ctx: click.Context, version: str, fmt: Format) -> None:
    """The agreement as it stood in the configuration: language, score and SLA."""
    with application(ctx) as app:
        found = named(app, version)
    if fmt is Format.JSON:
        print_json("rules", _document(found))
    else:
        click.echo(as_yaml(found.rules), nl=False)


@rules.command(cls=Command, examples=["relevo score rules diff 3f2a91 current"])
@click.argument("one", metavar="VERSION")
@click.argument("other", metavar="[VERSION]", default="current")
@click.pass_context
def diff(ctx: click.Context, one: str, other: str) -> None:
    """What changed from one agreement to another."""
    with application(ctx) as app:
        lines = difference(named(app, one).rules, named(app, other).rules)
    for line in lines or ["The two do not differ."]:
        click.echo(line)


def named(app: App, version: str) -> UsedRules:
    """The agreement of that version; a failure if there is none or more than one."""
    try:
        return called(app.store.trail.rules(), version)
    except UnknownRules as error:
        raise Failure(str(error), fix="See: relevo score rules list") from error


def _document(found: UsedRules) -> dict[str, object]:
    return {
        "version": found.rules.version,
        "scores": found.rules.score_version,
        "first_used": found.first_used,
        "last_used": found.last_used,
        "sections": json.loads(found.rules.sections),
    }
