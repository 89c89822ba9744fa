"""`relevo undo`."""

from collections.abc import Iterator, Sequence

import click

from sync.cli.errors import Exit
from sync.cli.options import Command, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.people import place
from sync.cli.report import finish
from sync.cli.runs import run_called
from sync.cli.work import working
from sync.engine import Ending
from sync.engine import undo as run_undo
from sync.rescore import EVERY
from sync.undo import UndoPlan

COLUMNS = ("record", "field", "action", "now", "back")
SHOWN = 20


@click.command(cls=Command, examples=["relevo undo run_01JEV8", "relevo undo latest --apply"])
@click.argument("which", metavar="RUN")
@click.option("--apply", is_flag=True, help="Do it; without it the plan is shown and nothing is written.")
@output_option(Format.JSON, Format.CSV)
@click.pass_context
def undo(ctx: click.Context, which: str, apply: bool, fmt: Format) -> Exit:
    """Put back what RUN wrote: each field that still holds our value gets the one it held before.

    A field that a person or a later run has changed since stays as it is and is shown. What was put back is not written again until
    the value we would write is another one. RUN is an id, the start of one, or `latest`.
    """
    plans: list[UndoPlan] = []
    with working(ctx) as work:
        run = run_called(work.app, which)
        if run.connection == EVERY or not work.app.store.trail.count_writes(run.id):
            click.echo("This run wrote nothing, or it is too long ago.")
            return Exit.OK
        report = run_undo(work.app, run, plans.extend, apply=apply, observer=work.observer, stop=work.stop, wait=0.0)
    if apply or report.ending is not Ending.COMPLETE:
        return finish([report], fmt)
    rows = [row for plan in plans for row in _rows(plan)]
    if fmt is Format.JSON:
        print_json("undo", {"run": run.id, "changes": [dict(zip(COLUMNS, row, strict=True)) for row in rows]})
    elif fmt is Format.CSV:
        print_table(Table("undo", COLUMNS, rows), fmt)
    else:
        _print(run.id, plans, rows)
    return Exit.OK


def _rows(plan: UndoPlan) -> Iterator[tuple[object, ...]]:
    record = place(plan.write.ref)
    for name, old in plan.back.items():
        yield record, name, "put back", plan.write.new[name], old
    for name, now in plan.changed.items():
        yield record, name, "changed since", now, None
    if plan.gone:
        yield record, None, "gone", None, None


def _print(run: str, plans: Sequence[UndoPlan], rows: Sequence[tuple[object, ...]]) -> None:
    if not rows:
        click.echo("There is nothing to put back: the CRM refused these writes, or they were undone.")
        return
    print_table(Table("undo", COLUMNS, [tuple(map(plain, row)) for row in rows[:SHOWN]]), Format.TEXT)
    if len(rows) > SHOWN:
        click.echo(f"… and {len(rows) - SHOWN:,} more fields: relevo undo {run} -o csv")
    records = sum(bool(plan.back) for plan in plans)
    stay = sum(len(plan.changed) for plan in plans)
    click.echo(f"\n{records:,} records to put back; {stay:,} fields were changed since and stay.")
    click.echo(f"Nothing was written. To do it: relevo undo {run} --apply")
