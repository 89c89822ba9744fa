"""Every command over a CRM that lives in this process, as a person at a terminal or a script would use it."""

import csv
import io
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.memory.world import World
from state.model import Taken
from sync.app import App
from sync.cli import main
from sync.cli.errors import Exit
from sync.cli.progress import Lines
from sync.cli.resync import instant
from sync.cli.session import read_env
from sync.config import load_config
from sync.counts import PushCounts

CONFIG = """\
version: 1
connections: {crm: {connector: memory, world: WORLD}}
objects:
  crm.contacts:
    as: person
    fields:
      email: email
      first_name: firstname
      stage: {from: stage, map: {lead: lead, mql: mql}, otherwise: reject}
      country: country
      created_at: {from: created, type: datetime}
    touchpoints:
      - {id: form, type: form, at: form_at, direction: inbound, actor: lead, subject: form_name}
    write:
      score: {to: relevo_score}
      sla_status: {to: relevo_sla_status}
  crm.calls:
    as: touchpoint
    links: [contacts]
    fields:
      type: {value: call}
      at: {from: at, type: datetime}
      direction: {value: outbound}
      actor: {from: by, map: {rep: human, machine: automated}}
score:
  qualified_at: 50
  leaves_at: 40
  criteria:
    interest:
      cap: 60
      rules: [{id: demo, on: form, points: 60, half_life: 14d, label: {en: Demo request, es: Demo solicitada}}]
    fit: {cap: 40, rules: [{id: spain, when: 'country == "ES"', points: 30}]}
sla:
  policies: [{name: first-contact, target: 24h, calendar: madrid}]
  calendars: {madrid: {zone: Europe/Madrid, hours: {mon-sun: ["00:00-24:00"]}}}
state: {url: "sqlite:///relevo.db"}
"""

Relevo = Callable[..., Result]


def _ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Ana was called in time (and by a machine before), Eva was not called, Leo's stage is not in the map, Mar has time left."""
    crm = World.named(str(tmp_path))
    for field in ("relevo_score", "relevo_sla_status"):
        crm.put("contacts", "0", {field: None})
    crm.delete("contacts", "0")
    ana = {"email": "ana@bodegas.es", "firstname": "Ana", "stage": "lead", "country": "ES", "created": _ago(200)}
    crm.put("contacts", "1", ana | {"form_at": _ago(50), "form_name": "Pide una demo"})
    eva = {"email": "eva@bodegas.es", "firstname": "Eva\x1b[31m", "stage": "mql", "country": "ES", "created": _ago(100)}
    crm.put("contacts", "2", eva | {"form_at": _ago(30), "form_name": "=HYPERLINK(1)"})
    crm.put("contacts", "3", {"email": "leo@x.com", "stage": "won?", "country": "FR", "created": _ago(100)})
    crm.put("contacts", "4", {"email": "mar@x.com", "stage": "lead", "created": _ago(9), "form_at": _ago(3)})
    for call, by, hours in (("8", "machine", 48), ("9", "rep", 45)):
        crm.put("calls", call, {"at": _ago(hours), "by": by})
        crm.link("calls", call, "contacts", "1")
    return crm


