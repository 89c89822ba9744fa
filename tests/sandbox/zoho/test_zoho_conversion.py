"""Leads that become contacts, records that become one, and what hangs on them."""

from typing import Any

import pytest

from sandbox.zoho.serve import ZohoSandbox


def make(zoho: ZohoSandbox, module: str, **values: Any) -> str:
    return zoho.load(objects={module: [{"values": values}]})[module][0]


def read(zoho: ZohoSandbox, path: str) -> dict[str, Any]:
    row: dict[str, Any] = zoho.api("GET", path).json["data"][0]
    return row


def test_a_lead_becomes_contact_account_and_deal_and_its_activities_move(zoho: ZohoSandbox) -> None:
    """Pain 8; pain 9: the moved call's Modified_Time stays."""
    lead = make(
        zoho, "Leads", Last_Name="Gil", First_Name="Ana", Company="Acme", Email="ana@acme.es", Designation="CEO"
    )
    call = make(zoho, "Calls", Subject="C", What_Id=lead, **{"$se_module": "Leads"})
    zoho.load(emails=[{"module": "Leads", "id": lead, "subject": "Hi", "time": "2026-11-24T10:00:00Z"}])
    before = read(zoho, f"Calls/{call}")
    deal = {"Deal_Name": "Acme: licence", "Stage": "Qualification", "Closing_Date": "2026-12-24"}
    told = zoho.api("POST", f"Leads/{lead}/actions/convert", {"data": [{"Deals": deal}]})
    made = told.json["data"][0]["details"]
    assert (told.status, made["Contacts"]["name"], made["Accounts"]["name"]) == (200, "Ana Gil", "Acme")
    contact = read(zoho, f"Contacts/{made['Contacts']['id']}")
    assert (contact["Email"], contact["Title"], contact["Account_Name"]["name"]) == ("ana@acme.es", "CEO", "Acme")
    assert read(zoho, f"Deals/{made['Deals']['id']}")["Contact_Name"] == made["Contacts"]
    moved = read(zoho, f"Calls/{call}")
    assert (before["What_Id"]["id"], before["$se_module"]) == (lead, "Leads")
    assert (moved["Who_Id"]["id"], moved["What_Id"]["id"]) == (made["Contacts"]["id"], made["Deals"]["id"])
    assert (moved["$se_module"], moved["Modified_Time"]) == ("Deals", before["Modified_Time"])
    assert zoho.api("GET", f"Contacts/{made['Contacts']['id']}/Emails").json["Emails"][0]["subject"] == "Hi"
    converted = read(zoho, f"Leads/{lead}?converted=true")
    assert converted["Converted_Contact"]["id"] == made["Contacts"]["id"]
    assert converted["$converted_detail"]["deal"] == made["Deals"]["id"]
    assert zoho.ledger()["credits"]["POST /Leads/{id}/actions/convert"] == 5


def test_a_converted_lead_is_written_no_more_nor_converted_again(zoho: ZohoSandbox) -> None:
    lead = make(zoho, "Leads", Last_Name="Gil")
    assert zoho.api("POST", f"Leads/{lead}/actions/convert", {"data": [{}]}).json["data"][0]["details"]["Deals"] is None
    again = zoho.api("POST", f"Leads/{lead}/actions/convert", {"data": [{}]})
    assert (again.status, again.json["code"]) == (400, "ID_ALREADY_CONVERTED")
    told = zoho.api("PUT", "Leads", {"data": [{"id": lead, "City": "x"}]}).json["data"][0]
    assert told["message"] == "the id given seems to be invalid"
    assert zoho.api("POST", "Leads/123/actions/convert", {"data": [{}]}).json["code"] == "INVALID_DATA"


def test_a_lead_may_join_records_that_are_there(zoho: ZohoSandbox) -> None:
    account, contact = make(zoho, "Accounts", Account_Name="Acme"), make(zoho, "Contacts", Last_Name="Gil")
    lead = make(zoho, "Leads", Last_Name="Gil", Company="ACME S.A.")
    given = {"Accounts": {"id": account}, "Contacts": {"id": contact}}
    made = zoho.api("POST", f"Leads/{lead}/actions/convert", {"data": [given]}).json["data"][0]["details"]
    assert (made["Accounts"]["id"], made["Contacts"]["id"]) == (account, contact)
    other = make(zoho, "Leads", Last_Name="Gil")
    told = zoho.api("POST", f"Leads/{other}/actions/convert", {"data": [{"Contacts": {"id": "9"}}]})
    assert told.json["data"][0]["details"]["json_path"] == "$.data[0].Contacts.id"


def test_a_conversion_that_is_refused_leaves_nothing_behind(zoho: ZohoSandbox) -> None:
    lead = make(zoho, "Leads", Last_Name="Gil")
    told = zoho.api("POST", f"Leads/{lead}/actions/convert", {"data": [{"Deals": {"Deal_Name": "D"}}]})
    assert (told.status, told.json["data"][0]["code"]) == (400, "MANDATORY_NOT_FOUND")
    records = zoho.health()["records"]
    assert (records["Contacts"], records["Deals"]) == (0, 0)
    assert zoho.api("GET", f"Leads/{lead}").status == 200


