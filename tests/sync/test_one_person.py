"""One person in two CRMs: one journey, written wherever they are; and people who say who is one and who is two."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connectors.memory.world import World
from journey.model import Ref
from sync.app import App
from sync.cli import main
from sync.cli.errors import Exit
from sync.config import load_config

OBJECT = """
  {name}:
    as: person
    fields:
      email: email
      external_id: outside
      first_name: first
      last_name: last
      phone: phone
      created_at: {{from: created, type: datetime}}
    touchpoints:
      - {{id: form, type: form, at: form_at, direction: inbound, actor: lead}}
    write:
      score: {{to: relevo_score}}
"""
CONFIG = """\
version: 1
state: {{url: "sqlite:///relevo.db"}}
connections:
  web: {{connector: memory, world: "{folder}-web"}}
  crm: {{connector: memory, world: "{folder}-crm"}}
score:
  qualified_at: 50
  leaves_at: 40
  criteria:
    interest: {{cap: 60, rules: [{{id: form, on: form, points: 60, window: 30d}}]}}
    fit: {{cap: 40, rules: [{{id: known, when: 'last_name == "Gil"', points: 10}}]}}
sla:
  policies: [{{name: first-contact, target: 24h}}]
objects:{objects}
"""
FIELDS = ("email", "outside", "first", "last", "phone", "created", "form_at", "relevo_score")
LEADS = "companies"
"""The in-memory CRM has no object of leads; what it calls companies are mapped as some."""

PEOPLE = ("web.contacts", f"crm.{LEADS}", "crm.contacts")

Relevo = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration of two CRMs, of which one keeps leads apart from contacts; every field exists in both."""
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(folder=tmp_path, objects="".join(OBJECT.format(name=name) for name in PEOPLE)))
    for name in PEOPLE:
        connection, _, kind = name.partition(".")
        world = World.named(f"{tmp_path}-{connection}")
        world.put(kind, "0", dict.fromkeys(FIELDS))
        world.delete(kind, "0")
    return path


@pytest.fixture
def relevo(config: Path) -> Relevo:
    return lambda *words: CliRunner().invoke(main, [*words, "-c", str(config)])


def put(config: Path, name: str, id_: str, **fields: Any) -> World:
    connection, _, kind = name.partition(".")
    world = World.named(f"{config.parent}-{connection}")
    now = datetime.now(UTC)
    world.put(kind, id_, {"created": (now - timedelta(days=9)).isoformat(), **fields})
    return world


