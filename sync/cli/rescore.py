"""`relevo rescore`."""

import click

from state.model import Busy
from state.rescores import Rescore
from sync.app import App
from sync.cli.errors import Exit
from sync.cli.options import Command, output_option
from sync.cli.output import Format, print_json
from sync.cli.words import duration
from sync.cli.work import Work, working
from sync.daemon import LOCK
from sync.reread import agreement_digest, follow_agreement
from sync.rescore import Forecast, forecast
from sync.rescore import rescore as run_rescore

LOOK_AGAIN = 0.5
"""Seconds until another process's progress is looked at again."""


@click.command(cls=Command, examples=["relevo rescore --dry-run", "relevo rescore", "relevo rescore --wait -o json"])
@click.option("-n", "--dry-run", is_flag=True, help="Say what it would change and cost; store and write nothing.")
@click.option("--wait", is_flag=True, help="Do it now, or wait for the process that does; else leave it to the daemon.")
@output_option(Format.JSON)
@click.pass_context
def rescore(ctx: click.Context, dry_run: bool, wait: bool, fmt: Format) -> Exit:
    """Score everybody again by the agreement in the configuration.

    A changed agreement needs no command: the daemon, or the next `relevo sync`, scores everybody again by itself. It goes in slices, people with
    news first; interrupted, it goes on where it was. What it changes is written to the CRMs after everything else. `relevo status` says how far
    it is.
    """
    with working(ctx, calling=False) as work:
        app = work.app
        if dry_run:
            _print_forecast(forecast(app), fmt)
            return Exit.OK
        agreement = app.agreement
        follow_agreement(app.store, app.config, agreement)
        if app.store.rescoring.under_way() is None:
            app.store.rescoring.ask(agreement_digest(app.config, agreement))
        under_way = app.store.rescoring.under_way()
        if under_way is None:
            click.echo("There is nobody to score yet. Next: relevo sync")
            return Exit.OK
        return _waited(work, under_way, fmt) if wait else _left(app, under_way, fmt)


def _left(app: App, under_way: Rescore, fmt: Format) -> Exit:
    if fmt is Format.JSON:
        print_json("rescore", rescore_document(under_way))
        return Exit.OK
    try:
        with app.store.hold(LOCK):
            who = "the next relevo sync; or now: relevo rescore --wait"
    except Busy:
        who = "the daemon; how far it is: relevo status"
    click.echo(f"{under_way.total - under_way.done:,} people are to be scored again by {who}")
    return Exit.OK


def _waited(work: Work, under_way: Rescore, fmt: Format) -> Exit:
    """Do it, or follow the process that does it to its end."""
    app = work.app
    while not work.stop.is_set():
        try:
            run_rescore(app, work.observer, work.stop)
        except Busy:
            app.sleep(LOOK_AGAIN)
        done = app.store.rescoring.called(under_way.id) or under_way
        if done.ended is not None:
            break
        work.observer.rescored(done)
    if fmt is Format.JSON:
        print_json("rescore", rescore_document(done))
    else:
        click.echo(progress_line(done))
    if done.replaced:
        click.echo("The agreement changed meanwhile; another rescore goes on with it: relevo status", err=True)
    return Exit.OK if done.ended else Exit.INTERRUPTED


def progress_line(rescore: Rescore) -> str:
    """`12,000 of 100,000 people, 310 with another score, 1,950 people/s, about 45 s left`."""
    parts = [f"{rescore.done:,} of {rescore.total:,} people", f"{rescore.changed:,} with another score"]
    if rescore.rate is not None:
        parts.append(f"{rescore.rate:,.0f} people/s")
    if rescore.ended is None:
        parts.append(f"about {duration(rescore.left)} left" if rescore.left is not None else "not begun yet")
    elif rescore.replaced:
        parts.append("replaced by a newer one")
    return ", ".join(parts)


def rescore_document(rescore: Rescore) -> dict[str, object]:
    """How far it is, for JSON."""
    return {
        "id": rescore.id,
        "run": rescore.run,
        "asked": rescore.asked,
        "total": rescore.total,
        "done": rescore.done,
        "changed": rescore.changed,
        "people_per_s": rescore.rate and round(rescore.rate, 1),
        "left_s": rescore.left if rescore.ended is None else None,
        "ended": rescore.ended,
        "replaced": rescore.replaced,
    }


def _print_forecast(told: Forecast, fmt: Format) -> None:
    writes = {f"{source.connection}.{source.object}": records for source, records in sorted(told.writes.items())}
    if fmt is Format.JSON:
        people = {"people": told.people, "changed": told.changed}
        crossing = {"qualifying": told.qualifying, "leaving": told.leaving}
        print_json("rescore-forecast", {**people, **crossing, "writes": writes, "calls": dict(told.calls)})
        return
    click.echo(
        f"Of {told.people:,} people {told.changed:,} would get another score; {told.qualifying:,} would become qualified, "
        f"{told.leaving:,} would be so no longer."
    )
    for name, records in writes.items():
        click.echo(f"  {name}: {records:,} records to write")
    for name, calls in sorted(told.calls.items()):
        click.echo(f"  {name}: about {calls:,} API calls")
    click.echo("Nothing was stored or written. To do it: relevo rescore")
