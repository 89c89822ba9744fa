"""Bulk read: jobs, their criteria, their results."""

import csv
import io
import time
import zipfile
from typing import Any

import pytest

from sandbox.zoho.bulk_jobs import Job, State
from sandbox.zoho.serve import ZohoSandbox
from sandbox.zoho.times import EPOCH

READ = "/crm/bulk/v8/read"


def created(zoho: ZohoSandbox, **query: Any) -> str:
    told = zoho.api("POST", READ, {"query": {"module": {"api_name": "Leads"}, **query}})
    assert told.status == 201, told.body
    id_: str = told.json["data"][0]["details"]["id"]
    return id_


def finished(zoho: ZohoSandbox, id_: str) -> dict[str, Any]:
    while True:
        (job,) = zoho.api("GET", f"{READ}/{id_}").json["data"]
        if job["state"] == "COMPLETED":
            result: dict[str, Any] = job["result"]
            return result
        assert "result" not in job
        time.sleep(0.02)


def rows(zoho: ZohoSandbox, id_: str) -> list[list[str]]:
    told = zoho.api("GET", f"{READ}/{id_}/result")
    assert (told.status, told.headers["content-disposition"]) == (200, f'attachment;filename="{id_}.zip"')
    with zipfile.ZipFile(io.BytesIO(told.body)) as archive:
        (name,) = archive.namelist()
        assert name == f"{id_}.csv"
        return list(csv.reader(io.StringIO(archive.read(name).decode())))


@pytest.fixture
def leads(zoho: ZohoSandbox) -> list[str]:
    """Five leads, the last one converted."""
    zoho.config(bulk_read_s=0.0)
    values = [
        {"Last_Name": f"L{n}", "No_of_Employees": n, "Email_Opt_Out": n == 1, "Company": 'A "B", S.L.' if n else None}
        for n in range(5)
    ]
    values[4]["Converted__s"] = True
    records = [{"values": one, "created": f"2026-11-24T10:00:0{n}Z"} for n, one in enumerate(values)]
    return zoho.load(objects={"Leads": records})["Leads"]


def test_a_job_is_added_then_under_way_then_done() -> None:
    job = Job("1", "Leads", {}, (), 1, (), more=False, created=EPOCH, begun=100.0)
    assert [job.state(100.0 + age, 3.0) for age in (0, 0.9, 1, 2.9, 3)] == [
        State.ADDED,
        State.ADDED,
        State.IN_PROGRESS,
        State.IN_PROGRESS,
        State.COMPLETED,
    ]


def test_a_job_that_is_not_done_has_no_result(zoho: ZohoSandbox, leads: list[str]) -> None:
    zoho.config(bulk_read_s=3_600.0)
    id_ = created(zoho)
    (job,) = zoho.api("GET", f"{READ}/{id_}").json["data"]
    assert (job["state"], "result" in job) == ("ADDED", False)
    assert zoho.api("GET", f"{READ}/{id_}/result").status == 404


def test_pain_14_a_job_may_fail(zoho: ZohoSandbox, leads: list[str]) -> None:
    zoho.config(bulk_read_fails=True)
    id_ = created(zoho)
    assert zoho.api("GET", f"{READ}/{id_}").json["data"][0]["state"] == "FAILURE"
    assert zoho.api("GET", f"{READ}/{id_}/result").status == 404


