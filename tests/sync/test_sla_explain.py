"""`relevo sla explain`: the verdict in a sentence, and everything that it rests on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connectors.memory.world import World
from sync.cli import main

_SERIAL = count(1)
CONFIG = """\
version: 1
connections: {crm: {connector: memory, world: WORLD}}
objects:
  crm.companies:
    as: owner
    fields: {name: name, email: email, team: team}
  crm.contacts:
    as: person
    fields: {email: email, owner: owner, vip: {from: vip, type: boolean}, hold: {from: hold, type: boolean}, created_at: {from: created, type: datetime}}
    touchpoints:
      - {id: form, type: form, at: form_at, direction: inbound, actor: lead}
    write: {score: {to: relevo_score}}
  crm.calls:
    as: touchpoint
    links: [contacts]
    fields:
      type: type
      at: {from: at, type: datetime}
      direction: {value: outbound}
      actor: {value: human}
      subject: subject
score:
  qualified_at: 60
  leaves_at: 0
  criteria: {interest: {cap: 60, rules: [{id: form, on: form, points: 60, half_life: 10d}]}}
sla:
  policies:
    - name: first-contact
      target: 24h
      when: 'not vip'
      pause_when: hold
      escalate: [{at: 50%, to: owner}, {at: +4h, to: [manager, sales]}]
  calendar: madrid
  teams: {LATAM: mexico}
  calendars:
    madrid: {zone: Europe/Madrid, hours: {mon-fri: "09:00-18:00"}}
    mexico: {zone: America/Mexico_City, hours: {mon-fri: "09:00-18:00"}}
state: {url: "sqlite:///relevo.db"}
"""
FORM = datetime.now(UTC) - timedelta(days=10)


def after(hours: float) -> str:
    return (FORM + timedelta(hours=hours)).isoformat()


@pytest.fixture
def world() -> str:
    return f"explain-{next(_SERIAL)}"


@pytest.fixture
def crm(world: str) -> World:
    """Ana, of an owner in Mexico, qualified ten days ago; a task was done, and nobody called."""
    crm = World.named(world)
    crm.put("companies", "7", {"name": "Marta Soler", "email": "marta@x.example", "team": "LATAM"})
    person = {
        "email": "ana@x.example",
        "owner": "7",
        "vip": "false",
        "hold": "false",
        "created": after(-90),
        "form_at": after(0),
    }
    crm.put("contacts", "1", person | {"relevo_score": None})
    crm.put("contacts", "2", person | {"email": "eva@x.example", "form_at": None, "relevo_score": None})
    crm.put("calls", "t", {"type": "task", "at": after(1), "subject": "Llamar \x1b[31m"})
    crm.link("calls", "t", "contacts", "1")
    return crm


@pytest.fixture
def relevo(crm: World, world: str, tmp_path: Path) -> Callable[..., Result]:
    """Runs a command on that CRM, which was synchronised once."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("WORLD", world))

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words, "-c", str(config)])

    synced = run("sync")
    assert synced.exit_code == 0, synced.stderr
    return run


def call_late(crm: World, relevo: Callable[..., Result]) -> None:
    """A call that was made in time is typed in ten days later."""
    crm.put("calls", "c", {"type": "call", "at": after(3), "subject": "Hola"})
    crm.link("calls", "c", "contacts", "1")
    assert relevo("sync").exit_code == 0


def lines(text: str) -> list[str]:
    """Without the padding of the columns."""
    return [" ".join(line.split()) for line in text.splitlines()]


def test_the_verdict_is_one_sentence_and_opens_to_what_it_rests_on(relevo: Callable[..., Result]) -> None:
    told = lines(relevo("sla", "explain", "ana@x.example", "--lang", "en").output)
    assert told[1].startswith("Breached: it was due 9 d")
    assert "policy first-contact · 24h at the opening: not vip" in told
    assert "calendar mexico that of the owner's team at the opening" in told
    assert any(line.startswith("assigned") and line.endswith("0 s of routing") for line in told)
    assert any("Marta Soler" in line for line in told)
    assert any("task does not count task crm.calls t → Llamar [31m" in line for line in told)
    assert [line.split()[0] for line in told if line.startswith(("50% ", "+4h "))] == ["50%", "+4h"]
    assert any(line.startswith("crm.calls") for line in told)
    assert not any(line.startswith("crm.companies") for line in told), "owners refute nothing"


