"""Connectors are found by name, and nothing else knows them."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from connectors import registry
from connectors.memory import Memory
from connectors.registry import BrokenConnector, UnknownConnector, load, names


def test_the_shipped_connectors_are_installed() -> None:
    assert {"hubspot", "memory"} <= set(names())
    assert load("memory") is Memory


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownConnector, match="Did you mean 'hubspot'") as caught:
        load("hubpsot")
    assert (caught.value.name, caught.value.suggestion) == ("hubpsot", "hubspot")


def test_a_name_like_no_other_gets_the_list() -> None:
    with pytest.raises(UnknownConnector, match=r"Installed: .*hubspot") as caught:
        load("x")
    assert caught.value.suggestion is None


@pytest.mark.parametrize("target", ["no_such_module:X", "connectors.memory:Nothing", "connectors.base:Stop"])
def test_a_connector_that_cannot_be_used_says_why(monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    entry = EntryPoint("broken", target, registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda **_: (entry,))
    with pytest.raises(BrokenConnector, match="broken"):
        load("broken")


def test_names_imports_no_connector() -> None:
    code = "import sys; from connectors.registry import names; names(); sys.exit('connectors.hubspot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 (our own code)
