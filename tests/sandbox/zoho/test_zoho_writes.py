"""Insert, update, upsert, delete: one outcome for each record."""

from typing import Any

import pytest

from sandbox.zoho.serve import ZohoSandbox


def lead(zoho: ZohoSandbox, **values: Any) -> str:
    return zoho.load(objects={"Leads": [{"values": {"Last_Name": "Gil", **values}}]})["Leads"][0]


def put(zoho: ZohoSandbox, *rows: dict[str, Any], **more: Any) -> tuple[int, list[dict[str, Any]]]:
    told = zoho.api("PUT", "Leads", {"data": list(rows), **more})
    return told.status, told.json["data"]


def held(zoho: ZohoSandbox, id_: str, *names: str) -> dict[str, Any]:
    (row,) = zoho.api("GET", f"Leads/{id_}?fields={','.join(names)}").json["data"]
    return {name: row[name] for name in names}


def test_an_insert_is_a_201_and_belongs_to_the_caller(zoho: ZohoSandbox) -> None:
    told = zoho.api("POST", "Leads", {"data": [{"Last_Name": "Gil", "Email": "a@b.es", "No_of_Employees": 7}]})
    (item,) = told.json["data"]
    assert (told.status, item["code"], item["message"]) == (201, "SUCCESS", "record added")
    assert item["details"]["Created_By"]["id"] == item["details"]["Modified_By"]["id"]
    assert held(zoho, item["details"]["id"], "Email", "No_of_Employees") == {"Email": "a@b.es", "No_of_Employees": 7}


def test_a_mixed_batch_is_a_207_in_the_order_given(zoho: ZohoSandbox) -> None:
    """I5."""
    one, two = lead(zoho), lead(zoho)
    status, items = put(
        zoho,
        {"id": one, "City": "Vigo"},
        {"id": "123", "City": "Vigo"},
        {"id": two, "No_of_Employees": "7"},
        {"City": "x"},
    )
    assert status == 207
    assert [item["code"] for item in items] == ["SUCCESS", "INVALID_DATA", "INVALID_DATA", "MANDATORY_NOT_FOUND"]
    assert items[1]["details"]["json_path"] == "$.data[1].id"
    assert items[2]["details"] == {
        "expected_data_type": "integer",
        "api_name": "No_of_Employees",
        "json_path": "$.data[2].No_of_Employees",
    }
    assert (held(zoho, one, "City"), held(zoho, two, "City")) == ({"City": "Vigo"}, {"City": None})


def test_pain_16_a_batch_that_is_bad_throughout_is_a_400_with_a_reason_for_each(zoho: ZohoSandbox) -> None:
    status, items = put(zoho, {"id": "1"}, {"id": "2"})
    assert (status, len(items)) == (400, 2)


