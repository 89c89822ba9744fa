"""What a user may see: describe, field-level security, formulas, and fields made by API."""

from typing import Any

import pytest

from sandbox.salesforce.serve import SalesforceSandbox

API = "/services/data/v62.0"
LEAD = {"LastName": "Gil", "Company": "ACME", "AnnualRevenue": 5.0}


def fields(sandbox: SalesforceSandbox, kind: str = "Lead") -> dict[str, dict[str, Any]]:
    """The described fields by name."""
    return {one["name"]: one for one in sandbox.api("GET", f"{API}/sobjects/{kind}/describe").json["fields"]}


def ask(sandbox: SalesforceSandbox, soql: str) -> Any:
    """The records of an answer, or the refusal's code."""
    told = sandbox.api("GET", f"{API}/query?q={soql.replace(' ', '+')}").json
    return told["records"] if isinstance(told, dict) else told[0]["errorCode"]


def test_the_describe_tells_types_lengths_and_rights(salesforce: SalesforceSandbox) -> None:
    """As recorded describes have it."""
    held = fields(salesforce)
    assert (held["LastName"]["type"], held["LastName"]["length"], held["LastName"]["nillable"]) == ("string", 80, False)
    assert (held["CreatedDate"]["type"], held["CreatedDate"]["updateable"]) == ("datetime", False)
    assert (held["OwnerId"]["referenceTo"], held["OwnerId"]["relationshipName"]) == (["User"], "Owner")
    assert [one["value"] for one in held["Rating"]["picklistValues"]] == ["Hot", "Warm", "Cold"]
    assert (held["Description"]["filterable"], held["Address"]["type"]) == (False, "address")
    assert fields(salesforce, "Task")["WhoId"]["polymorphicForeignKey"]
    listed = salesforce.api("GET", f"{API}/sobjects").json["sobjects"]
    assert {"Lead", "OpportunityHistory", "CampaignMember"} <= {one["name"] for one in listed}
    assert salesforce.api("GET", f"{API}/sobjects/Lead").json["objectDescribe"]["keyPrefix"] == "00Q"


def test_pain_11_a_field_that_a_user_may_not_see_does_not_exist(salesforce: SalesforceSandbox) -> None:
    """Neither in the describe nor in a query nor in a write, and without any error in what is there."""
    (id_,) = salesforce.load(objects={"Lead": [LEAD]})["Lead"]
    salesforce.load(security={salesforce.username: {"Lead.AnnualRevenue": "hidden", "Lead.Title": "read"}})
    assert "AnnualRevenue" not in fields(salesforce)
    assert ask(salesforce, "SELECT AnnualRevenue FROM Lead") == "INVALID_FIELD"
    assert "AnnualRevenue" not in salesforce.api("GET", f"{API}/sobjects/Lead/{id_}").json
    told = salesforce.api("PATCH", f"{API}/sobjects/Lead/{id_}", {"AnnualRevenue": 6})
    assert told.json[0]["errorCode"] == "INVALID_FIELD"
    assert not fields(salesforce)["Title"]["updateable"]
    told = salesforce.api("PATCH", f"{API}/sobjects/Lead/{id_}", {"Title": "CEO"})
    assert (told.json[0]["errorCode"], told.json[0]["fields"]) == ("INVALID_FIELD_FOR_INSERT_UPDATE", ["Title"])


def test_pain_5_a_formula_changes_without_a_trace_in_the_record(salesforce: SalesforceSandbox) -> None:
    """The value moves with time and with another record; SystemModstamp does not."""
    age = {"name": "Age__c", "type": "double", "precision": 6, "formula": "TODAY() - DATEVALUE(CreatedDate)"}
    sector = {"name": "Sector__c", "type": "string", "length": 40, "formula": "Account.Industry"}
    salesforce.load(fields={"Contact": [age, sector]})
    salesforce.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    (account,) = salesforce.load(objects={"Account": [{"Name": "A", "Industry": "Retail"}]})["Account"]
    salesforce.load(objects={"Contact": [{"LastName": "Gil", "AccountId": account}]})
    soql = "SELECT Age__c, Sector__c, SystemModstamp FROM Contact"
    (before,) = ask(salesforce, soql)
    salesforce.config(clock={"frozen": "2026-11-27T10:00:00Z"})
    salesforce.load(objects={"Account": [{"Id": account, "Industry": "Energy"}]})
    (after,) = ask(salesforce, soql)
    assert (before["Age__c"], before["Sector__c"], after["Age__c"], after["Sector__c"]) == (0, "Retail", 3, "Energy")
    assert before["SystemModstamp"] == after["SystemModstamp"]
    told = fields(salesforce, "Contact")["Age__c"]
    assert (told["calculated"], told["updateable"]) == (True, False)


def make_field(sandbox: SalesforceSandbox, name: str, **metadata: object) -> Any:
    """Status and body of a CustomField's creation."""
    body = {"FullName": name, "Metadata": metadata}
    reply = sandbox.api("POST", f"{API}/tooling/sobjects/CustomField", body)
    return reply.status, reply.json


