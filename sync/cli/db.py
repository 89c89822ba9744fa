"""`relevo db`."""

import click

from sync.cli.errors import Exit
from sync.cli.findings import print_findings
from sync.cli.options import Command, Group, output_option, settings_of
from sync.cli.output import Format
from sync.cli.session import application, load


@click.group(cls=Group)
def db() -> None:
    """Where the database is, and whether it is sound."""


@db.command(cls=Command, examples=["relevo db path"])
@click.pass_context
def path(ctx: click.Context) -> None:
    """Print where the database is; of a server's address the password is left out."""
    from sqlalchemy.engine import make_url

    click.echo(make_url(load(settings_of(ctx)).state_url).render_as_string(hide_password=True))


@db.command(cls=Command, examples=["relevo db check", "relevo db check -o json"])
@output_option(Format.JSON)
@click.pass_context
def check(ctx: click.Context, fmt: Format) -> Exit:
    """Check that the database is whole, writable and at the version this Relevo needs. Exits with 1 if not."""
    with application(ctx) as app:
        return print_findings("db-check", app.store.check(), fmt)
