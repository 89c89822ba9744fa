"""The files a person starts from."""

import json
from pathlib import Path

from click.testing import CliRunner

from sync.cli import main
from sync.cli.errors import Exit
from sync.config import load_config


def test_init_writes_a_configuration_that_is_valid(tmp_path: Path) -> None:
    """With the token that .env.example asks for, and the schema that its first line names."""
    folder = tmp_path / "new"
    result = CliRunner().invoke(main, ["init", str(folder)])
    assert result.exit_code == Exit.OK
    assert {path.name for path in folder.iterdir()} == {
        "config.yaml",
        "relevo.schema.json",
        ".env.example",
        ".gitignore",
    }
    assert load_config(folder / "config.yaml", {"HUBSPOT_TOKEN": "t"}).connections
    assert "relevo.schema.json" in (folder / "config.yaml").read_text().splitlines()[0]
    assert json.loads((folder / "relevo.schema.json").read_text())["properties"]["connections"]
    assert "relevo doctor" in result.stdout


def test_init_never_overwrites_unless_forced(tmp_path: Path) -> None:
    """Nothing at all is written when one file is in the way; the same content is not in the way."""
    mine = tmp_path / "config.yaml"
    mine.write_text("mine")
    result = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert result.exit_code == Exit.USAGE
    assert "--force" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
    assert CliRunner().invoke(main, ["init", str(tmp_path), "--force"]).exit_code == Exit.OK
    assert mine.read_text() != "mine"
    again = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert again.exit_code == Exit.OK
    assert "wrote" not in again.stdout


def test_a_wrong_configuration_is_refused_with_every_place_at_once(tmp_path: Path) -> None:
    """I15: `file:line:column`, the line and a caret for each problem; exit code 2; as JSON for editors."""
    CliRunner().invoke(main, ["init", str(tmp_path)])
    config = tmp_path / "config.yaml"
    text = config.read_text().replace("lang: en", "lang: fr", 1).replace("schedule:", "shedule:", 1)
    config.write_text(text)
    words = ["config", "validate", "-c", str(config)]
    result = CliRunner(env={"HUBSPOT_TOKEN": "s3cret-token"}).invoke(main, words)
    assert result.exit_code == Exit.USAGE
    assert result.stderr.count(f"{config}:") == 2
    assert "did you mean 'schedule'" in result.stderr
    assert "s3cret-token" not in result.output
    told = json.loads(CliRunner(env={"HUBSPOT_TOKEN": "t"}).invoke(main, [*words, "-o", "json"]).stdout)
    assert told["ok"] is False
    assert {problem["path"] for problem in told["problems"]} == {"lang", "shedule"}


def test_without_a_configuration_the_person_is_sent_to_init(tmp_path: Path) -> None:
    """Neither a traceback nor a bare `not found`."""
    result = CliRunner().invoke(main, ["status", "-c", str(tmp_path / "none.yaml")])
    assert result.exit_code == Exit.USAGE
    assert "relevo init" in result.stderr
