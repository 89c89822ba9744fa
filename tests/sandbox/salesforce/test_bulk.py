"""Bulk API 2.0: query and ingest jobs."""

import csv
import io
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.serve import Reply

API = "/services/data/v62.0"
CSV = {"content-type": "text/csv"}


def leads(sandbox: SalesforceSandbox, count: int) -> list[str]:
    """Ids of so many leads."""
    row = {"Company": "x", "CreatedDate": "2026-01-02T03:04:05Z"}
    return sandbox.load(objects={"Lead": [{"LastName": f"L{n}", **row} for n in range(count)]})["Lead"]


def start(sandbox: SalesforceSandbox, soql: str = "SELECT Id FROM Lead", operation: str = "query") -> dict[str, Any]:
    """A query job."""
    reply = sandbox.api("POST", f"{API}/jobs/query", {"operation": operation, "query": soql})
    assert reply.status == 200, reply.body
    told: dict[str, Any] = reply.json
    return told


def results(sandbox: SalesforceSandbox, id_: str, **more: object) -> Reply:
    """A page of results."""
    options = "&".join(f"{name}={value}" for name, value in more.items())
    return sandbox.api("GET", f"{API}/jobs/query/{id_}/results?{options}")


def rows(reply: Reply) -> list[dict[str, str]]:
    """CSV as records."""
    return list(csv.DictReader(io.StringIO(reply.body.decode())))


def test_results_come_in_pages_until_the_locator_says_null(salesforce: SalesforceSandbox) -> None:
    """Sforce-Locator and Sforce-NumberOfRecords; times end in Z, booleans are words, null is nothing."""
    ids = leads(salesforce, 25)
    job = start(salesforce, "SELECT Id, Owner.Name, CreatedDate, IsConverted, Email FROM Lead")
    assert job["state"] == "UploadComplete"
    assert salesforce.api("GET", f"{API}/jobs/query/{job['id']}").json["state"] == "JobComplete"
    seen, locator = list[dict[str, str]](), ""
    while locator != "null":
        reply = results(salesforce, job["id"], maxRecords=10, **({"locator": locator} if locator else {}))
        assert len(rows(reply)) == int(reply.headers["sforce-numberofrecords"])
        seen, locator = seen + rows(reply), reply.headers["sforce-locator"]
    assert [row["Id"] for row in seen] == ids
    expected = {"Owner.Name": "Admin", "CreatedDate": "2026-01-02T03:04:05.000Z", "IsConverted": "false", "Email": ""}
    assert {**seen[0], **expected} == seen[0]
    assert salesforce.api("GET", f"{API}/jobs/query/{job['id']}").json["numberRecordsProcessed"] == 25


