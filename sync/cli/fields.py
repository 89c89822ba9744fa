"""`relevo fields`."""

from collections.abc import Sequence

import click

from connectors.base import FieldSpec, Provisioned
from sync.app import App
from sync.cli.errors import Exit
from sync.cli.options import Command, Group, output_option
from sync.cli.output import Format, Table, print_table
from sync.cli.session import connections
from sync.cli.work import working
from sync.fields import missing_fields

COLUMNS = ("connection", "object", "field", "label", "type", "options")


@click.group(cls=Group)
def fields() -> None:
    """Create the CRM fields that Relevo writes to."""


@fields.command(cls=Command, examples=["relevo fields plan", "relevo fields plan hubspot -o json"])
@click.argument("names", metavar="[CONNECTION]...", nargs=-1)
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def plan(ctx: click.Context, names: tuple[str, ...], fmt: Format) -> None:
    """List the fields that are written to and do not exist yet. Creates nothing."""
    with working(ctx) as work:
        missing = _missing(work.app, names)
    rows = [(name, *_row(spec)) for name, specs in missing for spec in specs]
    if not rows and fmt is Format.TEXT:
        click.echo("Nothing is missing.")
        return
    print_table(Table("fields", COLUMNS, rows), fmt)
    if fmt is Format.TEXT:
        click.echo("\nTo create them: relevo fields apply")


@fields.command(cls=Command, examples=["relevo fields apply", "relevo fields apply hubspot"])
@click.argument("names", metavar="[CONNECTION]...", nargs=-1)
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def apply(ctx: click.Context, names: tuple[str, ...], fmt: Format) -> Exit:
    """Create the fields that are missing. Existing ones are left as they are. Exits with 1 if one cannot be created."""
    with working(ctx) as work:
        app = work.app
        done = [
            (name, told)
            for name, specs in _missing(app, names)
            if specs
            for told in app.connector(name).provision(specs)
        ]
    if not done and fmt is Format.TEXT:
        click.echo("Nothing is missing.")
        return Exit.OK
    rows = [(name, *_row(told.spec), _became(told)) for name, told in done]
    print_table(Table("fields", (*COLUMNS, "result"), rows), fmt)
    return Exit.REJECTED if any(told.problem for _, told in done) else Exit.OK


def _missing(app: App, names: tuple[str, ...]) -> list[tuple[str, Sequence[FieldSpec]]]:
    return [(name, missing_fields(app, name)) for name in connections(app, names)]


def _row(spec: FieldSpec) -> tuple[object, ...]:
    return spec.object, spec.name, spec.label, spec.kind.value, ", ".join(spec.options)


def _became(told: Provisioned) -> str:
    return told.problem or ("created" if told.created else "was there")