@pytest.mark.parametrize(
    ("field", "value", "details"),
    [
        ("Company", "x" * 201, {"maximum_length": 200}),
        ("Company", 7, {"expected_data_type": "text"}),
        ("Email", "no-address", {"expected_data_type": "email"}),
        ("No_of_Employees", 7.5, {"expected_data_type": "integer"}),
        ("No_of_Employees", True, {"expected_data_type": "integer"}),
        ("No_of_Employees", 1_000_000_000, {"maximum_length": 9}),
        ("Annual_Revenue", "1.5", {"expected_data_type": "double"}),
        ("Email_Opt_Out", "true", {"expected_data_type": "boolean"}),
        ("Owner", {"id": "999"}, {}),
        ("Owner", 7.5, {"expected_data_type": "jsonobject"}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_type_length_or_reference(
    zoho: ZohoSandbox, field: str, value: Any, details: dict[str, Any]
) -> None:
    status, (item,) = put(zoho, {"id": lead(zoho), field: value})
    assert (status, item["code"]) == (400, "INVALID_DATA")
    assert item["details"] == {**details, "api_name": field, "json_path": f"$.data[0].{field}"}


@pytest.mark.parametrize(
    ("module", "field", "value", "fits"),
    [
        ("Deals", "Closing_Date", "2026-11-24", True),
        ("Deals", "Closing_Date", "2026-13-24", False),
        ("Deals", "Closing_Date", "2026-11-24T00:00:00+01:00", False),
        ("Deals", "Amount", 7, True),
        ("Calls", "Call_Start_Time", "2026-11-24T10:00:00+01:00", True),
        ("Calls", "Call_Start_Time", "2026-11-24T10:00:00Z", False),
        ("Campaigns", "Num_sent", "12", True),
        ("Campaigns", "Num_sent", "many", False),
    ],
)
def test_dates_numbers_and_instants_have_one_form(
    zoho: ZohoSandbox, module: str, field: str, value: Any, fits: bool
) -> None:
    rest = {
        "Deals": {"Deal_Name": "D", "Stage": "Qualification"},
        "Calls": {"Subject": "C", "Call_Type": "Outbound", "Call_Start_Time": "2026-11-24T10:00:00+01:00"},
        "Campaigns": {"Campaign_Name": "C"},
    }[module]
    assert zoho.api("POST", module, {"data": [{**rest, field: value}]}).status == (201 if fits else 400)


def test_an_instant_is_kept_at_the_organisations_offset(zoho: ZohoSandbox) -> None:
    call = {"Subject": "C", "Call_Type": "Outbound", "Call_Start_Time": "2026-07-01T20:00:00-05:00"}
    id_ = zoho.api("POST", "Calls", {"data": [call]}).json["data"][0]["details"]["id"]
    (row,) = zoho.api("GET", f"Calls/{id_}").json["data"]
    assert row["Call_Start_Time"] == "2026-07-02T03:00:00+02:00"


def test_a_picklist_takes_its_own_values_or_any(zoho: ZohoSandbox) -> None:
    id_ = lead(zoho)
    status, (item,) = put(zoho, {"id": id_, "Rating": "Lukewarm"})
    assert (status, "Active" in item["details"]["supported_values"]) == (400, True)
    zoho.config(strict_picklists=False)
    assert put(zoho, {"id": id_, "Rating": "Lukewarm"})[0] == 200


def test_everything_wrong_with_a_record_is_told_at_once(zoho: ZohoSandbox) -> None:
    told = zoho.api("POST", "Leads", {"data": [{"Email": "x", "Annual_Revenue": "y"}]}).json["data"][0]
    assert told["code"] == "MULTIPLE_OR_MULTI_ERRORS"
    assert [(one["code"], one["details"]["api_name"]) for one in told["details"]["errors"]] == [
        ("INVALID_DATA", "Email"),
        ("INVALID_DATA", "Annual_Revenue"),
        ("MANDATORY_NOT_FOUND", "Last_Name"),
    ]


def test_null_clears_but_not_what_a_record_must_have(zoho: ZohoSandbox) -> None:
    id_ = lead(zoho, City="Vigo")
    assert put(zoho, {"id": id_, "City": None})[0] == 200
    assert held(zoho, id_, "City") == {"City": None}
    assert put(zoho, {"id": id_, "Last_Name": None})[1][0]["code"] == "MANDATORY_NOT_FOUND"


def test_a_name_that_does_not_exist_is_a_silent_no_op_unless_set_otherwise(zoho: ZohoSandbox) -> None:
    """Pains 11 and 16: success is said of a write that wrote nothing."""
    id_ = lead(zoho)
    assert put(zoho, {"id": id_, "Scoer": 5, "Created_Time": "2020-01-01T00:00:00+00:00"})[0] == 200
    assert zoho.ledger()["totals"]["changed"] == 0
    zoho.config(refuse_unknown_fields=True)
    assert put(zoho, {"id": id_, "Scoer": 5})[1][0]["details"]["api_name"] == "Scoer"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "MANDATORY_NOT_FOUND"),
        ({"data": {}}, "INVALID_DATA"),
        ({"data": []}, "INVALID_DATA"),
        ([], "INVALID_DATA"),
    ],
)
def test_a_body_of_another_shape_is_refused_whole(zoho: ZohoSandbox, body: Any, code: str) -> None:
    told = zoho.api("PUT", "Leads", body)
    assert (told.status, told.json["code"]) == (400, code)


