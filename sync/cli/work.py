"""What a command that speaks to a CRM works with: the application, a watcher of its progress, and a way to end early."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

import click

from sync.app import App, Sleep
from sync.cli.errors import Exit, Failure
from sync.cli.interrupt import stop_on_interrupt
from sync.cli.options import settings_of
from sync.cli.progress import watching
from sync.cli.session import config_file, load
from sync.config import Config
from sync.context import Interrupted
from sync.demo_marker import is_over
from sync.observer import Observer


@dataclass(frozen=True, slots=True)
class Work:
    """`stop` is set by the first Ctrl-C; waiting for the CRM ends with it."""

    app: App
    observer: Observer
    stop: Event


@contextmanager
def working(ctx: click.Context, *, calling: bool = True) -> Iterator[Work]:
    """The configured application, ready to call CRMs; or, not `calling` them, to work on what is stored."""
    config = configuration(ctx) if calling else load(settings_of(ctx))
    with stop_on_interrupt() as stop, App.open(config, sleep=_sleeper(stop)) as app, watching(ctx, app.now) as observer:
        yield Work(app, observer, stop)


def configuration(ctx: click.Context) -> Config:
    """The configuration of CRMs that can be called: of a demo whose CRM has ended it says so, and how to start anew."""
    settings = settings_of(ctx)
    folder = config_file(settings).parent
    if is_over(folder):
        message = "This is a demo's folder, and its CRM is no longer running."
        raise Failure(message, code=Exit.UNREACHABLE, fix=f"To start the demo anew: relevo demo --keep {folder}")
    return load(settings)


def _sleeper(stop: Event) -> Sleep:
    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Interrupted

    return sleep
