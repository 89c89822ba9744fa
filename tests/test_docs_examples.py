"""What the documentation computes and runs: expressions, the worked example, due times, the example connector."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, Touchpoint, TouchType, Value
from journey.qualification import spells
from journey.score import score
from journey.target import Target
from journey.wording import reason
from mapping.expression import compile_expression
from mapping.functions import FUNCTIONS
from mapping.special import SPECIAL
from sync.config import parse_config
from sync.init import example

DOCS = Path(__file__).parent.parent / "docs"
ENVIRONMENT = {"HUBSPOT_TOKEN": "secret"}
SHOWN_EXPRESSION = re.compile(r"`([^`]+)` → `([^`]+)`")


def text(page: str) -> str:
    """A page of docs/."""
    return (DOCS / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> Iterator[str]:
    """The page's fenced blocks of one language."""
    return iter(re.findall(rf"^```{language}\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL))


EXAMPLE_RECORD = {"country": "ES", "plan": "", "size": "120"}
WORDS = {"true": True, "false": False, "null": None}


def test_every_expression_gives_what_the_page_says() -> None:
    """For the record that the page describes."""
    shown = SHOWN_EXPRESSION.findall(text("configuration.md"))
    wrong = {source: told for source, told in shown if compile_expression(source)(EXAMPLE_RECORD) != value(told)}
    assert (wrong, len(shown) > 35) == ({}, True)


def value(told: str) -> Any:
    """A result as the page writes it."""
    return WORDS[told] if told in WORDS else ast.literal_eval(told)


def test_every_function_of_the_expression_language_is_explained() -> None:
    """Each with an example that is computed above."""
    shown = " ".join(source for source, _ in SHOWN_EXPRESSION.findall(text("configuration.md")))
    missing = {name for name in [*FUNCTIONS, *SPECIAL, "FIELD"] if f"{name}(" not in shown}
    assert missing == set()


def test_the_worked_example_is_what_the_program_computes() -> None:
    """agreement.md does by hand what `journey.score` does."""
    rules = parse_config(example(), ENVIRONMENT).agreement.rules
    at = datetime(2026, 3, 12, 9, tzinfo=UTC)
    ana = journey_of_ana(at)
    told = score(ana, rules, at)
    page = " ".join(text("agreement.md").split())
    for line in told.lines:
        if line.decay < 1:
            assert f"= {line.points:.2f} |" in page
    interest, fit = told.criteria
    assert f"**{interest.points:.2f}**" in page
    assert f"**{fit.points:.0f}**" in page
    assert f"{told.exact:.2f} → **{told.total}**" in page
    assert reason(told, "en") in page
    (spell,) = spells(ana, rules, at + timedelta(days=100))
    assert spell.left is not None
    assert (f"{spell.entered:%-d %B at %H:%M}", f"{spell.left:%-d %B}") == ("2 March at 09:00", "2 April")


def journey_of_ana(at: datetime) -> Journey:
    """The person of the worked example."""
    events = [
        (TouchType.EMAIL_CLICK, 30, None),
        (TouchType.FORM, 20, "Guide: choosing a CRM"),
        (TouchType.FORM, 10, "Demo request"),
        (TouchType.EMAIL_CLICK, 5, None),
        (TouchType.PAGE_VIEW, 3, None),
        (TouchType.EMAIL_CLICK, 2, None),
    ]
    touches = tuple(
        Touchpoint(
            Ref("hubspot", "contacts", f"1@{days}"),
            at - timedelta(days=days),
            kind,
            Direction.INBOUND,
            Actor.LEAD,
            None,
            {"subject": subject},
        )
        for kind, days, subject in events
    )
    known: dict[str, Value] = {"job_title": "Directora de Marketing", "country": "Spain", "company_employees": 120}
    moments = (Moment(at - timedelta(days=40), known),)
    return Journey(PersonId("p"), (), moments, touches, (), ())


@pytest.mark.parametrize(
    ("target", "friday", "wednesday"),
    [
        ("24h", "Saturday 18:30", "Thursday 10:00"),
        ("24bh", "Wednesday 18:00", "Monday 12:00"),
        ("1bd", "Tuesday 09:00", "Thursday 10:00"),
    ],
)
def test_the_due_times_are_what_the_program_computes(target: str, friday: str, wednesday: str) -> None:
    """The table of units in agreement.md."""
    calendar = parse_config(example(), ENVIRONMENT).agreement.hours.calendars["madrid"]
    madrid = ZoneInfo("Europe/Madrid")
    opened = [datetime(2026, 3, 13, 18, 30, tzinfo=madrid), datetime(2026, 3, 11, 10, tzinfo=madrid)]
    due = [Target.parse(target).due(at.astimezone(UTC), calendar).astimezone(madrid) for at in opened]
    assert [f"{at:%A %H:%M}" for at in due] == [friday, wednesday]
    (row,) = (line for line in text("agreement.md").splitlines() if line.startswith(f"| `{target}`"))
    assert f"| {friday} | {wednesday} |" in row


def test_the_sandbox_page_runs() -> None:
    """Its Python block is a little test itself."""
    (code,) = blocks("sandbox.md", "python")
    exec(compile(code, "sandbox.md", "exec"), {})  # noqa: S102 (our own page)


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """The example connector, as an installed package: its module, its entry point and its test."""
    module, test = blocks("connectors.md", "python")
    (entry,) = re.findall(r'^acme = "(.+)"$', text("connectors.md"), re.MULTILINE)
    (tmp_path / "acme.py").write_text(module)
    (tmp_path / "test_acme.py").write_text(test)
    installed = tmp_path / "relevo_acme-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: relevo-acme\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(f"[relevo.connectors]\nacme = {entry}\n")
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with `folder` and all that is importable here importable."""
    command = [sys.executable, *arguments]
    path = ":".join([str(folder), *(entry for entry in sys.path if entry)])
    return subprocess.run(  # noqa: S603 (our own code)
        command, cwd=folder, env={"PYTHONPATH": path, "ACME_TOKEN": "x"}, check=False, capture_output=True, text=True
    )


def test_the_example_connector_keeps_the_contract(acme: Path) -> None:
    """As its reader would run it."""
    told = python(acme, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "test_acme.py")
    assert told.returncode == 0, told.stdout
    assert re.search(r"(\d\d) passed, \d skipped", told.stdout), told.stdout


def test_the_example_connector_can_be_configured(acme: Path) -> None:
    """It is found by its entry point, and its options are checked with the file."""
    (connection,) = (block for block in blocks("connectors.md", "text") if "acme" in block)
    rest = """
version: 1
score: {criteria: {}}
objects:
  acme.contacts: {as: person, fields: {email: email}}
"""
    (acme / "config.yaml").write_text(connection + rest)
    validate = ("-c", "from sync.cli import main; main()", "-c", "config.yaml", "config", "validate")
    assert python(acme, *validate).returncode == 0
    (acme / "config.yaml").write_text(connection.replace("token:", "tokne:") + rest)
    refused = python(acme, *validate)
    assert (refused.returncode, "did you mean 'token'?" in refused.stderr) == (2, True)
