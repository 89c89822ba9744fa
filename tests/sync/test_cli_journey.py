"""`relevo journey` as a document and as a page: the whole path, and nothing that a CRM's text could do to it."""

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.memory.world import World
from sync.cli import main

_SERIAL = count(1)
NASTY = "<script>alert(1)</script>&\"'\x1b[31m"
CONFIG = """\
version: 1
connections: {crm: {connector: memory, world: WORLD}}
objects:
  crm.contacts:
    as: person
    history: stage
    fields: {email: email, first_name: firstname, stage: stage, created_at: {from: created, type: datetime}}
    touchpoints:
      - {id: form, type: form, at: form_at, direction: inbound, actor: lead, subject: form_name}
    write: {score: {to: relevo_score}}
  crm.calls:
    as: touchpoint
    links: [contacts]
    fields: {type: {value: call}, at: {from: at, type: datetime}, direction: {value: outbound}, actor: {value: human}}
  crm.deals:
    as: deal
    links: {contacts: person}
    fields: {name: name, status: status, amount: {from: amount, type: decimal}, currency: currency, closed_at: {from: closed, type: datetime}}
score:
  qualified_at: 60
  leaves_at: 0
  criteria: {interest: {cap: 60, rules: [{id: form, on: form, points: 60, half_life: 10d}]}}
sla:
  policies: [{name: first-contact, target: 24h}]
  handover: {accepted_when: 'stage == "customer"'}
state: {url: "sqlite:///relevo.db"}
"""


def _ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


@pytest.fixture
def shown(tmp_path: Path) -> Any:
    """Prints Ana's journey: a form, a call two hours later, and a deal; with a name that no page should obey."""
    name = f"journey-{next(_SERIAL)}"
    crm = World.named(name)
    crm.put("contacts", "0", {"relevo_score": None})
    person = {"email": "ana@x.example", "firstname": NASTY, "stage": "lead", "created": _ago(300)}
    crm.put("contacts", "1", person | {"form_at": _ago(240), "form_name": NASTY})
    crm.put("contacts", "1", {"stage": "customer"})
    crm.put("calls", "a", {"at": _ago(238)})
    crm.link("calls", "a", "contacts", "1")
    won = {"name": NASTY, "status": "won", "amount": "1000.50", "currency": "EUR", "closed": _ago(2)}
    crm.put("deals", "d", won)
    crm.link("deals", "d", "contacts", "1")
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("WORLD", name))

    def run(*words: str) -> str:
        result = CliRunner().invoke(main, [*words, "-c", str(config)])
        assert result.exit_code == 0, result.output
        return result.stdout

    run("sync")
    return lambda *words: run("journey", "ana@x.example", *words)


def test_the_document_tells_the_whole_path(shown: Any) -> None:
    """The score at each moment fades as it did; stages, deal, clock, what was written down and what the CRM holds are there."""
    told = json.loads(shown("-o", "json"))
    scores = {event["what"]: event["score"] for event in told["events"]}
    assert scores["form"] == 60
    assert scores["call"] == 60
    assert scores["won"] == 30
    assert [stage["stage"] for stage in told["stages"]] == ["lead", "customer"]
    assert told["stages"][0]["left_at"] == told["stages"][1]["entered_at"]
    assert told["stages"][1]["left_at"] is None
    (deal,) = told["deals"]
    assert (deal["status"], deal["amount"], deal["currency"]) == ("won", "1000.50", "EUR")
    assert [spell["left"] for spell in told["spells"]] == [None]
    (handover,) = told["handovers"]
    assert (handover["decision"], handover["decided_at"]) == ("accepted", told["spells"][0]["entered"])
    assert [clock["status"] for clock in told["sla"]] == ["met"]
    assert [change["score"] for change in told["score_history"]] == [told["score"]]
    (held,) = told["held"]
    assert held["fields"] == {"relevo_score": told["score"]}
    (write,) = told["writes"]
    assert write["changes"] == [{"field": "relevo_score", "old": None, "new": told["score"]}]
    assert (write["outcome"], write["run"]) == ("done", told["score_history"][0]["run"])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_obeys_nobody(shown: Any) -> None:
    """Every tag that opens closes; what a CRM calls a script is text; nothing is fetched; control characters are gone."""
    page = shown("-o", "html", "--lang", "es")
    tags = _Tags()
    tags.feed(page)
    assert tags.open == []
    assert "script" not in tags.seen
    assert {"svg", "polyline", "table"} <= tags.seen
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\x1b" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert '<html lang="es">' in page
    assert "Negocios" in page
    assert "1.000,50 EUR" in page
