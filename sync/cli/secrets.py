"""`relevo secrets`."""

import click

from state.sealing import Keys
from sync.app import App
from sync.cli.errors import Failure
from sync.cli.options import Command, Group, output_option
from sync.cli.output import Format, Table, print_json, print_table
from sync.cli.session import application
from sync.cli.words import day_time
from sync.cli.zone import agreed_zone
from sync.keyring import KeyFileOpen

COLUMNS = ("connection", "name", "key", "kept_at")


@click.group(cls=Group)
def secrets() -> None:
    """What logins obtained and Relevo keeps encrypted: tokens. Their values are never shown."""


@secrets.command("list", cls=Command, examples=["relevo secrets list", "relevo secrets list -o json"])
@output_option(Format.JSON, Format.CSV)
@click.pass_context
def list_(ctx: click.Context, fmt: Format) -> None:
    """List what is kept, since when, and the id of the key that encrypts it."""
    with application(ctx) as app:
        kept, zone = app.store.vault.list(), agreed_zone(app.config)
        where = _where(app)
    if fmt is Format.JSON:
        rows = [dict(zip(COLUMNS, (one.connection, one.name, one.key, one.at), strict=True)) for one in kept]
        print_json("secrets", {"key": where, "secrets": rows})
        return
    if not kept and fmt is Format.TEXT:
        click.echo(f"Nothing is kept. Key: {where}")
        return
    told = [(one.connection, one.name, one.key, day_time(one.at, "en", zone)) for one in kept]
    print_table(Table("secrets", COLUMNS, told), fmt)
    if fmt is Format.TEXT:
        click.echo(f"\nKey: {where}")


@secrets.command(cls=Command, examples=["relevo secrets rotate"])
@click.pass_context
def rotate(ctx: click.Context) -> None:
    """Encrypt everything anew, with a new key.

    Where the key is a file of Relevo's own, the new one is made and the old one removed. A key of the configuration is yours:
    put the new one on a line before the old one, run this, then remove the old line.
    """
    with application(ctx) as app:
        ring = app.keyring
        _keys(app)
        if ring.path is not None:
            ring.add()
        done, lost = app.store.vault.reseal(_keys(app))
        if ring.path is not None and not lost:
            ring.keep_newest()
        newest = _keys(app).newest
    click.echo(f"{done} encrypted with the key {newest}.")
    if lost:
        raise Failure(
            f"{lost} could not be opened with any key that is here, and were left as they are.",
            fix="relevo secrets forget CONNECTION",
        )


@secrets.command(cls=Command, examples=["relevo secrets forget zoho"])
@click.argument("connection")
@click.pass_context
def forget(ctx: click.Context, connection: str) -> None:
    """Forget what CONNECTION's logins obtained; the next run logs in with what is configured.

    A refresh token that the CRM has replaced since is forgotten, too: then somebody has to sign in again.
    """
    with application(ctx) as app:
        known = {one.connection for one in app.store.vault.list()} | {*app.connections}
        if connection not in known:
            raise click.UsageError(f"There is no connection '{connection}'; there are: {', '.join(sorted(known))}.")
        gone = app.store.vault.forget(connection)
    click.echo(f"{gone} forgotten.")


def _keys(app: App) -> Keys:
    if not app.keyring.here:
        raise Failure("There is no key: a server's database needs one in the configuration.", fix="set state.key")
    try:
        return app.keyring.keys()
    except (KeyFileOpen, ValueError, OSError) as error:
        raise Failure(f"The key cannot be used: {error}") from None


def _where(app: App) -> str:
    if app.keyring.path is not None:
        return str(app.keyring.path)
    return "state.key" if app.keyring.here else "none: set state.key, or each process logs in for itself"
