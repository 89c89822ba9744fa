"""First pulls by the Bulk API: the same records as without it, whatever becomes of the job."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.base import Change, Page, Selection
from connectors.salesforce import Salesforce, bulk
from connectors.salesforce.fields import types
from connectors.testing import Clock
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]
FIELDS = (
    "LastName",
    "Email",
    "Description",
    "NumberOfEmployees",
    "AnnualRevenue",
    "DoNotCall",
    "CreatedDate",
    "Owner.Name",
)
LEADS = Selection("Lead", FIELDS)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "RESULT_PAGE", 100)


def loaded(org: SalesforceSandbox, count: int) -> list[str]:
    rows = [
        {
            "LastName": f"Gil {n}",
            "Company": "ACME",
            "Description": 'a "quoted",\nbroken line' if n % 2 else None,
            "NumberOfEmployees": n,
            "AnnualRevenue": n * 1.5,
            "DoNotCall": n % 3 == 0,
        }
        for n in range(count)
    ]
    return org.load(objects={"Lead": rows})["Lead"]


def backfilled(salesforce: Salesforce) -> list[Page]:
    """The pages before those that look for changes."""
    return [page for page in salesforce.pull(LEADS, None) if '"edge"' not in page.cursor]


def told(pages: list[Page]) -> dict[str, Change]:
    return {change.id: change for page in pages for change in page.changes}


def plain(change: Change) -> Any:
    """What is told of a record; relationship objects aside, which only JSON has."""
    return change.version, {name: change.fields[name] for name in (*FIELDS, "IsDeleted", "SystemModstamp")}


@pytest.mark.usefixtures("small_pages")
def test_pain_23_bulk_and_plain_pulls_tell_the_same(org: SalesforceSandbox, connect: Connect) -> None:
    """Numbers, booleans, nulls, times and line breaks are the same in CSV as in JSON."""
    made = loaded(org, 250)
    by_bulk, by_rest = told(backfilled(connect(bulk_from=1))), told(backfilled(connect()))
    assert list(by_bulk) == list(by_rest) == sorted(made)
    assert [plain(change) for change in by_bulk.values()] == [plain(change) for change in by_rest.values()]
    assert org.ledger()["calls"]["GET /jobs/query/{id}/results"] == 3


@pytest.mark.usefixtures("small_pages")
def test_every_cursor_of_a_bulk_pull_is_safe_to_resume_from(org: SalesforceSandbox, connect: Connect) -> None:
    """I1: while the job runs, between its pages, and behind them."""
    made = set(loaded(org, 250))
    org.config(job_s=0.2)
    before: set[str] = set()
    salesforce = connect(bulk_from=1)
    for page in salesforce.pull(LEADS, None):
        before |= {change.id for change in page.changes}
        after = {change.id for later in connect().pull(LEADS, page.cursor) for change in later.changes}
        assert before | after >= made


@pytest.mark.usefixtures("small_pages")
def test_a_resumed_bulk_pull_goes_on_with_its_job(org: SalesforceSandbox, connect: Connect) -> None:
    loaded(org, 250)
    first = next(page for page in connect(bulk_from=1).pull(LEADS, None) if page.changes)
    org.clear_ledger()
    resumed = [page for page in connect().pull(LEADS, first.cursor) if '"edge"' not in page.cursor]
    assert [len(page.changes) for page in resumed] == [100, 50, 0]
    assert org.ledger()["calls"]["GET /jobs/query/{id}/results"] == 2


@pytest.mark.usefixtures("small_pages")
def test_a_job_that_is_gone_is_gone_on_without(org: SalesforceSandbox, connect: Connect) -> None:
    made = loaded(org, 250)
    pages = connect(bulk_from=1).pull(LEADS, None)
    first = next(page for page in pages if page.changes)
    (job,) = org.api("GET", "/services/data/v64.0/jobs/query").json["records"]
    org.api("DELETE", f"/services/data/v64.0/jobs/query/{job['id']}")
    after = {change.id for page in connect().pull(LEADS, first.cursor) for change in page.changes}
    assert {change.id for change in first.changes} | after == set(made)


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "job_failed", "route": "JOB queryAll Lead"},
        {"effect": "job_short", "route": "JOB queryAll Lead", "keep": 60},
        {"effect": "job_stuck", "route": "JOB queryAll Lead"},
        {"effect": "status", "status": 400, "route": "POST /jobs/query"},
        {"effect": "status", "status": 403, "route": "POST /jobs/query"},
    ],
    ids=["times out", "stops short", "hangs", "is refused", "is forbidden"],
)
def test_pain_14_a_job_that_fails_still_yields_everything(
    org: SalesforceSandbox, connect: Connect, clock: Clock, rule: dict[str, Any]
) -> None:
    """A job that ended short reports success all the same."""
    made = loaded(org, 150)
    org.faults([rule])
    assert set(told(backfilled(connect(bulk_from=1, bulk_deadline="10m")))) == set(made)
    assert clock.slept < 700


def test_pain_14_a_hanging_job_is_given_up_at_its_deadline(
    org: SalesforceSandbox, connect: Connect, clock: Clock
) -> None:
    loaded(org, 10)
    org.faults([{"effect": "job_stuck", "route": "JOB queryAll Lead"}])
    backfilled(connect(bulk_from=1, bulk_deadline="10m"))
    (job,) = org.api("GET", "/services/data/v64.0/jobs/query").json["records"]
    assert (job["state"], 600 <= clock.slept < 640) == ("Aborted", True)


def test_a_small_object_is_read_without_a_job(org: SalesforceSandbox, connect: Connect) -> None:
    loaded(org, 10)
    assert len(told(backfilled(connect(bulk_from=11)))) == 10
    assert not [route for route in org.ledger()["calls"] if "jobs" in route]


def test_pain_14_a_compound_field_is_read_without_a_job(org: SalesforceSandbox, connect: Connect) -> None:
    """Bulk queries know no addresses."""
    org.load(objects={"Lead": [{"LastName": "Gil", "Company": "ACME", "City": "Soria"}]})
    pages = list(connect(bulk_from=1).pull(Selection("Lead", ("Address",)), None))
    assert pages[0].changes[0].fields["Address"]["city"] == "Soria"


def test_pain_23_a_cell_that_is_none_of_its_type_is_told_as_it_came(
    org: SalesforceSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mapping rejects its record then, and no other; as numbers and truths of JSON that are none."""
    rows = [("7", "true"), ("siete", "a@b.test"), ("1e400", "false"), ("0x7", "TRUE")]
    org.load(objects={"Lead": [{"LastName": name, "Company": "ACME", "Description": truth} for name, truth in rows]})
    monkeypatch.setattr(bulk, "types", lambda *which: {**types(*which), "LastName": "int", "Description": "boolean"})
    found = told(backfilled(connect(bulk_from=1))).values()
    values = [(change.fields["LastName"], change.fields["Description"]) for change in found]
    assert values == [(7, True), ("siete", "a@b.test"), ("1e400", False), ("0x7", "TRUE")]


