"""Why a score changed, told by real runs; and the rules of then, shown, compared and replayed."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from journey.cause import Cause
from journey.model import Ref
from state.told import ScoreChange
from sync.cli import main
from sync.config import parse_config
from sync.rules_version import MASKED, UnknownRules, as_yaml, called, difference, rules_version, with_rules

if TYPE_CHECKING:
    from tests.sync.conftest import Bench

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

Relevo = Callable[..., Result]


def changes(bench: "Bench") -> list[ScoreChange]:
    with bench.open() as app:
        (row,) = app.store.find_person("1@example.es")
        return list(app.store.trail.scores(row.person))


def causes(change: ScoreChange) -> set[Cause]:
    return {part.cause for part in change.parts if abs(part.points) >= 1}


def lower_points(text: str) -> str:
    return text.replace("points: 40", "points: 20")


@pytest.fixture
def history(bench: "Bench") -> "Bench":
    """A lead by fit alone; then a form, fourteen days, a smaller company, and other rules."""
    bench.lead("1", form_at=None)
    bench.sync()
    bench.time = NOW + timedelta(hours=1)
    bench.lead("1", form_at=bench.time)
    bench.sync()
    bench.time += timedelta(days=14)
    bench.sync()
    bench.time += timedelta(minutes=1)
    bench.edit = lower_points
    bench.sync()
    return bench


def test_every_change_of_a_score_has_its_cause(history: "Bench") -> None:
    first, form, time, rules = changes(history)
    assert [causes(change) for change in (first, form, time, rules)] == [
        {Cause.FIRST}, {Cause.ACTIVITY}, {Cause.TIME}, {Cause.RULES},
    ]  # fmt: skip
    assert [change.total for change in (first, form, time, rules)] == [40, 90, 65, 45]
    (part,) = [part for part in form.parts if part.cause is Cause.ACTIVITY]
    assert isinstance(part.evidence, Ref)
    assert (part.rule, part.evidence.object, part.points) == ("form", "contacts#form", 50)
    assert form.previous_rules == form.rules_version == rules.previous_rules != rules.rules_version
    for change in (form, time, rules):
        assert change.previous is not None
        assert sum(part.points for part in change.parts) == pytest.approx(change.total - change.previous, abs=1e-5)


@pytest.mark.parametrize("first", ["crm", "other"])
def test_a_record_of_another_crm_that_joins_is_the_cause(two: "Bench", first: str) -> None:
    """I11: the history goes on, whichever of the two ids is the one that remains."""
    (second,) = {"crm", "other"} - {first}
    two.lead("1", form_at=None, name=first)
    two.sync(first)
    two.time += timedelta(hours=1)
    form_at = (NOW - timedelta(days=1)).isoformat()
    two.world(second).put("contacts", "9", {"email": "1@example.es", "stage": "lead", "form_at": form_at})
    two.sync(second)
    before, last = changes(two)
    assert (before.total, last.previous) == (40, 40)
    joined = [part.evidence for part in last.parts if part.cause is Cause.IDENTITY]
    assert joined == [Ref(second, "contacts", "9")]


def test_a_run_without_news_writes_no_history(history: "Bench") -> None:
    """I2."""
    before = changes(history)
    history.sync()
    assert changes(history) == before


@pytest.fixture
def relevo(history: "Bench", tmp_path: Path) -> Relevo:
    """The command line over that history."""
    config = tmp_path / "config.yaml"
    config.write_text(history.edit(history.text()))
    return lambda *words: CliRunner().invoke(main, [*words, "-c", str(config)])


def test_the_history_is_told_in_words_and_rows(relevo: Relevo) -> None:
    english, spanish = (relevo("score", "history", "1@example.es", "--lang", lang).stdout for lang in ("en", "es"))
    assert "+50.0 form (crm.contacts 1)" in english
    assert "−25.0 time passed: interest" in english
    assert "−25,0 paso del tiempo: interest" in spanish
    assert "rules changed" in english
    document = json.loads(relevo("score", "history", "1@example.es", "-o", "json").stdout)
    assert [change["score"] for change in document["changes"]] == [40, 90, 65, 45]
    rows = list(csv.DictReader(io.StringIO(relevo("score", "history", "1@example.es", "-o", "csv").stdout)))
    assert {row["cause"] for row in rows} >= {"first", "activity", "time", "rules"}
    told = relevo("journey", "1@example.es").stdout
    assert "how the score changed" in told
    assert "−25.0 time passed: interest" in told


def test_rules_are_listed_shown_and_compared(relevo: Relevo) -> None:
    now, then = json.loads(relevo("score", "rules", "list", "-o", "json").stdout)["rows"]
    assert "points: 20" in relevo("score", "rules", "show").stdout
    assert "on: form" in relevo("score", "rules", "show", then["version"][:6]).stdout
    lines = relevo("score", "rules", "diff", then["scores"], now["version"]).stdout.splitlines()
    assert [line for line in lines[2:] if line[0] in "+-"] == ["-        points: 40", "+        points: 20"]
    assert "do not differ" in relevo("score", "rules", "diff", "current").stdout
    assert relevo("score", "rules", "show", "zz").exit_code == 2


def test_a_score_is_explained_as_of_then_by_the_rules_of_then(relevo: Relevo) -> None:
    """I9: the replay gives the number that was written down at the time."""
    _, then = json.loads(relevo("score", "rules", "list", "-o", "json").stdout)["rows"]
    at = (NOW + timedelta(hours=1)).isoformat()
    words = ("score", "explain", "1@example.es", "-o", "json", "--at", at)
    document = json.loads(relevo(*words, "--rules", then["version"]).stdout)
    assert (document["total"], document["rules_version"]) == (90, then["scores"])
    assert json.loads(relevo(*words).stdout)["total"] == 70


def test_rules_that_do_not_fit_any_more_say_so(relevo: Relevo, history: "Bench") -> None:
    with history.open() as app:
        old = app.store.trail.rules()[1].rules
    odd = old.sections.replace("employees", "shoe_size")
    with history.open() as app:
        app.store.trail.use_rules(type(old)("ffff", "ffff", odd))
    result = relevo("score", "explain", "1@example.es", "--rules", "ffff")
    assert result.exit_code == 2
    assert "relevo score rules show ffff" in result.stderr


def test_a_version_means_one_agreement_or_nothing(history: "Bench") -> None:
    with history.open() as app:
        used = app.store.trail.rules()
    assert called(used, "current") == used[0]
    with pytest.raises(UnknownRules, match="several"):
        called(used, "")
    with pytest.raises(UnknownRules, match="no rules"):
        called([], "current")


def test_the_version_changes_with_the_meaning_alone(bench: "Bench") -> None:
    plain = parse_config(bench.text(), {})
    spelled = parse_config(bench.text().replace("points: 40", "points: 40.0"), {})
    other = parse_config(bench.text().replace("target: 24h", "target: 25h"), {})
    versions = [rules_version(config, None) for config in (plain, spelled, other)]
    assert versions[0].version == versions[1].version != versions[2].version
    assert versions[0].score_version == versions[2].score_version
    assert difference(versions[0], versions[2])
    assert with_rules(other, versions[0]).agreement.policies == plain.agreement.policies


def test_what_comes_from_outside_the_file_is_never_kept(bench: "Bench") -> None:
    """I12."""
    text = bench.text().replace('when: "employees >= 200"', 'when: "${SECRET_RULE}"')
    version = rules_version(parse_config(text, {"SECRET_RULE": "employees >= 777"}), None)
    assert "777" not in version.sections
    assert MASKED in as_yaml(version)
