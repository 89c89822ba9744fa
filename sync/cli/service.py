"""`relevo run` and `relevo healthcheck`."""

import logging
import os
from datetime import datetime, timedelta

import click

from state.model import Busy, RunState
from state.views import ConnectionStatus
from sync.app import App
from sync.cli.errors import Exit
from sync.cli.logs import configure
from sync.cli.options import Command, settings_of
from sync.cli.progress import Logged
from sync.cli.session import application
from sync.cli.work import configuration
from sync.daemon import LOCK, Daemon

LATE = 3
"""A connection that has not begun a run for so many of its intervals is not being served."""


@click.command(cls=Command, examples=["relevo run", "relevo run -c /etc/relevo/config.yaml --log-format json"])
@click.pass_context
def run(ctx: click.Context) -> None:
    """Run the daemon in the foreground: every connection on its interval, until SIGTERM or Ctrl-C.

    It ends within ten seconds and loses nothing. A second daemon on the same database exits with 4.
    """
    configure(settings_of(ctx), default=logging.INFO)
    # Cut off, a run loses nothing, so a call to a CRM that does not come back is no reason to stay.
    with Daemon.open(configuration(ctx), Logged(), give_up=lambda: os._exit(Exit.OK)) as daemon:
        daemon.run()


@click.command(cls=Command, examples=["relevo healthcheck", "relevo healthcheck -q || systemctl restart relevo"])
@click.pass_context
def healthcheck(ctx: click.Context) -> Exit:
    """Exit with 0 if a daemon serves this database and keeps up, else with 1 and a line that says what is wrong."""
    with application(ctx) as app:
        problem = unhealthy(app)
    if problem:
        click.echo(problem, err=True)
        return Exit.REJECTED
    if not settings_of(ctx).quiet:
        click.echo("The daemon runs and keeps up.")
    return Exit.OK


def unhealthy(app: App) -> str | None:
    """What is wrong with the service, in one line; None if nothing is."""
    try:
        with app.store.hold(LOCK):
            return "No daemon is running."
    except Busy:
        by_name = {row.connection: row for row in app.store.status()}
        now = app.now()
        late = [name for name in app.connections if _late(app, by_name.get(name), now)]
        return f"The daemon runs, but has not served {', '.join(late)} for too long." if late else None


def _late(app: App, row: ConnectionStatus | None, now: datetime) -> bool:
    """No run under way, and none begun for too long. One that is parked until a person acts is tried less often."""
    last = row.last_run if row else None
    if last is None:
        return True
    if last.state is RunState.RUNNING:
        return False
    schedule = app.config.schedule
    usual: timedelta = schedule.parked if last.state is RunState.FAILED else schedule.pull
    return now - (last.ended or last.started) > LATE * usual
