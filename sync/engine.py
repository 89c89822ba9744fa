"""One run of one connection: pull, derive, push; with an end that says what happened and what to do about it.

A run resumes from what is stored, page by page, so it may be cut off anywhere and simply run again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from threading import Event

from connectors.base import Later, Stop
from state.model import RunState
from state.views import RunRow
from sync.app import App
from sync.config_check import SchemaFinding
from sync.context import Interrupted, RunContext
from sync.derivation import derive_due
from sync.observer import Observer, Silent
from sync.pull import pull_object, read_ids
from sync.push import push_object, show_plans
from sync.reread import follow_config
from sync.rescore import rescore_meanwhile
from sync.undo import Tell, undo_writes

FINDINGS_TOLD = 5


class Trigger(StrEnum):
    """Why a run was started."""

    MANUAL = "manual"
    SCHEDULE = "schedule"
    RESYNC = "resync"
    RETRY = "retry"
    PREVIEW = "preview"
    DEMO = "demo"
    RESCORE = "rescore"
    UNDO = "undo"


class Ending(StrEnum):
    """How a run ended. `LATER`: the CRM cannot serve us now. `STOPPED`: someone has to act first."""

    COMPLETE = "complete"
    LATER = "later"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunReport:
    """A finished run: its stored record, and what a person should know and do. `retry_after` is in seconds."""

    run: RunRow
    ending: Ending
    message: str = ""
    fix: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Full:
    """Read every record of the object again."""


@dataclass(frozen=True, slots=True)
class Since:
    """Read again what was modified at or after `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Ids:
    """Read these records again."""

    ids: tuple[str, ...]


Resync = Full | Since | Ids


def run_sync(
    app: App,
    connection: str,
    *,
    trigger: Trigger = Trigger.MANUAL,
    observer: Observer | None = None,
    stop: Event | None = None,
    wait: float | None = None,
    write: bool = True,
) -> RunReport:
    """Pull what changed, derive who is due, and settle what is owed; without `write`, only show the plans to the observer.

    Waits for a run of the same connection that is under way. Raises `Busy` when `wait` seconds were not enough (None: waits for ever).
    """

    def steps(ctx: RunContext) -> None:
        for mapping in ctx.readable:
            pull_object(ctx, mapping)
        _derive_and_push(app, ctx, write=write)

    return _run(app, connection, trigger, steps, observer, stop, wait)


def resync(
    app: App,
    connection: str,
    object: str,  # noqa: A002 (the domain's word)
    request: Resync,
    *,
    observer: Observer | None = None,
    stop: Event | None = None,
    wait: float | None = None,
) -> RunReport:
    """Read one object again as `request` says, then derive and settle what that changed.

    An object with fields that cannot be read is left as it is; the report names them.
    """

    def steps(ctx: RunContext) -> None:
        mapping = next((mapping for mapping in ctx.readable if mapping.object == object), None)
        if mapping is None:
            return
        match request:
            case Full():
                ctx.store.forget_cursor(connection, object)
                pull_object(ctx, mapping)
            case Since(at):
                ctx.store.set_cursor(connection, object, ctx.connector.rewind(object, at))
                pull_object(ctx, mapping)
            case Ids(ids):
                read_ids(ctx, mapping, ids)
        _derive_and_push(app, ctx, write=True)

    return _run(app, connection, Trigger.RESYNC, steps, observer, stop, wait)


def retry_rejected(
    app: App,
    connection: str,
    *,
    observer: Observer | None = None,
    stop: Event | None = None,
    wait: float | None = None,
) -> RunReport:
    """Try every open rejection of the connection again: records are read anew, refused writes are due now."""

    def steps(ctx: RunContext) -> None:
        retried = ctx.store.retry_rejected(connection)
        for mapping in ctx.readable:
            if ids := [ref.id for ref in retried.reread if ref.object == mapping.object]:
                read_ids(ctx, mapping, ids)
        _derive_and_push(app, ctx, write=True)

    return _run(app, connection, Trigger.RETRY, steps, observer, stop, wait)


def undo(
    app: App,
    run: RunRow,
    tell: Tell,
    *,
    apply: bool,
    observer: Observer | None = None,
    stop: Event | None = None,
    wait: float | None = None,
) -> RunReport:
    """Put back what `run` wrote, as far as the CRM still holds it; without `apply`, only tell the plans."""
    trigger = Trigger.UNDO if apply else Trigger.PREVIEW
    steps = partial(undo_writes, run=run.id, tell=tell, apply=apply)
    return _run(app, run.connection, trigger, steps, observer, stop, wait)


def _derive_and_push(app: App, ctx: RunContext, *, write: bool) -> None:
    derive_due(ctx, app.agreement, app.mappings)
    if ctx.backlog_until is None:
        rescore_meanwhile(app, ctx.observer, ctx.stop)
    if not write:
        for mapping in ctx.plannable:
            show_plans(ctx, mapping)
        return
    for backlog in (False, True):
        for mapping in ctx.writable:
            push_object(ctx, mapping, backlog=backlog)


def _run(
    app: App,
    connection: str,
    trigger: Trigger,
    steps: Callable[[RunContext], None],
    observer: Observer | None,
    stop: Event | None,
    wait: float | None,
) -> RunReport:
    observer = observer or Silent()
    store = app.store
    with store.hold(f"connection:{connection}", wait=wait):
        connector = app.connector(connection)
        calls_before = app.api_calls(connection)
        run = store.begin_run(connection, trigger)
        observer.run_started(run, connection)
        mappings = app.mappings[connection]
        reserve = app.config.connections[connection].budget.reserve
        # A scheduled run leaves the rescore to the service, and its backlog when the next run is due.
        until = app.now() + app.config.schedule.pull if trigger is Trigger.SCHEDULE else None
        ctx = RunContext(
            run,
            connection,
            connector,
            mappings,
            store,
            observer,
            app.now,
            stop or Event(),
            reserve,
            backlog_until=until,
        )
        end = _End(Ending.FAILED, "the run broke off; its log says why")
        try:
            end = _attempt(app, steps, ctx)
        finally:
            state, error = _state(end, store.run(run))
            store.end_run(run, state, error, app.api_calls(connection) - calls_before)
        row = store.run(run)
        observer.run_ended(row)
        return RunReport(row, end.ending, end.message, end.fix, end.retry_after)


@dataclass(frozen=True, slots=True)
class _End:
    ending: Ending
    message: str = ""
    fix: str = ""
    retry_after: float | None = None


def _attempt(app: App, steps: Callable[[RunContext], None], ctx: RunContext) -> _End:
    try:
        findings = app.schema_findings(ctx.connection)
        follow_config(ctx, app.config)
        steps(replace(ctx, findings=findings))
    except Interrupted:
        return _End(Ending.INTERRUPTED, "the run was asked to end; the next one goes on from here")
    except Later as later:
        return _End(Ending.LATER, str(later), retry_after=later.after)
    except Stop as stopped:
        return _End(Ending.STOPPED, str(stopped), fix=stopped.fix)
    return _End(Ending.COMPLETE, *_told(findings))


def _told(findings: Sequence[SchemaFinding]) -> tuple[str, str]:
    """What to say of fields that do not work: the message and what to do."""
    if not findings:
        return "", ""
    named = "; ".join(f"{finding.object}: {finding.problem}" for finding in findings[:FINDINGS_TOLD])
    more = f" and {len(findings) - FINDINGS_TOLD} more" if len(findings) > FINDINGS_TOLD else ""
    left_out = (
        "objects with fields that cannot be read were not read, those with fields that cannot be written not written"
    )
    return (
        f"{named}{more} ({left_out})",
        "relevo doctor names each; relevo fields apply creates the missing ones of ours",
    )


def _state(end: _End, row: RunRow) -> tuple[RunState, str | None]:
    match end.ending:
        case Ending.COMPLETE:
            bad = end.message or any(counts.taken.rejected or counts.refused for counts in row.objects)
            return (RunState.PARTIAL if bad else RunState.DONE), end.message or None
        case Ending.LATER:
            return RunState.PARTIAL, end.message
        case Ending.INTERRUPTED:
            return RunState.INTERRUPTED, end.message
        case _:
            return RunState.FAILED, end.message
