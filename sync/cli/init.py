"""`relevo init`."""

from pathlib import Path

import click

from sync.cli.errors import Failure
from sync.cli.options import Command
from sync.init import AlreadyThere, example, start
from sync.templates import OTHERS, with_crms


@click.command(
    cls=Command, examples=["relevo init", "relevo init /etc/relevo", "relevo init --with zoho --with salesforce"]
)
@click.argument("folder", metavar="[DIR]", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option(
    "--with", "others", type=click.Choice(OTHERS), multiple=True, help="Add this CRM to the configuration, too."
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init(folder: Path, others: tuple[str, ...], force: bool) -> None:
    """Write config.yaml with every option explained, its schema for editors, .env.example and .gitignore into DIR.

    The configuration is about HubSpot; other CRMs are added to it by name.
    """
    try:
        done = start(folder, force=force, config=with_crms(example(), tuple(dict.fromkeys(others))))
    except AlreadyThere as there:
        raise Failure(
            f"Already there: {there}. Nothing was written.", fix="To overwrite: relevo init --force"
        ) from there
    for path in done.written:
        click.echo(f"wrote {path}")
    for path in done.kept:
        click.echo(f"kept  {path} (it says the same)")
    where = "" if folder == Path() else f" -c {folder / 'config.yaml'}"
    click.echo(f"\nNext: copy {folder / '.env.example'} to .env and fill it in, then: relevo doctor{where}")
