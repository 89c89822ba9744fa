"""A period under another agreement: counted by hand, equal to really having had it, and leaving no trace."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from connectors.memory.world import World
from sync.app import App
from sync.cli import main
from sync.cli.errors import Exit
from sync.config import ConfigErrors, changed_config, parse_config
from sync.config_change import WrongChange
from sync.engine import Ending, run_sync
from sync.period import Period
from sync.whatif import Outcome, outcomes

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)
PERIOD = Period(NOW - timedelta(days=60), NOW)
_SERIAL = count(1)
CONFIG = """\
version: 1
connections: {crm: {connector: memory, world: WORLD}}
objects:
  crm.contacts:
    as: person
    fields: {email: email, owner: owner, created_at: {from: created, type: datetime}}
    touchpoints:
      - {id: form, type: form, at: form_at, direction: inbound, actor: lead}
      - {id: visit, type: page_view, at: visit_at, direction: inbound, actor: lead}
    write: {score: {to: relevo_score}}
  crm.calls:
    as: touchpoint
    links: [contacts]
    fields: {type: {value: call}, at: {from: at, type: datetime}, direction: {value: outbound}, actor: {value: human}}
  crm.deals:
    as: deal
    links: {contacts: person}
    fields: {status: status, closed_at: {from: closed, type: datetime}}
score:
  qualified_at: 60
  leaves_at: 0
  criteria:
    interest: {cap: 100, rules: [{id: form, on: form, points: 60}, {id: visit, on: page_view, points: 30}]}
sla:
  policies: [{name: first-contact, target: 24h}]
state: {url: "sqlite:///FILE"}
"""


@dataclass
class Company:
    """Its configuration's text, and its CRM."""

    text: str

    def open(self, edit: Callable[[str], str] = lambda text: text) -> App:
        return App.open(parse_config(edit(self.text), {}), now=lambda: NOW)

    def sync(self, edit: Callable[[str], str] = lambda text: text) -> None:
        with self.open(edit) as app:
            assert run_sync(app, "crm").ending is Ending.COMPLETE


def day(days: float) -> str:
    """So many days before now."""
    return (NOW - timedelta(days=days)).isoformat()


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Ana and Eva sent a form, Leo only visited. Ana was called after 5 h and bought; Leo bought; Eva waits."""
    name = f"whatif-{next(_SERIAL)}"
    crm = World.named(name)
    crm.put("contacts", "0", {"relevo_score": None})
    for id_, moment in (("1", "form_at"), ("2", "form_at"), ("3", "visit_at")):
        owner = {"owner": "o1"} if id_ != "2" else {}
        crm.put("contacts", id_, {"email": f"{id_}@x.example", "created": day(50), moment: day(40), **owner})
    crm.put("calls", "a", {"at": day(40 - 5 / 24)})
    crm.link("calls", "a", "contacts", "1")
    for id_, contact in (("d1", "1"), ("d3", "3")):
        crm.put("deals", id_, {"status": "won", "closed": day(10)})
        crm.link("deals", id_, "contacts", contact)
    made = Company(CONFIG.replace("WORLD", name).replace("FILE", str(tmp_path / "relevo.db")))
    made.sync()
    return made


def asked(company: Company, *changes: str) -> tuple[Outcome, Outcome]:
    """What was, and what would be."""
    with company.open() as app:
        other = changed_config(app.config, changes)
        was, would = outcomes(app, (app.agreement, other.agreement), PERIOD)
    return was, would


def test_a_lower_threshold_sends_more_and_misses_less(company: Company) -> None:
    """At 60 two qualify, one of two buyers among them; at 30 all three, both buyers among them; one more late answer."""
    was, would = asked(company, "score.qualified_at=30")
    assert (was.qualified, was.precision, was.recall, was.late, was.clocks) == (2, 0.5, 0.5, 1, 2)
    assert (would.qualified, would.recall, would.late, would.clocks) == (3, 1.0, 2, 3)
    assert would.precision == pytest.approx(2 / 3)
    assert (dict(was.load), dict(would.load)) == ({"o1": 1, "(none)": 1}, {"o1": 2, "(none)": 1})


def test_a_shorter_target_makes_an_answer_late(company: Company) -> None:
    """Ana's after five hours is within 24 and not within 4; who qualifies does not change."""
    was, would = asked(company, "sla.policies.first-contact.target=4h")
    assert (was.late, would.late, was.qualified, would.qualified) == (1, 2, 2, 2)
    assert (was.late_share, would.late_share) == (0.5, 1.0)


