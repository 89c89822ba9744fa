"""Writing single records: what is taken, what is refused, and what the server does by itself."""

import orjson
import pytest

from sandbox.serve import Sandbox

CONTACTS = "/crm/objects/2026-03/contacts"


def contact(sandbox: Sandbox, **properties: object) -> str:
    return sandbox.load(objects={"contacts": [{"properties": properties, "modified": "2026-01-01T00:00:00Z"}]})[
        "contacts"
    ][0]


def codes(body: dict[str, str]) -> list[tuple[str, str]]:
    problems = orjson.loads(body["message"].removeprefix("Property values were not valid: "))
    return [(one["name"], one["error"]) for one in problems]


def test_create_answers_201_and_a_taken_email_409(sandbox: Sandbox) -> None:
    made = sandbox.api("POST", CONTACTS, {"properties": {"email": "Ana@Example.com"}})
    assert (made.status, made.json["properties"]["email"]) == (201, "ana@example.com")
    again = sandbox.api("POST", CONTACTS, {"properties": {"email": "ana@example.com"}})
    assert (again.status, again.json["category"], again.json["message"]) == (
        409,
        "CONFLICT",
        "Contact already exists. Existing ID: 1",
    )


def test_a_write_moves_the_modified_time_by_the_servers_clock(sandbox: Sandbox) -> None:
    contact(sandbox, email="a@example.com")
    sandbox.config(clock={"frozen": "2026-05-04T03:02:01.123Z"})
    answer = sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"firstname": "Ana"}})
    told = answer.json
    assert told["updatedAt"] == told["properties"]["lastmodifieddate"] == "2026-05-04T03:02:01.123Z"
    assert answer.headers["date"] == "Mon, 04 May 2026 03:02:01 GMT"


@pytest.mark.parametrize("touch", [False, True])
def test_an_unchanged_value_moves_it_only_when_so_set(sandbox: Sandbox, touch: bool) -> None:
    contact(sandbox, email="a@example.com", firstname="Ana")
    sandbox.config(touch_unchanged=touch)
    told = sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"firstname": "Ana"}}).json
    assert (told["updatedAt"] != "2026-01-01T00:00:00Z") is touch
    assert [(one["property"], one["changed"]) for one in sandbox.ledger()["writes"]] == [("firstname", False)]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("nonsense", "x", "PROPERTY_DOESNT_EXIST"),
        ("createdate", "2026-01-01", "READ_ONLY_VALUE"),
        ("lifecyclestage", "Lead", "INVALID_OPTION"),
        ("associatedcompanyid", "many", "INVALID_INTEGER"),
        ("email", "not an address", "INVALID_EMAIL"),
        ("closedate", "next week", "INVALID_DATE"),
        ("hubspot_owner_id", "99", "INVALID_OPTION"),
        ("hs_email_optout", "yes", "INVALID_OPTION"),
    ],
)
def test_a_bad_value_is_refused_by_its_code(sandbox: Sandbox, name: str, value: str, code: str) -> None:
    contact(sandbox, email="a@example.com")
    told = sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {name: value, "firstname": "Ana"}})
    assert (told.status, told.json["category"], codes(told.json)) == (400, "VALIDATION_ERROR", [(name, code)])
    assert told.json["errors"][0]["code"] == code
    assert sandbox.api("GET", f"{CONTACTS}/1").json["properties"]["firstname"] is None


def test_every_bad_value_is_named_at_once(sandbox: Sandbox) -> None:
    contact(sandbox, email="a@example.com")
    told = sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"nonsense": "x", "lifecyclestage": "y"}}).json
    assert codes(told) == [("nonsense", "PROPERTY_DOESNT_EXIST"), ("lifecyclestage", "INVALID_OPTION")]


@pytest.mark.parametrize(("given", "held"), [(70, "70"), (True, "true"), ("", None), (None, None), ("1.5", "1.5")])
def test_json_values_become_text_and_empty_clears(sandbox: Sandbox, given: object, held: str | None) -> None:
    contact(sandbox, email="a@example.com", city="Madrid")
    told = sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"city": given}}).json
    assert told["properties"]["city"] == held


@pytest.mark.parametrize(
    ("given", "held"),
    [("1773300826615", "2026-03-12T07:33:46.615Z"), ("2026-03-12T08:33:46.615+01:00", "2026-03-12T07:33:46.615Z")],
)
def test_instants_are_taken_as_epoch_or_iso_and_told_as_iso(sandbox: Sandbox, given: str, held: str) -> None:
    contact(sandbox, email="a@example.com")
    assert (
        sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"closedate": given}}).json["properties"]["closedate"]
        == held
    )


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("2026-03-12", "2026-03-12"),
        ("1773273600000", "2026-03-12"),
        ("1773300826615", None),
        ("2026-03-12T10:00:00Z", None),
    ],
)
def test_a_date_is_a_midnight_in_utc_or_refused(sandbox: Sandbox, given: str, held: str | None) -> None:
    due = {"name": "due", "label": "Due", "type": "date", "fieldType": "date"}
    sandbox.load(properties={"contacts": [due]}, objects={"contacts": [{"properties": {"email": "a@example.com"}}]})
    told = sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"due": given}})
    assert told.json["properties"]["due"] == held if held else codes(told.json) == [("due", "INVALID_DATE")]


