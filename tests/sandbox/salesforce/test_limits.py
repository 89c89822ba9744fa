"""The org's API limits, and faults on demand."""

import threading
from collections.abc import Callable

import pytest

from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.serve import SandboxError

API = "/services/data/v62.0"
QUERY = f"{API}/query?q=SELECT+Id+FROM+Lead"


def test_pain_12_every_answer_says_how_much_of_the_day_is_spent(salesforce: SalesforceSandbox) -> None:
    """Sforce-Limit-Info, on errors too; other apps' calls count."""
    salesforce.config(daily=100, used=40)
    assert salesforce.api("GET", QUERY).headers["sforce-limit-info"] == "api-usage=41/100"
    assert salesforce.api("GET", f"{API}/sobjects/Nix").headers["sforce-limit-info"] == "api-usage=42/100"
    assert salesforce.api("GET", f"{API}/limits").json["DailyApiRequests"] == {"Max": 100, "Remaining": 57}


def test_pain_13_over_the_limit_is_a_403_without_retry_after(salesforce: SalesforceSandbox) -> None:
    """REQUEST_LIMIT_EXCEEDED until calls fall out of the last 24 hours."""
    salesforce.config(limits=True, daily=100, used=99, clock={"frozen": "2026-11-24T10:00:00Z"})
    assert salesforce.api("GET", QUERY).status == 200
    reply = salesforce.api("GET", QUERY)
    assert reply.status == 403
    assert reply.json == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert "retry-after" not in reply.headers
    salesforce.config(clock={"frozen": "2026-11-25T10:00:01Z"})
    assert salesforce.api("GET", QUERY).status == 200


def test_too_many_long_calls_at_once_are_refused(salesforce: SalesforceSandbox) -> None:
    """Only calls that have been running for a while count."""
    salesforce.config(limits=True, concurrent=1, long_call_s=0.05)
    salesforce.faults([{"effect": "delay", "route": "GET /query", "delay_s": 0.6, "times": 1}])
    slow = threading.Thread(target=salesforce.api, args=("GET", QUERY))
    slow.start()
    while slow.is_alive() and (reply := salesforce.api("GET", f"{API}/limits")).status == 200:
        pass
    assert reply.json[0]["message"].startswith("ConcurrentRequests")
    slow.join()
    assert salesforce.api("GET", f"{API}/limits").status == 200


def test_answers_are_made_untrue_as_asked_and_only_so_often(salesforce: SalesforceSandbox) -> None:
    """I3: a page without its list, an empty page, twins, HTML with a 200, a cut body, a dropped connection, an error of a gateway."""
    salesforce.load(objects={"Lead": [{"LastName": "A", "Company": "x"}]})

    def meets(effect: str, **more: object) -> None:
        salesforce.faults([{"effect": effect, "route": "GET /query", "times": 1, **more}])

    meets("no_records")
    assert set(salesforce.api("GET", QUERY).json) == {"totalSize", "done"}
    meets("empty_page")
    assert salesforce.api("GET", QUERY).json["records"] == []
    meets("twins")
    assert len(salesforce.api("GET", QUERY).json["records"]) == 2
    meets("html")
    assert salesforce.api("GET", QUERY).headers["content-type"] == "text/html"
    meets("status", status=502)
    assert (reply := salesforce.api("GET", QUERY)).status == 502
    assert reply.body.startswith(b"<!DOCTYPE")
    meets("status", status=503, headers={"Retry-After": "3"})
    assert (reply := salesforce.api("GET", QUERY)).headers["retry-after"] == "3"
    assert reply.json[0]["errorCode"] == "SERVER_UNAVAILABLE"
    meets("limit")
    assert salesforce.api("GET", QUERY).json[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    for effect in ("cut", "drop"):
        meets(effect)
        with pytest.raises(SandboxError, match="no answer"):
            salesforce.api("GET", QUERY)
    assert len(salesforce.api("GET", QUERY).json["records"]) == 1


def test_a_lost_answer_may_have_taken_effect(salesforce: SalesforceSandbox) -> None:
    """I2: `applied` writes and then drops the connection."""
    (id_,) = salesforce.load(objects={"Lead": [{"LastName": "A", "Company": "x"}]})["Lead"]
    salesforce.faults([{"effect": "drop", "route": "PATCH *", "times": 1, "applied": True}])
    with pytest.raises(SandboxError):
        salesforce.api("PATCH", f"{API}/sobjects/Lead/{id_}", {"Title": "CEO"})
    assert salesforce.api("GET", f"{API}/sobjects/Lead/{id_}").json["Title"] == "CEO"


def test_the_ledger_counts_calls_by_template(salesforce: SalesforceSandbox) -> None:
    """With the object named, without ids; and the queries as they came."""
    salesforce.clear_ledger()
    (id_,) = salesforce.load(objects={"Lead": [{"LastName": "A", "Company": "x"}]})["Lead"]
    salesforce.api("GET", QUERY)
    salesforce.api("GET", f"{API}/sobjects/Lead/{id_}")
    salesforce.api("GET", f"{API}/nothing")
    told = salesforce.ledger()
    assert told["calls"] == {"GET /query": 1, "GET /sobjects/Lead/{id}": 1, "GET unknown": 1}
    assert told["queries"] == ["SELECT Id FROM Lead"]
    assert told["statuses"] == {"200": 2, "404": 1}


def test_controls_say_what_is_wrong_with_them(salesforce: SalesforceSandbox) -> None:
    """A mistake of a test's is not silently ignored."""
    wrongs: list[Callable[[], object]] = [
        lambda: salesforce.config(nothing=1),
        lambda: salesforce.config(daily="many"),
        lambda: salesforce.faults([{"effect": "nothing"}]),
        lambda: salesforce.load(objects={"Lead": [{"Nix": 1}]}),
        lambda: salesforce.load(security={salesforce.username: {"Lead.Nix": "read"}}),
        lambda: salesforce.load(fields={"Lead": [{"name": "F__c", "formula": "1 + 1"}]}),
        lambda: salesforce.merge("00Q5g0000000001", ["00Q5g0000000001"]),
        lambda: salesforce.convert("nonsense"),
        lambda: salesforce.delete(["nonsense"]),
        lambda: salesforce.app(certificate="nonsense"),
    ]
    for wrong in wrongs:
        with pytest.raises(SandboxError):
            wrong()
