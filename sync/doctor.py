"""Looks at everything a sync depends on, and says how to fix what is not as it should be."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from connectors.base import ConnectorError, Finding, Schema, Stop
from state.model import RunState
from state.views import ConnectionStatus
from sync.app import App
from sync.config_check import check_against_schema
from sync.keyring import KeyFileOpen

CLOCK_SLACK = timedelta(seconds=5)


def findings(app: App) -> Iterator[Finding]:
    """One finding after the other, as they are made; asks each connection's CRM, writes nothing."""
    yield from _database(app)
    yield _key(app)
    yield _clock(app)
    by_name = {row.connection: row for row in app.store.status()}
    for name in app.connections:
        yield from _connection(app, name)
        yield _last_run(app, name, by_name.get(name))


def _database(app: App) -> Iterator[Finding]:
    for check in app.store.check():
        yield Finding(f"database {check.name}", check.ok, check.detail, check.fix)


def _key(app: App) -> Finding:
    """Whether what logins obtain can be kept."""
    if not app.keyring.here:
        fix = "set state.key (openssl rand -base64 32), or each process logs in for itself"
        return Finding("key", True, f"none, so tokens are not kept; {fix}")
    try:
        return Finding("key", True, f"{app.keyring.keys().newest} encrypts kept tokens")
    except (KeyFileOpen, ValueError, OSError) as error:
        return Finding("key", False, f"cannot be used: {error}", "mend the file of keys, or remove it")


def _clock(app: App) -> Finding:
    """A clock that was set back would make SLA clocks run backwards; the store remembers later times."""
    latest = max((run.ended or run.started for run in app.store.runs(1)), default=None)
    now = app.now()
    if latest is not None and now + CLOCK_SLACK < latest:
        fix = "set the machine's clock (timedatectl set-ntp true), then sync again"
        return Finding("clock", False, f"it is {now:%Y-%m-%d %H:%M:%S} UTC here, but a run ended later than that", fix)
    return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _connection(app: App, name: str) -> Iterator[Finding]:
    try:
        connector = app.connector(name)
        for found in connector.check():
            yield Finding(f"{name} {found.name}", found.ok, found.detail, found.fix)
        schemas = {kind: connector.describe(kind) for kind, m in app.mappings[name].items() if m.origins or m.targets}
        yield from _fields(app, name, schemas)
    except ConnectorError as error:
        fix = error.fix if isinstance(error, Stop) else "try again later"
        yield Finding(f"{name} CRM", False, str(error), fix)


def _fields(app: App, name: str, schemas: dict[str, Schema]) -> Sequence[Finding]:
    """The mapping against what the CRM describes: a field that is missing must be a named finding, never silence."""
    mappings = app.mappings[name]
    found = check_against_schema(mappings, schemas)
    if not found:
        mapped = sum(len(m.origins) + len(m.targets) for kind, m in mappings.items() if kind in schemas)
        return [Finding(f"{name} fields", True, f"all {mapped} mapped fields are there, ours may be written")]
    return [
        Finding(f"{name}.{f.object} {f.field}", False, f"{f.problem} ({app.config.position(f.path)})", f.fix)
        for f in found
    ]


def _last_run(app: App, name: str, row: ConnectionStatus | None) -> Finding:
    last = row.last_run if row else None
    if last is None:
        return Finding(f"{name} last run", True, "it never ran; start with: relevo preview")
    ago = app.now() - last.started
    detail = f"{last.state.value}, {ago.total_seconds() / 3600:.1f} h ago"
    if last.state is RunState.FAILED:
        return Finding(f"{name} last run", False, f"{detail}: {last.error}", f"relevo runs show {last.id}")
    return Finding(f"{name} last run", True, detail)
