"""What the doctor sees, and what it tells people to do."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.base import Finding
from connectors.http import Response
from connectors.memory.world import Fault, World
from state.model import RunState
from sync.app import App
from sync.config import load_config
from sync.doctor import findings

CONFIG = """\
version: 1
connections: {crm: {connector: memory, world: WORLD}}
objects:
  crm.contacts:
    as: person
    fields: {email: email}
    write: {score: relevo_score}
score: {criteria: {fit: {cap: 10, rules: [{id: known, when: 'NOT(ISBLANK(email))', points: 5}]}}}
state: {url: "sqlite:///relevo.db"}
"""


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Hands:
    """Six in the morning."""
    return Hands()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A CRM that has everything that the mapping names."""
    world = World.named(str(tmp_path))
    world.put("contacts", "1", {"email": "ana@bodegas.es", "relevo_score": None})
    return world


@pytest.fixture
def app(tmp_path: Path, world: World, clock: Hands) -> Iterator[App]:
    """The application over that CRM."""
    (tmp_path / "config.yaml").write_text(CONFIG.replace("WORLD", f'"{tmp_path}"'))
    with App.open(load_config(tmp_path / "config.yaml", {}), now=clock, sleep=lambda _: None) as app:
        yield app


def _bad(found: Iterator[Finding]) -> Sequence[Finding]:
    bad = [finding for finding in found if not finding.ok]
    assert all(finding.fix for finding in bad), "each finding says what to do"
    return bad


def test_all_is_well_when_everything_is_there(app: App) -> None:
    """Database, clock, token, fields and last run are all looked at."""
    found = list(findings(app))
    assert all(finding.ok for finding in found), found
    names = " ".join(finding.name for finding in found)
    for part in ("database", "clock", "crm token", "crm fields", "crm last run"):
        assert part in names


def test_a_mapped_field_that_the_crm_lacks_is_named_with_its_place(app: App, world: World) -> None:
    """A field that vanished is a finding, never an empty value."""
    del world.fields["contacts"]["email"]
    (finding,) = _bad(findings(app))
    assert finding.name == "crm.contacts email"
    assert "config.yaml:6:" in finding.detail


def test_a_clock_that_was_set_back_is_noticed(app: App, clock: Hands) -> None:
    """SLA clocks would run backwards."""
    app.store.end_run(app.store.begin_run("crm", "manual"), RunState.DONE)
    clock.at -= timedelta(hours=1)
    (finding,) = _bad(findings(app))
    assert finding.name == "clock"


def test_a_failed_last_run_is_told_with_its_reason(app: App) -> None:
    """And how to open it."""
    app.store.end_run(app.store.begin_run("crm", "manual"), RunState.FAILED, "the token was refused")
    (finding,) = _bad(findings(app))
    assert "the token was refused" in finding.detail
    assert finding.fix.startswith("relevo runs show run_")


def test_a_crm_that_refuses_us_is_a_finding_and_the_rest_is_still_looked_at(app: App, world: World) -> None:
    """One broken connection does not end the check-up."""
    world.faults.append(Fault(Response(403, {}, b'{"message": "no"}')))
    found = list(findings(app))
    assert "crm CRM" in {finding.name for finding in found if not finding.ok}
    assert found[-1].name == "crm last run"
