"""How far a run is, on stderr: counting bars on a terminal, else one line every ten seconds with count and rate."""

import logging
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from state.model import RunId, Taken
from state.rescores import Rescore
from sync.cli.options import settings_of
from sync.cli.output import stderr
from sync.cli.words import duration
from sync.counts import PushCounts
from sync.observer import Observer, Silent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

log = logging.getLogger("relevo.run")

EVERY = timedelta(seconds=10)


@contextmanager
def watching(ctx: click.Context, now: Callable[[], datetime]) -> Iterator[Observer]:
    """The observer that fits: silent with -q, logging with -v, counters if stderr is a terminal, else lines."""
    settings = settings_of(ctx)
    if settings.quiet or settings.verbose:
        yield Silent() if settings.quiet else Logged()
        return
    if not sys.stderr.isatty():
        yield Lines(lambda line: click.echo(line, err=True), now)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    count = TextColumn("{task.completed:>9,.0f}")
    columns = (TextColumn("{task.description:<32}"), BarColumn(20), count, TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=stderr(), transient=True) as progress:
        yield Bars(progress)


class Logged(Silent):
    """Logs each run's beginning, and its steps at DEBUG, with the run's id; no record's content."""

    def __init__(self) -> None:
        self._runs: dict[str, RunId] = {}

    def run_started(self, run: RunId, connection: str) -> None:
        self._runs[connection] = run
        log.info("run started", extra=self._context(connection))

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        log.debug(
            "read %d records, rejected %d", taken.received, taken.rejected, extra=self._context(connection, object)
        )

    def derived(self, connection: str, people: int) -> None:
        log.debug("scored %d people", people, extra=self._context(connection))

    def pushed(self, connection: str, object: str, counts: PushCounts) -> None:  # noqa: A002
        text = "wrote %d records, %d refused, %d conflicts"
        said = (counts.written, counts.refused, counts.conflicts)
        log.debug(text, *said, extra=self._context(connection, object))

    def _context(self, connection: str, kind: str | None = None) -> dict[str, str | None]:
        return {"run": self._runs.get(connection), "connection": connection, "object": kind}


class Steps(Silent, ABC):
    """Turns what the engine tells into steps: so many more records of one thing done."""

    _rescored = 0

    @abstractmethod
    def step(self, doing: str, n: int, coming: int | None = None) -> None:
        """`n` more of `doing`, of `coming` if that is known. A new `doing` means that the one before is over."""

    def page(self, connection: str, object: str, taken: Taken) -> None:  # noqa: A002 (the domain's word)
        self.step(f"read {connection}.{object}", taken.received)

    def derived(self, connection: str, people: int) -> None:
        self.step("score people", people)

    def rescored(self, progress: Rescore) -> None:
        self.step("score everybody again", progress.done - self._rescored, progress.total - self._rescored)
        self._rescored = progress.done

    def pushed(self, connection: str, object: str, counts: PushCounts) -> None:  # noqa: A002
        done = counts.written + counts.already + counts.refused + counts.conflicts
        self.step(f"write {connection}.{object}", done)


DONE = {"read": "records read", "score": "people scored", "write": "records written"}
"""What has been done, by the word that a step's `doing` begins with."""


class Lines(Steps):
    """Says where the run is, at most once in ten seconds: what is in hand, and all that was done so far."""

    def __init__(self, say: Callable[[str], None], now: Callable[[], datetime]) -> None:
        self._say = say
        self._now = now
        self._doing = ""
        self._since = self._said = now()
        self._n = 0
        self._done = dict.fromkeys(DONE, 0)

    def step(self, doing: str, n: int, coming: int | None = None) -> None:
        at = self._now()
        if doing != self._doing:
            self._doing, self._n, self._since = doing, 0, at
        self._n += n
        self._done[doing.partition(" ")[0]] += n
        if at - self._said >= EVERY:
            self._say(f"{doing}: {self._in_hand(at, n, coming)}{self._so_far()}")
            self._said = at

    def _in_hand(self, at: datetime, n: int, coming: int | None) -> str:
        if not self._n:
            return "nothing new"
        rate = self._n / max((at - self._since).total_seconds(), 1.0)
        left = "" if coming is None or coming <= n else f", {duration(timedelta(seconds=(coming - n) / rate))} left"
        return f"{self._n:,} ({rate:,.0f}/s{left})"

    def _so_far(self) -> str:
        done = ", ".join(f"{count:,} {DONE[word]}" for word, count in self._done.items() if count)
        return f"; so far {done}" if done else ""


class Bars(Steps):
    """One counter for each object that is read or written, and one for the people scored. Only of everybody being scored again
    is it known how many will come.
    """

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._doing = ""
        self._task: TaskID | None = None

    def step(self, doing: str, n: int, coming: int | None = None) -> None:
        if doing != self._doing or self._task is None:
            self._finish()
            self._doing, self._task = doing, self._progress.add_task(doing, total=coming)
        self._progress.advance(self._task, n)

    def _finish(self) -> None:
        for task in self._progress.tasks:
            self._progress.update(task.id, total=max(task.completed, 1))
            self._progress.stop_task(task.id)