def test_a_job_takes_its_time(salesforce: SalesforceSandbox) -> None:
    """UploadComplete, InProgress, JobComplete; no results before that."""
    salesforce.config(job_s=60.0, clock={"frozen": "2026-11-24T10:00:00Z"})
    leads(salesforce, 1)
    job = start(salesforce)
    where = f"{API}/jobs/query/{job['id']}"
    salesforce.config(clock={"frozen": "2026-11-24T10:00:30Z"})
    assert salesforce.api("GET", where).json["state"] == "InProgress"
    early = results(salesforce, job["id"])
    assert (early.status, early.json[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert salesforce.api("DELETE", where).status == 400
    salesforce.config(clock={"frozen": "2026-11-24T10:01:00Z"})
    assert salesforce.api("GET", where).json["state"] == "JobComplete"
    assert salesforce.api("GET", f"{API}/jobs/query").json["records"][0]["id"] == job["id"]
    assert salesforce.api("DELETE", where).status == 204
    assert salesforce.api("GET", where).status == 404


def test_results_belong_to_the_version_that_made_the_job(salesforce: SalesforceSandbox) -> None:
    """Another version gets a 409."""
    job = start(salesforce)
    assert salesforce.api("GET", f"/services/data/v61.0/jobs/query/{job['id']}/results").status == 409


def test_query_all_reads_the_recycle_bin(salesforce: SalesforceSandbox) -> None:
    """operation queryAll."""
    ids = leads(salesforce, 2)
    salesforce.delete(ids[:1])
    assert len(rows(results(salesforce, start(salesforce)["id"]))) == 1
    assert len(rows(results(salesforce, start(salesforce, operation="queryAll")["id"]))) == 2


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Id, Address FROM Lead", "API_ERROR", "Selecting compound data not supported in Bulk Query"),
        ("SELECT Id FROM TaskStatus", "INVALIDENTITY", "is not supported by the Bulk API"),
        ("SELECT COUNT(Id) FROM Lead", "API_ERROR", "not supported in Bulk Query"),
        ("SELECT Id FROM Lead OFFSET 5", "API_ERROR", "OFFSET is not supported"),
        ("SELECT Nix FROM Lead", "INVALID_FIELD", "No such column"),
    ],
)
def test_some_queries_are_for_rest_only(salesforce: SalesforceSandbox, soql: str, code: str, words: str) -> None:
    """Compound fields, aggregates and some objects; a wrong query is refused at once."""
    leads(salesforce, 1)
    reply = salesforce.api("POST", f"{API}/jobs/query", {"operation": "query", "query": soql})
    assert (reply.status, reply.json[0]["errorCode"]) == (400, code)
    assert words in reply.json[0]["message"]
    if code != "INVALID_FIELD":
        assert salesforce.api("GET", f"{API}/query?q={quote(soql)}").status == 200


@pytest.mark.parametrize(
    ("effect", "state"), [("job_stuck", "InProgress"), ("job_failed", "Failed"), ("job_short", "JobComplete")]
)
def test_pain_14_jobs_hang_time_out_or_fall_short(salesforce: SalesforceSandbox, effect: str, state: str) -> None:
    """A time-out is told in errorMessage; a short result is told nowhere but in the count."""
    leads(salesforce, 10)
    salesforce.faults([{"effect": effect, "route": "JOB query Lead", "keep": 4}])
    job = start(salesforce)
    told = salesforce.api("GET", f"{API}/jobs/query/{job['id']}").json
    assert told["state"] == state
    assert told.get("errorMessage", "").startswith("QUERY_TIMEOUT") is (effect == "job_failed")
    if effect == "job_short":
        assert len(rows(results(salesforce, job["id"]))) == told["numberRecordsProcessed"] == 4
    if effect == "job_stuck":
        aborted = salesforce.api("PATCH", f"{API}/jobs/query/{job['id']}", {"state": "Aborted"}).json
        assert aborted["state"] == "Aborted"


def test_a_session_may_die_during_a_job(salesforce: SalesforceSandbox) -> None:
    """401 while polling; the job is still there for the next session."""
    job = start(salesforce)
    salesforce.faults([{"effect": "expired", "route": "GET /jobs/query/{id}", "times": 1}])
    assert salesforce.api("GET", f"{API}/jobs/query/{job['id']}").status == 401
    assert salesforce.api("GET", f"{API}/limits").status == 401


def ingest(sandbox: SalesforceSandbox, operation: str, data: str, **more: object) -> str:
    """An ingest job, uploaded and closed; its id."""
    given = {"object": "Lead", "operation": operation, "contentType": "CSV", "lineEnding": "LF", **more}
    job = sandbox.api("POST", f"{API}/jobs/ingest", given).json["id"]
    where = f"{API}/jobs/ingest/{job}"
    assert sandbox.api("PUT", f"{where}/batches", data.encode(), headers=CSV).status == 201
    assert sandbox.api("PATCH", where, {"state": "UploadComplete"}).json["state"] == "UploadComplete"
    return where


