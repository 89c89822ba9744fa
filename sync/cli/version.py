"""`relevo version`."""

import platform
from importlib.metadata import version as installed

import click

from sync.cli.options import Command, output_option
from sync.cli.output import Format, print_json


@click.command(cls=Command, examples=["relevo version -o json"])
@output_option(Format.JSON)
def version(fmt: Format) -> None:
    """Print the version of Relevo and of Python."""
    if fmt is Format.JSON:
        print_json("version", {"relevo": installed("relevo"), "python": platform.python_version()})
    else:
        click.echo(f"relevo {installed('relevo')} (Python {platform.python_version()})")
