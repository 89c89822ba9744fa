"""Writing to Salesforce: one outcome for each record, whatever happens to the others."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Outcome, Refused, Selection, Write, Written
from connectors.salesforce import Salesforce
from connectors.salesforce.writes import encoded
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]
SCORE = "Relevo_Score__c"


@pytest.fixture
def leads(org: SalesforceSandbox) -> list[str]:
    """200 leads that have a score to write."""
    org.load(fields={"Lead": [{"name": SCORE, "type": "double", "precision": 5, "scale": 2}]})
    return org.load(objects={"Lead": [{"LastName": "Gil", "Company": "ACME"}] * 200})["Lead"]


def push(salesforce: Salesforce, *writes: Write) -> list[Outcome]:
    return list(salesforce.push(writes))


def score(id_: str, value: Any = 70) -> Write:
    return Write("Lead", id_, {SCORE: value})


def refusals(outcomes: list[Outcome]) -> dict[int, tuple[str, bool]]:
    return {n: (one.code, one.retryable) for n, one in enumerate(outcomes) if isinstance(one, Refused)}


def test_two_hundred_writes_cost_two_calls(org: SalesforceSandbox, connect: Connect, leads: list[str]) -> None:
    """One to write, one to learn the new versions."""
    salesforce = connect()
    outcomes = push(salesforce, *map(score, leads))
    assert org.ledger()["calls"] == {"PATCH /composite/sobjects": 1, "GET /queryAll": 1}
    now = {change.id: change.version for change in salesforce.read(Selection("Lead", (SCORE,)), leads)}
    assert outcomes == [Written(id_, now[id_]) for id_ in leads]


def test_pain_16_a_value_of_the_wrong_kind_spoils_the_call_and_is_found_alone(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """I5: Salesforce refuses all 200; halving finds the one."""
    writes = [score(id_) for id_ in leads]
    writes[131] = score(leads[131], "high")
    assert refusals(push(connect(), *writes)) == {131: ("JSON_PARSER_ERROR", False)}
    assert org.ledger()["totals"]["records_written"] == 199
    assert org.ledger()["totals"]["calls"] < 30


def test_pain_16_a_field_that_is_gone_costs_no_search(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """All 200 rows have it, and the answer names it."""
    outcomes = push(connect(), *[Write("Lead", id_, {"Gone__c": 1}) for id_ in leads])
    assert set(refusals(outcomes).values()) == {("INVALID_FIELD", False)}
    assert [outcome.id for outcome in outcomes] == leads
    assert org.ledger()["totals"]["calls"] == 1


def test_rows_without_the_field_that_is_gone_are_written(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    writes = [Write("Lead", id_, {"Gone__c": 1} if n % 50 == 0 else {SCORE: 1}) for n, id_ in enumerate(leads)]
    assert list(refusals(push(connect(), *writes))) == [0, 50, 100, 150]
    assert org.ledger()["totals"]["records_written"] == 196


def test_pain_16_a_locked_row_may_be_tried_again_and_the_others_are_written(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    org.faults([{"effect": "lock_row", "ids": [leads[7]]}])
    assert refusals(push(connect(), *map(score, leads))) == {7: ("UNABLE_TO_LOCK_ROW", True)}


def test_pain_8_a_converted_lead_is_refused_by_its_name(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    org.convert(leads[0])
    (refused,) = push(connect(), score(leads[0]))
    assert refused == Refused(leads[0], "cannot reference converted lead", "CANNOT_UPDATE_CONVERTED_LEAD")


def test_a_rule_of_the_orgs_own_refuses_one_row(org: SalesforceSandbox, connect: Connect, leads: list[str]) -> None:
    org.load(rules=[{"object": "Lead", "field": "Title", "pattern": "^bad", "message": "No."}])
    outcomes = push(connect(), Write("Lead", leads[0], {"Title": "bad"}), Write("Lead", leads[1], {"Title": "good"}))
    assert refusals(outcomes) == {0: ("FIELD_CUSTOM_VALIDATION_EXCEPTION", False)}


def test_a_deleted_record_is_refused(org: SalesforceSandbox, connect: Connect, leads: list[str]) -> None:
    org.delete([leads[0]])
    assert refusals(push(connect(), score(leads[0]))) == {0: ("ENTITY_IS_DELETED", False)}


def test_one_record_written_twice_holds_the_last_value(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """Salesforce refuses a batch with one id twice."""
    salesforce = connect()
    outcomes = push(salesforce, score(leads[0], 1), score(leads[0], 2))
    assert [type(outcome) for outcome in outcomes] == [Written, Written]
    (change,) = salesforce.read(Selection("Lead", (SCORE,)), [leads[0]])
    assert (change.fields[SCORE], org.ledger()["calls"]["PATCH /composite/sobjects"]) == (2, 2)


def test_pain_18_and_pain_19_records_are_only_ever_changed_by_id_and_under_our_name(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """I2, I8: nothing is created; our writes can be told from a person's."""
    push(connect(client="relevo-eu"), *map(score, leads))
    ledger = org.ledger()
    assert [route for route in ledger["calls"] if route.startswith(("POST", "PUT"))] == []
    assert {entry["client"] for entry in ledger["writes"]} == {"relevo-eu"}


def test_pain_16_an_answer_of_another_length_says_nothing_of_any_record(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """Results are told apart by their order only."""
    body = [{"id": leads[0], "success": True, "errors": []}]
    org.faults([{"effect": "status", "status": 200, "body": body, "route": "PATCH /composite/sobjects"}])
    assert refusals(push(connect(), *map(score, leads[:2]))) == dict.fromkeys((0, 1), ("NO_OUTCOME", True))


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (0.5, 0.5),
        (Decimal("12.50"), 12.5),
        ("text", "text"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2))), "2026-03-01T10:00:00.000+0000"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00.000+0000"),
        (["a", "b"], "a;b"),
    ],
)
def test_pain_23_values_are_sent_as_salesforce_takes_them(value: Any, sent: Any) -> None:
    assert encoded(value) == sent