@pytest.fixture
def relevo(tmp_path: Path, world: World) -> Relevo:
    """Runs the command line on a configuration for `world`."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("WORLD", f'"{tmp_path}"'))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "-c", str(config)])

    return run


def _json(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["schema"].startswith("relevo/")
    return told


def test_preview_shows_old_and_new_and_writes_nothing(relevo: Relevo, world: World) -> None:
    """The CRM is as it was; what would be written is the difference alone."""
    world.put("contacts", "1", {"relevo_sla_status": "met"})
    result = relevo("preview")
    assert result.exit_code == Exit.OK
    assert "~ contacts 2  relevo_sla_status  (empty) → breached" in result.stdout
    assert "contacts 1  relevo_sla_status" not in result.stdout
    assert "Nothing was written" in result.stdout
    assert world.rows["contacts"]["2"]["fields"].get("relevo_score") is None
    rows = list(csv.DictReader(io.StringIO(relevo("preview", "-o", "csv").stdout)))
    assert {row["id"] for row in rows} == {"1", "2", "4"}
    told = _json(relevo("preview", "--limit", "1", "-o", "json"))
    assert told["totals"] == [{"object": "contacts", "update": 3, "unchanged": 0, "conflict": 0, "gone": 0}]
    assert {change["id"] for change in told["changes"]} == {"1"}


def test_sync_writes_and_says_what_was_rejected(relevo: Relevo, world: World) -> None:
    """Exit code 1 because Leo could not be mapped; the other three carry their score."""
    result = relevo("sync", "-o", "json")
    assert result.exit_code == Exit.REJECTED
    (run,) = _json(result)["runs"]
    counts = run["objects"]["contacts"]
    assert (counts["received"], counts["rejected"], counts["written"]) == (5, 1, 3)
    assert world.rows["contacts"]["2"]["fields"]["relevo_sla_status"] == "breached"
    # I8: our own three writes come back as changes, and cause nothing.
    assert "read 3, written 0" in relevo("sync").stdout


def test_sync_without_write_leaves_the_writes_owed(relevo: Relevo, world: World) -> None:
    """`status` shows them as waiting."""
    relevo("sync", "--no-write")
    assert world.rows["contacts"]["2"]["fields"].get("relevo_score") is None
    (row,) = _json(relevo("status", "-o", "json"))["connections"]
    assert (row["waiting"], row["rejected"]) == (3, 1)


def test_a_rejected_row_names_its_reason_and_is_retried(relevo: Relevo, world: World) -> None:
    """I6: it is kept with field, raw value and reason until the record is right; then it is settled."""
    relevo("sync")
    (row,) = _json(relevo("runs", "rejected", "-o", "json"))["rows"]
    assert (row["id"], row["field"], row["raw"]) == ("3", "stage", "won?")
    assert "won?" in relevo("runs", "rejected", "latest").stdout
    world.put("contacts", "3", {"stage": "lead"})
    assert relevo("runs", "retry").exit_code == Exit.OK
    assert "Nothing is rejected" in relevo("runs", "rejected").stdout
    assert len(_json(relevo("runs", "rejected", "--all", "-o", "json"))["rows"]) == 1


def test_runs_are_listed_and_opened_by_any_prefix(relevo: Relevo) -> None:
    """An id, the start of one, or `latest`; one that matches nothing is a usage error."""
    relevo("sync")
    (row,) = _json(relevo("runs", "list", "-o", "json"))["rows"]
    for which in (row["run"], row["run"][:-3], "latest"):
        shown = _json(relevo("runs", "show", which, "-o", "json"))
        assert shown["run"] == row["run"]
        assert shown["objects"]["calls"]["received"] == 2
    assert relevo("runs", "show", "run_0000").exit_code == Exit.USAGE
    assert relevo("runs", "list", "--state", "failed", "-o", "csv").stdout.count("\n") == 1


def test_the_sla_list_tells_who_waits_and_can_fail_a_cron_job(relevo: Relevo) -> None:
    """Verdicts, times left and taken in words; `--fail-if` turns a count into an exit code."""
    relevo("sync")
    text = relevo("sla").stdout
    assert "took 5 h" in text
    assert "20 h 59 min left" in text
    spanish = relevo("sla", "--lang", "es").stdout
    assert "incumplido" in spanish
    assert "quedan 20 h 59 min" in spanish
    (row,) = csv.DictReader(io.StringIO(relevo("sla", "--breached", "-o", "csv").stdout))
    assert row["email"] == "eva@bodegas.es"
    assert relevo("sla", "--fail-if", "breached > 0").exit_code == Exit.REJECTED
    assert relevo("sla", "--fail-if", "breached > 1").exit_code == Exit.OK
    assert relevo("sla", "--fail-if", "breeched > 1").exit_code == Exit.USAGE
    assert relevo("sla", "--fail-if", "many").exit_code == Exit.USAGE


def test_a_journey_shows_the_path_and_what_counted(relevo: Relevo) -> None:
    """The machine's call does not stop the clock, and the page says why; the rep's does."""
    relevo("sync")
    lines = relevo("journey", "ana@bodegas.es").stdout.splitlines()
    assert any("automatic" in line and "does not count: automated" in line for line in lines)
    assert any("sales" in line and line.rstrip().endswith("stops the clock") for line in lines)
    told = _json(relevo("journey", "1", "-o", "json"))
    assert [event["what"] for event in told["events"]] == ["form", "qualified", "call", "call"]
    assert told["sla"][0]["elapsed_s"] == pytest.approx(5 * 3600, abs=60)
    assert relevo("journey", "nobody@x.es").exit_code == Exit.USAGE


def test_no_record_can_write_to_the_terminal(relevo: Relevo) -> None:
    """An escape sequence in a name is shown as text; a formula in a form's name stays a text in CSV and terminal."""
    relevo("sync")
    out = relevo("journey", "eva@bodegas.es").stdout
    assert "\x1b" not in out
    assert "=HYPERLINK(1)" in out


