"""What figures are measured on: the application over a sandbox, configured as the example, with a clock of their own."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import sandbox.serve
from sync.app import App, Now, system_clock
from sync.config import Config, parse_config
from sync.engine import RunReport, run_sync
from sync.fields import missing_fields
from sync.observer import Observer

EXAMPLE = Path(__file__).parent.parent / "config.example.yaml"
END = datetime(2026, 11, 20, tzinfo=UTC)
"""Where generated histories end, so that every measurement sees the same data."""

PACE = "burst: 1000000, search_burst: 1000000"
"""A figure that counts calls or kills processes does not also wait for the vendor's rate limits."""


def example_config(
    server: sandbox.serve.Sandbox, database: str, edit: Callable[[str], str] = lambda text: text
) -> Config:
    """The example configuration over this sandbox and database URL."""
    text = EXAMPLE.read_text().replace("sqlite:///relevo.db", database)
    text = text.replace(
        "    budget: {reserve: 20%}", f"    {PACE.replace(', ', chr(10) + '    ')}\n    budget: {{reserve: 20%}}"
    )
    return parse_config(edit(text), {"HUBSPOT_TOKEN": server.token, "HUBSPOT_HOST": server.url})


def provision(config: Config, now: Now = system_clock) -> None:
    """Create the fields that are written back, as `relevo fields apply` does."""
    with App.open(config, now=now) as app:
        for connection in app.connections:
            app.connector(connection).provision(missing_fields(app, connection))


def sync(config: Config, now: Now = system_clock, observer: Observer | None = None) -> RunReport:
    """One run from opening the database to closing it."""
    with App.open(config, now=now, sleep=time.sleep) as app:
        return run_sync(app, "hubspot", observer=observer)
