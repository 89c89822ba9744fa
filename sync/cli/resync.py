"""`relevo resync`: the manual resync."""

import re
from datetime import UTC, datetime, timedelta

import click

from connectors.base import Connector, Window
from sync.app import App
from sync.cli.errors import Exit, Failure
from sync.cli.options import Command, output_option
from sync.cli.output import Format, print_json
from sync.cli.report import finish
from sync.cli.session import known
from sync.cli.work import working
from sync.engine import Full, Ids, Resync, Since
from sync.engine import resync as run_resync

_SPAN = re.compile(r"(\d+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@click.command(
    cls=Command,
    examples=[
        "relevo resync hubspot contacts --since 7d",
        "relevo resync hubspot contacts --ids 101,102 --dry-run",
        "relevo resync hubspot deals --full",
    ],
)
@click.argument("connection")
@click.argument("object_", metavar="OBJECT")
@click.option(
    "--since", metavar="TIME|SPAN", help="Records changed since then: 2026-11-01, 2026-11-01T08:00Z, 36h, 7d."
)
@click.option("--ids", metavar="ID,...", multiple=True, help="These records, by id. May be given more than once.")
@click.option("--full", is_flag=True, help="All records, from the beginning.")
@click.option("-n", "--dry-run", is_flag=True, help="Say how many records would be read; read and write none.")
@click.option(
    "--wait/--no-wait", default=True, help="Wait if a run of the same connection is under way, or exit with 4."
)
@output_option(Format.JSON)
@click.pass_context
def resync(
    ctx: click.Context,
    connection: str,
    object_: str,
    since: str | None,
    ids: tuple[str, ...],
    full: bool,
    dry_run: bool,
    wait: bool,
    fmt: Format,
) -> Exit:
    """Read records of CONNECTION's OBJECT again, whether or not the CRM says that they changed; then score and write back.

    Records that did not change cost a comparison and no write.
    """
    with working(ctx) as work:
        app = work.app
        known("connection", connection, app.connections)
        known("object", object_, app.mappings[connection])
        request = _request(app, since, ids, full)
        if dry_run:
            return _forecast(app.connector(connection), object_, request, fmt)
        patience = None if wait else 0.0
        report = run_resync(app, connection, object_, request, observer=work.observer, stop=work.stop, wait=patience)
    return finish([report], fmt)


def _forecast(connector: Connector, object_: str, request: Resync, fmt: Format) -> Exit:
    """How many records would be read, as the CRM counts them now."""
    match request:
        case Ids(ids):
            records = len(ids)
        case Since(at):
            records = connector.count(object_, Window(since=at))
        case Full():
            records = connector.count(object_, Window())
    if fmt is Format.JSON:
        print_json("resync-forecast", {"object": object_, "records": records})
    else:
        calls = -(-records // connector.abilities.batch_size)
        click.echo(
            f"Would read {records:,} {object_} again, in {calls:,} or more API calls. Nothing was read or written."
        )
    return Exit.OK


def _request(app: App, since: str | None, ids: tuple[str, ...], full: bool) -> Resync:
    if sum((since is not None, bool(ids), full)) != 1:
        raise Failure("Say which records: one of --since, --ids or --full.", fix="See: relevo resync --help")
    if since is not None:
        return Since(instant(since, app.now()))
    if full:
        return Full()
    named = tuple(dict.fromkeys(i.strip() for group in ids for i in group.split(",") if i.strip()))
    if not named:
        raise Failure("--ids names no record.")
    return Ids(named)


def instant(text: str, now: datetime) -> datetime:
    """A moment: `36h`, `7d` before `now`, or an ISO date or time; without a zone it is UTC."""
    if span := _SPAN.fullmatch(text):
        return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Failure(
            f"Cannot read the time {text!r}. Write it like 2026-11-01, 2026-11-01T08:00Z, 36h or 7d."
        ) from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
