"""Credits, calls at once, and faults on demand."""

import threading
from collections import Counter
from typing import Any

import pytest

from sandbox.serve import SandboxError
from sandbox.zoho.serve import ZohoSandbox

LEADS = "Leads?fields=Last_Name"


def test_pain_12_credits_are_told_from_half_of_them_on_and_refuse_without_retry_after(zoho: ZohoSandbox) -> None:
    zoho.config(limits=True, credits=4, clock={"frozen": "2026-11-24T10:00:00Z"})
    told = [zoho.api("GET", LEADS) for _ in range(5)]
    remaining = [answer.headers.get("x-api-credits-remaining") for answer in told[:4]]
    assert remaining == [None, "2", "1", "0"]
    assert (told[4].status, told[4].json["code"], "retry-after" in told[4].headers) == (429, "TOO_MANY_REQUESTS", False)
    zoho.config(clock={"frozen": "2026-11-25T10:00:00Z"})
    assert zoho.api("GET", LEADS).status == 204


def test_other_apps_spend_from_the_same_purse(zoho: ZohoSandbox) -> None:
    zoho.config(limits=True, credits=100, credits_used=99)
    assert zoho.api("GET", LEADS).headers["x-api-credits-remaining"] == "0"
    assert zoho.api("GET", LEADS).status == 429


@pytest.mark.parametrize(
    ("method", "path", "body", "price"),
    [
        ("GET", LEADS, None, 1),
        ("GET", "Leads/deleted?type=all", None, 2),
        ("PUT", "Leads", {"data": [{"id": "1"}] * 10}, 1),
        ("PUT", "Leads", {"data": [{"id": "1"}] * 11}, 2),
        ("POST", "Leads", {"data": [{"Last_Name": "L"}] * 100}, 10),
        ("GET", "settings/fields?module=Leads", None, 1),
    ],
)
def test_each_call_has_its_price(zoho: ZohoSandbox, method: str, path: str, body: Any, price: int) -> None:
    zoho.api(method, path, body)
    assert zoho.ledger()["totals"]["credits"] == price


def at_once(zoho: ZohoSandbox, calls: int, method: str, path: str, body: Any = None) -> Counter[int]:
    statuses: Counter[int] = Counter()
    with_lock = threading.Lock()

    def call() -> None:
        status = zoho.api(method, path, body).status
        with with_lock:
            statuses[status] += 1

    threads = [threading.Thread(target=call) for _ in range(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_calls_at_once_are_limited_and_heavy_ones_more_so(zoho: ZohoSandbox) -> None:
    zoho.config(limits=True, latency_s=1.0, concurrency=5, sub_concurrency=2)
    assert at_once(zoho, 8, "GET", LEADS) == {204: 5, 429: 3}
    query = {"select_query": "select id from Leads where id is not null"}
    assert at_once(zoho, 4, "POST", "coql", query) == {204: 2, 429: 2}
    assert zoho.api("GET", LEADS).status == 204


def test_the_ledger_counts_every_answer_by_route(zoho: ZohoSandbox) -> None:
    zoho.api("GET", LEADS)
    zoho.api("GET", "Unicorns?fields=id")
    zoho.api("GET", "/nowhere")
    zoho.refresh()
    told = zoho.ledger()
    assert told["calls"] == {"GET /Leads": 1, "GET /unknown": 1, "GET unknown": 1, "POST /oauth/v2/token": 1}
    assert told["statuses"] == {"200": 1, "204": 1, "400": 1, "404": 1}
    zoho.clear_ledger()
    assert zoho.ledger()["totals"] == {
        "calls": 0,
        "writes": 0,
        "changed": 0,
        "records_written": 0,
        "credits": 0,
        "workflow_runs": 0,
    }


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "INVALID_TOKEN"), (403, "NO_PERMISSION"), (429, "TOO_MANY_REQUESTS"), (500, "INTERNAL_ERROR")],
)
def test_a_status_has_the_vendors_body(zoho: ZohoSandbox, status: int, code: str) -> None:
    zoho.faults([{"effect": "status", "status": status, "route": "GET /Leads", "times": 1}])
    told = zoho.api("GET", LEADS)
    assert (told.status, told.json["code"], told.json["status"]) == (status, code, "error")
    assert zoho.api("GET", LEADS).status == 204


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"effect": "html"}, 200), ({"effect": "status", "status": 502}, 502), ({"effect": "html", "status": 503}, 503)],
)
def test_a_gateway_speaks_html(zoho: ZohoSandbox, fault: dict[str, Any], status: int) -> None:
    """I3."""
    zoho.faults([fault])
    told = zoho.api("GET", LEADS)
    assert (told.status, told.headers["content-type"]) == (status, "text/html")


