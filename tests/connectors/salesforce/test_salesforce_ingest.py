"""Writing to Salesforce by the Bulk API: one outcome for each record, whatever becomes of the job."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import Outcome, Refused, Selection, Write, Written
from connectors.salesforce import Salesforce, bulk, ingest
from connectors.testing import Clock
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]
SCORE, DUE = "Relevo_Score__c", "Relevo_Due__c"
JOBS = "/services/data/v64.0/jobs/ingest"


@pytest.fixture
def leads(org: SalesforceSandbox) -> list[str]:
    """30 leads that have a score to write."""
    due = {"name": DUE, "type": "datetime"}
    org.load(fields={"Lead": [{"name": SCORE, "type": "double", "precision": 5, "scale": 2}, due]})
    return org.load(objects={"Lead": [{"LastName": "Gil", "Company": "ACME", "Title": "CEO"}] * 30})["Lead"]


@pytest.fixture
def salesforce(connect: Connect) -> Salesforce:
    """One that makes a job of any writes."""
    return connect(bulk_writes_from=1, bulk_deadline="10m")


def score(id_: str, value: Any = 70) -> Write:
    return Write("Lead", id_, {SCORE: value})


def refusals(outcomes: list[Outcome]) -> dict[int, tuple[str, bool]]:
    return {n: (one.code, one.retryable) for n, one in enumerate(outcomes) if isinstance(one, Refused)}


def held(salesforce: Salesforce, ids: list[str], *fields: str) -> list[tuple[Any, ...]]:
    changes = salesforce.read(Selection("Lead", fields), ids)
    return [tuple(change.fields[name] for name in fields) for change in changes]


def test_a_job_writes_every_record_and_tells_its_new_version(
    org: SalesforceSandbox, salesforce: Salesforce, leads: list[str]
) -> None:
    outcomes = list(salesforce.push([score(id_) for id_ in leads]))
    assert not [route for route in org.ledger()["calls"] if "composite" in route]
    now = {change.id: change.version for change in salesforce.read(Selection("Lead", (SCORE,)), leads)}
    assert outcomes == [Written(id_, now[id_]) for id_ in leads]
    assert held(salesforce, leads, SCORE) == [(70,)] * 30


def test_fewer_writes_than_the_threshold_need_no_job(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    list(connect(bulk_writes_from=31).push([score(id_) for id_ in leads]))
    assert not [route for route in org.ledger()["calls"] if "jobs" in route]


def test_values_arrive_as_by_collections(connect: Connect, leads: list[str]) -> None:
    """Nulls, line breaks, quotes, commas, booleans and times; a field that a write does not have is left alone."""
    fields: list[dict[str, Any]] = [
        {"Description": 'a "quoted", broken\nline; ñ', SCORE: 1.5},
        {"Title": None, "DoNotCall": True},
        {"Title": ""},
        {"Title": "#N/A"},
        {DUE: datetime(2026, 3, 1, 9, tzinfo=UTC)},
    ]
    names = ("Description", SCORE, "Title", "DoNotCall", DUE)
    told = []
    for at, salesforce in ((0, connect(bulk_writes_from=1)), (10, connect())):
        ids = leads[at : at + 5]
        writes = [Write("Lead", id_, some) for id_, some in zip(ids, fields, strict=True)]
        outcomes = [*salesforce.push(writes[:3]), *salesforce.push(writes[3:4]), *salesforce.push(writes[4:])]
        assert refusals(outcomes) == {}
        told.append(held(salesforce, ids, *names))
    assert told[0] == told[1]
    assert [row[2] for row in told[0]] == ["CEO", None, None, "#N/A", "CEO"]


def test_pain_16_each_bad_record_is_refused_alone(
    org: SalesforceSandbox, salesforce: Salesforce, leads: list[str]
) -> None:
    """I5: a locked row, a value of the wrong kind, a rule of the org's own, a deleted and a converted record."""
    org.load(rules=[{"object": "Lead", "field": "Title", "pattern": "^bad", "message": "No."}])
    org.faults([{"effect": "lock_row", "ids": [leads[3]]}])
    org.delete([leads[5]])
    org.convert(leads[6])
    writes = [score(id_) for id_ in leads]
    writes[4] = score(leads[4], "high")
    writes[7] = Write("Lead", leads[7], {"Title": "bad"})
    outcomes = list(salesforce.push(writes))
    assert [outcome.id for outcome in outcomes] == leads
    assert refusals(outcomes) == {
        3: ("UNABLE_TO_LOCK_ROW", True),
        4: ("INVALID_TYPE_ON_FIELD_IN_RECORD", False),
        5: ("ENTITY_IS_DELETED", False),
        6: ("CANNOT_UPDATE_CONVERTED_LEAD", False),
        7: ("FIELD_CUSTOM_VALIDATION_EXCEPTION", False),
    }


