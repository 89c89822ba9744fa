"""Reading lists and single records."""

import pytest

from sandbox.serve import Sandbox

CONTACTS = "/crm/objects/2026-03/contacts"


def people(n: int) -> list[dict[str, object]]:
    return [{"properties": {"email": f"person{i}@example.com", "firstname": f"P{i}"}} for i in range(n)]


def test_a_list_shows_ten_by_default_and_the_last_page_has_no_paging(sandbox: Sandbox) -> None:
    sandbox.load(objects={"contacts": people(13)})
    first = sandbox.api("GET", CONTACTS).json
    assert [row["id"] for row in first["results"]] == [str(n) for n in range(1, 11)]
    last = sandbox.api("GET", f"{CONTACTS}?after={first['paging']['next']['after']}").json
    assert [row["id"] for row in last["results"]] == ["11", "12", "13"]
    assert "paging" not in last


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1"])
def test_a_limit_outside_one_to_hundred_is_refused(sandbox: Sandbox, limit: str) -> None:
    assert sandbox.api("GET", f"{CONTACTS}?limit={limit}").status == 400


def test_history_halves_the_page(sandbox: Sandbox) -> None:
    assert sandbox.api("GET", f"{CONTACTS}?limit=51&propertiesWithHistory=email").status == 400
    assert sandbox.api("GET", f"{CONTACTS}?limit=50&propertiesWithHistory=email").status == 200


def test_a_made_up_cursor_is_refused(sandbox: Sandbox) -> None:
    told = sandbox.api("GET", f"{CONTACTS}?after=17")
    assert (told.status, told.json["category"]) == (400, "VALIDATION_ERROR")


def test_an_unknown_property_is_absent_in_silence_and_an_empty_one_is_null(sandbox: Sandbox) -> None:
    sandbox.load(objects={"contacts": people(1)})
    row = sandbox.api("GET", f"{CONTACTS}?properties=email,phone&properties=nonsense").json["results"][0]
    assert set(row["properties"]) == {"email", "phone", "createdate", "lastmodifieddate", "hs_object_id"}
    assert row["properties"]["phone"] is None


def test_values_are_text(sandbox: Sandbox) -> None:
    sandbox.load(objects={"companies": [{"properties": {"name": "Acme", "numberofemployees": 12}}]})
    row = sandbox.api("GET", "/crm/objects/2026-03/companies/1?properties=numberofemployees").json
    assert row["properties"]["numberofemployees"] == "12"
    assert row["createdAt"] == row["properties"]["createdate"]


def test_dated_and_legacy_paths_names_and_type_ids_show_the_same_record(sandbox: Sandbox) -> None:
    sandbox.load(objects={"leads": [{"properties": {"hs_lead_name": "Ana"}}]})
    paths = [
        "/crm/objects/2026-03/leads/1",
        "/crm/objects/2026-09/0-136/1",
        "/crm/v3/objects/lead/1",
        "/crm/v3/objects/leads/1/",
    ]
    assert len({sandbox.api("GET", path).body for path in paths}) == 1
    assert sandbox.api("GET", "/crm/objects/2025-09/leads/1").status == 404
    assert sandbox.api("GET", "/crm/v3/objects/dragons").status == 400


def test_archived_records_are_in_their_own_list_only(sandbox: Sandbox) -> None:
    sandbox.load(objects={"contacts": people(2)})
    assert sandbox.api("DELETE", f"{CONTACTS}/1").status == 204
    assert [row["id"] for row in sandbox.api("GET", CONTACTS).json["results"]] == ["2"]
    gone = sandbox.api("GET", f"{CONTACTS}?archived=true").json["results"]
    assert [(row["id"], row["archived"]) for row in gone] == [("1", True)]
    assert gone[0]["archivedAt"]
    assert sandbox.api("GET", f"{CONTACTS}/1").status == 404
    assert sandbox.api("GET", f"{CONTACTS}/1?archived=true").status == 200


def test_a_contact_is_found_by_email(sandbox: Sandbox) -> None:
    sandbox.load(objects={"contacts": people(2)})
    assert sandbox.api("GET", f"{CONTACTS}/PERSON1@example.com?idProperty=email").json["id"] == "2"


def test_inline_associations_name_each_type_and_are_absent_when_there_are_none(sandbox: Sandbox) -> None:
    sandbox.load(
        objects={"contacts": people(2), "companies": [{"properties": {"name": "Acme"}}]},
        associations=[["contacts", 1, "companies", 1, 1]],
    )
    one, two = sandbox.api("GET", f"{CONTACTS}?associations=companies").json["results"]
    assert one["associations"]["companies"]["results"] == [
        {"id": "1", "type": "contact_to_company"},
        {"id": "1", "type": "contact_to_company_unlabeled"},
    ]
    assert "associations" not in two


def test_stage_history_is_told_newest_first(sandbox: Sandbox) -> None:
    stages = [["appointmentscheduled", "2026-03-01T10:00:00Z"], ["closedwon", "2026-03-09T10:00:00Z"]]
    sandbox.load(
        objects={
            "deals": [{"properties": {"dealname": "D", "dealstage": "closedwon"}, "history": {"dealstage": stages}}]
        }
    )
    told = sandbox.api("GET", "/crm/objects/2026-03/deals?propertiesWithHistory=dealstage").json["results"][0]
    assert [(one["value"], one["timestamp"]) for one in told["propertiesWithHistory"]["dealstage"]] == [
        ("closedwon", "2026-03-09T10:00:00Z"),
        ("appointmentscheduled", "2026-03-01T10:00:00Z"),
    ]


def test_a_url_over_eight_kilobytes_is_too_long(sandbox: Sandbox) -> None:
    assert sandbox.api("GET", f"{CONTACTS}?properties={'x' * 9000}").status == 414
    assert sandbox.ledger()["statuses"] == {"414": 1}