def test_a_correction_says_what_put_it_right(crm: World, relevo: Callable[..., Result]) -> None:
    call_late(crm, relevo)
    told = lines(relevo("sla", "explain", "ana@x.example", "--lang", "en").output)
    assert told[1] == "Met: first contact after 3 h, 21 h before it was due."
    assert any("call stops the clock outbound call crm.calls c" in line for line in told)
    assert any("corrected: what counts is crm.calls c" in line for line in told)
    assert any(line.startswith("+4h ") and "corrected" in line for line in told)


def test_programs_get_the_same(crm: World, relevo: Callable[..., Result]) -> None:
    call_late(crm, relevo)
    told = json.loads(relevo("sla", "explain", "1", "-o", "json").output)
    assert (told["schema"], told["status"], told["calendar_by"]) == ("relevo/sla-clock@1", "met", "team")
    assert told["elapsed_s"] == 3 * 3600
    assert [(one["counts"], one["rule"]) for one in told["activities"]] == [(False, "task"), (True, "outbound_call")]
    assert [one["status"] for one in told["said"] if one["correction"]] == ["met"]
    assert {step["at"]: step["corrected"] is not None for step in told["steps"]} == {"50%": True, "+4h": True}
    assert all(told[name].endswith("Z") for name in ("opened_at", "assigned_at", "at_risk_at", "due_at", "stopped_at"))
    assert set(told["read_through"]) == {"crm.contacts", "crm.calls"}


def test_an_activity_that_is_gone_since_then_is_no_stumbling_block(crm: World, relevo: Callable[..., Result]) -> None:
    """I11: the account is of the verdict as it was stored; the next sync puts it right."""
    call_late(crm, relevo)
    crm.delete("calls", "c")
    assert relevo("sync").exit_code == 0
    told = lines(relevo("sla", "explain", "ana@x.example", "--lang", "en").output)
    assert told[1].startswith("Breached")
    assert any("corrected: what had counted does not any more" in line for line in told)


def test_a_clock_that_stands_still_says_since_when_and_why(crm: World, relevo: Callable[..., Result]) -> None:
    crm.put("contacts", "3", {**crm.rows["contacts"]["1"]["fields"], "email": "luz@x.example", "hold": "true"})
    assert relevo("sync").exit_code == 0
    told = lines(relevo("sla", "explain", "luz@x.example", "--lang", "en").output)
    assert told[1] == "Paused: the clock stands still."
    assert any(line.endswith("until now paused") for line in told)


def test_a_verdict_that_waits_says_for_which_data(relevo: Callable[..., Result], world: str, tmp_path: Path) -> None:
    """I10: of the second CRM nothing was read yet."""
    World.named(f"{world}-other").put("contacts", "9", {"email": "eva@x.example"})
    other = f"other: {{connector: memory, world: {world}-other}}"
    objects = "objects:\n  other.contacts:\n    as: person\n    fields: {email: email}\n"
    text = CONFIG.replace("WORLD}}", f"{world}}}, {other}}}").replace("objects:\n", objects)
    (tmp_path / "config.yaml").write_text(text.replace("relevo.db", "two.db"))
    assert relevo("sync", "crm").exit_code == 0
    told = lines(relevo("sla", "explain", "ana@x.example", "--lang", "en").output)
    assert told[1].startswith("At risk, no verdict yet: it was due 9 d")
    assert "other.contacts never not up to the due time" in told


def test_it_is_told_in_spanish_too(relevo: Callable[..., Result]) -> None:
    told = lines(relevo("sla", "explain", "ana@x.example", "--lang", "es").output)
    assert told[1].startswith("Incumplido: venció hace 9 d")
    assert "quién llevaba a la persona" in told
    assert "calendario mexico el del equipo del propietario al abrirse" in told


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("ana@x.example", "--cycle", "2"), "There is no clock 2"),
        (("eva@x.example",), "No clock has run for this person"),
        (("nobody@x.example",), "Nobody here is called that"),
    ],
)
def test_what_is_not_there_is_said(relevo: Callable[..., Result], words: tuple[str, ...], why: str) -> None:
    result = relevo("sla", "explain", *words)
    assert result.exit_code == 2
    assert why in result.stderr


def test_the_list_of_clocks_is_still_a_command_of_its_own(relevo: Callable[..., Result]) -> None:
    assert json.loads(relevo("sla", "-o", "json").output)["rows"][0]["status"] == "breached"
    assert relevo("sla", "--fail-if", "breached > 0").exit_code == 1
