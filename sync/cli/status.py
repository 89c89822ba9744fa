"""`relevo status`."""

from datetime import datetime
from typing import Any

import click

from state.views import ConnectionStatus
from sync.cli.clocks import STATUSES, summary
from sync.cli.options import Command, output_option
from sync.cli.output import Format, Table, print_json, print_table
from sync.cli.rescore import progress_line, rescore_document
from sync.cli.session import application
from sync.cli.words import duration


@click.command(cls=Command, examples=["relevo status", "relevo status -o json"])
@output_option(Format.JSON)
@click.pass_context
def status(ctx: click.Context, fmt: Format) -> None:
    """How fresh and how healthy each connection is, and how the SLA stands.

    FRESH is how long ago the oldest of the connection's objects was known to be read to its end. WAITING writes are
    owed and will be sent; PARKED ones were refused for good and wait for a change or for `relevo runs retry`.
    """
    with application(ctx) as app:
        rows = _in_config_order(app.connections, app.store.status())
        people, sla = app.store.people_count(), app.store.sla_summary()
        under_way = app.store.rescoring.under_way()
        now = app.now()
    if fmt is Format.JSON:
        counts = {"people": people.people, "qualified": people.qualified, "sla": dict(sla)}
        told = {"connections": [_document(row) for row in rows], "rescore": under_way and rescore_document(under_way)}
        print_json("status", {"at": now, **told, **counts})
        return
    print_table(_table(rows, now), fmt)
    clocks = summary(sla, "en", STATUSES) or "no clock has started yet"
    click.echo(f"\n{people.people:,} people, {people.qualified:,} qualified. SLA: {clocks}")
    if under_way:
        click.echo(f"Everybody is being scored again: {progress_line(under_way)}")


def _in_config_order(names: tuple[str, ...], rows: Any) -> list[ConnectionStatus]:
    """One row for each configured connection; one that never ran has an empty row."""
    by_name = {row.connection: row for row in rows}
    return [by_name.get(name) or ConnectionStatus(name, None, None, {}, 0, 0, 0, 0) for name in names]


def _fresh_until(row: ConnectionStatus) -> datetime | None:
    return min(row.read_through.values(), default=None)


def _table(rows: list[ConnectionStatus], now: datetime) -> Table:
    columns = ("connection", "fresh", "last_run", "state", "waiting", "parked", "rejected", "conflicts")
    return Table("status", columns, [_row(row, now) for row in rows], right=frozenset(columns[4:]))


def _row(row: ConnectionStatus, now: datetime) -> tuple[object, ...]:
    fresh, last = _fresh_until(row), row.last_run
    return (
        row.connection,
        duration(now - fresh) if fresh else "never read",
        f"{duration(now - last.started)} ago" if last else "never ran",
        last.state.value if last else "-",
        row.waiting,
        row.parked,
        row.rejected,
        row.conflicts,
    )


def _document(row: ConnectionStatus) -> dict[str, object]:
    last = row.last_run
    return {
        "connection": row.connection,
        "last_run": last and {"run": last.id, "state": last.state, "started": last.started, "error": last.error},
        "last_done": row.last_done,
        "read_through": dict(row.read_through),
        "waiting": row.waiting,
        "parked": row.parked,
        "rejected": row.rejected,
        "conflicts": row.conflicts,
    }
