"""`relevo runs`."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import click

from state.model import Rejection, RunState, UnknownRun
from state.views import RejectedRow, RunRow
from sync.app import App
from sync.cli.errors import Exit, Failure
from sync.cli.options import Command, Group, output_option
from sync.cli.output import Format, RowPrinter, Table, print_json, print_table
from sync.cli.report import finish, print_objects, run_document, totals_line, written
from sync.cli.report import rejected as rejected_in
from sync.cli.rescore import progress_line, rescore_document
from sync.cli.session import application, connections, known
from sync.cli.work import working
from sync.cli.writes import COLUMNS as WRITE_COLUMNS
from sync.cli.writes import print_writes, write_documents, write_rows
from sync.cli.zone import agreed_zone
from sync.engine import retry_rejected

SHOWN_ROWS = 20
SEARCHED = 10_000


@click.group(cls=Group)
def runs() -> None:
    """List runs, open one, see or retry what was rejected."""


@runs.command("list", cls=Command, examples=["relevo runs list", "relevo runs list --state partial -o csv"])
@click.option("--connection", help="Only this connection's runs.")
@click.option("--state", type=click.Choice([s.value for s in RunState]), help="Only runs that ended so.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many at most.")
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def list_(ctx: click.Context, connection: str | None, state: str | None, limit: int, fmt: Format) -> None:
    """List the latest runs, newest first."""
    with application(ctx) as app:
        if connection is not None:
            known("connection", connection, app.connections)
        # With a state, the latest runs of that state, however many others came since.
        rows = app.store.runs(limit if state is None else SEARCHED, connection)
        found = [row for row in rows if state in (None, row.state.value)][:limit]
        print_table(_table(found, app.now()), fmt)


def _table(rows: Sequence[RunRow], now: datetime) -> Table:
    columns = ("run", "connection", "trigger", "started", "seconds", "read", "written", "rejected", "state")
    return Table("runs", columns, [_row(row, now) for row in rows], right=frozenset(columns[4:8]))


def _row(row: RunRow, now: datetime) -> tuple[object, ...]:
    return (
        row.id,
        row.connection,
        row.trigger,
        row.started,
        round(((row.ended or now) - row.started).total_seconds(), 1),
        sum(o.taken.received for o in row.objects),
        written(row),
        rejected_in(row),
        row.state.value,
    )


@runs.command(cls=Command, examples=["relevo runs show latest", "relevo runs show run_01JEV8 -o json"])
@click.argument("which", metavar="RUN", default="latest")
@output_option(Format.JSON)
@click.pass_context
def show(ctx: click.Context, which: str, fmt: Format) -> None:
    """Open a run: what was read and what became of it.

    RUN is an id, the start of one, or `latest`.
    """
    with application(ctx) as app:
        row = run_called(app, which)
        rescore, written = app.store.rescoring.of_run(row.id), app.store.trail.count_writes(row.id)
    if fmt is Format.JSON:
        print_json("run", run_document(row) | {"rescore": rescore and rescore_document(rescore)})
        return
    print_objects(row)
    click.echo(totals_line(row))
    if rescore:
        click.echo(f"  scored again: {progress_line(rescore)}")
    if written:
        click.echo(f"  what each write changed: relevo runs writes {row.id}")
    if row.error:
        click.echo(f"  {row.error}")


@runs.command(cls=Command, examples=["relevo runs writes latest", "relevo runs writes run_01JEV8 -o csv > writes.csv"])
@click.argument("which", metavar="RUN", default="latest")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Records shown as text or JSON.")
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def writes(ctx: click.Context, which: str, limit: int, fmt: Format) -> None:
    """What a run wrote into the CRM: each field's value before and ours. As CSV or JSON lines all of it.

    RUN is an id, the start of one, or `latest`. The newest 100 writes of each record are kept.
    """
    with application(ctx) as app:
        run, trail = run_called(app, which).id, app.store.trail
        if fmt in (Format.CSV, Format.JSONL):
            printer, some = RowPrinter("writes", WRITE_COLUMNS, fmt), trail.writes_of(run)
            while some:
                printer.rows(row for write in some for row in write_rows(write))
                some = trail.writes_of(run, after=some[-1].ref)
            return
        some, total, zone = trail.writes_of(run, limit), trail.count_writes(run), agreed_zone(app.config)
    if fmt is Format.JSON:
        print_json("writes", {"run": run, "records": total, "writes": write_documents(some)})
        return
    if not some:
        click.echo("This run wrote nothing, or it is too long ago.")
        return
    print_writes(some, "en", zone)
    if total > len(some):
        click.echo(f"… and {total - len(some):,} more records: relevo runs writes {run} -o csv")


def run_called(app: App, which: str) -> RunRow:
    """The run with this id, the start of one, or the `latest`; a failure if there is none."""
    try:
        return app.store.run(which)
    except UnknownRun as error:
        raise Failure(str(error), fix="See: relevo runs list") from error


@runs.command(
    cls=Command,
    examples=[
        "relevo runs rejected",
        "relevo runs rejected latest -o csv",
        "relevo runs rejected --reason INVALID_OPTION",
    ],
)
@click.argument("which", metavar="[RUN]", required=False)
@click.option("--reason", metavar="CODE", help="Only rows with this code, or with this reason where there is no code.")
@click.option("--all", "settled_too", is_flag=True, help="Also rows that have been settled since.")
@click.option("--limit", type=click.IntRange(1), default=10_000, show_default=True, help="How many at most.")
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def rejected(
    ctx: click.Context, which: str | None, reason: str | None, settled_too: bool, limit: int, fmt: Format
) -> None:
    """What could not be mapped, and what the CRM refused.

    Of RUN (an id, the start of one, or `latest`), or everything that is still open.
    """
    with application(ctx) as app:
        run = run_called(app, which).id if which else None
        rows = app.store.rejected(run, open_only=not settled_too, limit=limit)
    if reason is not None:
        known("reason", reason, sorted({why(row.rejection) for row in rows}))
        rows = [row for row in rows if why(row.rejection) == reason]
    if fmt is Format.TEXT:
        _print_rejected(rows)
    else:
        print_table(_rejected_table(rows), fmt)


def why(rejection: Rejection) -> str:
    """The CRM's code, or our reason where it gave none."""
    return rejection.code or rejection.reason


