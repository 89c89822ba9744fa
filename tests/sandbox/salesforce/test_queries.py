"""Query answers page by page, and what queryAll shows."""

from typing import Any
from urllib.parse import quote

import pytest

from sandbox.salesforce.serve import SalesforceSandbox

API = "/services/data/v62.0"


def leads(sandbox: SalesforceSandbox, count: int) -> list[str]:
    """Ids of so many leads."""
    return sandbox.load(objects={"Lead": [{"LastName": f"L{n}", "Company": "x"} for n in range(count)]})["Lead"]


def ask(sandbox: SalesforceSandbox, soql: str, *, resource: str = "query", **headers: str) -> dict[str, Any]:
    """The answer to a query."""
    reply = sandbox.api("GET", f"{API}/{resource}?q={quote(soql)}", headers=headers)
    assert reply.status == 200, reply.body
    told: dict[str, Any] = reply.json
    return told


def test_pages_of_two_thousand_follow_each_other_to_the_end(salesforce: SalesforceSandbox) -> None:
    """totalSize is the whole result's; nextRecordsUrl names a locator of 18 letters and a position, and the last page has none."""
    ids = leads(salesforce, 4_500)
    told, seen = ask(salesforce, "SELECT Id FROM Lead"), list[str]()
    sizes = [len(told["records"])]
    locator = told["nextRecordsUrl"].removeprefix(f"{API}/query/")
    assert locator.startswith("0r8")
    assert locator.endswith("-2000")
    assert len(locator) == 23
    while True:
        seen += [row["Id"] for row in told["records"]]
        assert told["totalSize"] == 4_500
        if told["done"]:
            break
        told = salesforce.api("GET", told["nextRecordsUrl"]).json
        sizes.append(len(told["records"]))
    assert (sizes, seen) == ([2_000, 2_000, 500], ids)
    assert "nextRecordsUrl" not in told


@pytest.mark.parametrize(("asked", "got"), [("250", 250), ("10", 200), ("9999", 500)])
def test_the_client_may_ask_for_pages_between_200_and_2000(salesforce: SalesforceSandbox, asked: str, got: int) -> None:
    """Sforce-Query-Options; what is out of range is cut to it."""
    leads(salesforce, 500)
    told = ask(salesforce, "SELECT Id FROM Lead", **{"sforce-query-options": f"batchSize={asked}"})
    assert len(told["records"]) == got


def test_a_locator_dies_after_two_days(salesforce: SalesforceSandbox) -> None:
    """INVALID_QUERY_LOCATOR, as for one that never was."""
    leads(salesforce, 2_001)
    salesforce.config(clock={"frozen": "2026-11-20T10:00:00Z"})
    later = ask(salesforce, "SELECT Id FROM Lead")["nextRecordsUrl"]
    salesforce.config(clock={"frozen": "2026-11-22T09:59:59Z"})
    assert salesforce.api("GET", later).status == 200
    salesforce.config(clock={"frozen": "2026-11-22T10:00:00Z"})
    for address in (later, f"{API}/query/0r8000000000000AAA-2000"):
        reply = salesforce.api("GET", address)
        assert (reply.status, reply.json[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_the_eleventh_open_result_closes_the_oldest(salesforce: SalesforceSandbox) -> None:
    """A user has ten open at most."""
    leads(salesforce, 2_001)
    pages = [ask(salesforce, "SELECT Id FROM Lead")["nextRecordsUrl"] for _ in range(11)]
    assert [salesforce.api("GET", page).status for page in pages] == [400] + [200] * 10


def test_a_result_stays_what_it_was_when_it_was_asked_for(salesforce: SalesforceSandbox) -> None:
    """Records that change or go between two pages neither shift nor repeat the rest."""
    ids = leads(salesforce, 3_000)
    first = ask(salesforce, "SELECT Id FROM Lead")
    salesforce.delete(ids[:100])
    second = salesforce.api("GET", first["nextRecordsUrl"]).json
    assert [row["Id"] for row in first["records"] + second["records"]] == ids


def test_pain_6_query_all_shows_what_is_in_the_recycle_bin(salesforce: SalesforceSandbox) -> None:
    """IsDeleted there, nothing in query, and nothing anywhere once it is purged."""
    ids = leads(salesforce, 3)
    salesforce.delete([ids[0]])
    salesforce.delete([ids[1]], purge=True)
    soql = "SELECT Id, IsDeleted FROM Lead"
    assert [row["Id"] for row in ask(salesforce, soql)["records"]] == [ids[2]]
    found = ask(salesforce, soql, resource="queryAll")["records"]
    assert [(row["Id"], row["IsDeleted"]) for row in found] == [(ids[0], True), (ids[2], False)]


def test_archived_activities_are_in_query_all_only(salesforce: SalesforceSandbox) -> None:
    """Old tasks and events are put away by the org itself."""
    salesforce.load(objects={"Task": [{"Subject": "old", "IsArchived": True}, {"Subject": "new"}]})
    soql = "SELECT Subject FROM Task"
    assert [row["Subject"] for row in ask(salesforce, soql)["records"]] == ["new"]
    assert len(ask(salesforce, soql, resource="queryAll")["records"]) == 2


def test_pain_10_an_address_that_is_too_long_is_refused(salesforce: SalesforceSandbox) -> None:
    """414 above 16,384 characters, 431 for headers."""
    ids = ",".join(f"'{id_}'" for id_ in leads(salesforce, 800))
    soql = "SELECT Id FROM Lead WHERE Id IN (" + ids + ")"  # noqa: S608 (SOQL of our own)
    assert salesforce.api("GET", f"{API}/query?q={quote(soql)}").status == 414
    assert salesforce.api("GET", f"{API}/limits", headers={"x-long": "x" * 16_384}).status == 431


def test_pain_4_a_late_commit_appears_behind_the_cursor(salesforce: SalesforceSandbox) -> None:
    """A record becomes visible with a SystemModstamp that a reader has already passed; so does a change."""
    salesforce.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    (held,) = salesforce.load(
        objects={"Lead": [{"LastName": "A", "Company": "x", "SystemModstamp": "2026-11-24T09:00:00Z"}]}
    )["Lead"]
    late = {"SystemModstamp": "2026-11-24T09:59:50Z", "visible_at": "2026-11-24T10:00:20Z"}
    salesforce.load(objects={"Lead": [{"LastName": "B", "Company": "x", **late}, {"Id": held, "Title": "CEO", **late}]})
    soql = "SELECT LastName FROM Lead WHERE SystemModstamp > 2026-11-24T09:30:00Z ORDER BY Id"
    assert ask(salesforce, soql)["records"] == []
    salesforce.config(clock={"frozen": "2026-11-24T10:00:20Z"})
    assert [row["LastName"] for row in ask(salesforce, soql)["records"]] == ["A", "B"]


def test_a_query_must_be_given(salesforce: SalesforceSandbox) -> None:
    """An empty q is malformed."""
    assert salesforce.api("GET", f"{API}/query").json[0]["errorCode"] == "MALFORMED_QUERY"