def test_each_ingested_row_succeeds_or_fails_by_itself(salesforce: SalesforceSandbox) -> None:
    """#N/A clears a field, an empty cell leaves it alone; the failed say why."""
    ids = leads(salesforce, 4)
    salesforce.load(objects={"Lead": [{"Id": id_, "Title": "old", "Rating": "Hot"} for id_ in ids]})
    lines = [f"{ids[0]},#N/A,", f"{ids[1]},new,#N/A", f"{ids[2]},{'x' * 129},", ",lost,"]
    where = ingest(salesforce, "update", "Id,Title,Rating\n" + "\n".join(lines) + "\n")
    told = salesforce.api("GET", where).json
    assert (told["state"], told["numberRecordsProcessed"], told["numberRecordsFailed"]) == ("JobComplete", 4, 2)
    good = rows(salesforce.api("GET", f"{where}/successfulResults"))
    assert [(row["sf__Id"], row["sf__Created"], row["Title"]) for row in good] == [
        (ids[0], "false", "#N/A"),
        (ids[1], "false", "new"),
    ]
    bad = rows(salesforce.api("GET", f"{where}/failedResults"))
    assert bad[0]["sf__Error"].startswith("STRING_TOO_LONG:Title: data value too large")
    assert bad[1]["sf__Error"].startswith("MISSING_ARGUMENT:Id not specified")
    held = salesforce.api("GET", f"{API}/composite/sobjects/Lead?ids={','.join(ids)}&fields=Title,Rating").json
    assert [(row["Title"], row["Rating"]) for row in held] == [
        (None, "Hot"),
        ("new", None),
        ("old", "Hot"),
        ("old", "Hot"),
    ]
    assert rows(salesforce.api("GET", f"{where}/unprocessedrecords")) == []