def test_the_result_is_a_zip_with_one_csv_in_order_of_ids(zoho: ZohoSandbox, leads: list[str]) -> None:
    id_ = created(zoho, fields=["Last_Name", "Owner", "Email_Opt_Out", "Company", "Created_Time"])
    assert finished(zoho, id_)["count"] == 4
    header, first, second, *_ = rows(zoho, id_)
    assert header == ["Id", "Last_Name", "Owner", "Email_Opt_Out", "Company", "Created_Time"]
    assert (first[0], first[1], first[3:]) == (leads[0], "L0", ["false", "", "2026-11-24T11:00:00+01:00"])
    assert second[3:5] == ["true", 'A "B", S.L.']
    assert first[2].isdecimal()


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ({"api_name": "Last_Name", "comparator": "equal", "value": "L2"}, [2]),
        ({"field": {"api_name": "No_of_Employees"}, "comparator": "greater_equal", "value": 2}, [2, 3]),
        ({"api_name": "Last_Name", "comparator": "in", "value": ["L0", "L3"]}, [0, 3]),
        (
            {
                "api_name": "Modified_Time",
                "comparator": "between",
                "value": ["2026-11-24T11:00:01+01:00", "2026-11-24T11:00:02+01:00"],
            },
            [1, 2],
        ),
        ({"api_name": "Company", "comparator": "equal", "value": "${EMPTY}"}, [0]),
        ({"api_name": "Company", "comparator": "not_equal", "value": "${EMPTY}"}, [1, 2, 3]),
        ({"api_name": "Last_Name", "comparator": "starts_with", "value": "L"}, [0, 1, 2, 3]),
        ({"api_name": "Last_Name", "comparator": "not_contains", "value": "2"}, [0, 1, 3]),
        ({"api_name": "Converted__s", "comparator": "equal", "value": True}, [4]),
        (
            {
                "group_operator": "or",
                "group": [{"api_name": "Last_Name", "comparator": "equal", "value": f"L{n}"} for n in range(3)],
            },
            [0, 1, 2],
        ),
        (
            {
                "group_operator": "and",
                "group": [{"api_name": "Last_Name", "comparator": "equal", "value": f"L{n}"} for n in range(3)],
            },
            [],
        ),
    ],
)
def test_criteria_choose_the_records(
    zoho: ZohoSandbox, leads: list[str], criteria: dict[str, Any], found: list[int]
) -> None:
    id_ = created(zoho, fields=["Last_Name"], criteria=criteria)
    finished(zoho, id_)
    assert [leads.index(row[0]) for row in rows(zoho, id_)[1:]] == found


def test_a_job_reads_one_page_and_the_next_is_named_by_number_or_token(zoho: ZohoSandbox, leads: list[str]) -> None:
    zoho.config(bulk_page=3)
    first = finished(zoho, created(zoho, fields=["Last_Name"]))
    assert (first["count"], first["more_records"], first["per_page"]) == (3, True, 3)
    for query in ({"page": 2}, {"page_token": first["next_page_token"]}):
        id_ = created(zoho, fields=["Last_Name"], **query)
        result = finished(zoho, id_)
        assert (result["count"], result["more_records"], result["next_page_token"]) == (1, False, None)
        assert [row[0] for row in rows(zoho, id_)[1:]] == leads[3:4]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"module": {"api_name": "Unicorns"}}, "MODULE_NOT_AVAILABLE"),
        ({"fields": ["Nothing"]}, "FIELD_NOT_AVAILABLE"),
        ({"page": 501}, "PAGE_RANGE_EXCEEDED"),
        ({"page_token": "x"}, "INVALID_REQUEST"),
        ({"criteria": {"api_name": "Nothing", "comparator": "equal", "value": "x"}}, "INVALID_CRITERIA"),
        ({"criteria": {"api_name": "Last_Name", "comparator": "rhymes", "value": "x"}}, "COMPARATOR_NOT_SUPPORTED"),
        ({"criteria": {"group": [], "group_operator": "xor"}}, "GROUP_OPERATOR_NOT_SUPPORTED"),
    ],
)
def test_a_job_that_cannot_be_is_refused(zoho: ZohoSandbox, query: dict[str, Any], code: str) -> None:
    told = zoho.api("POST", READ, {"query": {"module": {"api_name": "Leads"}, **query}})
    assert (told.status, told.json["code"]) == (400, code)


def test_a_job_costs_fifty_credits_and_an_unknown_one_is_not_found(zoho: ZohoSandbox) -> None:
    created(zoho)
    assert zoho.ledger()["credits"] == {f"POST {READ}": 50}
    assert zoho.api("GET", f"{READ}/7").json["details"] == {"resource": "7"}


def test_pain_13_an_eleventh_download_in_a_minute_is_a_429(zoho: ZohoSandbox, leads: list[str]) -> None:
    zoho.config(limits=True, clock={"frozen": "2026-11-24T10:00:00Z"})
    id_ = created(zoho)
    statuses = [zoho.api("GET", f"{READ}/{id_}/result").status for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    zoho.config(clock={"frozen": "2026-11-24T10:01:00Z"})
    assert zoho.api("GET", f"{READ}/{id_}/result").status == 200
