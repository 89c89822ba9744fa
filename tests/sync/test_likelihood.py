"""The criterion likelihood from the CRM to the CRM: fitted on what is stored, scoring, drifting, pinned, refused."""

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from connectors.base import Field, FieldKind
from journey.cause import Cause
from state.models import ModelRow
from sync.app import App
from sync.cli import main
from sync.config import ConfigErrors, parse_config
from sync.daemon import Daemon
from sync.likelihood import fit as fitting
from sync.likelihood.card import Why
from sync.likelihood.keeping import AGAIN, card_of, drift_of, fit_stored, keep, refit_if_due
from sync.rules_version import rules_version

if TYPE_CHECKING:
    from tests.sync.conftest import Bench

Relevo = Callable[..., Result]

LEADS = 300
SOON = 20.0
"""Seconds after which a test gives up waiting for what must come."""
DEALS = """
  crm.deals:
    as: deal
    links: {contacts: person}
    fields:
      status: status
      closed_at: {from: closed, type: datetime}
score:
"""
LIKELIHOOD = "    likelihood: {cap: 25, model: {fields: [source, employees]}}\n"
SOURCE = "      source: source\n      created_at:"
TARGET = "      likelihood: {to: relevo_likelihood}\n      sla_due:"


def with_likelihood(text: str) -> str:
    """The bench's configuration with deals, a source, and the criterion, written to a field of its own."""
    text = text.replace("\nscore:\n", DEALS, 1).replace("      created_at:", SOURCE, 1)
    return text.replace("      sla_due:", TARGET, 1).replace("\nsla:", f"\n{LIKELIHOOD}sla:", 1)


def silent(_people: int) -> None:
    """Nobody watches."""


