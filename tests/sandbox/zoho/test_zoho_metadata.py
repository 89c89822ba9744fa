"""Fields, modules, users, the organisation, notification channels."""

from typing import Any

import pytest

from sandbox.zoho.serve import ZohoSandbox

FIELDS = "settings/fields?module=Leads"


def fields(zoho: ZohoSandbox, module: str = "Leads") -> dict[str, dict[str, Any]]:
    told = zoho.api("GET", f"settings/fields?module={module}").json["fields"]
    return {field["api_name"]: field for field in told}


def test_fields_say_type_length_options_and_whether_they_can_be_written(zoho: ZohoSandbox) -> None:
    known = fields(zoho)
    assert (known["Last_Name"]["data_type"], known["Last_Name"]["length"]) == ("text", 80)
    assert known["Last_Name"]["system_mandatory"]
    assert "Webinar" in [one["actual_value"] for one in known["Lead_Source"]["pick_list_values"]]
    assert (known["Created_Time"]["field_read_only"], known["Email"]["field_read_only"]) == (True, False)
    assert not known["Created_Time"]["operation_type"]["api_update"]
    assert fields(zoho, "Contacts")["Account_Name"]["lookup"]["module"]["api_name"] == "Accounts"
    assert known["Owner"]["data_type"] == "ownerlookup"


def test_a_field_hidden_from_the_profile_is_not_told(zoho: ZohoSandbox) -> None:
    """Pain 11."""
    zoho.load(hidden={"Leads": ["Phone"]})
    assert "Phone" not in fields(zoho)


def test_a_new_field_is_named_after_its_label_and_can_be_written_and_deleted(zoho: ZohoSandbox) -> None:
    given = [
        {"field_label": "Relevo Score", "data_type": "integer"},
        {"field_label": "Relevo: SLA", "data_type": "datetime"},
    ]
    told = zoho.api("POST", FIELDS, {"fields": given})
    assert (told.status, [one["code"] for one in told.json["fields"]]) == (201, ["SUCCESS", "SUCCESS"])
    known = fields(zoho)
    assert known["Relevo_Score"]["custom_field"]
    assert {"Relevo_Score", "Relevo_SLA"} <= set(known)
    created = zoho.api("POST", "Leads", {"data": [{"Last_Name": "Gil", "Relevo_Score": 71}]}).json["data"][0]
    path = f"Leads/{created['details']['id']}?fields=Relevo_Score"
    assert zoho.api("GET", path).json["data"][0]["Relevo_Score"] == 71
    gone = zoho.api("DELETE", f"settings/fields/{known['Relevo_Score']['id']}?module=Leads")
    assert (gone.status, "Relevo_Score" in fields(zoho)) == (200, False)
    assert "Relevo_Score" not in zoho.api("GET", path).json["data"][0]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"data_type": "text"}, "MANDATORY_NOT_FOUND"),
        ({"field_label": "last name", "data_type": "text"}, "DUPLICATE_DATA"),
        ({"field_label": "X", "data_type": "novel"}, "INVALID_DATA"),
        ({"field_label": "X" * 51, "data_type": "text"}, "INVALID_DATA"),
        ({"field_label": "X", "data_type": "text", "length": 256}, "INVALID_DATA"),
        ({"field_label": "X", "data_type": "picklist"}, "MANDATORY_NOT_FOUND"),
    ],
)
def test_each_field_is_refused_on_its_own(zoho: ZohoSandbox, given: dict[str, Any], code: str) -> None:
    alone = zoho.api("POST", FIELDS, {"fields": [given]})
    assert (alone.status, alone.json["fields"][0]["code"]) == (400, code)
    beside = zoho.api("POST", FIELDS, {"fields": [given, {"field_label": "Good", "data_type": "text"}]})
    assert (beside.status, [one["code"] for one in beside.json["fields"]]) == (207, [code, "SUCCESS"])


def test_five_fields_a_call_and_standard_ones_stay(zoho: ZohoSandbox) -> None:
    six = [{"field_label": f"F{n}", "data_type": "text"} for n in range(6)]
    assert zoho.api("POST", FIELDS, {"fields": six}).json["code"] == "LIMIT_EXCEEDED"
    email = fields(zoho)["Email"]["id"]
    assert zoho.api("DELETE", f"settings/fields/{email}?module=Leads").json["code"] == "NOT_ALLOWED"
    assert zoho.api("GET", f"settings/fields/{email}?module=Leads").json["fields"][0]["api_name"] == "Email"
    assert zoho.api("GET", "settings/fields/1?module=Leads").status == 400