def _rejected_table(rows: Sequence[RejectedRow]) -> Table:
    columns = ("connection", "object", "id", "stage", "code", "field", "raw", "reason", "at", "times", "run", "settled")
    return Table("rejected", columns, [_rejected_row(row) for row in rows])


def _rejected_row(row: RejectedRow) -> tuple[object, ...]:
    r = row.rejection
    head = (r.connection, r.object, r.id, r.stage.value, r.code, r.field, r.raw, r.reason)
    return (*head, row.at, row.times, row.run, row.settled)


def _print_rejected(rows: Sequence[RejectedRow]) -> None:
    """By reason, most frequent first, then some rows."""
    if not rows:
        click.echo("Nothing is rejected.")
        return
    found = [row.rejection for row in rows]
    kinds = Counter((r.stage.value, r.object, r.field, why(r)) for r in found)
    summary = [(n, *kind) for kind, n in kinds.most_common()]
    print_table(
        Table("rejected", ("rows", "stage", "object", "field", "reason"), summary, right=frozenset({"rows"})),
        Format.TEXT,
    )
    click.echo()
    shown = [(r.object, r.id, r.field, r.raw, r.reason) for r in found]
    print_table(Table("rejected", ("object", "id", "field", "raw", "reason"), shown[:SHOWN_ROWS]), Format.TEXT)
    if len(rows) > SHOWN_ROWS:
        click.echo(f"… and {len(rows) - SHOWN_ROWS:,} more: relevo runs rejected -o csv")
    click.echo("\nCorrect the mapping or the record, then: relevo runs retry")


@runs.command(cls=Command, examples=["relevo runs retry", "relevo runs retry hubspot -o json"])
@click.argument("names", metavar="[CONNECTION]...", nargs=-1)
@output_option(Format.JSON)
@click.pass_context
def retry(ctx: click.Context, names: tuple[str, ...], fmt: Format) -> Exit:
    """Try what was rejected again, now.

    Records are read by id and mapped anew; refused writes are sent again.
    """
    with working(ctx) as work:
        reports = [
            retry_rejected(work.app, name, observer=work.observer, stop=work.stop)
            for name in connections(work.app, names)
        ]
    return finish(reports, fmt)
