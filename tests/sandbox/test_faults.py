"""Faults on demand: each spoils exactly the calls it should."""

import time
from collections import Counter
from typing import Any

import pytest

from sandbox.serve import Sandbox, SandboxError

CONTACTS = "/crm/objects/2026-03/contacts"
LIST = "GET /crm/objects/contacts"


@pytest.fixture
def account(sandbox: Sandbox) -> Sandbox:
    sandbox.load(objects={"contacts": [{"properties": {"email": f"p{n}@example.com"}} for n in range(3)]})
    return sandbox


@pytest.mark.parametrize(
    ("status", "category"),
    [
        (409, "CONFLICT"),
        (423, "LOCKED"),
        (477, "MIGRATION_IN_PROGRESS"),
        (500, "INTERNAL_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
    ],
)
def test_a_status_has_its_documented_body(account: Sandbox, status: int, category: str) -> None:
    account.faults([{"effect": "status", "status": status, "headers": {"Retry-After": "2"}}])
    told = account.api("GET", CONTACTS)
    assert (told.status, told.json["category"], told.headers["retry-after"]) == (status, category, "2")


@pytest.mark.parametrize("status", [502, 504, 521])
def test_a_gateway_speaks_html(account: Sandbox, status: int) -> None:
    account.faults([{"effect": "status", "status": status}])
    told = account.api("GET", CONTACTS)
    assert (told.status, told.headers["content-type"]) == (status, "text/html")


def test_a_page_of_html_may_say_200(account: Sandbox) -> None:
    """I3: what is not the promised JSON."""
    account.faults([{"effect": "html"}])
    told = account.api("GET", CONTACTS)
    assert told.status == 200
    assert told.body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize("effect", ["drop", "cut"])
def test_a_connection_ends_before_the_answer_does(account: Sandbox, effect: str) -> None:
    account.faults([{"effect": effect, "route": LIST, "times": 1}])
    with pytest.raises(SandboxError, match="no answer"):
        account.api("GET", CONTACTS)
    assert account.api("GET", CONTACTS).status == 200
    assert account.ledger()["statuses"] == {"0": 1, "200": 1}


def test_true_answers_are_bent(account: Sandbox) -> None:
    """I3: a page without its list, or empty with a next page, is not the end."""
    answers: dict[str, Any] = {}
    for effect in ("no_results", "empty_page", "twins"):
        account.faults([{"effect": effect}])
        answers[effect] = account.api("GET", f"{CONTACTS}?limit=2").json
    assert set(answers["no_results"]) == {"paging"}
    assert (answers["empty_page"]["results"], "paging" in answers["empty_page"]) == ([], True)
    assert [row["id"] for row in answers["twins"]["results"]] == ["1", "1", "2", "2"]


def test_a_rate_limit_names_its_policy(account: Sandbox) -> None:
    account.faults([{"effect": "rate_limit", "policy": "DAILY"}])
    told = account.api("GET", CONTACTS)
    assert (told.status, told.json["policyName"], told.json["message"]) == (
        429,
        "DAILY",
        "You have reached your daily limit.",
    )


def test_a_write_may_count_although_its_answer_is_lost(account: Sandbox) -> None:
    """I2: what a client finds when it tries again."""
    account.faults([{"effect": "drop", "route": "PATCH *", "applied": True, "times": 1}])
    with pytest.raises(SandboxError):
        account.api("PATCH", f"{CONTACTS}/1", {"properties": {"city": "Vigo"}})
    account.api("PATCH", f"{CONTACTS}/1", {"properties": {"city": "Vigo"}})
    assert [one["changed"] for one in account.ledger()["writes"]] == [True, False]


def test_a_lost_call_without_effect_writes_nothing(account: Sandbox) -> None:
    account.faults([{"effect": "status", "status": 503, "route": "PATCH *"}])
    account.api("PATCH", f"{CONTACTS}/1", {"properties": {"city": "Vigo"}})
    assert account.ledger()["writes"] == []


def test_a_fault_waits_its_turn_and_ends(account: Sandbox) -> None:
    account.faults([{"effect": "status", "route": LIST, "skip": 1, "times": 2}])
    assert [account.api("GET", CONTACTS).status for _ in range(5)] == [200, 503, 503, 200, 200]
    assert account.api("GET", f"{CONTACTS}/1").status == 200
    assert account.ledger()["faults"] == {f"status {LIST}": 2}


def test_chance_is_seeded(account: Sandbox) -> None:
    runs = []
    for _ in range(2):
        account.faults([{"effect": "status", "probability": 0.5}], seed=3)
        runs.append([account.api("GET", CONTACTS).status for _ in range(40)])
    assert runs[0] == runs[1]
    assert 8 < Counter(runs[0])[503] < 32


def test_a_delay_delays(account: Sandbox) -> None:
    account.faults([{"effect": "delay", "delay_s": 0.2}])
    start = time.monotonic()
    assert account.api("GET", CONTACTS).status == 200
    assert time.monotonic() - start >= 0.2


def test_a_rule_that_is_none_is_refused(account: Sandbox) -> None:
    with pytest.raises(SandboxError, match="effect"):
        account.faults([{"effekt": "drop"}])
