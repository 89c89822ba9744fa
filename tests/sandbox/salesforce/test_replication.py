"""getUpdated, getDeleted, merges."""

from typing import Any
from urllib.parse import quote

import pytest

from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.serve import Reply

API = "/services/data/v62.0"


def lead(sandbox: SalesforceSandbox, **fields: object) -> str:
    """A lead's id."""
    return sandbox.load(objects={"Lead": [{"LastName": "Gil", "Company": "x", **fields}]})["Lead"][0]


def window(sandbox: SalesforceSandbox, what: str, start: str, end: str) -> Reply:
    """The answer of getUpdated or getDeleted."""
    return sandbox.api("GET", f"{API}/sobjects/Lead/{what}/?start={quote(start)}&end={quote(end)}")


def test_what_changed_in_a_window_is_told_by_id(salesforce: SalesforceSandbox) -> None:
    """Seconds are cut off both ends; what is deleted is not among the updated."""
    salesforce.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    inside = lead(salesforce, SystemModstamp="2026-11-24T09:00:30Z")
    lead(salesforce, SystemModstamp="2026-11-24T08:59:59Z")
    lead(salesforce, SystemModstamp="2026-11-24T09:30:00Z")
    gone = lead(salesforce, SystemModstamp="2026-11-24T09:10:00Z")
    salesforce.delete([gone])
    told = window(salesforce, "updated", "2026-11-24T09:00:45+00:00", "2026-11-24T09:30:45+00:00").json
    assert told == {"ids": [inside], "latestDateCovered": "2026-11-24T09:30:00.000+0000"}
    told = window(salesforce, "deleted", "2026-11-24T09:59:00Z", "2026-11-24T10:02:00Z").json
    assert told["deletedRecords"] == [{"id": gone, "deletedDate": "2026-11-24T10:00:00.000+0000"}]
    assert told["earliestDateAvailable"] == "2026-11-09T10:00:00.000+0000"


@pytest.mark.parametrize(
    ("what", "start", "end"),
    [
        ("updated", "2026-10-24T00:00:00Z", "2026-11-24T00:00:00Z"),
        ("deleted", "2026-11-09T09:00:00Z", "2026-11-24T00:00:00Z"),
        ("updated", "2026-11-24T09:00:10Z", "2026-11-24T09:00:50Z"),
        ("updated", "yesterday", "2026-11-24T09:00:50Z"),
    ],
)
def test_windows_have_bounds(salesforce: SalesforceSandbox, what: str, start: str, end: str) -> None:
    """Thirty days back for updates, fifteen for deletions, a minute at the least."""
    salesforce.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    reply = window(salesforce, what, start, end)
    assert (reply.status, reply.json[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")


def all_leads(sandbox: SalesforceSandbox) -> dict[str, dict[str, Any]]:
    """Every lead, deleted or not."""
    soql = "SELECT Id, IsDeleted, MasterRecordId, SystemModstamp FROM Lead"
    return {row["Id"]: row for row in sandbox.api("GET", f"{API}/queryAll?q={quote(soql)}").json["records"]}


def test_pain_7_merged_records_name_their_master(salesforce: SalesforceSandbox) -> None:
    """I11: the losers lie in the recycle bin with MasterRecordId; their activities hang on the survivor, which was touched."""
    salesforce.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    old = {"SystemModstamp": "2026-11-01T00:00:00Z"}
    master, one, two = (lead(salesforce, **old) for _ in range(3))
    salesforce.load(objects={"Task": [{"WhoId": one, **old}]})
    salesforce.merge(master, [one, two])
    rows = all_leads(salesforce)
    assert [(rows[id_]["IsDeleted"], rows[id_]["MasterRecordId"]) for id_ in (one, two, master)] == [
        (True, master),
        (True, master),
        (False, None),
    ]
    assert rows[master]["SystemModstamp"] == "2026-11-24T10:00:00.000+0000"
    soql = "SELECT WhoId, SystemModstamp FROM Task"
    (task,) = salesforce.api("GET", f"{API}/query?q={quote(soql)}").json["records"]
    assert (task["WhoId"], task["SystemModstamp"]) == (master, "2026-11-01T00:00:00.000+0000")
    told = window(salesforce, "deleted", "2026-11-24T09:00:00Z", "2026-11-24T10:01:00Z").json
    assert [row["id"] for row in told["deletedRecords"]] == [one, two]