def test_a_stage_reached_is_dated_in_epoch_milliseconds(sandbox: Sandbox) -> None:
    contact(sandbox, email="a@example.com")
    sandbox.config(clock={"frozen": "2026-03-12T07:33:46.615Z"})
    sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"lifecyclestage": "lead"}})
    told = sandbox.api("GET", f"{CONTACTS}/1?properties=hs_lifecyclestage_lead_date").json
    assert told["properties"]["hs_lifecyclestage_lead_date"] == "1773300826615"


@pytest.mark.parametrize(("forward_only", "held"), [(True, "customer"), (False, "lead")])
def test_a_lifecycle_stage_does_not_go_back_unless_so_set(sandbox: Sandbox, forward_only: bool, held: str) -> None:
    contact(sandbox, email="a@example.com", lifecyclestage="customer")
    sandbox.config(lifecycle_forward_only=forward_only)
    told = sandbox.api("PATCH", f"{CONTACTS}/1", {"properties": {"lifecyclestage": "lead"}})
    assert (told.status, told.json["properties"]["lifecyclestage"]) == (200, held)


def test_a_closed_deal_is_marked_so(sandbox: Sandbox) -> None:
    sandbox.api(
        "POST",
        "/crm/objects/2026-03/deals",
        {"properties": {"dealname": "D", "dealstage": "closedwon", "pipeline": "default"}},
    )
    told = sandbox.api("GET", "/crm/objects/2026-03/deals/1?properties=hs_is_closed,hs_is_closed_won").json[
        "properties"
    ]
    assert (told["hs_is_closed"], told["hs_is_closed_won"]) == ("true", "true")


def test_a_lead_needs_a_name_and_a_contact(sandbox: Sandbox) -> None:
    contact(sandbox, email="a@example.com")
    link = [{"to": {"id": "1"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 578}]}]
    leads = "/crm/objects/2026-03/leads"
    assert sandbox.api("POST", leads, {"properties": {"hs_lead_name": "Ana"}}).status == 400
    assert sandbox.api("POST", leads, {"properties": {"hs_lead_label": "HOT"}, "associations": link}).status == 400
    assert sandbox.api("POST", leads, {"properties": {"hs_lead_name": "Ana"}, "associations": link}).status == 201
    assert sandbox.api("GET", f"{leads}/1?associations=contacts").json["associations"]["contacts"]["results"]


def test_a_merged_record_disappears_and_the_survivor_names_it(sandbox: Sandbox) -> None:
    """I11: what a client must survive."""
    contact(sandbox, email="a@example.com")
    contact(sandbox, email="b@example.com", city="Bilbao")
    sandbox.load(
        objects={"companies": [{"properties": {"name": "Acme"}}]}, associations=[["contacts", 2, "companies", 1]]
    )
    told = sandbox.api("POST", f"{CONTACTS}/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}).json
    assert told["id"] == "1"
    assert told["properties"]["hs_merged_object_ids"] == "2"
    assert told["properties"]["hs_calculated_merged_vids"].startswith("2:")
    row = sandbox.api("GET", f"{CONTACTS}/1?properties=email,city&associations=companies").json
    assert (row["properties"]["email"], row["properties"]["city"]) == ("a@example.com", "Bilbao")
    assert row["associations"]["companies"]["results"][0]["id"] == "1"
    assert sandbox.api("GET", f"{CONTACTS}/2").status == 404
    assert sandbox.api("GET", f"{CONTACTS}?archived=true").json["results"] == []


def test_a_merge_may_give_a_new_id(sandbox: Sandbox) -> None:
    contact(sandbox, email="a@example.com")
    contact(sandbox, email="b@example.com")
    sandbox.config(merge_new_id=True)
    told = sandbox.api("POST", f"{CONTACTS}/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}).json
    assert (told["id"], told["properties"]["hs_merged_object_ids"]) == ("3", "2;1")
    assert [row["id"] for row in sandbox.api("GET", CONTACTS).json["results"]] == ["3"]


def test_gdpr_delete_leaves_nothing(sandbox: Sandbox) -> None:
    contact(sandbox, email="a@example.com")
    assert (
        sandbox.api("POST", f"{CONTACTS}/gdpr-delete", {"objectId": "a@example.com", "idProperty": "email"}).status
        == 204
    )
    assert sandbox.api("GET", f"{CONTACTS}?archived=true").json["results"] == []
    assert sandbox.api("GET", CONTACTS).json["results"] == []


def test_a_body_that_is_not_json_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.api("PATCH", f"{CONTACTS}/1", [1]).status == 400
    assert sandbox.api("PATCH", f"{CONTACTS}/1").status == 415


def test_a_persons_edit_through_load_is_a_change_like_any_other(sandbox: Sandbox) -> None:
    contact(sandbox, email="a@example.com", city="Madrid")
    sandbox.load(objects={"contacts": [{"id": "1", "properties": {"city": "Sevilla"}}]})
    told = sandbox.api("GET", f"{CONTACTS}/1?propertiesWithHistory=city").json
    assert [(one["value"], one["sourceType"]) for one in told["propertiesWithHistory"]["city"]] == [
        ("Sevilla", "CRM_UI"),
        ("Madrid", "CRM_UI"),
    ]
    assert told["updatedAt"] > "2026-01-01T00:00:00Z"
    assert sandbox.ledger()["writes"] == []