def test_a_hundred_and_first_record_refuses_the_whole_call(zoho: ZohoSandbox) -> None:
    told = zoho.api("POST", "Leads", {"data": [{"Last_Name": "L"}] * 101})
    (item,) = told.json["data"]
    assert (told.status, item["code"], item["details"]["maximum_length"]) == (400, "LIMIT_EXCEEDED", 100)
    assert zoho.health()["records"]["Leads"] == 0


def test_pain_20_a_record_that_was_modified_meanwhile_is_a_412_that_says_when(zoho: ZohoSandbox) -> None:
    zoho.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    stale, fresh = lead(zoho), lead(zoho)
    zoho.config(clock={"frozen": "2026-11-24T10:00:05Z"})
    put(zoho, {"id": stale, "City": "Vigo"})
    since = {"if-unmodified-since": "2026-11-24T11:00:00+01:00"}
    rows = [{"id": stale, "City": "Lugo"}, {"id": fresh, "City": "Lugo"}]
    mixed = zoho.api("PUT", "Leads", {"data": rows}, headers=since)
    assert (mixed.status, [one["code"] for one in mixed.json["data"]]) == (207, ["ALREADY_MODIFIED", "SUCCESS"])
    assert mixed.json["data"][0]["details"]["Modified_Time"] == "2026-11-24T11:00:05+01:00"
    alone = zoho.api("PUT", "Leads", {"data": rows[:1]}, headers=since)
    assert (alone.status, held(zoho, stale, "City")) == (412, {"City": "Vigo"})


def test_a_locked_record_is_neither_written_nor_deleted(zoho: ZohoSandbox) -> None:
    (id_,) = zoho.load(objects={"Leads": [{"values": {"Last_Name": "Gil"}, "locked": True}]})["Leads"]
    assert put(zoho, {"id": id_, "City": "x"})[1][0]["code"] == "RECORD_LOCKED"
    assert zoho.api("DELETE", f"Leads/{id_}").json["data"][0]["code"] == "RECORD_LOCKED"


def test_a_unique_field_names_the_record_that_holds_its_value(zoho: ZohoSandbox) -> None:
    definition = {"field_label": "External Id", "data_type": "text", "unique": {"case_sensitive": "false"}}
    zoho.load(fields={"Leads": [definition]})
    first = lead(zoho, External_Id="A-1")
    told = zoho.api("POST", "Leads", {"data": [{"Last_Name": "X", "External_Id": "a-1"}]}).json["data"][0]
    assert (told["code"], told["details"]["duplicate_record"]["id"]) == ("DUPLICATE_DATA", first)
    assert put(zoho, {"id": first, "External_Id": "A-1"})[0] == 200
    assert put(zoho, {"id": first, "External_Id": "A-2"})[0] == 200
    assert put(zoho, {"id": lead(zoho), "External_Id": "A-1"})[0] == 200


def test_pain_18_an_upsert_finds_the_record_it_means_and_may_be_repeated(zoho: ZohoSandbox) -> None:
    """I2."""
    row = {"Last_Name": "Gil", "Email": "Ana@b.es", "City": "Vigo"}
    for action in ("insert", "update", "update"):
        told = zoho.api("POST", "Leads/upsert", {"data": [row], "duplicate_check_fields": ["Email"]})
        (item,) = told.json["data"]
        assert (told.status, item["action"], item["duplicate_field"]) == (200, action, "Email")
        row["Email"] = "ana@B.es"
    assert zoho.health()["records"]["Leads"] == 1
    other = zoho.api("POST", "Leads/upsert", {"data": [{"id": item["details"]["id"], "Email": "new@b.es"}]})
    assert other.json["data"][0]["action"] == "update"
    unknown = zoho.api("POST", "Leads/upsert", {"data": [{"id": "123", "Last_Name": "X"}]})
    assert unknown.json["data"][0]["details"]["api_name"] == "id"


def test_pain_19_workflows_run_on_api_writes_unless_trigger_is_empty(zoho: ZohoSandbox) -> None:
    id_ = lead(zoho)
    put(zoho, {"id": id_, "City": "a"}, trigger=[])
    put(zoho, {"id": id_, "City": "b"}, trigger=["approval"])
    assert zoho.ledger()["workflow_runs"] == []
    put(zoho, {"id": id_, "City": "c"})
    put(zoho, {"id": id_, "City": "d"}, trigger=["workflow"])
    zoho.api("DELETE", f"Leads?ids={id_}&wf_trigger=false")
    runs = [{"object": "Leads", "id": id_, "event": "edit"}] * 2
    assert zoho.ledger()["workflow_runs"] == runs