def test_a_score_is_explained_line_by_line(relevo: Relevo) -> None:
    """Points before decay × decay = points, with the evidence; the lines add up to the criterion."""
    relevo("sync")
    told = _json(relevo("score", "explain", "ana@bodegas.es", "-o", "json"))
    assert told["total"] == told["stored_total"]
    assert not told["rules_changed"]
    for criterion in told["criteria"]:
        assert sum(line["points"] for line in criterion["lines"]) == pytest.approx(criterion["points"])
        for line in criterion["lines"]:
            assert line["before_decay"] * line["decay"] == pytest.approx(line["points"])
    spanish = relevo("score", "explain", "1", "--lang", "es").stdout
    assert "Demo solicitada" in spanish
    assert "60,0" in spanish


def test_a_person_edit_becomes_a_conflict_that_is_listed(relevo: Relevo, world: World) -> None:
    """I7: theirs stays, ours is shown beside it."""
    relevo("sync")
    world.put("contacts", "2", {"relevo_sla_status": "excused", "country": "FR"})
    world.put("calls", "10", {"at": _ago(1), "by": "rep"})
    world.link("calls", "10", "contacts", "2")
    relevo("sync")
    (row,) = _json(relevo("conflicts", "list", "-o", "json"))["rows"]
    assert (row["theirs"], row["ours"], row["policy"]) == ("excused", "met_late", "keep")
    assert world.rows["contacts"]["2"]["fields"]["relevo_sla_status"] == "excused"


def test_resync_reads_again_what_is_asked_for(relevo: Relevo) -> None:
    """By id, since a time, or all; a dry run reads none; exactly one way must be named."""
    relevo("sync")
    assert "read 2," in relevo("resync", "crm", "contacts", "--ids", "1,2").stdout
    assert "read 5," in relevo("resync", "crm", "contacts", "--full").stdout
    assert "read 5," in relevo("resync", "crm", "contacts", "--since", "2026-01-01").stdout
    assert _json(relevo("resync", "crm", "contacts", "--full", "-n", "-o", "json"))["records"] == 4
    for wrong in ((), ("--full", "--since", "1d"), ("--ids", ","), ("--since", "soon")):
        assert relevo("resync", "crm", "contacts", *wrong).exit_code == Exit.USAGE
    misspelt = relevo("resync", "crm", "contacs", "--full")
    assert misspelt.exit_code == Exit.USAGE
    assert "'contacts'" in misspelt.stderr


def test_since_is_a_span_or_a_moment() -> None:
    """Without a zone it is UTC."""
    now = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert instant("36h", now) == now - timedelta(hours=36)
    assert instant("2026-11-01", now) == datetime(2026, 11, 1, tzinfo=UTC)
    assert instant("2026-11-01T08:00+01:00", now) == datetime(2026, 11, 1, 7, tzinfo=UTC)


