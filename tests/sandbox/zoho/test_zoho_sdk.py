"""The vendor's own Python SDK, unmodified but for its address, finds what it expects, and shows its known weaknesses."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.zoho.serve import ZohoSandbox

FIELDS = "Last_Name,Company,No_of_Employees,Annual_Revenue,Owner,Created_Time,Email_Opt_Out,Lead_Source"


def part(path: str) -> Any:
    """A module of the SDK, which ships no types."""
    return import_module(f"zohocrmsdk.src.com.zoho.{path}")


@pytest.fixture
def sdk(zoho: ZohoSandbox, tmp_path: Path) -> Any:
    """The SDK on this organisation, and 450 leads in it. It is a singleton of the process: the next fixture replaces it."""
    values = {"Company": "Acme", "Annual_Revenue": 1.5, "Email_Opt_Out": True, "Lead_Source": "Webinar"}
    rows = [
        {"values": {**values, "Last_Name": f"L{n}", "No_of_Employees": n, "Email": f"p{n}@b.es"}} for n in range(450)
    ]
    zoho.load(objects={"Leads": rows})
    environment = part("crm.api.dc.data_center").DataCenter.Environment(
        zoho.url, f"{zoho.url}/oauth/v2/token", zoho.url
    )
    token = part("api.authenticator.oauth_token").OAuthToken(
        client_id=zoho.client_id, client_secret=zoho.client_secret, refresh_token=zoho.refresh_token, find_user=False
    )
    store = part("api.authenticator.store.file_store").FileStore(file_path=str(tmp_path / "tokens"))
    config = part("crm.api.sdk_config").SDKConfig(pick_list_validation=False, update_api_domain=False)
    part("crm.api.initializer").Initializer.initialize(
        environment=environment, token=token, store=store, sdk_config=config, resource_path=str(tmp_path)
    )
    record = part("crm.api.record")
    return SimpleNamespace(
        record=record,
        leads=record.RecordOperations("Leads"),
        get=part("crm.api.record.record_operations").GetRecordsParam,
        params=part("crm.api.parameter_map").ParameterMap,
        headers=part("crm.api.header_map").HeaderMap,
    )


def page(sdk: Any, token: str | None = None) -> Any:
    asked = sdk.params()
    asked.add(sdk.get.fields, FIELDS)
    asked.add(sdk.get.per_page, 200)
    if token is not None:
        asked.add(sdk.get.page_token, token)
    return sdk.leads.get_records(asked, sdk.headers())


def batch(sdk: Any, rows: list[dict[str, Any]]) -> Any:
    body, records = sdk.record.BodyWrapper(), []
    for row in rows:
        record = sdk.record.Record()
        for name, value in row.items():
            record.add_key_value(name, value)
        records.append(record)
    body.set_data(records)
    body.set_trigger([])
    return body


def test_it_walks_all_pages_with_typed_values(sdk: Any) -> None:
    seen: list[Any] = []
    token = None
    while True:
        told = page(sdk, token).get_object()
        seen += told.get_data()
        if not told.get_info().get_more_records():
            break
        token = told.get_info().get_next_page_token()
    assert sorted(one.get_key_value("No_of_Employees") for one in seen) == list(range(450))
    assert (seen[0].get_key_value("Annual_Revenue"), seen[0].get_key_value("Email_Opt_Out")) == (1.5, True)
    assert isinstance(seen[0].get_created_time(), datetime)
    assert seen[0].get_key_value("Owner").get_email()


def test_it_tells_a_partial_failure_apart(zoho: ZohoSandbox, sdk: Any) -> None:
    """I5."""
    ids = [one.get_id() for one in page(sdk).get_object().get_data()[:99]]
    told = sdk.leads.update_records(batch(sdk, [{"id": id_, "Company": "Z"} for id_ in (*ids, 123)]), sdk.headers())
    outcomes = told.get_object().get_data()
    assert (told.get_status_code(), len(outcomes)) == (207, 100)
    assert [type(one).__name__ for one in outcomes] == ["SuccessResponse"] * 99 + ["APIException"]
    assert zoho.ledger()["totals"]["workflow_runs"] == 0


def test_it_upserts_by_the_field_it_names(sdk: Any) -> None:
    body = batch(sdk, [{"Last_Name": "Gil", "Email": "p7@b.es"}, {"Last_Name": "New", "Email": "new@b.es"}])
    body.set_duplicate_check_fields(["Email"])
    told = sdk.leads.upsert_records(body, sdk.headers())
    assert told.get_status_code() == 200
    assert [one.get_action().get_value() for one in told.get_object().get_data()] == ["update", "insert"]


def test_it_reads_what_was_deleted(zoho: ZohoSandbox, sdk: Any) -> None:
    id_ = page(sdk).get_object().get_data()[0].get_id()
    zoho.api("DELETE", f"Leads?ids={id_}")
    asked = sdk.params()
    asked.add(part("crm.api.record.record_operations").GetDeletedRecordsParam.type, "all")
    (grave,) = sdk.leads.get_deleted_records(asked, sdk.headers()).get_object().get_data()
    assert (grave.get_id(), grave.get_type()) == (id_, "recycle")


def test_it_queries(sdk: Any) -> None:
    body = part("crm.api.coql").BodyWrapper()
    body.set_select_query("select Last_Name from Leads where No_of_Employees > 447 limit 10")
    told = part("crm.api.coql").CoqlOperations().get_records(body)
    assert [one.get_key_value("Last_Name") for one in told.get_object().get_data()] == ["L448", "L449"]


def test_it_makes_a_field_and_lists_it(zoho: ZohoSandbox, sdk: Any) -> None:
    fields, operations = part("crm.api.fields"), part("crm.api.fields.fields_operations")
    one, body, asked = fields.Fields(), fields.BodyWrapper(), sdk.params()
    one.set_field_label("Relevo Score")
    one.set_data_type("integer")
    body.set_fields([one])
    asked.add(operations.CreateFieldParam.module, "Leads")
    made = fields.FieldsOperations().create_field(body, asked)
    assert (made.get_status_code(), type(made.get_object().get_fields()[0]).__name__) == (201, "SuccessResponse")
    asked = sdk.params()
    asked.add(operations.GetFieldsParam.module, "Leads")
    listed = fields.FieldsOperations().get_fields(asked).get_object().get_fields()
    assert "Relevo_Score" in [field.get_api_name() for field in listed]


def test_it_lists_users(sdk: Any) -> None:
    users = part("crm.api.users")
    told = users.UsersOperations().get_users(sdk.params(), sdk.headers()).get_object()
    assert told.get_users()[0].get_email() == "integracion@ibertech-demo.example"


def test_it_reads_in_bulk(zoho: ZohoSandbox, sdk: Any, tmp_path: Path) -> None:
    zoho.config(bulk_read_s=0.0)
    bulk, modules = part("crm.api.bulk_read"), part("crm.api.modules")
    body, query, module = bulk.BodyWrapper(), bulk.Query(), modules.MinifiedModule()
    module.set_api_name("Leads")
    query.set_module(module)
    query.set_fields(["Last_Name", "Email"])
    body.set_query(query)
    made = bulk.BulkReadOperations().create_bulk_read_job(body).get_object().get_data()[0]
    id_ = int(made.get_details()["id"])
    (job,) = bulk.BulkReadOperations().get_bulk_read_job_details(id_).get_object().get_data()
    assert (job.get_state().get_value(), job.get_result().get_count()) == ("COMPLETED", 450)
    stream = bulk.BulkReadOperations().download_result(id_).get_object().get_file()
    assert stream.get_name().endswith(f"{id_}.zip")


def test_poison_one_unreadable_value_costs_it_the_whole_page(zoho: ZohoSandbox, sdk: Any) -> None:
    """I6: why the connector does not read through it."""
    zoho.load(objects={"Leads": [{"values": {"Last_Name": "Poison", "No_of_Employees": "n/a"}}]})
    told = page(sdk)
    assert (told.get_status_code(), told.get_object()) == (200, None)
    raw = zoho.api("GET", f"Leads?fields={FIELDS}").json["data"]
    assert len(raw) == 200


def test_errors_are_values_to_it(zoho: ZohoSandbox, sdk: Any) -> None:
    page(sdk)
    zoho.faults([{"effect": "rate_limit", "route": "GET /Leads"}])
    told = page(sdk)
    assert (told.get_status_code(), told.get_object().get_code().get_value()) == (429, "TOO_MANY_REQUESTS")