def filled_in(days: int = 1) -> str:
    """When a form was filled in."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


def score(world: World, kind: str, id_: str) -> Any:
    return world.rows[kind][id_]["fields"].get("relevo_score")


def people_of(config: Path) -> int:
    with App.open(load_config(config, {})) as app:
        return app.store.people_count().people


def rows_of(result: Result) -> list[dict[str, Any]]:
    told = json.loads(result.stdout)
    assert told["schema"].startswith("relevo/people_")
    rows: list[dict[str, Any]] = told["rows"]
    return rows


def test_a_lead_of_one_crm_converted_in_the_other_is_one_journey_written_wherever_it_is(
    config: Path, relevo: Relevo
) -> None:
    """I11."""
    web = put(config, "web.contacts", "5", email="ana@acme.es", form_at=filled_in())
    crm = put(config, f"crm.{LEADS}", "7", email="Ana@acme.es", last="Gil")
    assert relevo("sync").exit_code == Exit.OK
    assert relevo("sync").exit_code == Exit.OK
    assert score(web, "contacts", "5") == score(crm, LEADS, "7") == 70

    crm.delete(LEADS, "7", merged_into="9", merged_object="contacts")
    put(config, "crm.contacts", "9", email="ana@acme.es", last="Ruiz")
    for _ in range(2):
        assert relevo("sync").exit_code == Exit.OK
    assert score(web, "contacts", "5") == score(crm, "contacts", "9") == 60
    assert people_of(config) == 1
    with App.open(load_config(config, {})) as app:
        (person,) = app.store.find_person("7")
        assert person.records == (Ref("crm", "contacts", "9"), Ref("web", "contacts", "5"))


def test_an_external_id_joins_where_the_address_differs(config: Path, relevo: Relevo) -> None:
    """I11."""
    put(config, "web.contacts", "5", email="ana@home.es", outside="crm:9", form_at=filled_in())
    crm = put(config, "crm.contacts", "9", email="ana@acme.es", outside="crm:9", last="Gil")
    relevo("sync")
    relevo("sync")
    assert people_of(config) == 1
    assert score(crm, "contacts", "9") == 70


def test_who_may_be_one_is_listed_and_a_link_makes_one_score_of_two(config: Path, relevo: Relevo) -> None:
    web = put(config, "web.contacts", "5", first="Ana", last="Gil", phone="600 123 456", form_at=filled_in())
    crm = put(config, "crm.contacts", "9", first="=ANA", last="Gil", phone="+34600123456", email="a@acme.es")
    relevo("sync")
    assert (score(web, "contacts", "5"), score(crm, "contacts", "9")) == (70, 10)
    (row,) = rows_of(relevo("people", "review", "-o", "json"))
    assert (row["confidence"], row["why"]) == (0.9, "same phone and name")
    assert (row["one"], row["other"], row["one_email"]) == ("crm.contacts:9", "web.contacts:5", "a@acme.es")
    (cells,) = csv.DictReader(io.StringIO(relevo("people", "review", "-o", "csv").stdout))
    assert cells["one_name"] == "'=ANA Gil"
    assert "same phone and name" in relevo("people", "review").stdout

    done = relevo("people", "link", row["one"], row["other"], "--why", "same voice", "--by", "eva")
    assert done.exit_code == Exit.OK
    assert "crm.contacts:9, web.contacts:5" in done.stdout
    relevo("sync")
    relevo("sync")
    assert score(web, "contacts", "5") == score(crm, "contacts", "9") == 70
    assert relevo("people", "review").stdout == "There is nobody to review.\n"
    (kept,) = rows_of(relevo("people", "decisions", "-o", "json"))
    assert (kept["verdict"], kept["who"], kept["why"]) == ("together", "eva", "same voice")


def test_an_unlinked_record_keeps_its_own_score_through_a_full_resync(config: Path, relevo: Relevo) -> None:
    """I11: an equal address joins two for whom someone said that they are two no more."""
    web = put(config, "web.contacts", "5", email="family@home.es", form_at=filled_in())
    crm = put(config, "crm.contacts", "9", email="family@home.es", last="Gil")
    relevo("sync")
    relevo("sync")
    assert score(crm, "contacts", "9") == 70
    unclear = relevo("people", "unlink", "family@home.es")
    assert (unclear.exit_code, "crm.contacts:9, web.contacts:5" in unclear.stderr) == (Exit.USAGE, True)
    assert "apart from web.contacts:5" in relevo("people", "unlink", "crm.contacts:9").stdout
    for _ in range(2):
        assert relevo("sync").exit_code == Exit.OK
        assert (score(web, "contacts", "5"), score(crm, "contacts", "9")) == (60, 10)
        assert relevo("resync", "crm", "contacts", "--full").exit_code == Exit.OK
    assert relevo("people", "unlink", "9").exit_code == Exit.USAGE, "it is alone"
    assert relevo("people", "link", "9", "web.contacts:5").exit_code == Exit.OK
    assert people_of(config) == 1


@pytest.mark.parametrize("ref", ["crm.contacts:77", "crm.deals:9", "nobody@x.es"])
def test_a_record_that_is_not_there_cannot_be_decided_about(config: Path, relevo: Relevo, ref: str) -> None:
    put(config, "crm.contacts", "9", email="ana@acme.es")
    relevo("sync")
    for words in (("link", ref, "9"), ("unlink", ref), ("link", "9", "crm.contacts:9")):
        result = relevo("people", *words)
        assert result.exit_code == Exit.USAGE
        assert "fix:" in result.stderr
    assert relevo("people", "decisions").stdout == "Nothing has been decided.\n"