def test_fields_are_asked_for_by_module(zoho: ZohoSandbox) -> None:
    assert zoho.api("GET", "settings/fields").json["code"] == "REQUIRED_PARAM_MISSING"
    assert zoho.api("GET", "settings/fields?module=Unicorns").json["code"] == "INVALID_MODULE"


def test_the_organisation_tells_its_modules_and_itself(zoho: ZohoSandbox) -> None:
    names = [one["api_name"] for one in zoho.api("GET", "settings/modules").json["modules"]]
    assert names == ["Leads", "Contacts", "Accounts", "Deals", "Calls", "Events", "Tasks", "Campaigns"]
    assert zoho.api("GET", "settings/modules/Deals").json["modules"][0]["singular_label"] == "Deal"
    (org,) = zoho.api("GET", "org").json["org"]
    assert (org["time_zone"], org["iso_code"]) == ("Europe/Madrid", "EUR")


def test_users_come_by_status_page_and_time(zoho: ZohoSandbox) -> None:
    people = [
        {"id": "71", "email": "a@x.es", "first_name": "A", "modified": 100, "time_zone": "America/Bogota"},
        {"id": "72", "email": "b@x.es", "first_name": "B", "status": "disabled", "modified": 200},
    ]
    zoho.load(users=people)
    everyone = zoho.api("GET", "users?type=AllUsers").json
    assert ([one["id"] for one in everyone["users"]][1:], everyone["info"]["count"]) == (["71", "72"], 3)
    assert everyone["users"][1]["time_zone"] == "America/Bogota"
    (off,) = zoho.api("GET", "users?type=DeactiveUsers").json["users"]
    assert (off["id"], off["status"]) == ("72", "disabled")
    page = zoho.api("GET", "users?per_page=2&page=2").json
    assert ([one["id"] for one in page["users"]], page["info"]["more_records"]) == (["72"], False)
    since = {"if-modified-since": "1970-01-01T00:01:40+00:00"}
    assert [one["id"] for one in zoho.api("GET", "users", headers=since).json["users"]] == ["72"]
    assert zoho.api("GET", "users/71").json["users"][0]["email"] == "a@x.es"
    assert zoho.api("GET", "users/99").status == 204
    assert zoho.api("GET", "users?type=DeletedUsers").status == 204
    (caller,) = zoho.api("GET", "users?type=CurrentUser").json["users"]
    assert caller["profile"]["name"] == "Administrator"


def test_a_channel_is_kept_renewed_and_ends(zoho: ZohoSandbox) -> None:
    zoho.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    channel = {"channel_id": "1", "events": ["Leads.create", "Deals.all"], "notify_url": "https://a.example/hook"}
    told = zoho.api("POST", "actions/watch", {"watch": [channel]})
    events = told.json["watch"][0]["details"]["events"]
    assert (told.status, [one["resource_name"] for one in events]) == (201, ["Leads", "Deals"])
    assert events[0]["channel_expiry"] == "2026-11-24T12:00:00+01:00"
    late = {**channel, "channel_expiry": "2027-01-01T00:00:00+01:00"}
    renewed = zoho.api("POST", "actions/watch", {"watch": [late]}).json["watch"][0]["details"]["events"]
    assert renewed[0]["channel_expiry"] == "2026-11-25T11:00:00+01:00"
    assert zoho.api("GET", "actions/watch").json["info"]["count"] == 2
    zoho.config(clock={"frozen": "2026-11-25T10:00:00Z"})
    assert zoho.api("GET", "actions/watch").status == 204
    assert zoho.api("DELETE", "actions/watch?channel_ids=1").status == 200
    assert zoho.api("DELETE", "actions/watch?channel_ids=1").json["code"] == "INVALID_DATA"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"channel_id": ""}, "MANDATORY_NOT_FOUND"),
        ({"token": "x" * 51}, "INVALID_DATA"),
        ({"events": ["Unicorns.create"]}, "INVALID_DATA"),
        ({"events": ["Leads.think"]}, "INVALID_DATA"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(zoho: ZohoSandbox, change: dict[str, Any], code: str) -> None:
    good = {"channel_id": "1", "events": ["Leads.all"], "notify_url": "https://a.example/hook"}
    told = zoho.api("POST", "actions/watch", {"watch": [{**good, **change}]})
    assert (told.status, told.json["watch"][0]["code"]) == (400, code)
