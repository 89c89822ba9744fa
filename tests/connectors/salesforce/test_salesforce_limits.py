"""Salesforce's limits and outages, over real HTTP."""

from collections.abc import Callable

import pytest

from connectors.base import ConnectorError, Later, Stop, Window
from connectors.salesforce import Salesforce
from connectors.testing import Clock
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]


def test_pain_12_and_pain_13_used_up_calls_are_for_later_at_once(
    org: SalesforceSandbox, connect: Connect, clock: Clock
) -> None:
    """A 403 without a Retry-After; no call is wasted on it."""
    org.config(limits=True, daily=100, used=100)
    with pytest.raises(Later) as caught:
        connect().describe("Lead")
    assert (caught.value.after, clock.slept) == (900.0, 0.0)
    assert org.ledger()["totals"]["calls"] == 1


def test_pain_13_too_many_long_calls_at_once_are_waited_out(
    org: SalesforceSandbox, connect: Connect, clock: Clock
) -> None:
    """The same code as for the day's limit, and another matter."""
    message = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    body = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": message}]
    org.faults([{"effect": "status", "status": 403, "body": body, "times": 2}])
    assert connect().describe("Lead").fields
    assert clock.slept > 0


def test_pain_12_the_vendors_count_of_our_calls_is_told(org: SalesforceSandbox, connect: Connect) -> None:
    org.config(daily=1_000, used=990)
    salesforce = connect()
    assert salesforce.quota() is None
    (finding,) = [finding for finding in salesforce.check() if finding.name == "quota"]
    quota = salesforce.quota()
    assert quota
    assert (quota.used, quota.limit, quota.window, finding.ok) == (991, 1_000, "24 hours", False)


@pytest.mark.parametrize("status", [406, 408, 420, 429, 500, 502, 503, 504, 520])
def test_a_passing_error_is_tried_again(org: SalesforceSandbox, connect: Connect, status: int) -> None:
    org.faults([{"effect": "status", "status": status, "times": 2}])
    assert connect().describe("Lead").fields
    assert org.ledger()["totals"]["calls"] == 3


@pytest.mark.parametrize("effect", ["drop", "cut"])
def test_a_connection_that_breaks_is_tried_again(org: SalesforceSandbox, connect: Connect, effect: str) -> None:
    org.faults([{"effect": effect, "times": 2}])
    assert connect().describe("Lead").fields


def test_a_version_that_was_retired_says_so(org: SalesforceSandbox, connect: Connect) -> None:
    org.faults([{"effect": "status", "status": 410}])
    with pytest.raises(Stop) as caught:
        connect().describe("Lead")
    assert "newer version" in caught.value.fix


def test_what_is_forbidden_stops_with_advice(org: SalesforceSandbox, connect: Connect) -> None:
    body = [{"errorCode": "API_DISABLED_FOR_ORG", "message": "The REST API is not enabled for this Organization."}]
    org.faults([{"effect": "status", "status": 403, "body": body}])
    with pytest.raises(Stop, match="API_DISABLED_FOR_ORG") as caught:
        connect().count("Lead", Window())
    assert "API access" in caught.value.fix


def test_a_host_that_is_not_there_is_for_later(connect: Connect) -> None:
    with pytest.raises(ConnectorError) as caught:
        connect(host="http://127.0.0.1:1").describe("Lead")
    assert isinstance(caught.value, Later)


def test_only_the_headers_that_make_sense_are_believed(org: SalesforceSandbox, connect: Connect) -> None:
    headers = {"Sforce-Limit-Info": "many", "Retry-After": "soon"}
    org.faults([{"effect": "status", "status": 503, "headers": headers, "times": 1}])
    assert connect().describe("Lead").fields
