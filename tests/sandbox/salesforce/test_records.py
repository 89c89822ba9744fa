"""One record at a time, and versions."""

from typing import Any

import pytest

from sandbox.salesforce.serve import SalesforceSandbox

API = "/services/data/v62.0"
LEAD = {"LastName": "Gil", "Company": "ACME", "Email": "gil@acme.example"}


def one(sandbox: SalesforceSandbox, **fields: object) -> str:
    """A lead's id."""
    return sandbox.load(objects={"Lead": [{**LEAD, **fields}]})["Lead"][0]


def codes(body: list[dict[str, Any]]) -> list[str]:
    """The error codes of an answer."""
    return [problem["errorCode"] for problem in body]


def test_a_record_is_created_read_changed_and_deleted(salesforce: SalesforceSandbox) -> None:
    """201 with a Location, 200, 204 without a body, 204, then 404."""
    made = salesforce.api("POST", f"{API}/sobjects/Lead", LEAD)
    assert (made.status, made.json["success"], made.json["errors"]) == (201, True, [])
    where = made.headers["location"]
    row = salesforce.api("GET", where).json
    assert (row["Name"], row["Status"], row["attributes"]["url"]) == ("Gil", "Open - Not Contacted", where)
    changed = salesforce.api("PATCH", where, {"FirstName": "Ana", "NumberOfEmployees": "50", "Company": "B"})
    assert (changed.status, changed.body) == (204, b"")
    assert salesforce.api("GET", f"{where}?fields=Name,NumberOfEmployees").json["NumberOfEmployees"] == 50
    assert salesforce.api("DELETE", where).status == 204
    assert (gone := salesforce.api("GET", where)).status == 404
    assert codes(gone.json) == ["ENTITY_IS_DELETED"]