def test_what_sales_decided_is_told_of_those_who_would_have_been_sent(company: Company) -> None:
    """Their deals say that Ana was taken, and at 30 points Leo too; nobody decided on Eva, unless whom nobody owns is taken."""
    was, would = asked(company, "score.qualified_at=30")
    assert (was.acceptance, was.decided) == (1.0, 1)
    assert (would.accepted, would.decided) == (2, 2)
    _, other = asked(company, "sla.handover={accepted_when: 'ISBLANK(owner)'}")
    assert (other.accepted, other.decided) == (2, 2)


def test_it_is_what_really_having_had_that_agreement_tells(company: Company) -> None:
    """I9: after changing the file and a sync, what is equals what would have been."""
    _, would = asked(company, "score.qualified_at=30", "sla.policies.first-contact.target=4h")

    def edit(text: str) -> str:
        return text.replace("qualified_at: 60", "qualified_at: 30").replace("target: 24h", "target: 4h")

    company.sync(edit)
    with company.open(edit) as app:
        (told,) = outcomes(app, (app.agreement,), PERIOD)
        assert told == would
        assert len(app.store.sla_rows()) == would.clocks


def test_nothing_is_stored(company: Company) -> None:
    """The database is as it was."""
    with company.open() as app:
        before = app.store.digest()
        asked(company, "score.qualified_at=30")
        assert (app.store.digest(), app.store.to_derive()) == (before, 0)


def test_an_empty_period_has_no_shares(company: Company) -> None:
    """Not a precision of nought."""
    with company.open() as app:
        (told,) = outcomes(app, (app.agreement,), Period(NOW - timedelta(days=3), NOW))
    assert (told.qualified, told.precision, told.recall, told.late_share) == (0, None, None, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("score.qualified_at", "score.… or sla.…"),
        ("state.url=x", "score.… or sla.…"),
        ("sla.policies.first.target=4h", "there are: first-contact"),
        ("score.criteria.intrest.cap=4", "did you mean 'interest'?"),
        ("score.qualified_at.x=4", "nothing is below it"),
        ("sla.policies.other=4", "there are: first-contact"),
        ("score.qualified_at=[", "no YAML value"),
        ("score.qualified_at=1\nother: 2", "no YAML value"),
    ],
)
def test_a_change_that_leads_nowhere_says_where_it_ends(company: Company, change: str, words: str) -> None:
    """And what there is instead."""
    with company.open() as app, pytest.raises(WrongChange, match=words.replace("?", r"\?").replace(".", r"\.")):
        changed_config(app.config, [change])


def test_a_change_must_leave_a_valid_agreement(company: Company) -> None:
    """I15: an unknown key, a value out of bounds, two that do not fit; each names its place."""
    with company.open() as app:
        for change, words in (
            ("score.qualified=5", "did you mean 'qualified_at'?"),
            ("score.qualified_at=101", "score.qualified_at: must be less than or equal to 100"),
            ("score.leaves_at=90", "leaves_at"),
            ("sla.policies.first-contact.calendar=nowhere", "unknown calendar"),
        ):
            with pytest.raises(ConfigErrors) as errors:
                changed_config(app.config, [change])
            assert words in str(errors.value)
        assert app.agreement.rules.qualified_at == 60


def test_the_command_prints_both_sides(company: Company, tmp_path: Path) -> None:
    """Side by side, in text and JSON; a wrong change is a usage error."""
    file = tmp_path / "config.yaml"
    file.write_text(company.text)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["whatif", *words, "--over", "2026-03-13..2026-05-12", "-c", str(file)])

    document = json.loads(run("--set", "score.qualified_at=30", "-o", "json").stdout)
    rows = {row["measure"]: row for row in document["rows"]}
    assert document["schema"] == "relevo/whatif@1"
    assert (rows["qualified"]["was"], rows["qualified"]["would_be"], rows["qualified"]["difference"]) == (2, 3, 1)
    assert rows["load:o1"]["difference"] == 1
    assert "personas cualificadas" in run("--set", "score.qualified_at=30", "--lang", "es").stdout
    for wrong in ("score.qualified_at=101", "connections.crm=1", "score.nothing=1"):
        result = run("--set", wrong)
        assert result.exit_code == Exit.USAGE, result.output
