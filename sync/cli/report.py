"""How a finished run is told, and the exit code it means."""

from collections.abc import Sequence
from datetime import timedelta

import click

from state.model import ObjectCounts, RunState
from state.views import RunRow
from sync.cli.errors import Exit
from sync.cli.output import Format, Table, print_json, print_table
from sync.cli.words import duration
from sync.engine import Ending, RunReport

READ = ("received", "new", "changed", "unchanged", "deleted", "merged", "rejected", "skipped", "events")
WRITES = ("written", "already", "refused", "conflicts")

_CODES = {
    Ending.LATER: Exit.UNREACHABLE,
    Ending.STOPPED: Exit.UNREACHABLE,
    Ending.INTERRUPTED: Exit.INTERRUPTED,
    Ending.FAILED: Exit.FAULT,
}


def finish(reports: Sequence[RunReport], fmt: Format) -> Exit:
    """Print what the runs did, and give the gravest exit code among them."""
    if fmt is Format.JSON:
        print_json("sync", {"runs": [document(report) for report in reports]})
    else:
        for report in reports:
            _print(report)
    return max((code_of(report) for report in reports), default=Exit.OK)


def code_of(report: RunReport) -> Exit:
    """OK, or REJECTED if rows were; else by how the run ended."""
    partial = report.run.state is RunState.PARTIAL
    return _CODES.get(report.ending, Exit.REJECTED if partial else Exit.OK)


def document(report: RunReport) -> dict[str, object]:
    """The report for JSON: the run's record and how it ended."""
    ending = {
        "ending": report.ending.value,
        "message": report.message,
        "fix": report.fix,
        "retry_after": report.retry_after,
    }
    return run_document(report.run) | ending


def run_document(run: RunRow) -> dict[str, object]:
    """A run's record for JSON."""
    return {
        "run": run.id,
        "connection": run.connection,
        "trigger": run.trigger,
        "state": run.state.value,
        "started": run.started,
        "ended": run.ended,
        "error": run.error,
        "api_calls": run.api_calls,
        "objects": {counts.object: counted(counts) for counts in run.objects},
    }


def counted(counts: ObjectCounts) -> dict[str, int]:
    """One object's counters, by name."""
    taken = {name: int(getattr(counts.taken, name)) for name in READ}
    return taken | {name: int(getattr(counts, name)) for name in WRITES}


def print_objects(run: RunRow) -> None:
    """A line for each object: what was read and what became of it. NEW to SKIP add up to READ."""
    columns = ("object", "read", "new", "changed", "same", "gone", "reject", "skip", "written", "refused")
    if run.objects:
        print_table(Table("run", columns, [_row(o) for o in run.objects], right=frozenset(columns[1:])), Format.TEXT)


def _row(counts: ObjectCounts) -> tuple[object, ...]:
    t = counts.taken
    read = (t.received, t.new, t.changed, t.unchanged, t.deleted + t.merged, t.rejected, t.skipped)
    return (counts.object, *read, counts.written, counts.refused)


def totals_line(run: RunRow) -> str:
    """`run_… hubspot done in 3.2 s: read 1,250, written 72, …`."""
    spent = (run.ended - run.started).total_seconds() if run.ended else 0.0
    read = sum(o.taken.received for o in run.objects)
    conflicts = sum(o.conflicts for o in run.objects)
    return (
        f"{run.id}  {run.connection} {run.state.value} in {took(spent)}: read {read:,}, written {written(run):,}, "
        f"rejected {rejected(run):,}, conflicts {conflicts:,}, API calls {run.api_calls:,}"
    )


def written(run: RunRow) -> int:
    """Records that the CRM took our write of."""
    return sum(o.written for o in run.objects)


def rejected(run: RunRow) -> int:
    """Records that could not be mapped, and writes that the CRM refused."""
    return sum(o.taken.rejected + o.refused for o in run.objects)


def took(seconds: float) -> str:
    """`0.8 s`, `42 s`, `3 min`."""
    return f"{seconds:.1f} s" if seconds < 10 else duration(timedelta(seconds=seconds))


def _print(report: RunReport) -> None:
    run = report.run
    print_objects(run)
    click.echo(totals_line(run))
    remarks = [
        report.message,
        report.fix and f"fix: {report.fix}",
        rejected(run) and f"What was rejected and why: relevo runs rejected {run.id}",
        any(o.conflicts for o in run.objects) and "Fields that a person edited: relevo conflicts list",
    ]
    for remark in remarks:
        if remark:
            click.echo(f"  {remark}", err=True)