def test_a_write_that_changes_nothing_moves_the_time_all_the_same(zoho: ZohoSandbox) -> None:
    """I8: our own writes come back as changes."""
    zoho.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    id_ = lead(zoho, City="Vigo")
    zoho.config(clock={"frozen": "2026-11-24T10:00:09Z"}, touch_unchanged=False)
    put(zoho, {"id": id_, "City": "Vigo"})
    assert held(zoho, id_, "Modified_Time") == {"Modified_Time": "2026-11-24T11:00:00+01:00"}
    zoho.config(touch_unchanged=True)
    put(zoho, {"id": id_, "City": "Vigo"})
    assert held(zoho, id_, "Modified_Time") == {"Modified_Time": "2026-11-24T11:00:09+01:00"}


def test_the_ledger_witnesses_each_value_written(zoho: ZohoSandbox) -> None:
    id_ = lead(zoho, City="Vigo")
    zoho.clear_ledger()
    put(zoho, {"id": id_, "City": "Vigo", "No_of_Employees": 7})
    told = zoho.ledger()
    assert [(one["property"], one["value"], one["changed"]) for one in told["writes"]] == [
        ("City", "Vigo", False),
        ("No_of_Employees", "7", True),
    ]
    assert (told["totals"]["writes"], told["totals"]["changed"], told["totals"]["records_written"]) == (2, 1, 1)


def test_one_record_is_updated_and_deleted_by_its_path(zoho: ZohoSandbox) -> None:
    id_ = lead(zoho)
    assert zoho.api("PUT", f"Leads/{id_}", {"data": [{"City": "Vigo"}]}).status == 200
    assert held(zoho, id_, "City") == {"City": "Vigo"}
    assert zoho.api("DELETE", f"Leads/{id_}").json["data"][0]["message"] == "record deleted"
    assert zoho.api("PUT", f"Leads/{id_}", {"data": [{"City": "Lugo"}]}).json["details"] == {"resource_path_index": 1}


def test_deleting_tells_each_record_apart(zoho: ZohoSandbox) -> None:
    id_ = lead(zoho)
    told = zoho.api("DELETE", f"Leads?ids={id_},123")
    assert (told.status, [one["code"] for one in told.json["data"]]) == (207, ["SUCCESS", "INVALID_DATA"])
    assert zoho.api("DELETE", "Leads").json["code"] == "REQUIRED_PARAM_MISSING"
    assert zoho.api("DELETE", f"Leads?ids={','.join('1' * 101)}").json["details"] == {"limit": 100, "param_name": "ids"}


def test_a_deal_remembers_its_stages_and_a_task_when_it_was_closed(zoho: ZohoSandbox) -> None:
    zoho.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    deal = zoho.api("POST", "Deals", {"data": [{"Deal_Name": "D", "Stage": "Qualification"}]}).json["data"][0][
        "details"
    ]["id"]
    task = zoho.api("POST", "Tasks", {"data": [{"Subject": "T", "Status": "Not Started"}]}).json["data"][0]["details"][
        "id"
    ]
    zoho.config(clock={"frozen": "2026-11-26T10:00:00Z"})
    zoho.api("PUT", "Deals", {"data": [{"id": deal, "Stage": "Closed Won"}]})
    zoho.api("PUT", "Tasks", {"data": [{"id": task, "Status": "Completed"}]})
    rows = zoho.api("GET", f"Deals/{deal}/Stage_History?fields=Stage,Modified_Time,Duration_Days").json["data"]
    assert [(row["Stage"], row["Modified_Time"], row["Duration_Days"]) for row in rows] == [
        ("Closed Won", "2026-11-26T11:00:00+01:00", 0),
        ("Qualification", "2026-11-24T11:00:00+01:00", 2),
    ]
    assert zoho.api("GET", f"Tasks/{task}").json["data"][0]["Closed_Time"] == "2026-11-26T11:00:00+01:00"
