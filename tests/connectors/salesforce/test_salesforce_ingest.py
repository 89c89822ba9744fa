"""Writing many records by one bulk job: one outcome for each, whatever becomes of the job."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Outcome, Refused, Selection, Write, Written
from connectors.salesforce import Salesforce, ingest, ingest_file
from connectors.salesforce.ingest_file import files, refused, rows, sayable
from connectors.testing import Clock
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]
SCORE, NOTE = "Relevo_Score__c", "Description"
JOBS = "/services/data/v64.0/jobs/ingest"
CARET = {"object": "Lead", "operation": "update", "columnDelimiter": "CARET"}


@pytest.fixture
def leads(org: SalesforceSandbox) -> list[str]:
    """60 leads that have a score to write."""
    org.load(fields={"Lead": [{"name": SCORE, "type": "double", "precision": 5, "scale": 2}]})
    return org.load(objects={"Lead": [{"LastName": "Gil", "Company": "ACME", NOTE: "old"}] * 60})["Lead"]


def score(id_: str, value: Any = 70) -> Write:
    return Write("Lead", id_, {SCORE: value})


def push(salesforce: Salesforce, *writes: Write) -> list[Outcome]:
    return list(salesforce.push(writes))


def refusals(outcomes: list[Outcome]) -> dict[int, tuple[str, bool]]:
    return {n: (one.code, one.retryable) for n, one in enumerate(outcomes) if isinstance(one, Refused)}


def held(org: SalesforceSandbox, ids: list[str], *names: str) -> list[Mapping[str, Any]]:
    rows_ = org.api("GET", f"/services/data/v64.0/composite/sobjects/Lead?ids={','.join(ids)}&fields={','.join(names)}")
    return [{name: row[name] for name in names} for row in rows_.json]


def jobs(org: SalesforceSandbox) -> list[Mapping[str, Any]]:
    return list(org.api("GET", JOBS).json["records"])


def updates(org: SalesforceSandbox) -> int:
    return int(org.ledger()["calls"].get("PATCH /composite/sobjects", 0))


def test_many_writes_are_one_job_and_each_has_its_outcome(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """I5: with the versions that the records have then; and the job, which holds personal data, is deleted."""
    salesforce = connect(bulk_writes_from=50)
    outcomes = push(salesforce, *map(score, leads[::-1]))
    calls = org.ledger()["calls"]
    now = {change.id: change.version for change in salesforce.read(Selection("Lead", (SCORE,)), leads)}
    assert outcomes == [Written(id_, now[id_]) for id_ in leads[::-1]]
    assert [row[SCORE] for row in held(org, leads, SCORE)] == [70] * 60
    assert (sum(calls.values()), updates(org), jobs(org)) == (10, 0, [])


def test_fewer_writes_make_no_job(org: SalesforceSandbox, connect: Connect, leads: list[str]) -> None:
    push(connect(bulk_writes_from=61), *map(score, leads))
    push(connect(bulk_writes_from=None), *map(score, leads))
    assert [route for route in org.ledger()["calls"] if "jobs" in route] == []


def test_the_engine_is_told_from_how_many_on(connect: Connect) -> None:
    """The ability is the connection's own, not the class's."""
    assert (connect().abilities.bulk_from, connect(bulk_writes_from=300).abilities.bulk_from) == (2_000, 300)
    assert connect(bulk_writes_from=None).abilities.bulk_from is None


def test_what_a_file_cannot_tell_goes_without_it_and_the_rest_is_told_exactly(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """Delimiters, quotes, line ends, nulls; a record without a field that others have keeps its value."""
    texts = ['say "no"^,;', "two\nlines", None, " led ", "#N/A", "two\r\nlines", "ñ€😀"]
    writes = [Write("Lead", id_, {NOTE: text, SCORE: 1}) for id_, text in zip(leads, texts, strict=False)]
    writes += [score(id_, None) for id_ in leads[7:]]
    assert refusals(push(connect(bulk_writes_from=50), *writes)) == {}
    told = held(org, leads, NOTE, SCORE)
    assert [row[NOTE] for row in told] == [*texts, *["old"] * 53]
    assert [row[SCORE] for row in told] == [1] * 7 + [None] * 53
    assert updates(org) == 1


def test_values_arrive_as_by_collections(org: SalesforceSandbox, connect: Connect, leads: list[str]) -> None:
    """Nulls, numbers, booleans, dates and times."""
    org.load(fields={"Lead": [{"name": "Due__c", "type": "datetime"}, {"name": "Day__c", "type": "date"}]})
    fields: list[dict[str, Any]] = [
        {SCORE: Decimal("1.50"), "DoNotCall": True},
        {SCORE: 1e-7, "DoNotCall": False},
        {"Title": "", NOTE: None},
        {"Due__c": datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2))), "Day__c": date(2026, 3, 1)},
    ]
    names = ("DoNotCall", "Title", NOTE, SCORE, "Due__c", "Day__c")
    for at, least in ((0, 1), (10, None)):
        writes = [Write("Lead", id_, some) for id_, some in zip(leads[at:], fields, strict=False)]
        assert refusals(push(connect(bulk_writes_from=least), *writes)) == {}
    assert held(org, leads[:4], *names) == held(org, leads[10:14], *names)
    assert org.ledger()["calls"]["PUT /jobs/ingest/{id}/batches"] == 1


def test_pain_16_one_bad_row_of_a_job_is_refused_alone_in_its_own_words(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """I5: a value of the wrong kind, a locked row, a rule, a deleted record, a converted lead."""
    org.load(rules=[{"object": "Lead", "field": NOTE, "pattern": "^bad", "message": "No: never."}])
    org.faults([{"effect": "lock_row", "ids": [leads[2]]}])
    org.delete([leads[4]])
    org.convert(leads[5])
    writes = [*map(score, leads)]
    writes[1] = score(leads[1], "high")
    writes[3] = Write("Lead", leads[3], {NOTE: "bad"})
    outcomes = push(connect(bulk_writes_from=50), *writes)
    assert refusals(outcomes) == {
        1: ("INVALID_TYPE_ON_FIELD_IN_RECORD", False),
        2: ("UNABLE_TO_LOCK_ROW", True),
        3: ("FIELD_CUSTOM_VALIDATION_EXCEPTION", False),
        4: ("ENTITY_IS_DELETED", False),
        5: ("CANNOT_UPDATE_CONVERTED_LEAD", False),
    }
    assert outcomes[3] == Refused(leads[3], "No: never.", "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert [outcome.id for outcome in outcomes] == leads
    assert updates(org) == 0


def test_pain_16_a_field_that_may_not_be_written_is_found_before_the_job(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """In a job, one name that Salesforce does not know fails all rows."""
    writes = [*map(score, leads)]
    writes[0] = Write("Lead", leads[0], {"Gone__c": 1, SCORE: 1})
    writes[1] = Write("Lead", leads[1], {"CreatedDate": "2026-01-01T00:00:00Z"})
    outcomes = push(connect(bulk_writes_from=50), *writes)
    assert refusals(outcomes) == {0: ("INVALID_FIELD", False), 1: ("INVALID_FIELD_FOR_INSERT_UPDATE", False)}
    assert updates(org) == 0


@pytest.mark.parametrize(
    ("rule", "undone"),
    [
        ({"effect": "job_failed", "body": "InternalServerError : for gil@acme.test"}, 60),
        ({"effect": "job_short", "keep": 45}, 15),
        ({"effect": "job_stuck"}, 60),
    ],
    ids=["fails", "leaves rows over", "hangs"],
)
def test_pain_14_what_a_job_leaves_undone_may_be_tried_again(
    org: SalesforceSandbox, connect: Connect, clock: Clock, leads: list[str], rule: Mapping[str, Any], undone: int
) -> None:
    """I5, I12: never told as written, and no personal data in the reason. I2: the next push makes it good."""
    org.faults([{**rule, "route": "JOB update Lead", "times": 1}])
    salesforce = connect(bulk_writes_from=50, bulk_deadline="10m")
    outcomes = push(salesforce, *map(score, leads))
    assert list(refusals(outcomes).values()) == [("NOT_PROCESSED", True)] * undone
    assert "gil@" not in repr(outcomes)
    assert [row[SCORE] for row in held(org, leads, SCORE)] == [70] * (60 - undone) + [None] * undone
    assert (clock.slept < 700, jobs(org)) == (True, [])
    assert refusals(push(salesforce, *map(score, leads))) == {}


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "status", "status": 400, "route": "POST /jobs/ingest"},
        {"effect": "status", "status": 403, "route": "POST /jobs/ingest"},
        {"effect": "status", "status": 400, "route": "PUT /jobs/ingest/{id}/batches"},
        {"effect": "status", "status": 400, "route": "PATCH /jobs/ingest/{id}", "times": 1},
        {"effect": "status", "status": 404, "route": "GET /jobs/ingest/{id}"},
        {"effect": "drop", "applied": True, "route": "PUT /jobs/ingest/{id}/batches", "times": 1},
    ],
    ids=["refused", "forbidden", "takes no file", "cannot be closed", "gone", "answer lost"],
)
def test_what_no_job_takes_is_written_without(
    org: SalesforceSandbox, connect: Connect, leads: list[str], rule: Mapping[str, Any]
) -> None:
    org.faults([rule])
    assert refusals(push(connect(bulk_writes_from=50), *map(score, leads))) == {}
    assert updates(org) == 1


@pytest.mark.parametrize("status", [400, 403])
def test_a_list_of_jobs_that_may_not_be_seen_stops_no_job(
    org: SalesforceSandbox, connect: Connect, leads: list[str], status: int
) -> None:
    org.faults([{"effect": "status", "status": status, "route": "GET /jobs/ingest"}])
    assert refusals(push(connect(bulk_writes_from=50), *map(score, leads))) == {}
    assert updates(org) == 0


def test_used_up_batches_are_no_end(org: SalesforceSandbox, connect: Connect, leads: list[str]) -> None:
    org.config(bulk_batches=0)
    assert refusals(push(connect(bulk_writes_from=50), *map(score, leads))) == {}
    assert updates(org) == 1


@pytest.mark.parametrize("route", ["POST /jobs/ingest", "PATCH /jobs/ingest/{id}"])
def test_an_answer_that_was_lost_does_no_harm(
    org: SalesforceSandbox, connect: Connect, leads: list[str], route: str
) -> None:
    """I2: the second try makes a second job, and the first is cleared away; or it finds the job closed."""
    org.faults([{"effect": "drop", "applied": True, "route": route, "times": 1}])
    assert refusals(push(connect(bulk_writes_from=50), *map(score, leads))) == {}
    assert (updates(org), jobs(org)) == (0, [])


def test_pain_14_results_that_are_no_results_are_asked_for_again(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """I3: a proxy's page with status 200 is not an empty list of failures."""
    org.faults([{"effect": "html", "route": "GET /jobs/ingest/{id}/failedResults", "times": 1}])
    writes = [*map(score, leads)]
    writes[1] = score(leads[1], "high")
    assert list(refusals(push(connect(bulk_writes_from=50), *writes))) == [1]