@pytest.mark.parametrize(
    ("fields", "code", "named"),
    [
        ({"Company": None}, "REQUIRED_FIELD_MISSING", ["Company"]),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG", ["FirstName"]),
        ({"Email": "not an address"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ({"NumberOfEmployees": 10**9}, "NUMBER_OUTSIDE_VALID_RANGE", ["NumberOfEmployees"]),
        ({"CreatedDate": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"]),
        ({"IsConverted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["IsConverted"]),
        ({"OwnerId": "rubbish"}, "MALFORMED_ID", ["OwnerId"]),
        ({"OwnerId": "0055g000000000zAAA"}, "INVALID_CROSS_REFERENCE_KEY", ["OwnerId"]),
        ({"Title": "bad title"}, "FIELD_CUSTOM_VALIDATION_EXCEPTION", []),
        ({"Level__c": "Other"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Level__c"]),
        ({"Ext__c": "taken"}, "DUPLICATE_VALUE", ["Ext__c"]),
        ({"Nix__c": 1}, "INVALID_FIELD", None),
        ({"NumberOfEmployees": "unos 50"}, "JSON_PARSER_ERROR", None),
        ({"LastName": 5}, "JSON_PARSER_ERROR", None),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_field(
    salesforce: SalesforceSandbox, fields: dict[str, object], code: str, named: list[str] | None
) -> None:
    """The record stays as it was, and the ledger has no write."""
    levels = {"name": "Level__c", "type": "picklist", "length": 255, "options": ["A", "B"], "restricted": True}
    key = {"name": "Ext__c", "length": 20, "external_id": True, "unique": True}
    rule = {"object": "Lead", "field": "Title", "pattern": "^bad", "message": "No."}
    salesforce.load(fields={"Lead": [levels, key]}, rules=[rule])
    one(salesforce, Ext__c="taken")
    id_ = one(salesforce)
    before = salesforce.dump()
    reply = salesforce.api("PATCH", f"{API}/sobjects/Lead/{id_}", fields)
    assert (reply.status, codes(reply.json)) == (400, [code])
    assert reply.json[0].get("fields") == named
    assert salesforce.dump() == before
    assert salesforce.ledger()["totals"]["writes"] == 0


def test_a_picklist_that_is_not_restricted_takes_anything(salesforce: SalesforceSandbox) -> None:
    """Status is a list of suggestions, as in the recorded describe."""
    assert salesforce.api("PATCH", f"{API}/sobjects/Lead/{one(salesforce)}", {"Status": "Nuevo"}).status == 204


def test_an_upsert_creates_updates_and_names_several(salesforce: SalesforceSandbox) -> None:
    """201, 200, and 300 with the addresses of all that match."""
    salesforce.load(fields={"Lead": [{"name": "Ext__c", "length": 20, "external_id": True}]})
    where = f"{API}/sobjects/Lead/Ext__c/k1"
    made = salesforce.api("PATCH", where, LEAD)
    assert (made.status, made.json["created"]) == (201, True)
    again = salesforce.api("PATCH", where, {"Title": "CEO"})
    assert (again.status, again.json["created"], again.json["id"]) == (200, False, made.json["id"])
    assert salesforce.api("GET", f"{where}?fields=Title").json["Title"] == "CEO"
    other = one(salesforce, Ext__c="K1")
    several = salesforce.api("PATCH", where, {"Title": "CTO"})
    assert several.status == 300
    assert several.json == [f"{API}/sobjects/Lead/{id_}" for id_ in (made.json["id"], other)]
    unknown = salesforce.api("PATCH", f"{API}/sobjects/Lead/Title/CEO", {})
    assert (unknown.status, codes(unknown.json)) == (404, ["NOT_FOUND"])


def test_pain_8_a_converted_lead_is_not_written_any_more(salesforce: SalesforceSandbox) -> None:
    """ "cannot reference converted lead"; the lead says what it became, and its activities and memberships moved to the contact."""
    lead = one(salesforce)
    campaign = salesforce.load(objects={"Campaign": [{"Name": "Feria"}]})["Campaign"][0]
    salesforce.load(objects={"Task": [{"WhoId": lead}], "CampaignMember": [{"CampaignId": campaign, "LeadId": lead}]})
    ids = salesforce.convert(lead, opportunity="Licencia")
    reply = salesforce.api("PATCH", f"{API}/sobjects/Lead/{lead}", {"Title": "CEO"})
    assert (reply.status, codes(reply.json)) == (400, ["CANNOT_UPDATE_CONVERTED_LEAD"])
    assert reply.json[0]["message"] == "cannot reference converted lead"
    row = salesforce.api("GET", f"{API}/sobjects/Lead/{lead}").json
    assert (row["IsConverted"], row["Status"], len(row["ConvertedDate"])) == (True, "Closed - Converted", 10)
    assert (row["ConvertedContactId"], row["ConvertedOpportunityId"]) == (ids["contactId"], ids["opportunityId"])
    fields = (
        "SELECT WhoId FROM Task",
        "SELECT LeadId, ContactId FROM CampaignMember",
        "SELECT ContactId FROM OpportunityContactRole",
    )
    task, member, role = (
        salesforce.api("GET", f"{API}/query?q={q.replace(' ', '+')}").json["records"][0] for q in fields
    )
    assert task["WhoId"] == role["ContactId"] == ids["contactId"]
    assert (member["LeadId"], member["ContactId"]) == (lead, ids["contactId"])


def test_an_opportunity_keeps_the_history_of_its_stages(salesforce: SalesforceSandbox) -> None:
    """A row for the beginning and for each change of stage, amount or date; none for anything else."""
    made = {"Name": "L", "StageName": "Prospecting", "CloseDate": "2026-12-31", "Amount": 100}
    id_ = salesforce.api("POST", f"{API}/sobjects/Opportunity", made).json["id"]
    for change in ({"StageName": "Closed Won"}, {"NextStep": "call"}, {"Amount": 120.5}):
        assert salesforce.api("PATCH", f"{API}/sobjects/Opportunity/{id_}", change).status == 204
    query = "SELECT+StageName,Amount,PrevAmount,Probability+FROM+OpportunityHistory+ORDER+BY+Id"
    rows = salesforce.api("GET", f"{API}/query?q={query}").json["records"]
    assert [(row["StageName"], row["Amount"]) for row in rows] == [
        ("Prospecting", 100.0),
        ("Closed Won", 100.0),
        ("Closed Won", 120.5),
    ]
    sale = salesforce.api("GET", f"{API}/sobjects/Opportunity/{id_}").json
    assert (sale["IsClosed"], sale["IsWon"], sale["Probability"]) == (True, True, 100.0)
    assert salesforce.api("POST", f"{API}/sobjects/OpportunityHistory", {}).status == 400


def test_a_write_that_changes_nothing_still_moves_the_stamp_unless_told_not_to(salesforce: SalesforceSandbox) -> None:
    """The ledger tells the two apart: `changed` is false for it."""
    id_ = one(salesforce, SystemModstamp="2026-01-01T00:00:00Z")
    salesforce.config(touch_unchanged=False)
    salesforce.api("PATCH", f"{API}/sobjects/Lead/{id_}", {"LastName": "Gil"})
    assert salesforce.api("GET", f"{API}/sobjects/Lead/{id_}").json["SystemModstamp"] == "2026-01-01T00:00:00.000+0000"
    salesforce.config(touch_unchanged=True)
    headers = {"sforce-call-options": "client=relevo/1.0"}
    salesforce.api("PATCH", f"{API}/sobjects/Lead/{id_}", {"LastName": "Gil"}, headers=headers)
    assert salesforce.api("GET", f"{API}/sobjects/Lead/{id_}").json["SystemModstamp"] > "2026-01-02"
    first, second = salesforce.ledger()["writes"]
    assert (first["changed"], first["client"], second["changed"], second["client"]) == (False, "", False, "relevo/1.0")


@pytest.mark.parametrize(
    ("version", "status", "code"), [("30.0", 410, "GONE"), ("99.0", 404, "NOT_FOUND"), ("62", 404, "NOT_FOUND")]
)
def test_versions_that_are_not_served(salesforce: SalesforceSandbox, version: str, status: int, code: str) -> None:
    """Retired ones are 410, others 404."""
    reply = salesforce.api("GET", f"/services/data/v{version}/limits")
    assert (reply.status, codes(reply.json)) == (status, [code])


def test_the_list_of_versions_needs_no_session(salesforce: SalesforceSandbox) -> None:
    """Three a year."""
    told = salesforce.api("GET", "/services/data", token="").json
    assert told[-1] == {"label": "Winter '27", "url": "/services/data/v68.0", "version": "68.0"}


def test_paths_and_methods_that_are_not_there(salesforce: SalesforceSandbox) -> None:
    """404 and 405 in the vendor's array."""
    assert codes(salesforce.api("GET", f"{API}/sobjects/Sheep/describe").json) == ["NOT_FOUND"]
    assert codes(salesforce.api("GET", f"{API}/nothing/here").json) == ["NOT_FOUND"]
    assert (salesforce.api("DELETE", f"{API}/limits")).status == 405
    assert salesforce.api("PATCH", f"{API}/sobjects/Lead/{one(salesforce)}", b"{", headers={}).status == 400
