"""`relevo preview`."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple

import click
from rich.text import Text

from state.model import ConflictPolicy, Taken
from state.rescores import Rescore
from sync.cli.errors import Exit
from sync.cli.options import Command, output_option
from sync.cli.output import Format, RowPrinter, Table, plain, print_json, print_table, stdout
from sync.cli.report import finish
from sync.cli.session import only_connection
from sync.cli.work import working
from sync.engine import Ending, RunReport, Trigger, run_sync
from sync.observer import Observer, Silent
from sync.plan import Conflict, PlanTotals, RecordPlan, totals

COLUMNS = ("object", "id", "action", "field", "old", "new")
TOTALS = ("object", "update", "unchanged", "conflict", "gone")


@click.command(
    cls=Command, examples=["relevo preview", "relevo preview hubspot --limit 100", "relevo preview -o csv > writes.csv"]
)
@click.argument("connection", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="Records shown as text or JSON.")
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def preview(ctx: click.Context, connection: str | None, limit: int, fmt: Format) -> Exit:
    """Show every field that a sync would write, `old → new`, compared with what the CRM holds now. Nothing is written.

    What changed in the CRM is read and scored first. A field that a person edited is shown as a conflict, with whose
    value stays. As CSV or JSON lines everything is shown.
    """
    shown: list[RecordPlan] = []
    if fmt in (Format.CSV, Format.JSONL):
        printer = RowPrinter("preview", COLUMNS, fmt)
        report, _ = _planned(ctx, connection, lambda plan: printer.rows(_rows(plan)))
        return Exit.OK if report.ending is Ending.COMPLETE else finish([report], Format.JSON)
    report, counts = _planned(ctx, connection, lambda plan: shown.append(plan) if len(shown) < limit else None)
    if report.ending is not Ending.COMPLETE:
        return finish([report], fmt)
    rows = [(name, *astuple(total)) for name, total in counts.items()]
    if fmt is Format.JSON:
        changes = [dict(zip(COLUMNS, row, strict=True)) for plan in shown for row in _rows(plan)]
        told = [dict(zip(TOTALS, row, strict=True)) for row in rows]
        print_json("preview", {"run": report.run.id, "totals": told, "changes": changes})
    else:
        _print(rows, shown, sum(t.update + t.conflict + t.gone for t in counts.values()))
        for remark in (report.message, report.fix and f"fix: {report.fix}"):
            if remark:
                click.echo(f"  {remark}", err=True)
    return Exit.OK


class _Plans(Silent):
    """Hands on each record's plan that would do something, and adds up all of them; progress goes to `watcher`."""

    def __init__(self, watcher: Observer, take: Callable[[RecordPlan], object]) -> None:
        self._watcher = watcher
        self._take = take
        self.totals: dict[str, PlanTotals] = defaultdict(lambda: PlanTotals(0, 0, 0, 0))

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        self._watcher.page(connection, object, taken)

    def derived(self, connection: str, people: int) -> None:
        self._watcher.derived(connection, people)

    def rescored(self, progress: Rescore) -> None:
        self._watcher.rescored(progress)

    def planned(self, connection: str, object: str, plans: Sequence[RecordPlan]) -> None:  # noqa: A002
        before, more = self.totals[object], totals(plans)
        self.totals[object] = PlanTotals(*(a + b for a, b in zip(astuple(before), astuple(more), strict=True)))
        for plan in plans:
            if plan.put or plan.conflicts or plan.gone:
                self._take(plan)


def _planned(
    ctx: click.Context, connection: str | None, take: Callable[[RecordPlan], object]
) -> tuple[RunReport, dict[str, PlanTotals]]:
    with working(ctx) as work:
        plans = _Plans(work.observer, take)
        name = only_connection(work.app, connection)
        report = run_sync(
            work.app, name, trigger=Trigger.PREVIEW, observer=plans, stop=work.stop, wait=0.0, write=False
        )
    return report, plans.totals


def _rows(record: RecordPlan) -> Iterator[tuple[object, ...]]:
    head = (record.ref.object, record.ref.id)
    for put in record.put:
        yield (*head, "put", put.field, put.old, put.new)
    for conflict in record.conflicts:
        yield (*head, f"conflict:{conflict.policy.value}", conflict.field, conflict.theirs, conflict.ours)
    if record.gone:
        yield (*head, "gone", None, None, None)


def _print(rows: Sequence[tuple[object, ...]], shown: Sequence[RecordPlan], doing: int) -> None:
    if not doing:
        click.echo("Nothing to write.")
        return
    print_table(Table("preview", TOTALS, rows, right=frozenset(TOTALS[1:])), Format.TEXT)
    click.echo()
    console = stdout()
    for record in shown:
        for line in _lines(record):
            console.print(line)
    if doing > len(shown):
        click.echo(f"… and {doing - len(shown):,} more records: relevo preview -o csv")
    click.echo("\nNothing was written. To write: relevo sync")


def _lines(record: RecordPlan) -> Iterator[Text]:
    name = f"{record.ref.object} {plain(record.ref.id)}"
    for put in record.put:
        old, new = (_shown(put.old), "red"), (_shown(put.new), "green")
        yield Text.assemble(("~ ", "yellow"), f"{name}  {put.field}  ", old, " → ", new)
    for conflict in record.conflicts:
        yield Text.assemble(("! ", "magenta"), f"{name}  {conflict.field}  edited by a person: {_outcome(conflict)}")
    if record.gone:
        yield Text.assemble(("- ", "dim"), f"{name}  is no longer in the CRM")


def _outcome(conflict: Conflict) -> str:
    ours, theirs = _shown(conflict.ours), _shown(conflict.theirs)
    kept = conflict.policy is ConflictPolicy.KEEP
    return f"{theirs} stays (ours: {ours})" if kept else f"{ours} replaces {theirs}"


def _shown(value: object) -> str:
    return "(empty)" if value is None or value == "" else plain(value)
