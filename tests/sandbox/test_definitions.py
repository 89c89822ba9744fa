"""Properties, pipelines, owners and campaigns."""

from typing import Any

import pytest

from sandbox.serve import Sandbox

PROPERTIES = "/crm/properties/2026-03/contacts"
SCORE = {
    "name": "relevo_score",
    "label": "Score",
    "type": "number",
    "fieldType": "number",
    "groupName": "contactinformation",
}


def test_a_property_is_created_written_and_read(sandbox: Sandbox) -> None:
    made = sandbox.api("POST", PROPERTIES, SCORE)
    assert (made.status, made.json["hubspotDefined"], made.json["modificationMetadata"]["readOnlyValue"]) == (
        201,
        False,
        False,
    )
    sandbox.load(objects={"contacts": [{"properties": {"email": "a@example.com"}}]})
    sandbox.api("PATCH", "/crm/v3/objects/contacts/1", {"properties": {"relevo_score": 71}})
    told = sandbox.api("GET", "/crm/v3/objects/contacts/1?properties=relevo_score").json
    assert told["properties"]["relevo_score"] == "71"


def test_an_existing_name_is_a_conflict_and_an_archived_one_comes_back(sandbox: Sandbox) -> None:
    sandbox.api("POST", PROPERTIES, SCORE)
    again = sandbox.api("POST", PROPERTIES, SCORE)
    assert (again.status, again.json["category"], again.json["subCategory"]) == (
        409,
        "OBJECT_ALREADY_EXISTS",
        "Properties.PROPERTY_WITH_NAME_EXISTS",
    )
    assert sandbox.api("DELETE", f"{PROPERTIES}/relevo_score").status == 204
    assert sandbox.api("GET", f"{PROPERTIES}/relevo_score").status == 404
    assert sandbox.api("GET", f"{PROPERTIES}/relevo_score?archived=true").status == 200
    assert sandbox.api("POST", PROPERTIES, SCORE).status == 201


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Relevo Score"},
        {"type": "integer"},
        {"type": "enumeration", "fieldType": "select"},
        {"type": "bool", "fieldType": "booleancheckbox", "options": [{"label": "Yes", "value": "yes"}]},
        {"groupName": "nowhere"},
        {"label": ""},
    ],
)
def test_a_definition_that_cannot_be_is_refused(sandbox: Sandbox, change: dict[str, Any]) -> None:
    assert sandbox.api("POST", PROPERTIES, {**SCORE, **change}).status == 400


def test_options_are_replaced_whole(sandbox: Sandbox) -> None:
    options = [{"label": "Met", "value": "met", "displayOrder": 0, "hidden": False}]
    sandbox.api(
        "POST", PROPERTIES, {**SCORE, "name": "sla", "type": "enumeration", "fieldType": "select", "options": options}
    )
    told = sandbox.api("PATCH", f"{PROPERTIES}/sla", {"options": [{"label": "Breached", "value": "breached"}]}).json
    assert [one["value"] for one in told["options"]] == ["breached"]


def test_a_groups_name_is_needed_once(sandbox: Sandbox) -> None:
    group = {"name": "relevo", "label": "Relevo"}
    assert [sandbox.api("POST", f"{PROPERTIES}/groups", group).status for _ in range(2)] == [201, 409]
    assert sandbox.api("POST", PROPERTIES, {**SCORE, "groupName": "relevo"}).status == 201
    assert "relevo" in [one["name"] for one in sandbox.api("GET", f"{PROPERTIES}/groups").json["results"]]


def test_hubspots_own_properties_say_what_may_be_written(sandbox: Sandbox) -> None:
    told = {one["name"]: one for one in sandbox.api("GET", PROPERTIES).json["results"]}
    assert told["lastmodifieddate"]["modificationMetadata"]["readOnlyValue"] is True
    assert told["email"]["hasUniqueValue"] is True
    assert told["hs_time_to_first_engagement"]["calculated"] is True
    assert "marketingqualifiedlead" in [one["value"] for one in told["lifecyclestage"]["options"]]
    assert sandbox.api("DELETE", f"{PROPERTIES}/email").status == 400


@pytest.mark.parametrize("prefix", ["/crm/pipelines/2026-03", "/crm/v3/pipelines"])
def test_pipelines_hold_texts(sandbox: Sandbox, prefix: str) -> None:
    (sales,) = sandbox.api("GET", f"{prefix}/deals").json["results"]
    won = next(one for one in sales["stages"] if one["id"] == "closedwon")
    assert (sales["id"], won["metadata"]) == ("default", {"isClosed": "true", "probability": "1.0"})
    assert sandbox.api("GET", f"{prefix}/leads/lead-pipeline-id").json["stages"][0]["metadata"] == {"leadState": "NEW"}
    assert sandbox.api("GET", f"{prefix}/calls").status == 400


def test_owners_come_in_pages_archived_ones_apart(sandbox: Sandbox) -> None:
    owners = [{"id": n, "email": f"o{n}@example.com", "teams": [[7, "Iberia"]], "archived": n == 3} for n in (1, 2, 3)]
    sandbox.load(owners=owners)
    first = sandbox.api("GET", "/crm/owners/2026-03?limit=1").json
    assert (first["results"][0]["id"], first["results"][0]["teams"]) == (
        "1",
        [{"id": "7", "name": "Iberia", "primary": True}],
    )
    second = sandbox.api("GET", f"/crm/v3/owners/?limit=1&after={first['paging']['next']['after']}").json
    assert ([one["id"] for one in second["results"]], "paging" in second) == (["2"], False)
    (archived,) = sandbox.api("GET", "/crm/owners/2026-03?archived=true").json["results"]
    assert (archived["id"], "userId" in archived) == ("3", False)
    assert sandbox.api("GET", "/crm/owners/2026-03?limit=501").status == 400
    assert sandbox.api("GET", "/crm/owners/2026-03/3").status == 404


@pytest.mark.parametrize("prefix", ["/marketing/campaigns/2026-03", "/marketing/v3/campaigns"])
def test_campaigns_tell_only_asked_properties_and_their_spend(sandbox: Sandbox, prefix: str) -> None:
    made = sandbox.api("POST", prefix, {"properties": {"hs_name": "Webinar", "hs_start_date": "2026-01-01"}}).json["id"]
    sandbox.api("POST", prefix, {"properties": {"hs_name": "Feria"}})
    sandbox.api("POST", f"{prefix}/{made}/budget", {"name": "all", "amount": 1000, "order": 0})
    spent = sandbox.api("POST", f"{prefix}/{made}/spend", {"name": "ads", "amount": 250.5, "order": 0})
    assert (spent.status, type(spent.json["createdAt"])) == (201, int)
    totals = sandbox.api("GET", f"{prefix}/{made}/budget/totals").json
    assert (totals["budgetTotal"], totals["spendTotal"], totals["remainingBudget"], totals["currencyCode"]) == (
        1000,
        250.5,
        749.5,
        "EUR",
    )
    told = sandbox.api("GET", f"{prefix}?limit=1&sort=-hs_name&properties=hs_name,nonsense").json
    assert (told["total"], told["results"][0]["properties"], told["paging"]["next"]["after"]) == (
        2,
        {"hs_name": "Webinar"},
        "1",
    )
    assert sandbox.api("GET", f"{prefix}/{made}").json["properties"] == {}
    assert sandbox.api("GET", f"{prefix}/nowhere").status == 404
