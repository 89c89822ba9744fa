"""`relevo demo`."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import click

from sandbox.serve import SandboxError
from sync.app import system_clock
from sync.cli.errors import Exit, Failure
from sync.cli.interrupt import stop_on_interrupt
from sync.cli.options import Command, lang_option, output_option, settings_of
from sync.cli.output import Format, print_json
from sync.cli.progress import watching
from sync.cli.report import rejected
from sync.cli.summary import name_of, next_steps, summary
from sync.cli.words import Lang, chosen, number
from sync.demo import Demo, NotADemo, run_demo
from sync.demo_crms import Size
from sync.engine import Ending
from sync.observer import Observer


@click.command(cls=Command, examples=["relevo demo", "relevo demo --keep demo --lang es", "relevo demo --once -o json"])
@click.option("--once", is_flag=True, help="One pass, then exit. This is what it does without, too.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Leave configuration and database in DIR; a demo that is there is made anew.",
)
@click.option(
    "--seed", type=int, default=7, show_default=True, help="Which sample data; the same seed, the same leads."
)
@click.option("--people", type=click.IntRange(1, 100_000), default=1248, show_default=True, help="How many leads.")
@lang_option
@output_option(Format.JSON)
@click.pass_context
def demo(
    ctx: click.Context, once: bool, keep: Path | None, seed: int, people: int, lang: str | None, fmt: Format
) -> Exit:
    """Run the whole chain on CRMs of your own: no account, no network, nothing left behind.

    Starts local stand-ins for HubSpot, Salesforce and Zoho CRM that tell of the same sample leads, reads them, joins each
    person's records into one journey, scores it, runs the SLA clocks, writes both back and reads them back.
    """
    del once
    speech = chosen(lang)
    if fmt is Format.TEXT and not settings_of(ctx).quiet:
        click.echo(_starting(people, speech), err=True)
    with _folder(keep) as folder, watching(ctx, system_clock) as observer, stop_on_interrupt() as stop:
        done = _ran(folder, Size(seed, people), observer, stop)
    last = done.reports[-1]
    if last.ending is not Ending.COMPLETE:
        code = Exit.INTERRUPTED if last.ending is Ending.INTERRUPTED else Exit.FAULT
        raise Failure(f"The demo did not finish: {last.message}", code=code)
    if fmt is Format.JSON:
        print_json("demo", _document(done))
    else:
        _print(done, keep, speech)
    if done.written != done.read_back:
        raise Failure("The CRMs do not hold everything that was written to it.", code=Exit.FAULT)
    return Exit.OK


def _ran(folder: Path, size: Size, observer: Observer, stop: Event) -> Demo:
    try:
        return run_demo(folder, size, now=system_clock, observer=observer, stop=stop)
    except NotADemo as other:
        message = f"{other} is not empty, and no demo made it. Nothing was touched."
        raise Failure(message, fix="Name another DIR.") from other
    except SandboxError as error:
        raise Failure(f"The local CRM did not start: {error}", code=Exit.FAULT) from error


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="relevo-demo-") as temporary:
        yield Path(temporary) / "demo"


def _document(done: Demo) -> dict[str, object]:
    connections: dict[str, dict[str, Any]] = {}
    for report in done.reports:
        told = connections.setdefault(report.run.connection, {"objects": {}, "api_calls": 0})
        told["api_calls"] += report.run.api_calls
        for counts in report.run.objects:
            sums = told["objects"].setdefault(counts.object, {"read": 0, "rejected": 0, "skipped": 0})
            sums["read"] += counts.taken.received
            sums["rejected"] += counts.taken.rejected
            sums["skipped"] += counts.taken.skipped
    return {
        "connections": connections,
        "people": done.people.people,
        "qualified": done.people.qualified,
        "sla": dict(done.sla),
        "written": done.written,
        "read_back": done.read_back,
        "rejected": sum(rejected(report.run) for report in done.reports),
        "seconds": round(done.seconds, 3),
    }


def _starting(people: int, lang: Lang) -> str:
    n = number(people, lang)
    if lang == "es":
        return f"Arrancando un HubSpot, un Salesforce y un Zoho CRM locales con {n} leads inventados, solo en este equipo …"
    return f"Starting a local HubSpot, Salesforce and Zoho CRM with {n} made-up leads, on this machine only …"


def _print(done: Demo, keep: Path | None, lang: Lang) -> None:
    for line in summary(done, system_clock(), lang):
        click.echo(line)
    for line in next_steps(keep, name_of(done.waiting[0]) if done.waiting else None, lang):
        click.echo(line)