@pytest.mark.parametrize("closed", [False, True])
def test_what_a_killed_process_has_left_is_aborted_and_nothing_else(
    org: SalesforceSandbox, connect: Connect, leads: list[str], *, closed: bool
) -> None:
    """I2: between upload and close, or later, when it would write its old values over ours."""
    org.config(job_s=0.0 if not closed else 3_600, job_page=1)
    others = [{**CARET, "columnDelimiter": "COMMA"}, {**CARET, "object": "Contact"}, {**CARET, "operation": "insert"}]
    kept = {org.api("POST", JOBS, body).json["id"] for body in others}
    org.api("POST", JOBS, CARET)
    left = org.api("POST", JOBS, CARET).json["id"]
    file = f"Id^{SCORE}\n{leads[0]}^1\n".encode()
    org.api("PUT", f"{JOBS}/{left}/batches", file, headers={"Content-Type": "text/csv"})
    if closed:
        org.api("PATCH", f"{JOBS}/{left}", {"state": "UploadComplete"})
    org.config(job_s=0.0)
    assert refusals(push(connect(bulk_writes_from=50), *map(score, leads))) == {}
    org.config(clock={"offset_s": 7_200})
    org.config(job_page=1_000)
    assert {job["id"] for job in jobs(org)} == kept
    assert held(org, leads[:1], SCORE) == [{SCORE: 70}]


