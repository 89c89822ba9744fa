"""Configurations over several CRMs, put together from their starting points."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.base import Change
from mapping.compiled import Mapped
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


REFUSED_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
HUBSPOT_REFUSED = {
    "hs_lead_is_disqualified": "true",
    "hs_lead_disqualification_reason": "DUPLICATE",
    "hs_v2_date_entered_current_stage": "2026-03-01T09:00:00Z",
}


@pytest.mark.parametrize(
    ("crm", "object_", "fields", "told"),
    [
        ("hubspot", "leads", HUBSPOT_REFUSED, (True, REFUSED_AT, "duplicate")),
        ("hubspot", "leads", {**HUBSPOT_REFUSED, "hs_lead_is_disqualified": "false"}, (False, None, "duplicate")),
        ("salesforce", "Lead", {"Status": "Unqualified"}, (True, None, "unqualified")),
        ("salesforce", "Lead", {"Status": "Working - Contacted"}, (None, None, None)),
        ("zoho", "Leads", {"Lead_Status": "Junk Lead"}, (True, None, "junk lead")),
        ("zoho", "Leads", {"Lead_Status": "Contacted"}, (None, None, None)),
    ],
)
def test_each_crm_says_in_its_own_way_that_sales_refused_a_lead(
    crm: str, object_: str, fields: dict[str, str], told: tuple[bool | None, datetime | None, str | None]
) -> None:
    """Where a CRM says nothing of it there is no `false`, which would take back what another says."""
    config = parse_config(with_crms(example(), OTHERS), ENV)
    record = Change(object_, "1", "v", REFUSED_AT, fields | {"CreatedDate": "2026-02-01T09:00:00Z"})
    outcome = config.mappings[crm][object_].inbound(record)
    assert isinstance(outcome, Mapped)
    values = outcome.facts[0].values
    names = ("disqualified", "disqualified_at", "disqualified_for")
    assert tuple(values.get(name) for name in names) == told
    handover = config.agreement.handover
    assert handover.rejected is not None
    assert handover.rejected(values) is (told[0] is True)
    assert told[2] in (None, "unqualified", *handover.bad_data)


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
