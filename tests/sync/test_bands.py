"""`relevo score bands` over a company small enough to be counted by hand."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.memory.world import World
from sync.cli import main

_SERIAL = count(1)
CONFIG = """\
version: 1
connections: {crm: {connector: memory, world: WORLD}}
objects:
  crm.contacts:
    as: person
    fields: {email: email, grade: {from: grade, type: integer}, created_at: {from: created, type: datetime}, disqualified: {from: out, type: boolean}, disqualified_at: {from: out_at, type: datetime}}
  crm.deals:
    as: deal
    links: {contacts: person}
    fields: {status: status, created_at: {from: created, type: datetime}, closed_at: {from: closed, type: datetime}}
score:
  criteria:
    fit: {cap: 100, rules: [{id: some, when: 'grade >= 1', points: 55}, {id: more, when: 'grade >= 2', points: 20}]}
sla: {handover: {rejected_when: disqualified}}
state: {url: "sqlite:///relevo.db"}
"""


def _ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@pytest.fixture
def bands(tmp_path: Path) -> Callable[..., str]:
    """Six people: three of 75 points (one bought, one refused), two of 55 (one bought), one of 0; and one who came too early."""
    world = f"bands-{next(_SERIAL)}"
    crm = World.named(world)
    for id_, grade in (("1", 2), ("2", 2), ("3", 2), ("4", 1), ("5", 1), ("6", 0)):
        crm.put("contacts", id_, {"email": f"{id_}@x.example", "grade": str(grade), "created": _ago(20)})
    crm.put("contacts", "2", {"out": "true", "out_at": _ago(5)})
    crm.put("contacts", "7", {"email": "7@x.example", "grade": "2", "created": _ago(200)})
    for id_ in ("1", "4"):
        crm.put("deals", id_, {"status": "won", "created": _ago(9), "closed": _ago(3)})
        crm.link("deals", id_, "contacts", id_)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("WORLD", world))
    assert CliRunner().invoke(main, ["sync", "-c", str(config)]).exit_code == 0

    def run(*words: str) -> str:
        result = CliRunner().invoke(main, ["score", "bands", *words, "-c", str(config)])
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_bands_tell_leads_decisions_and_purchases(bands: Callable[..., str]) -> None:
    told = json.loads(bands("--over", "30d", "-o", "json"))
    rows = {row["from"]: row for row in told["bands"]}
    assert told["people"] == 6
    assert len(rows) == 10
    assert [rows[70][key] for key in ("leads", "accepted", "rejected", "won", "share")] == [3, 1, 1, 1, 0.5]
    assert [rows[50][key] for key in ("leads", "accepted", "rejected", "won")] == [2, 1, 0, 1]
    assert rows[70]["provisional"]
    assert rows[70]["low"] < rows[70]["conversion"] < rows[70]["high"]


def test_thresholds_stand_beside_the_agreed_one(bands: Callable[..., str]) -> None:
    told = {row["from"]: row for row in json.loads(bands("--over", "30d", "-o", "json"))["thresholds"]}
    assert (told[70]["leads"], told[70]["won"], told[70]["recall"], told[70]["difference"]) == (3, 1, 0.5, 0)
    assert (told[50]["leads"], told[50]["precision"], told[50]["recall"], told[50]["difference"]) == (5, 0.4, 1.0, 2)
    assert told[80]["precision"] is None


def test_csv_has_both_tables_and_text_is_in_the_readers_language(bands: Callable[..., str]) -> None:
    rows = list(csv.DictReader(io.StringIO(bands("--over", "30d", "-o", "csv"))))
    assert [row["kind"] for row in rows] == ["band"] * 10 + ["threshold"] * 9
    assert rows[7]["conversion"]
    assert not rows[7]["precision"]
    spanish = bands("--over", "30d", "--lang", "es")
    assert "PUNTOS" in spanish
    assert "50,0 %" in spanish
    assert "← cualificado desde 70" in spanish


def test_a_period_without_anybody_is_told_without_numbers(bands: Callable[..., str]) -> None:
    assert "n/a" in bands("--over", "1d")
