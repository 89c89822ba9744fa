"""The background service: every connection on its own interval, never twice at once, until told to end.

One failing connection never stops another. SIGTERM and SIGINT let the page or batch under way finish, then the process
ends; a call that does not come back is not waited for, since whatever is stored is whole and the next start goes on from
there. A second daemon on the same state is refused.
"""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Timer
from types import FrameType
from typing import Self

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from state.model import Busy
from sync.app import App, Now, system_clock
from sync.config import Config
from sync.context import Interrupted
from sync.engine import Ending, RunReport, Trigger, run_sync
from sync.likelihood.agreed import model_section
from sync.likelihood.keeping import refit_if_due
from sync.likelihood.regression import NotInstalled
from sync.observer import Observer
from sync.rescore import rescore

log = logging.getLogger("relevo.daemon")

LOCK = "daemon"
RESCORE_EVERY = timedelta(seconds=15)
"""How often to look whether everybody is to be derived again."""

MODEL_EVERY = timedelta(hours=6)
"""How often the model of likelihood is looked at; mostly it turns out not to be due."""
MODEL_FIRST = timedelta(seconds=30)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
PATIENCE = 8.0
"""Seconds that the work under way is given after SIGTERM; the process has ended within 10."""


@dataclass
class Daemon:
    """The service over one `App`. `run` blocks until `stop` is set or a signal comes."""

    app: App
    stop: Event
    observer: Observer | None = None
    give_up: Callable[[], None] | None = None
    _parked_until: dict[str, datetime] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def open(
        cls,
        config: Config,
        observer: Observer | None = None,
        now: Now = system_clock,
        give_up: Callable[[], None] | None = None,
    ) -> Iterator[Self]:
        """A daemon over the configured state, whose waits end when it is told to.

        `give_up` is called when work under way has not ended `PATIENCE` seconds after that, and should end the process.
        """
        stop = Event()

        def sleep(seconds: float) -> None:
            if stop.wait(seconds):
                raise Interrupted

        with App.open(config, now=now, sleep=sleep) as app:
            yield cls(app, stop, observer, give_up)

    def run(self) -> None:
        """Serve until told to end. Raises `Busy` when another daemon serves the same state."""
        with self.app.store.hold(LOCK), _ends_on_signals(self.stop):
            scheduler = self._scheduler()
            scheduler.start()
            log.info("serving %d connections", len(self.app.connections))
            self.stop.wait()
            log.info("ending: letting the work under way finish")
            with _bounded(self.give_up):
                scheduler.shutdown(wait=True)

    def _scheduler(self) -> BackgroundScheduler:
        connections = self.app.connections
        scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(connections) + 2)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        for connection in connections:
            scheduler.add_job(
                self._serve,
                IntervalTrigger(seconds=self.app.config.schedule.pull.total_seconds(), timezone="UTC"),
                args=[connection],
                id=connection,
                next_run_time=system_clock(),  # APScheduler goes by the machine's clock, so its times must too
            )
        every = min(RESCORE_EVERY, self.app.config.schedule.pull).total_seconds()
        scheduler.add_job(self._rescore, IntervalTrigger(seconds=every, timezone="UTC"), next_run_time=system_clock())
        if model_section(self.app.config.sections) is not None:
            scheduler.add_job(
                self._refit,
                IntervalTrigger(seconds=MODEL_EVERY.total_seconds(), timezone="UTC"),
                id="likelihood model",
                next_run_time=system_clock() + MODEL_FIRST,
            )
        return scheduler

    def _rescore(self) -> None:
        """Take up the rescore under way, if there is one."""
        try:
            rescore(self.app, self.observer, self.stop)
        except Busy:
            return
        except Exception:  # as between connections: whatever goes wrong in it stays in it
            log.exception("rescore broke off")

    def _refit(self) -> None:
        """Fit the model anew if it is due; whoever is scored while it is fitted is scored by the old one."""
        try:
            row = refit_if_due(self.app, self._go_on)
        except Interrupted:
            return
        except NotInstalled as absent:
            log.warning("the criterion likelihood weighs nothing new: %s", absent)
            return
        except Exception:  # as between connections: a defect here must not end the service
            log.exception("fitting the model of likelihood broke off")
            return
        if row is not None:
            said = "weighs" if row.weighs else "weighs nothing; relevo score model says why"
            log.info("fitted model %s: %s", row.version, said)

    def _go_on(self, _people: int) -> None:
        if self.stop.is_set():
            raise Interrupted

    def _serve(self, connection: str) -> None:
        """One scheduled run; whatever goes wrong in it stays in it."""
        if system_clock() < self._parked_until.get(connection, LONG_AGO):
            return
        try:
            report = run_sync(self.app, connection, trigger=Trigger.SCHEDULE, observer=self.observer, stop=self.stop)
        except Exception:  # the boundary between connections: a defect in one must not end the service of the others
            log.exception("run of %s broke off", connection)
            return
        _log(connection, report)
        # Told apart by us: a job that moves itself waits for the scheduler, which at its end waits for the job.
        if report.retry_after is not None:
            self._parked_until[connection] = system_clock() + timedelta(seconds=report.retry_after)
        elif report.ending is Ending.STOPPED:
            log.error("%s is parked until someone acts: %s %s", connection, report.message, report.fix)
            self._parked_until[connection] = system_clock() + self.app.config.schedule.parked


def _log(connection: str, report: RunReport) -> None:
    run = report.run
    read = sum(counts.taken.received for counts in run.objects)
    written = sum(counts.written for counts in run.objects)
    rejected = sum(counts.taken.rejected + counts.refused for counts in run.objects)
    log.info(
        "%s %s: %s, read %d, written %d, rejected %d, %d calls",
        run.id, connection, report.ending, read, written, rejected, run.api_calls,
    )  # fmt: skip


@contextmanager
def _bounded(give_up: Callable[[], None] | None) -> Iterator[None]:
    """Give up when the block takes too long: a transaction that is cut off leaves nothing half done (I1)."""
    if give_up is None:
        yield
        return
    watchdog = Timer(PATIENCE, give_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


@contextmanager
def _ends_on_signals(stop: Event) -> Iterator[None]:
    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