def test_a_mapping_is_tried_on_a_file_and_on_a_live_record(relevo: Relevo, tmp_path: Path) -> None:
    """Each field: raw, result, how; or why not, with exit code 1."""
    file = tmp_path / "ana.json"
    file.write_text('{"id": "7", "properties": {"email": "a@b.es", "stage": "lead"}}')
    good = relevo("mapping", "test", "contacts", "--record", str(file))
    assert good.exit_code == Exit.OK
    assert "Mapped: person (contacts 7)" in good.stdout
    bad = relevo("mapping", "test", "crm.contacts", "--record", "3", "-o", "json")
    assert bad.exit_code == Exit.REJECTED
    (problem,) = _json(bad)["problems"]
    assert (problem["field"], problem["raw"]) == ("stage", "won?")
    file.write_text("[]")
    assert relevo("mapping", "test", "contacts", "--record", str(file)).exit_code == Exit.USAGE
    assert relevo("mapping", "test", "contacts", "--record", "999").exit_code == Exit.USAGE
    assert "relevo_score" in relevo("mapping", "list").stdout


def test_a_connection_that_does_not_exist_is_a_usage_error_with_a_hint(relevo: Relevo) -> None:
    """A name that matches nothing is 2, never 0."""
    result = relevo("sync", "crn")
    assert result.exit_code == Exit.USAGE
    assert "Did you mean 'crm'?" in result.stderr


def test_env_files_are_read_as_people_write_them(tmp_path: Path) -> None:
    """`export`, quotes, blank lines and remarks; one that everybody may read is warned about, and its values never shown."""
    text = "# secret\nexport A='x y'\nB = plain=1\n\nC=\"q\"\nnothing\n"
    assert dict(read_env(text)) == {"A": "x y", "B": "plain=1", "C": "q"}
    (tmp_path / "config.yaml").write_text(CONFIG.replace("WORLD", '"${W}"'))
    (tmp_path / ".env").write_text("W=hidden-world\n")
    (tmp_path / ".env").chmod(stat.S_IRUSR | stat.S_IROTH)
    result = CliRunner().invoke(main, ["config", "show", "--origin", "-c", str(tmp_path / "config.yaml")])
    assert "chmod 600" in result.stderr
    assert "hidden-world" not in result.output
    assert "env W" in result.stdout


def test_a_run_under_way_makes_a_second_one_exit_with_4(relevo: Relevo, tmp_path: Path) -> None:
    """Unless it is told to wait; what is stored can be looked at meanwhile."""
    relevo("sync")
    with App.open(load_config(tmp_path / "config.yaml", {})) as app, app.store.hold("connection:crm"):
        busy = relevo("sync")
        assert busy.exit_code == Exit.LOCKED
        assert "held by" in busy.stderr
        assert relevo("status").exit_code == Exit.OK


def test_verbose_runs_log_their_id_and_no_data(relevo: Relevo) -> None:
    """I12: steps and counts with the run's id, in JSON for a collector; nobody's address."""
    result = relevo("sync", "-vv", "--log-format", "json")
    lines = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    assert {line["message"] for line in lines} >= {"run started", "scored 3 people"}
    assert {line["run"] for line in lines if line["logger"] == "relevo.run"} == {lines[0]["run"]}
    assert "@" not in result.stderr


def test_progress_in_a_pipe_is_a_line_in_ten_seconds() -> None:
    """With what is in hand, its count and rate, and what was done in all; a new thing counts from nothing, or brings nothing."""
    said: list[str] = []
    clock = [datetime(2026, 11, 24, tzinfo=UTC)]
    lines = Lines(said.append, lambda: clock[0])
    for _ in range(24):
        clock[0] += timedelta(seconds=1)
        lines.page("crm", "contacts", Taken(new=100))
    lines.derived("crm", 9)
    lines.pushed("crm", "contacts", PushCounts(written=7))
    clock[0] += timedelta(seconds=10)
    lines.page("crm", "calls", Taken())
    assert said == [
        "read crm.contacts: 1,000 (111/s); so far 1,000 records read",
        "read crm.contacts: 2,000 (105/s); so far 2,000 records read",
        "read crm.calls: nothing new; so far 2,400 records read, 9 people scored, 7 records written",
    ]