def merge(master: str, *children: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return f"Contacts/{master}/actions/merge", {"merge": [{"data": list(children), "master_record_fields": []}]}


def test_pain_7_a_merged_away_record_is_gone_and_its_links_point_to_the_survivor(zoho: ZohoSandbox) -> None:
    """I11."""
    master = make(zoho, "Contacts", Last_Name="Gil", Email="a@b.es")
    child = make(zoho, "Contacts", Last_Name="Gil", Email="b@b.es", Phone="1")
    deal = make(zoho, "Deals", Deal_Name="D", Stage="Qualification", Contact_Name=child)
    path, body = merge(master, {"id": child, "_fields": [{"api_name": "Phone"}]})
    told = zoho.api("POST", path, body)
    assert (told.status, told.json["merge"][0]["details"]) == (201, {"id": master})
    survivor = read(zoho, f"Contacts/{master}")
    assert (survivor["Email"], survivor["Phone"]) == ("a@b.es", "1")
    assert zoho.api("GET", f"Contacts/{child}").status == 204
    assert read(zoho, f"Deals/{deal}")["Contact_Name"]["id"] == master
    (grave,) = zoho.api("GET", "Contacts/deleted?type=all").json["data"]
    assert (grave["id"], grave["type"]) == (child, "permanent")


def test_a_merged_away_record_may_vanish_without_a_trace(zoho: ZohoSandbox) -> None:
    zoho.config(merged_are_deleted=False)
    master, child = make(zoho, "Contacts", Last_Name="A"), make(zoho, "Contacts", Last_Name="B")
    path, body = merge(master, {"id": child})
    assert zoho.api("POST", path, body).status == 201
    assert zoho.api("GET", f"Contacts/{child}").status == 204
    assert zoho.api("GET", "Contacts/deleted?type=all").status == 204


def test_a_merge_takes_one_or_two_other_records(zoho: ZohoSandbox) -> None:
    master = make(zoho, "Contacts", Last_Name="A")
    others = [{"id": make(zoho, "Contacts", Last_Name="B")} for _ in range(3)]
    for children, code in (
        ([], "INVALID_DATA"),
        (others, "INVALID_DATA"),
        ([{"id": master}], "INVALID_DATA"),
        ([{}], "MANDATORY_NOT_FOUND"),
    ):
        path, body = merge(master, *children)
        told = zoho.api("POST", path, body)
        assert (told.status, told.json["merge"][0]["code"]) == (400, code)
    path, body = merge("123", others[0])
    assert zoho.api("POST", path, body).json["details"] == {"resource_path_index": 1}


@pytest.fixture
def deal(zoho: ZohoSandbox) -> str:
    """A deal that went through three stages."""
    stages = [
        ["Qualification", "2026-11-01T10:00:00Z"],
        ["Needs Analysis", "2026-11-05T10:00:00Z"],
        ["Closed Won", "2026-11-20T10:00:00Z"],
    ]
    rows = [{"values": {"Deal_Name": "D", "Stage": "Closed Won"}, "created": "2026-11-01T10:00:00Z", "stages": stages}]
    return zoho.load(objects={"Deals": rows})["Deals"][0]


def test_a_stage_history_is_read_by_fields_and_pages(zoho: ZohoSandbox, deal: str) -> None:
    first = zoho.api("GET", f"Deals/{deal}/Stage_History?fields=Stage,Modified_Time&per_page=2").json
    assert [row["Stage"] for row in first["data"]] == ["Closed Won", "Needs Analysis"]
    assert first["info"]["more_records"]
    second = zoho.api("GET", f"Deals/{deal}/Stage_History?fields=Stage&per_page=2&page=2").json
    assert ([row["Stage"] for row in second["data"]], second["info"]["more_records"]) == (["Qualification"], False)
    ids = [row["id"] for row in (*first["data"], *second["data"])]
    assert len(set(ids)) == 3
    assert zoho.api("GET", f"Deals/{deal}/Stage_History").json["code"] == "REQUIRED_PARAM_MISSING"
    lead = make(zoho, "Leads", Last_Name="Gil")
    assert zoho.api("GET", f"Leads/{lead}/Stage_History?fields=Stage").status == 404


def test_a_timeline_tells_each_change_of_stage_once(zoho: ZohoSandbox, deal: str) -> None:
    entries = zoho.api("GET", f"Deals/{deal}/__timeline").json["__timeline"]
    assert [entry["action"] for entry in entries] == ["updated", "updated", "added"]
    assert entries[0]["field_history"][0]["_value"] == {"old": "Needs Analysis", "new": "Closed Won"}
    assert entries[0]["audited_time"] == "2026-11-20T11:00:00+01:00"


def test_emails_hang_on_their_record_ten_a_page_newest_first(zoho: ZohoSandbox) -> None:
    lead = make(zoho, "Leads", Last_Name="Gil")
    assert zoho.api("GET", f"Leads/{lead}/Emails").status == 204
    mails = [
        {"module": "Leads", "id": lead, "subject": f"M{n}", "time": 1_760_000_000 + n, "sent": n % 2 == 0}
        for n in range(12)
    ]
    zoho.load(emails=mails)
    first = zoho.api("GET", f"Leads/{lead}/Emails").json
    assert [one["subject"] for one in first["Emails"]] == [f"M{n}" for n in range(11, 1, -1)]
    assert [one["sent"] for one in first["Emails"]][:2] == [False, True]
    rest = zoho.api("GET", f"Leads/{lead}/Emails?index={first['info']['next_index']}").json
    assert ([one["subject"] for one in rest["Emails"]], rest["info"]["next_index"]) == (["M1", "M0"], None)
    assert zoho.api("GET", "Leads/123/Emails").status == 400
