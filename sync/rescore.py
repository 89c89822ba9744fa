"""Everybody derived again after the agreement changed: a run of its own, in slices, that any cut can resume.

Between two slices the way is free: who was touched, or whose clock came due, is derived first, by the runs of the
connections. What a rescore owes to the CRMs goes after everything else.
"""

from collections import Counter
from dataclasses import dataclass, field
from threading import Event

from journey.derive import Agreement
from state.database import Source
from state.model import Busy, RunId, RunState
from state.rescores import Replaced, Rescore, Slice
from state.views import RunRow
from sync.app import App
from sync.context import Interrupted
from sync.derivation import PEOPLE_AT_ONCE, data_known_until, settlements_of
from sync.observer import Observer, Silent
from sync.reread import agreement_digest, follow_agreement

LOCK = "rescore"
EVERY = "*"
"""What stands for the connection in a run that is of none."""

TRIGGER = "rescore"
BREATH = 0.06
"""Seconds between two slices: whoever waits for the lock looks for it every 0.05 s."""

_REPLACED = "the agreement changed again; another rescore has taken this one's place"
_LATER = "asked to end; the next run goes on from here"


def rescore(app: App, observer: Observer | None = None, stop: Event | None = None) -> RunRow | None:
    """Derive everybody whom the rescore under way has not come to yet; None if there is nothing to do.

    One that works by another configuration is left to whoever has that. Raises `Busy` when another process is at it.
    """
    agreement = app.agreement
    follow_agreement(app.store, app.config, agreement)
    if _mine(app, agreement) is None:
        return None
    observer = observer or Silent()
    with app.store.hold(LOCK):
        under_way = _mine(app, agreement)
        if under_way is None:
            return None
        run = app.store.begin_run(EVERY, TRIGGER)
        observer.run_started(run, EVERY)
        state, error = RunState.FAILED, "the run broke off; its log says why"
        try:
            state, error = _work(app, _Job(under_way, run, agreement), observer, stop or Event())
        finally:
            app.store.end_run(run, state, error or None)
        row = app.store.run(run)
        observer.run_ended(row)
        return row


def rescore_meanwhile(app: App, observer: Observer, stop: Event) -> None:
    """Within a run that somebody waits for: do what there is to do, unless another process is at it already."""
    try:
        row = rescore(app, observer, stop)
    except Busy:
        return
    if row is not None and row.state is RunState.INTERRUPTED and stop.is_set():
        raise Interrupted


def _mine(app: App, agreement: Agreement) -> Rescore | None:
    under_way = app.store.rescoring.under_way()
    return under_way if under_way and under_way.version == agreement_digest(app.config, agreement) else None


@dataclass(frozen=True, slots=True)
class _Job:
    rescore: Rescore
    run: RunId
    agreement: Agreement


def _work(app: App, job: _Job, observer: Observer, stop: Event) -> tuple[RunState, str]:
    rescoring = app.store.rescoring
    try:
        rescoring.begin(job.rescore.id, job.run)
        while _weighed(app, job.agreement):
            app.sleep(BREATH)
        while some := rescoring.next_slice(job.rescore, PEOPLE_AT_ONCE):
            _derive(app, job, some)
            if (progress := rescoring.under_way()) is not None:
                observer.rescored(progress)
            if stop.is_set():
                return RunState.INTERRUPTED, _LATER
            app.sleep(BREATH)
        rescoring.finish(job.rescore.id)
    except Replaced:
        return RunState.INTERRUPTED, _REPLACED
    except Interrupted:
        return RunState.INTERRUPTED, _LATER
    return RunState.DONE, ""


def _weighed(app: App, agreement: Agreement) -> bool:
    """Whether there were still e-mails to tell mass mail from; another rule for that may be all that changed."""
    with app.store.hold("derive", wait=None):
        return app.store.weigh_mails(agreement.mass_mail)


def _derive(app: App, job: _Job, some: Slice) -> None:
    with app.store.hold("derive", wait=None):
        known = (app.now(), data_known_until(app.store, app.mappings))
        results = settlements_of(app.store, job.agreement, app.mappings, some.people, known)
        app.store.settle(job.run, results, some)


@dataclass(slots=True)
class Forecast:
    """What a rescore would do, as is known now.

    Of `people`, `changed` would get another score, `qualifying` become qualified and `leaving` be so no longer. `writes` are the
    records that would be written, by object, and `calls` what that costs: each batch is compared with the CRM, then sent.
    """

    people: int = 0
    changed: int = 0
    qualifying: int = 0
    leaving: int = 0
    writes: Counter[Source] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)


def forecast(app: App) -> Forecast:
    """Derive everybody by the agreement in the configuration, in memory, and compare; nothing is stored or sent."""
    told, agreement, known = Forecast(), app.agreement, (app.now(), data_known_until(app.store, app.mappings))
    rows = app.store.everybody(PEOPLE_AT_ONCE)
    while rows:
        stands = {row.person: row for row in rows}
        results = settlements_of(app.store, agreement, app.mappings, list(stands), known)
        told.people += len(results)
        for result in results:
            before = stands[result.person]
            told.changed += before.score != result.score
            told.qualifying += result.qualified and not before.qualified
            told.leaving += before.qualified and not result.qualified
        told.writes.update(app.store.rescoring.would_owe([owed for result in results for owed in result.owed]))
        rows = app.store.everybody(PEOPLE_AT_ONCE, rows[-1].person)
    for source, records in told.writes.items():
        batch = app.connector(source.connection).abilities.batch_size
        told.calls[source.connection] += 2 * -(-records // batch)
    return told
