"""`relevo undo`: what a run wrote is put back where the CRM still holds it, and nowhere else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from connectors.http import Response
from connectors.memory.world import Fault
from state.model import RunId
from state.views import RunRow
from sync.cli import main
from sync.engine import RunReport, undo
from sync.undo import UndoPlan

if TYPE_CHECKING:
    from tests.sync.conftest import Bench

Relevo = Callable[..., Result]


def undone(bench: "Bench", run: RunRow, *, apply: bool = True) -> tuple[list[UndoPlan], RunReport]:
    plans: list[UndoPlan] = []
    with bench.open() as app:
        return plans, undo(app, run, plans.extend, apply=apply)


@pytest.fixture
def written(bench: "Bench") -> RunRow:
    """Two leads in whose score field the CRM held something, or nothing; then ours."""
    bench.lead("1")
    bench.lead("2")
    bench.world().put("contacts", "1", {"relevo_score": "12"})
    return bench.sync().run


def test_a_plan_alone_writes_nothing(bench: "Bench", written: RunRow) -> None:
    before = bench.held("1")
    plans, _ = undone(bench, written, apply=False)
    assert [(plan.write.ref.id, plan.back["relevo_score"], plan.changed) for plan in plans] == [
        ("1", "12", {}),
        ("2", None, {}),
    ]
    assert bench.held("1") == before


def test_the_old_values_come_back_and_stay_until_ours_changes(bench: "Bench", written: RunRow) -> None:
    _, report = undone(bench, written)
    assert (bench.held("1")["score"], bench.held("2")["score"]) == ("12", None)
    assert sum(counts.written for counts in report.run.objects) == 2
    bench.sync()
    assert bench.held("1")["score"] == "12"
    bench.edit = lambda text: text.replace("points: 40", "points: 20")
    bench.sync()
    assert (bench.held("1")["score"], bench.held("2")["score"]) == (70, 70)


def test_the_audit_tells_of_the_write_its_undoing_and_who_did_it(bench: "Bench", written: RunRow) -> None:
    _, report = undone(bench, written)
    with bench.open() as app:
        (first,) = [write for write in app.store.trail.writes_of(written.id) if write.ref.id == "1"]
        assert first.undone == report.run.id
        (back,) = [write for write in app.store.trail.writes_of(report.run.id) if write.ref.id == "1"]
        assert (back.old["relevo_score"], back.new["relevo_score"]) == (90, "12")


def test_undoing_twice_does_nothing_more(bench: "Bench", written: RunRow) -> None:
    """I2."""
    undone(bench, written)
    plans, report = undone(bench, written)
    assert plans == []
    assert sum(counts.written for counts in report.run.objects) == 0


def test_an_undoing_can_be_undone(bench: "Bench", written: RunRow) -> None:
    _, report = undone(bench, written)
    undone(bench, report.run)
    assert bench.held("1")["score"] == 90


def test_what_a_person_changed_since_stays(bench: "Bench", written: RunRow) -> None:
    """I7."""
    bench.world().put("contacts", "1", {"relevo_score": "33"})
    plans, _ = undone(bench, written)
    (plan, _) = plans
    assert plan.changed == {"relevo_score": "33"}
    assert (bench.held("1")["score"], bench.held("2")["score"]) == ("33", None)
    assert bench.held("1")["sla_status"] is None


def test_a_record_that_is_gone_is_left_alone(bench: "Bench", written: RunRow) -> None:
    bench.world().delete("contacts", "1")
    plans, report = undone(bench, written)
    assert [plan.gone for plan in plans] == [True, False]
    assert sum(counts.written for counts in report.run.objects) == 1


def test_a_crm_that_fails_leaves_what_was_done_noted_and_the_rest_to_do(bench: "Bench", written: RunRow) -> None:
    """I1."""
    bench.world().faults.append(Fault(Response(401)))
    _, report = undone(bench, written)
    assert report.fix
    bench.world().faults.clear()
    undone(bench, written)
    assert bench.held("2")["score"] is None


@pytest.fixture
def relevo(bench: "Bench", tmp_path: Path) -> Relevo:
    config = tmp_path / "config.yaml"
    config.write_text(bench.text())
    return lambda *words: CliRunner().invoke(main, [*words, "-c", str(config)])


def test_the_command_shows_the_plan_and_does_it_when_told_to(relevo: Relevo, bench: "Bench", written: RunRow) -> None:
    shown = relevo("undo", written.id).stdout
    assert "2 records to put back" in shown
    assert bench.held("1")["score"] == 90
    document = json.loads(relevo("undo", written.id, "-o", "json").stdout)
    assert {change["action"] for change in document["changes"]} == {"put back"}
    result = relevo("undo", written.id, "--apply")
    assert (result.exit_code, bench.held("1")["score"]) == (0, "12")
    told = json.loads(relevo("runs", "writes", written.id, "-o", "json").stdout)
    assert {write["outcome"] for write in told["writes"]} == {"undone"}
    assert "nothing to put back" in relevo("undo", written.id).stdout


def test_a_run_that_wrote_nothing_has_nothing_to_undo(relevo: Relevo, bench: "Bench", written: RunRow) -> None:
    quiet: RunId = bench.sync().run.id
    assert "wrote nothing" in relevo("undo", quiet).stdout