def test_rows_are_inserted_upserted_and_deleted(salesforce: SalesforceSandbox) -> None:
    """The other operations; a value that cannot be read fails its row only."""
    salesforce.load(fields={"Lead": [{"name": "Ext__c", "length": 20, "external_id": True}]})
    data = "LastName,Company,Ext__c,NumberOfEmployees\nA,x,a,5\nB,,b,5\nC,x,c,pyme\n"
    where = ingest(salesforce, "insert", data)
    (made,) = rows(salesforce.api("GET", f"{where}/successfulResults"))
    errors = [row["sf__Error"] for row in rows(salesforce.api("GET", f"{where}/failedResults"))]
    assert errors[0].startswith("REQUIRED_FIELD_MISSING:Required fields are missing: [Company]")
    assert errors[1].startswith("INVALID_TYPE_ON_FIELD_IN_RECORD:Failed to deserialize field at col 3")
    data = "LastName,Company,Ext__c\nA2,x,a\nD,x,d\n"
    where = ingest(salesforce, "upsert", data, externalIdFieldName="Ext__c")
    assert [row["sf__Created"] for row in rows(salesforce.api("GET", f"{where}/successfulResults"))] == [
        "false",
        "true",
    ]
    ingest(salesforce, "delete", f"Id\n{made['sf__Id']}\n")
    assert salesforce.api("GET", f"{API}/sobjects/Lead/{made['sf__Id']}").json[0]["errorCode"] == "ENTITY_IS_DELETED"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("Id,Nix__c\n1,2\n", "InvalidBatch : Field name not found : Nix__c"),
        ("Id,Title\r\n1,2\r\n", "LineEnding is invalid on user data"),
        ("Id,Title\n1\n", "InvalidBatch"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_fails_the_job(salesforce: SalesforceSandbox, data: str, words: str) -> None:
    """Failed, with its reason; nothing was processed."""
    told = salesforce.api("GET", ingest(salesforce, "update", data)).json
    assert told["state"] == "Failed"
    assert words in told["errorMessage"]
    assert told["numberRecordsProcessed"] == 0


def test_an_aborted_job_leaves_its_rows_unprocessed(salesforce: SalesforceSandbox) -> None:
    """And takes no more."""
    ids = leads(salesforce, 1)
    given = {"object": "Lead", "operation": "update", "lineEnding": "LF"}
    where = f"{API}/jobs/ingest/{salesforce.api('POST', f'{API}/jobs/ingest', given).json['id']}"
    salesforce.api("PUT", f"{where}/batches", f"Id,Title\n{ids[0]},x\n".encode(), headers=CSV)
    assert salesforce.api("PATCH", where, {"state": "Aborted"}).json["state"] == "Aborted"
    assert len(rows(salesforce.api("GET", f"{where}/unprocessedrecords"))) == 1
    assert salesforce.api("PATCH", where, {"state": "UploadComplete"}).status == 400
    assert salesforce.api("DELETE", where).status == 204


def made(sandbox: SalesforceSandbox) -> str:
    """An open ingest job."""
    given = {"object": "Lead", "operation": "update", "lineEnding": "LF"}
    return f"{API}/jobs/ingest/{sandbox.api('POST', f'{API}/jobs/ingest', given).json['id']}"


@pytest.mark.parametrize("first", [b"Id,Title\n", b"Id,Title\r\n1,2\r\n"])
def test_a_job_takes_one_file_good_or_bad(salesforce: SalesforceSandbox, first: bytes) -> None:
    where = made(salesforce)
    assert salesforce.api("PUT", f"{where}/batches", first, headers=CSV).status == 201
    assert salesforce.api("PUT", f"{where}/batches", b"Id,Title\n", headers=CSV).status == 400


def test_a_file_must_say_that_it_is_csv(salesforce: SalesforceSandbox) -> None:
    assert salesforce.api("PUT", f"{made(salesforce)}/batches", b"Id\n", headers={"Content-Type": "x/y"}).status == 400


def test_a_job_has_results_when_it_has_ended(salesforce: SalesforceSandbox) -> None:
    """Not before, not even empty ones; the states follow each other."""
    salesforce.config(job_s=0.0, clock={"offset_s": 0})
    salesforce.faults([{"effect": "job_stuck", "route": "JOB update Lead"}])
    where = ingest(salesforce, "update", f"Id,Title\n{leads(salesforce, 1)[0]},x\n")
    assert salesforce.api("GET", where).json["state"] == "InProgress"
    for which in ("successfulResults", "failedResults", "unprocessedrecords"):
        assert salesforce.api("GET", f"{where}/{which}").json[0]["errorCode"] == "INVALIDJOBSTATE"
    assert salesforce.api("DELETE", where).status == 400


def test_a_job_may_leave_rows_over(salesforce: SalesforceSandbox) -> None:
    """Complete, with rows in neither of the other results."""
    ids = leads(salesforce, 3)
    salesforce.faults([{"effect": "job_short", "route": "JOB update Lead", "keep": 1}])
    where = ingest(salesforce, "update", "Id,Title\n" + "".join(f"{id_},x\n" for id_ in ids))
    assert salesforce.api("GET", where).json["state"] == "JobComplete"
    assert [row["Id"] for row in rows(salesforce.api("GET", f"{where}/successfulResults"))] == ids[:1]
    assert [row["Id"] for row in rows(salesforce.api("GET", f"{where}/unprocessedrecords"))] == ids[1:]


def test_a_file_with_another_delimiter_than_was_said_fails_the_job(salesforce: SalesforceSandbox) -> None:
    told = salesforce.api("GET", ingest(salesforce, "update", "Id,Title\n1,x\n", columnDelimiter="PIPE")).json
    assert (told["state"], told["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : Id,Title")


def test_open_jobs_are_listed_by_pages_and_gone_after_a_week(salesforce: SalesforceSandbox) -> None:
    salesforce.config(job_page=2)
    made_ = {made(salesforce).rpartition("/")[2] for _ in range(3)}
    first = salesforce.api("GET", f"{API}/jobs/ingest").json
    second = salesforce.api("GET", first["nextRecordsUrl"]).json
    assert (first["done"], second["done"]) == (False, True)
    assert {job["id"] for job in first["records"] + second["records"]} == made_
    salesforce.config(clock={"offset_s": 8 * 86_400})
    assert salesforce.api("GET", f"{API}/jobs/ingest").json["records"] == []


def test_the_days_batches_are_limited(salesforce: SalesforceSandbox) -> None:
    salesforce.config(bulk_batches=1)
    ingest(salesforce, "update", f"Id,Title\n{leads(salesforce, 1)[0]},x\n")
    given = {"object": "Lead", "operation": "update"}
    assert salesforce.api("POST", f"{API}/jobs/ingest", given).json[0]["errorCode"] == "EXCEEDEDQUOTA"
