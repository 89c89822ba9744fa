"""The files around the configuration: where it is looked for, the example that is shipped, the schema for editors."""

from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from connectors.base import Change
from mapping.compiled import Mapped
from sync.config import ConfigErrors, find_config, json_schema, load_config


def test_the_schema_describes_every_key_and_every_installed_connector() -> None:
    schema = json_schema()
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    connectors = [
        form["properties"]["connector"]["const"]
        for form in schema["properties"]["connections"]["additionalProperties"]["oneOf"]
    ]
    assert {"hubspot", "memory", "zoho"} <= set(connectors)
    undescribed = [
        f"{name}.{key}"
        for name, definition in schema["$defs"].items()
        for form in definition.get("anyOf", [definition])
        for key, value in form.get("properties", {}).items()
        if "description" not in value
    ]
    assert undescribed == []
    assert "prefixItems" not in repr(schema)


def test_the_file_is_looked_for_in_order(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    for folder in (home / ".config" / "relevo", here):
        folder.mkdir(parents=True)
    env = {"HOME": str(home)}
    assert find_config(None, env, here) is None or str(find_config(None, env, here)).startswith("/etc")
    (home / ".config" / "relevo" / "config.yaml").touch()
    assert find_config(None, env, here) == home / ".config" / "relevo" / "config.yaml"
    (here / "config.yaml").touch()
    assert find_config(None, env, here) == here / "config.yaml"
    assert find_config(None, env | {"RELEVO_CONFIG": "/x.yaml"}, here) == Path("/x.yaml")
    assert find_config(Path("/y.yaml"), env | {"RELEVO_CONFIG": "/x.yaml"}, here) == Path("/y.yaml")


def test_the_shipped_example_loads_and_keeps_its_promises() -> None:
    with as_file(files("sync") / "config.example.yaml") as example:
        loaded = load_config(example, {"HUBSPOT_TOKEN": "x"})
        with pytest.raises(ConfigErrors, match="the environment variable HUBSPOT_TOKEN is not set"):
            load_config(example, {})
    hubspot = loaded.mappings["hubspot"]
    assert list(hubspot) == [
        "owners", "pipelines", "companies", "contacts", "leads", "deals",
        "calls", "emails", "meetings", "communications", "campaigns",
    ]  # fmt: skip
    assert len(hubspot["contacts"].written) == 10


@pytest.mark.parametrize(
    ("object_", "fields", "direction", "actor"),
    [
        ("calls", {"hs_call_direction": "OUTBOUND", "hubspot_owner_id": "1"}, "outbound", "human"),
        ("calls", {"hs_call_direction": "OUTBOUND"}, "outbound", "unknown"),
        ("calls", {"hs_call_direction": "INBOUND", "hubspot_owner_id": "1"}, "inbound", "lead"),
        ("calls", {"hubspot_owner_id": "1"}, "none", "human"),
        ("emails", {"hs_email_direction": "EMAIL", "hubspot_owner_id": "1"}, "outbound", "human"),
        ("emails", {"hs_email_direction": "EMAIL", "hubspot_owner_id": "1", "hs_sequence_id": "9"}, "outbound", "automated"),
        ("emails", {"hs_email_direction": "EMAIL", "hubspot_owner_id": "1", "hs_object_source": "AUTOMATION_PLATFORM"}, "outbound", "automated"),
        ("emails", {"hs_email_direction": "INCOMING_EMAIL", "hubspot_owner_id": "1"}, "inbound", "lead"),
        ("meetings", {"hubspot_owner_id": "1", "hs_object_source": "CRM_UI"}, "outbound", "human"),
        ("communications", {"hubspot_owner_id": "1"}, "outbound", "human"),
    ],
)  # fmt: skip
def test_the_shipped_example_knows_who_really_acted(
    object_: str, fields: dict[str, str], direction: str, actor: str
) -> None:
    """Only a human's outbound contact stops a sales clock, so the example must tell them apart."""
    with as_file(files("sync") / "config.example.yaml") as example:
        mapping = load_config(example, {"HUBSPOT_TOKEN": "x"}).mappings["hubspot"][object_]
    moment = {"hs_timestamp": "2026-03-01T09:00:00Z"}
    outcome = mapping.inbound(Change(object_, "1", "v", datetime(2026, 3, 1, tzinfo=UTC), fields | moment))
    assert isinstance(outcome, Mapped)
    values = outcome.facts[0].values
    assert (values["direction"], values["actor"], values["at"]) == (
        direction,
        actor,
        datetime(2026, 3, 1, 9, tzinfo=UTC),
    )