def test_the_accounts_server_has_faults_too(zoho: ZohoSandbox) -> None:
    zoho.faults(
        [{"effect": "status", "status": 200, "route": "POST /oauth/v2/token", "body": {"error": "Access Denied"}}]
    )
    assert zoho.refresh() == {"error": "Access Denied"}


@pytest.mark.parametrize("effect", ["drop", "cut"])
def test_a_connection_ends_before_the_answer_does(zoho: ZohoSandbox, effect: str) -> None:
    zoho.load(objects={"Leads": [{"values": {"Last_Name": "Gil"}}]})
    zoho.faults([{"effect": effect, "times": 1}])
    with pytest.raises(SandboxError, match="no answer"):
        zoho.api("GET", LEADS)
    assert zoho.api("GET", LEADS).status == 200


def test_true_answers_are_bent(zoho: ZohoSandbox) -> None:
    """I3: a page without its list, or empty though more follow, is not the end."""
    zoho.load(objects={"Leads": [{"values": {"Last_Name": f"L{n}"}} for n in range(2)]})
    told = {}
    for effect in ("no_results", "empty_page", "twins"):
        zoho.faults([{"effect": effect}])
        told[effect] = zoho.api("GET", LEADS).json
    assert set(told["no_results"]) == {"info"}
    assert (told["empty_page"]["data"], told["empty_page"]["info"]["more_records"]) == ([], True)
    assert [row["Last_Name"] for row in told["twins"]["data"]] == ["L1", "L1", "L0", "L0"]


def test_a_write_may_take_effect_although_its_answer_is_lost(zoho: ZohoSandbox) -> None:
    """I2."""
    zoho.faults([{"effect": "status", "status": 500, "route": "POST /Leads", "applied": True}])
    assert zoho.api("POST", "Leads", {"data": [{"Last_Name": "Gil"}]}).status == 500
    assert zoho.health()["records"]["Leads"] == 1


def test_a_delay_and_a_rate_limit_come_on_demand(zoho: ZohoSandbox) -> None:
    zoho.faults([{"effect": "rate_limit", "skip": 1, "times": 1}, {"effect": "delay", "delay_s": 0.01}])
    assert [zoho.api("GET", LEADS).status for _ in range(3)] == [204, 429, 204]


@pytest.mark.parametrize(
    "wrong", [{"nothing": 1}, {"credits": "many"}, {"limits": 1}, {"clock": {"frozen": "yesterday"}}]
)
def test_a_wrong_setting_is_refused(zoho: ZohoSandbox, wrong: dict[str, Any]) -> None:
    with pytest.raises(SandboxError):
        zoho.config(**wrong)


def test_loading_a_record_that_is_there_is_a_persons_edit(zoho: ZohoSandbox) -> None:
    zoho.load(users=[{"id": "77", "email": "l@x.es", "first_name": "Lucía"}])
    (id_,) = zoho.load(objects={"Leads": [{"values": {"Last_Name": "Gil", "City": "Vigo"}, "created": 1_760_000_000}]})[
        "Leads"
    ]
    zoho.load(objects={"Leads": [{"id": id_, "values": {"City": "", "Owner": "77"}, "modified": 1_760_000_100}]})
    (row,) = zoho.api("GET", f"Leads/{id_}").json["data"]
    assert (row["City"], row["Owner"]["id"], row["Modified_Time"]) == (None, "77", "2025-10-09T10:55:00+02:00")
    assert zoho.ledger()["writes"] == []
    with pytest.raises(SandboxError, match="create it first"):
        zoho.load(objects={"Leads": [{"values": {"Unknown": 1}}]})