@pytest.fixture
def bench(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> "Bench":
    """Leads of two sources a year long, of which one buys far more; the gate's size is lowered, its judgement is not."""
    monkeypatch.setattr(fitting, "LEADS_NEEDED", LEADS)
    monkeypatch.setattr(fitting, "CONVERSIONS_NEEDED", 30)
    bench.edit = with_likelihood
    crm = bench.world()
    crm.fields["contacts"] |= {name: Field(name, name, FieldKind.TEXT) for name in ("source", "relevo_likelihood")}
    crm.fields["deals"] = {name: Field(name, name, FieldKind.TEXT) for name in ("status", "closed")}
    for number in range(LEADS):
        arrive(bench, number, number % 2 == 0, bought=number % 4 == 0 or number % 20 == 1)
    bench.sync()
    return bench


def arrive(bench: "Bench", number: int, demo: bool, *, bought: bool, days_ago: float | None = None) -> None:
    """Somebody who came so long ago, by a demo or from a list, and what became of it."""
    came = bench.now() - timedelta(days=500 - number if days_ago is None else days_ago)
    bench.lead(str(number), form_at=None, employees=str(100 + number % 30))
    contact = bench.world().rows["contacts"][str(number)]["fields"]
    bench.world().put(
        "contacts", str(number), contact | {"source": "demo" if demo else "list", "created_at": came.isoformat()}
    )
    if bought:
        closed = (came + timedelta(days=20)).isoformat()
        bench.world().put("deals", str(number), {"status": "won", "closed": closed})
        bench.world().link("deals", str(number), "contacts", str(number))


def fitted(bench: "Bench") -> ModelRow:
    with bench.open() as app:
        return keep(app, fit_stored(app, silent))


@pytest.fixture
def relevo(bench: "Bench", tmp_path: Path) -> Relevo:
    config = tmp_path / "config.yaml"
    config.write_text(bench.edit(bench.text()), encoding="utf-8")
    return lambda *words: CliRunner().invoke(main, [*words, "-c", str(config)])


def test_a_fitted_model_is_part_of_everybodys_score_and_written_on_its_own(bench: "Bench") -> None:
    before = bench.held("0")
    assert before["likelihood"] == 0
    row = fitted(bench)
    assert row.weighs
    bench.sync()
    demo, list_ = bench.held("0"), bench.held("1")
    assert demo["likelihood"] > 0 == list_["likelihood"]
    assert demo["score"] == before["score"] + demo["likelihood"]


def test_fitting_the_same_history_again_moves_nothing(bench: "Bench") -> None:
    """I2."""
    first = fitted(bench)
    bench.sync()
    writes = bench.writes()
    bench.time += timedelta(hours=1)
    assert fitted(bench).version == first.version
    bench.sync()
    assert bench.writes() == writes


def test_scores_before_and_after_a_fit_are_told_as_rules_that_changed(bench: "Bench") -> None:
    """The model is part of the rules (I9): its version is in theirs, and the rules of then score as they did."""
    bench.time += timedelta(hours=1)
    row = fitted(bench)
    bench.sync()
    with bench.open() as app:
        (person,) = app.store.find_person("0@example.es")
        assert person.rules_version == app.agreement.rules.version != app.config.agreement.rules.version
        now, before = app.store.trail.rules()
        assert (now.rules.score_version, before.rules.score_version) == (
            app.agreement.rules.version,
            app.config.agreement.rules.version,
        )
        assert json.loads(now.rules.sections)["score"]["criteria"]["likelihood"]["model"]["version"] == row.version
        assert rules_version(app.config, row) == now.rules


def test_a_history_that_does_not_carry_it_weighs_nothing_and_says_why(
    bench: "Bench", relevo: Relevo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "LEADS_NEEDED", 1_000)
    row = fitted(bench)
    assert [reason.why for reason in card_of(row).reasons] == [Why.FEW_LEADS]
    bench.sync()
    assert bench.held("0")["likelihood"] == 0
    assert (
        "It weighs nothing:\n  300 leads whose time to buy is over; 1,000 are needed" in relevo("score", "model").stdout
    )
    assert "No pesa nada:" in relevo("score", "model", "--lang", "es").stdout
    assert "likelihood weighs nothing; why: relevo score model" in relevo("score", "explain", "0@example.es").stdout


def test_the_card_says_on_what_it_rests(bench: "Bench", relevo: Relevo) -> None:
    said = relevo("score", "fit")
    assert said.exit_code == 0
    assert "It weighs: its points are part of the score." in said.stdout
    told = json.loads(relevo("score", "model", "-o", "json").stdout)
    assert (told["schema"], told["weighs"], told["active"]) == ("relevo/score-model@1", True, True)
    assert told["card"]["leads"] == LEADS
    assert told["card"]["trial"]["leads"] == 60
    assert told["drift"]["leads"] == 0
    text = relevo("score", "model").stdout
    assert "demo  (120 leads, 60 bought)" in text
    assert "AUC" in text


def test_a_dry_run_keeps_nothing(relevo: Relevo) -> None:
    told = json.loads(relevo("score", "fit", "--dry-run", "-o", "json").stdout)
    assert (told["version"], told["weighs"]) == (None, True)
    missing = relevo("score", "model")
    assert missing.exit_code == 2
    assert "relevo score fit" in missing.stderr


def test_each_line_of_an_explained_score_names_field_and_value(bench: "Bench", relevo: Relevo) -> None:
    fitted(bench)
    bench.sync()
    told = json.loads(relevo("score", "explain", "0@example.es", "-o", "json").stdout)
    (likelihood,) = [one for one in told["criteria"] if one["name"] == "likelihood"]
    evidence = {line["rule"]: line["evidence"] for line in likelihood["lines"]}
    assert evidence["likelihood.source"] == ["source = demo"]
    assert likelihood["raw"] == pytest.approx(sum(line["points"] for line in likelihood["lines"]))


def test_an_older_model_can_be_pinned_and_let_go(bench: "Bench", relevo: Relevo) -> None:
    old = fitted(bench)
    for number in range(LEADS, LEADS + 40):
        arrive(bench, number, demo=False, bought=False, days_ago=95)
    bench.sync()
    bench.time += timedelta(hours=1)
    new = fitted(bench)
    assert new.version != old.version
    assert relevo("score", "model", "pin", old.version[:6]).exit_code == 0
    with bench.open() as app:
        assert app.store.models.active() == app.store.models.get(old.version)
    assert "pinned" in relevo("score", "model").stdout
    assert new.version in relevo("score", "model", "unpin").stdout
    assert relevo("score", "model", "pin", "zzz").exit_code == 2


def test_a_configuration_can_ask_for_one_version(bench: "Bench", tmp_path: Path) -> None:
    row = fitted(bench)
    bench.edit = lambda text: with_likelihood(text).replace("employees]", f"employees], version: {row.version}", 1)
    with bench.open() as app:
        assert app.agreement.rules.version != app.config.agreement.rules.version
    bench.edit = lambda text: with_likelihood(text).replace("employees]", "employees], version: absent", 1)
    with bench.open() as app:
        assert app.agreement.rules.version == app.config.agreement.rules.version
    config = tmp_path / "config.yaml"
    config.write_text(bench.edit(bench.text()), encoding="utf-8")
    said = CliRunner().invoke(main, ["score", "model", "-c", str(config)])
    assert "There is no model absent, which the configuration asks for" in said.stderr


def test_it_is_fitted_when_it_is_due_and_not_before(bench: "Bench") -> None:
    def refitted() -> ModelRow | None:
        with bench.open() as app:
            return refit_if_due(app, silent)

    assert refitted() is not None
    assert refitted() is None
    bench.time += AGAIN
    assert refitted() is None
    bench.time += timedelta(days=29)
    assert refitted() is not None


def test_other_fields_make_it_due(bench: "Bench") -> None:
    fitted(bench)
    bench.edit = lambda text: with_likelihood(text).replace("[source, employees]", "[source]", 1)
    with bench.open() as app:
        row = refit_if_due(app, silent)
        assert row is not None
        assert card_of(row).fields == ("source",)


def test_other_leads_than_before_are_found_and_make_it_due(bench: "Bench") -> None:
    row = fitted(bench)
    bench.time += AGAIN
    for number in range(LEADS, LEADS + 220):
        arrive(bench, number, demo=False, bought=False, days_ago=100)
    bench.sync()
    with bench.open() as app:
        told = drift_of(app, row, silent)
        assert told is not None
        assert told.shifted == ("source",)
        assert refit_if_due(app, silent) is not None


def test_an_empty_state_waits_for_somebody_to_learn_from(bench: "Bench") -> None:
    bench.database = "empty.db"
    with bench.open() as app:
        assert refit_if_due(app, silent) is None
        assert app.store.models.active() is None


def test_without_scikit_learn_the_command_says_what_to_install(relevo: Relevo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    result = relevo("score", "fit")
    assert result.exit_code == 2
    assert "pip install 'relevo[likelihood]'" in result.stderr


def test_a_fitted_model_scores_without_scikit_learn(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    fitted(bench)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    bench.sync()
    assert bench.held("0")["likelihood"] > 0


def serve_until(bench: "Bench", met: Callable[[App], bool]) -> None:
    """Run the service, its model looked at from the beginning, until that is so."""
    text = bench.edit(bench.text()) + "schedule: {pull: 1s}\n"
    with Daemon.open(parse_config(text, {}), now=bench.now) as daemon:

        def watch() -> None:
            give_up = time.monotonic() + SOON
            while not met(daemon.app) and time.monotonic() < give_up:
                time.sleep(0.05)
            daemon.stop.set()

        thread = threading.Thread(target=watch)
        thread.start()
        daemon.run()
        thread.join()


def test_the_service_fits_it_in_the_background_and_everybody_is_scored_by_it(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.daemon.MODEL_FIRST", timedelta(0))
    serve_until(bench, lambda _: bench.held("0")["likelihood"] > 0)
    assert bench.held("0")["likelihood"] > 0


def test_the_service_goes_on_without_scikit_learn_and_says_so(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sync.daemon.MODEL_FIRST", timedelta(0))
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with bench.open() as app:
        runs = len(app.store.runs())
    serve_until(bench, lambda app: "pip install" in caplog.text and len(app.store.runs()) > runs)
    assert "pip install 'relevo[likelihood]'" in caplog.text
    with bench.open() as app:
        assert app.store.models.active() is None


def test_a_score_that_changed_by_a_fit_says_that_the_rules_did(bench: "Bench") -> None:
    bench.time += timedelta(hours=1)
    fitted(bench)
    bench.sync()
    with bench.open() as app:
        (person,) = app.store.find_person("0@example.es")
        latest = app.store.trail.scores(person.person)[-1]
    earned = [part for part in latest.parts if part.criterion == "likelihood"]
    assert {part.cause for part in earned} <= {Cause.RULES, Cause.LIMIT}
    assert sum(part.points for part in latest.parts) == pytest.approx(latest.total - (latest.previous or 0))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("likelihood: {cap: 25, model: {fields: [sorce]}}", "unknown field 'sorce'; did you mean 'source'?"),
        ("likelihood: {cap: 25, model: {fields: [email]}}", "nothing can be learned from 'email'"),
        ("likelihood: {cap: 25, model: {fields: [created_at]}}", "nothing can be learned from 'created_at'"),
        ("likelihood: {cap: 25, model: {fields: [source, source]}}", "'source' is named twice"),
        ("chances: {cap: 25, model: {fields: [source]}}", "only the criterion 'likelihood' can have a model"),
        ("likelihood: {cap: 25}", "give either rules or, for likelihood, a model"),
        ("likelihood: {cap: 25, rules: [], model: {fields: [source]}}", "give either rules or"),
    ],
)
def test_a_wrong_model_is_refused_with_its_place(bench: "Bench", wrong: str, message: str) -> None:
    """I15."""
    text = bench.edit(bench.text()).replace(LIKELIHOOD.strip(), wrong)
    with pytest.raises(ConfigErrors) as refused:
        parse_config(text, {})
    assert message in str(refused.value)
