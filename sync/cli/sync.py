"""`relevo sync`."""

import click

from sync.cli.errors import Exit
from sync.cli.options import Command, output_option
from sync.cli.output import Format
from sync.cli.report import finish
from sync.cli.session import connections
from sync.cli.work import working
from sync.engine import run_sync


@click.command(cls=Command, examples=["relevo sync", "relevo sync hubspot --no-write", "relevo sync --wait -o json"])
@click.argument("names", metavar="[CONNECTION]...", nargs=-1)
@click.option("--write/--no-write", default=True, help="Whether to write back to the CRM; without, writes stay owed.")
@click.option(
    "--wait/--no-wait", default=False, help="Wait if a run of the same connection is under way, or exit with 4."
)
@output_option(Format.JSON)
@click.pass_context
def sync(ctx: click.Context, names: tuple[str, ...], write: bool, wait: bool, fmt: Format) -> Exit:
    """Read what changed in the CRM, score it, run the SLA clocks, and write back. Once, for all connections or the named.

    Interrupted anywhere, the next run goes on from there. To see the writes first: relevo preview.
    """
    with working(ctx) as work:
        chosen = connections(work.app, names)
        reports = [
            run_sync(work.app, name, observer=work.observer, stop=work.stop, write=write, wait=None if wait else 0.0)
            for name in chosen
        ]
    return finish(reports, fmt)
