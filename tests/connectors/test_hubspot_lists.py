"""Owners, pipeline stages and campaigns: small lists, of which only the differences are told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import Change, Cursor, Selection, Window
from connectors.hubspot import HubSpot
from connectors.testing import Clock
from sandbox.serve import Sandbox

Connect = Callable[..., HubSpot]

OWNERS = Selection("owners", ("email", "firstName", "archived", "teams"))
STAGES = Selection("pipelines", ("label", "isClosed"))
CAMPAIGNS = Selection("campaigns", ("hs_name", "spendTotal", "currencyCode"))


def pulled(hubspot: HubSpot, selection: Selection, since: Cursor | None = None) -> tuple[dict[str, Change], Cursor]:
    pages = list(hubspot.pull(selection, since))
    return {change.id: change for page in pages for change in page.changes}, pages[-1].cursor


def owner(id_: int, **more: object) -> dict[str, object]:
    return {"id": id_, "email": f"o{id_}@acme.example", "firstName": f"O{id_}", "teams": [[1, "Sales"]], **more}


def campaign(id_: str, name: str, spend: float) -> dict[str, object]:
    return {"id": id_, "properties": {"hs_name": name}, "spend": [{"name": "ads", "amount": spend}]}


def test_owners_are_told_once_and_again_when_they_change(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(owners=[owner(1), owner(2), owner(3, archived=True)])
    hubspot = connect()
    first, cursor = pulled(hubspot, OWNERS)
    quiet, cursor = pulled(hubspot, OWNERS, cursor)
    sandbox.load(owners=[owner(2, firstName="Renamed")])
    changed, _ = pulled(hubspot, OWNERS, cursor)
    assert {id_: change.fields["archived"] for id_, change in first.items()} == {"1": False, "2": False, "3": True}
    assert first["1"].fields["teams"] == "Sales"
    assert (quiet, {id_: change.fields["firstName"] for id_, change in changed.items()}) == ({}, {"2": "Renamed"})


def test_the_changes_of_pipelines_are_their_stages(sandbox: Sandbox, connect: Connect) -> None:
    hubspot = connect()
    stages, cursor = pulled(hubspot, STAGES)
    won = stages["closedwon"].fields
    assert (won["objectType"], won["isClosed"], won["pipeline"], won["probability"]) == (
        "deals",
        "true",
        "default",
        "1.0",
    )
    assert {change.fields["objectType"] for change in stages.values()} == {"deals", "leads"}
    assert pulled(hubspot, STAGES, cursor)[0] == {}


def test_a_stage_that_is_no_more_is_told(sandbox: Sandbox, connect: Connect) -> None:
    """I11."""
    hubspot = connect()
    before, cursor = pulled(hubspot, STAGES)
    stage = {"id": "only", "label": "Only", "displayOrder": 0, "metadata": {"isClosed": "false", "probability": "0.5"}}
    sandbox.load(pipelines={"deals": [{"id": "default", "label": "Sales", "displayOrder": 0, "stages": [stage]}]})
    told, _ = pulled(hubspot, STAGES, cursor)
    of_deals = {id_ for id_, change in before.items() if change.fields["objectType"] == "deals"}
    assert {id_ for id_, change in told.items() if change.deleted} == of_deals
    assert told["only"].fields["label"] == "Only"


def test_campaigns_come_with_what_they_cost(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(campaigns=[campaign("c-1", "Spring", 120.5), campaign("c-2", "Autumn", 0)])
    hubspot = connect()
    found, cursor = pulled(hubspot, CAMPAIGNS)
    told = {id_: (change.fields["hs_name"], float(change.fields["spendTotal"])) for id_, change in found.items()}
    assert told == {"c-1": ("Spring", 120.5), "c-2": ("Autumn", 0.0)}
    assert {change.fields["currencyCode"] for change in found.values()} == {"EUR"}
    sandbox.clear_ledger()
    assert pulled(hubspot, CAMPAIGNS, cursor)[0] == {}
    assert sandbox.ledger()["totals"]["calls"] == 1


def test_spend_that_moved_without_its_campaign_is_found_within_a_day(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(campaigns=[campaign("c-1", "Spring", 120.5)])
    hubspot = connect()
    cursor = pulled(hubspot, CAMPAIGNS)[1]
    sandbox.config(clock={"offset_s": 90_000})
    hubspot.describe("contacts")
    found, cursor = pulled(hubspot, CAMPAIGNS, cursor)
    assert set(found) == {"c-1"}
    assert pulled(hubspot, CAMPAIGNS, cursor)[0] == {}


@pytest.mark.parametrize("selection", [OWNERS, STAGES, CAMPAIGNS])
def test_the_lists_are_counted_read_and_described(
    sandbox: Sandbox, connect: Connect, clock: Clock, selection: Selection
) -> None:
    sandbox.load(owners=[owner(1)], campaigns=[campaign("c-1", "Spring", 1)])
    hubspot = connect()
    found, _ = pulled(hubspot, selection)
    (some, *_) = found
    read = hubspot.read(selection, [some, "nobody"])
    assert hubspot.count(selection.object, Window()) == len(found)
    assert hubspot.count(selection.object, Window(since=datetime.now(UTC) + timedelta(days=9))) == 0
    assert [(change.id, change.deleted) for change in read] == [(some, False), ("nobody", True)]
    assert set(selection.fields) <= set(hubspot.describe(selection.object).fields)
    assert not any(field.writable for field in hubspot.describe(selection.object).fields.values())


def test_a_rewound_list_is_read_whole(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(owners=[owner(1)])
    hubspot = connect()
    assert set(pulled(hubspot, OWNERS, hubspot.rewind("owners", datetime.now(UTC)))[0]) == {"1"}