@pytest.mark.parametrize("file", [b'"Id","Name"\n"1"\n', b'"Id"\n"\xff"\n', b'"Id"\n"1'])
def test_pain_14_a_result_that_is_no_table_is_read_without(
    org: SalesforceSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch, file: bytes
) -> None:
    """I3: a line with other cells than the header, another encoding, a file that was cut."""
    made, rows = loaded(org, 10), bulk._rows
    monkeypatch.setattr(bulk, "_rows", lambda _, cells: rows(file, cells))
    assert set(told(backfilled(connect(bulk_from=1)))) == set(made)


def test_an_expired_session_amid_a_job_is_renewed(org: SalesforceSandbox, connect: Connect) -> None:
    made = loaded(org, 10)
    auth = {"client_id": org.client_id, "client_secret": org.client_secret}
    salesforce = connect(auth=auth, bulk_from=1)
    org.faults([{"effect": "expired", "route": "GET /jobs/query/{id}", "times": 1}])
    assert set(told(backfilled(salesforce))) == set(made)
    assert org.ledger()["logins"] == 2


def test_a_finished_job_is_deleted(org: SalesforceSandbox, connect: Connect) -> None:
    """Its result holds personal data, for seven days otherwise."""
    loaded(org, 10)
    backfilled(connect(bulk_from=1))
    assert org.api("GET", "/services/data/v64.0/jobs/query").json["records"] == []
