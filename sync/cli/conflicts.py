"""`relevo conflicts`."""

import click

from sync.cli.options import Command, Group, output_option
from sync.cli.output import Format, Table, print_table
from sync.cli.session import application, known


@click.group(cls=Group)
def conflicts() -> None:
    """See fields that a person edited and we would write."""


@conflicts.command("list", cls=Command, examples=["relevo conflicts list", "relevo conflicts list --all -o csv"])
@click.option("--connection", help="Only this connection's.")
@click.option("--all", "settled_too", is_flag=True, help="Also those that have been settled since.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="How many at most.")
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def list_(ctx: click.Context, connection: str | None, settled_too: bool, limit: int, fmt: Format) -> None:
    """List the conflicts: the person's value, ours, and which of the two stayed.

    Whose value stays is the field's `on_conflict` in the configuration: `keep` (theirs) or `overwrite` (ours).
    """
    with application(ctx) as app:
        if connection is not None:
            known("connection", connection, app.connections)
        found = app.store.conflicts(connection, not settled_too, limit)
    columns = ("connection", "object", "id", "field", "theirs", "ours", "policy", "at", "run", "settled")
    rows = [
        (
            *row.conflict.ref,
            row.conflict.field,
            row.conflict.theirs,
            row.conflict.ours,
            row.conflict.policy.value,
            row.at,
            row.run,
            row.settled,
        )
        for row in found
    ]
    if not rows and fmt is Format.TEXT:
        click.echo("There are no conflicts.")
        return
    print_table(Table("conflicts", columns, rows), fmt)