def test_large_files_are_cut(
    org: SalesforceSandbox, connect: Connect, leads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part is a job of its own."""
    monkeypatch.setattr(ingest_file, "MOST_BYTES", 1_000)
    assert refusals(push(connect(bulk_writes_from=50), *map(score, leads))) == {}
    assert org.ledger()["calls"]["PUT /jobs/ingest/{id}/batches"] == 2


def test_one_record_written_twice_holds_the_last_value(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """In one job, its two rows would have no order and one outcome."""
    outcomes = push(connect(bulk_writes_from=50), *map(score, leads), *(score(id_, 71) for id_ in leads))
    assert (len(outcomes), refusals(outcomes)) == (120, {})
    assert held(org, leads[:1], SCORE) == [{SCORE: 71}]


def test_the_versions_of_a_page_of_records_cost_one_call(
    org: SalesforceSandbox, connect: Connect, leads: list[str]
) -> None:
    """And not one for each four hundred; ids differ in case, which is part of their order."""
    org.load(objects={"Lead": [{"LastName": "Vega", "Company": "ACME"}] * 100})
    ids = sorted(org.load(objects={"Lead": [{"LastName": "Gil", "Company": "ACME"}] * 1_500})["Lead"])
    assert refusals(push(connect(bulk_writes_from=50), *map(score, ids))) == {}
    assert org.ledger()["calls"]["GET /queryAll"] == 1


def test_records_that_others_change_meanwhile_do_not_hide_ours(
    org: SalesforceSandbox, connect: Connect, leads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The versions are read by what has changed; what does not turn up there is asked for by its id."""
    monkeypatch.setattr(ingest, "PAGE", 60)
    org.load(objects={"Lead": [{"LastName": "Vega", "Company": "ACME"}] * 100})
    outcomes = push(connect(bulk_writes_from=50), *map(score, leads))
    assert [type(one) for one in outcomes] == [Written] * 60


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)