def test_a_field_that_is_gone_fails_the_job_and_only_its_own_record(salesforce: Salesforce, leads: list[str]) -> None:
    """I5."""
    writes = [Write("Lead", id_, {"Gone__c": 1} if n == 9 else {SCORE: 1}) for n, id_ in enumerate(leads)]
    assert refusals(list(salesforce.push(writes))) == {9: ("INVALID_FIELD", False)}


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "job_failed", "route": "JOB update Lead"},
        {"effect": "status", "status": 400, "route": "POST /jobs/ingest"},
        {"effect": "status", "status": 403, "route": "POST /jobs/ingest"},
    ],
    ids=["fails", "is refused", "is forbidden"],
)
def test_pain_14_what_no_job_will_do_is_done_without_one(
    org: SalesforceSandbox, salesforce: Salesforce, leads: list[str], rule: dict[str, Any]
) -> None:
    org.faults([rule])
    assert refusals(list(salesforce.push([score(id_) for id_ in leads]))) == {}
    assert held(salesforce, leads, SCORE) == [(70,)] * 30


def test_pain_14_a_job_that_hangs_is_aborted_and_its_records_tried_again_later(
    org: SalesforceSandbox, salesforce: Salesforce, leads: list[str], clock: Clock
) -> None:
    """A job that did not end is never taken for success."""
    org.faults([{"effect": "job_stuck", "route": "JOB update Lead"}])
    outcomes = list(salesforce.push([score(id_) for id_ in leads]))
    assert refusals(outcomes) == dict.fromkeys(range(30), ("UNPROCESSED", True))
    assert 600 <= clock.slept < 640


@pytest.mark.parametrize("route", ["PUT /jobs/ingest/{id}/batches", "PATCH /jobs/ingest/{id}", "POST /jobs/ingest"])
def test_pain_17_a_lost_answer_costs_no_record(
    org: SalesforceSandbox, salesforce: Salesforce, leads: list[str], route: str
) -> None:
    """I2: what was done is not done again, and what was not is."""
    org.faults([{"effect": "drop", "applied": True, "route": route, "times": 1}])
    assert refusals(list(salesforce.push([score(id_) for id_ in leads]))) == {}
    assert held(salesforce, leads, SCORE) == [(70,)] * 30


def test_a_file_that_is_too_large_becomes_several_jobs(
    org: SalesforceSandbox, salesforce: Salesforce, leads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "MOST_BYTES", 400)
    outcomes = list(salesforce.push([score(id_) for id_ in leads]))
    assert ([outcome.id for outcome in outcomes], refusals(outcomes)) == (leads, {})
    assert org.ledger()["calls"]["PUT /jobs/ingest/{id}/batches"] > 1


def test_a_finished_job_is_deleted(org: SalesforceSandbox, salesforce: Salesforce, leads: list[str]) -> None:
    """Its result holds personal data, for seven days otherwise."""
    list(salesforce.push([score(id_) for id_ in leads]))
    assert org.api("GET", JOBS).json["records"] == []


def test_pain_23_a_malformed_cell_of_a_bulk_result_is_left_to_the_mapping() -> None:
    """As in JSON, where a number may come as a text: its record is rejected, the others are kept."""
    rows = bulk._rows(b'"Id","Score__c"\n"1","n/a"\n"2","7"\n"3",""\n', {"Score__c": float})
    assert [row["Score__c"] for row in rows] == ["n/a", 7.0, None]
