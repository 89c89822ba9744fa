"""`relevo doctor`."""

import click

from connectors.base import Finding
from sync.cli.config import contents
from sync.cli.errors import Exit
from sync.cli.findings import print_findings
from sync.cli.options import Command, output_option
from sync.cli.output import Format
from sync.cli.work import working
from sync.doctor import findings


@click.command(cls=Command, examples=["relevo doctor", "relevo doctor -o json"])
@output_option(Format.JSON)
@click.pass_context
def doctor(ctx: click.Context, fmt: Format) -> Exit:
    """Check token, scopes, quota, fields, database and clock, and say how to fix each finding. Changes nothing.

    Exits with 1 if there is something to fix.
    """
    with working(ctx) as work:
        app = work.app
        config = Finding("config", True, f"{app.config.path}: {contents(app.config)}")
        return print_findings("doctor", [config, *findings(app)], fmt)