@given(st.lists(st.dictionaries(st.sampled_from(("A__c", "B__c", "C__c")), TEXTS), min_size=1, max_size=8))
def test_a_file_tells_each_write_and_no_more(fields: list[dict[str, str]]) -> None:
    """I7: an empty cell where a write has no such field, #N/A where it clears it."""
    writes = [Write("Lead", f"00Q{n}", given) for n, given in enumerate(fields)]
    fit = [write for write in writes if sayable(write)]
    told = [row for _, file in files(fit) for row in rows(file)]
    names = {name for write in fit for name in write.fields}
    assert [dict(row) for row in told] == [
        {"Id": write.id}
        | {name: write.fields.get(name, "") or ("#N/A" if name in write.fields else "") for name in names}
        for write in fit
    ]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access: 00Q:--", Refused("1", "unable to obtain exclusive access: 00Q", "UNABLE_TO_LOCK_ROW", retryable=True)),
        ("STRING_TOO_LONG:Title: data value too large: x:Title --", Refused("1", "Title: data value too large: x", "STRING_TOO_LONG")),
        ("DUPLICATE_VALUE:duplicate value found: gil@acme.test", Refused("1", "duplicate value found: <e-mail>", "DUPLICATE_VALUE")),
        ("Something else: at all", Refused("1", "Something else: at all", "UNKNOWN")),
        ("", Refused("1", "no reason given", "UNKNOWN")),
    ],
)  # fmt: skip
def test_a_failed_rows_error_is_read_into_code_and_reason(error: str, outcome: Refused) -> None:
    assert refused("1", error) == outcome
