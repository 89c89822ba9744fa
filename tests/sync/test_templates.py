"""Configurations over several CRMs, put together from their starting points."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sync.cli import main
from sync.config import parse_config
from sync.init import example
from sync.templates import OTHERS, with_crms

ENV = {"HUBSPOT_TOKEN": "t"}


@pytest.mark.parametrize("names", [(), ("salesforce",), ("zoho",), OTHERS, tuple(reversed(OTHERS))])
def test_any_choice_of_crms_is_one_whole_configuration(names: tuple[str, ...]) -> None:
    config = parse_config(with_crms(example(), names), ENV)
    assert tuple(config.connections) == ("hubspot", *names)
    for name in names:
        assert any(mapping.written for mapping in config.mappings[name].values())


def test_what_the_example_says_stays_as_it_is() -> None:
    """The added parts stand behind its own; no line of it is lost or moved."""
    kept = iter(with_crms(example(), OTHERS).splitlines())
    assert all(line in kept for line in example().splitlines())


def test_a_crm_without_a_starting_point_is_an_error() -> None:
    with pytest.raises(KeyError):
        with_crms(example(), ("pipedrive",))


def test_init_adds_the_named_crms_and_asks_for_their_secrets(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    done = CliRunner().invoke(main, ["init", str(folder), "--with", "zoho"])
    assert done.exit_code == 0, done.output
    assert (folder / ".env.example").read_text().splitlines()[2:] == [
        *("HUBSPOT_TOKEN=", "ZOHO_CLIENT_ID=", "ZOHO_CLIENT_SECRET=", "ZOHO_REFRESH_TOKEN="),
    ]
    assert "zoho" in parse_config((folder / "config.yaml").read_text(), ENV).connections