def test_a_new_field_is_seen_by_nobody_until_a_permission_set_grants_it(salesforce: SalesforceSandbox) -> None:
    """The Tooling API makes it; PermissionSet, its assignment and FieldPermissions open it."""
    status, told = make_field(salesforce, "Lead.Relevo_Score__c", type="Number", label="Score", precision=5, scale=1)
    assert (status, told["success"]) == (201, True)
    assert "Relevo_Score__c" not in fields(salesforce)
    assert ask(salesforce, "SELECT Relevo_Score__c FROM Lead") == "INVALID_FIELD"
    (me,) = [one for one in ask(salesforce, "SELECT Id, Username FROM User") if one["Username"] == salesforce.username]

    def make(kind: str, **values: object) -> str:
        reply = salesforce.api("POST", f"{API}/sobjects/{kind}", values)
        assert reply.status == 201, reply.body
        return str(reply.json["id"])

    owned = make("PermissionSet", Name="Relevo", Label="Relevo")
    make("PermissionSetAssignment", PermissionSetId=owned, AssigneeId=me["Id"])
    rights = {"SobjectType": "Lead", "Field": "Lead.Relevo_Score__c", "PermissionsRead": True}
    granted = make("FieldPermissions", ParentId=owned, **rights)
    assert not fields(salesforce)["Relevo_Score__c"]["updateable"]
    edit = salesforce.api("PATCH", f"{API}/sobjects/FieldPermissions/{granted}", {"PermissionsEdit": True})
    assert edit.status == 204
    told = fields(salesforce)["Relevo_Score__c"]
    assert (told["updateable"], told["precision"], told["scale"], told["label"]) == (True, 5, 1, "Score")
    (id_,) = salesforce.load(objects={"Lead": [LEAD]})["Lead"]
    assert salesforce.api("PATCH", f"{API}/sobjects/Lead/{id_}", {"Relevo_Score__c": 71.5}).status == 204
    assert salesforce.api("DELETE", f"{API}/sobjects/FieldPermissions/{granted}").status == 204
    assert "Relevo_Score__c" not in fields(salesforce)


def test_a_field_that_is_there_is_a_duplicate_and_can_be_asked_for(salesforce: SalesforceSandbox) -> None:
    """Asking first makes creation safe to repeat."""
    id_ = make_field(salesforce, "Lead.X__c", type="Text", label="X", length=255)[1]["id"]
    status, told = make_field(salesforce, "Lead.X__c", type="Text", label="X", length=255)
    assert (status, told[0]["errorCode"]) == (400, "DUPLICATE_DEVELOPER_NAME")
    soql = "SELECT Id, DeveloperName FROM CustomField WHERE TableEnumOrId = 'Lead' AND DeveloperName IN ('X', 'Y')"
    found = salesforce.api("GET", f"{API}/tooling/query?q={soql.replace(' ', '+')}").json
    assert [(row["Id"], row["DeveloperName"]) for row in found["records"]] == [(id_, "X")]
    assert salesforce.api("GET", f"{API}/tooling/sobjects/CustomField/{id_}").json["FullName"] == "Lead.X__c"


@pytest.mark.parametrize(
    ("name", "metadata", "words"),
    [
        ("Lead.X", {"type": "Text", "label": "X", "length": 5}, "developer name"),
        ("Lead.X__c", {"type": "Text", "label": "X"}, "Must specify 'length'"),
        ("Lead.X__c", {"type": "Number", "label": "X", "precision": 5}, "Must specify 'scale'"),
        ("Lead.X__c", {"type": "Checkbox", "label": "X"}, "Must specify 'defaultValue'"),
        ("Lead.X__c", {"type": "Text", "length": 5}, "label are required"),
        ("Lead.X__c", {"type": "Text", "label": "X", "length": 256}, "between 1 and 255"),
        ("Sheep.X__c", {"type": "Text", "label": "X", "length": 5}, "not supported"),
    ],
)
def test_a_field_must_be_described_in_full(
    salesforce: SalesforceSandbox, name: str, metadata: dict[str, object], words: str
) -> None:
    """What each type needs."""
    status, told = make_field(salesforce, name, **metadata)
    assert status == 400
    assert words in told[0]["message"]


def test_a_picklist_may_be_restricted_to_its_values(salesforce: SalesforceSandbox) -> None:
    """The Metadata's valueSet."""
    values = {"restricted": True, "valueSetDefinition": {"value": [{"fullName": "met"}, {"fullName": "late"}]}}
    assert make_field(salesforce, "Lead.Sla__c", type="Picklist", label="SLA", valueSet=values)[0] == 201
    soql = "SELECT FullName FROM CustomField"
    assert salesforce.api("GET", f"{API}/tooling/query?q={soql.replace(' ', '+')}").json["size"] == 1
