"""A first pull by bulk read, and what it does when the job does not give what it should."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import Change, Cursor, Later, Selection, Stop
from connectors.testing import Clock
from connectors.zoho import Zoho
from sandbox.zoho.serve import ZohoSandbox

Connect = Callable[..., Zoho]

T0 = round(datetime(2026, 3, 1, 9, 0, tzinfo=UTC).timestamp())
LEADS = Selection("Leads", ("Last_Name", "Email_Opt_Out", "No_of_Employees", "Owner", "Created_Time", "Description"))
JOBS, RESULT, LIST = "POST /crm/bulk/v8/read", "GET /crm/bulk/v8/read/{id}/result", "GET /Leads"


def leads(sandbox: ZohoSandbox, count: int) -> list[str]:
    rows: list[dict[str, Any]] = [
        {
            "values": {"Last_Name": f'n{n}, "ñ"', "Email_Opt_Out": n % 2 == 0, "Description": f"a\nb{n}"},
            "created": T0 - 60,
            "modified": T0 + n,
        }
        for n in range(count)
    ]
    rows[5]["values"]["No_of_Employees"] = "n/a"
    return sandbox.load(objects={"Leads": rows})["Leads"]


def pulled(zoho: Zoho, selection: Selection = LEADS) -> list[Change]:
    return [change for page in zoho.pull(selection, None) for change in page.changes]


def calls(sandbox: ZohoSandbox) -> dict[str, int]:
    return {str(route): int(count) for route, count in sandbox.ledger(writes=False)["calls"].items()}


def test_a_bulk_read_gives_what_lists_give(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I6: every record, its version and its meaning; the unreadable value too."""
    ids = leads(sandbox, 2_500)
    bulk, listed = pulled(connect(bulk_from=2_000)), pulled(connect())
    assert [change.id for change in bulk] == ids
    assert {change.id: change.version for change in bulk} == {change.id: change.version for change in listed}
    assert bulk[5].fields["No_of_Employees"] == "n/a"
    assert {change.fields["Email_Opt_Out"] for change in bulk} == {"true", "false"}
    text = ("Last_Name", "Owner", "Created_Time", "Description")
    assert {c.id: [c.fields[f] for f in text] for c in bulk} == {c.id: [c.fields[f] for f in text] for c in listed}


def test_it_costs_one_job_whatever_the_number_of_records(sandbox: ZohoSandbox, connect: Connect) -> None:
    leads(sandbox, 2_500)
    pulled(connect(bulk_from=2_000))
    made = calls(sandbox)
    assert (made[JOBS], made[RESULT], made[LIST]) == (1, 1, 1)


def test_pages_of_a_job_follow_one_another_and_every_cursor_resumes(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I1: stopped after any page of any job, nothing is missed."""
    sandbox.config(bulk_page=1_500)
    ids = set(leads(sandbox, 3_200))
    zoho = connect(bulk_from=2_000)
    before: set[str] = set()
    for page in zoho.pull(LEADS, None):
        before |= {change.id for change in page.changes}
        after = {change.id for rest in zoho.pull(LEADS, page.cursor) for change in rest.changes}
        assert before | after == ids
    assert before == ids


def test_pain_8_converted_leads_are_in_a_job_of_their_own(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I11: Zoho leaves them out unless they are asked for."""
    ids = leads(sandbox, 2_100)
    for id_ in ids[:2]:
        assert sandbox.api("POST", f"Leads/{id_}/actions/convert", {"data": [{}]}).status == 200
    sandbox.clear_ledger()
    found = {change.id: change for change in pulled(connect(bulk_from=2_000))}
    assert set(found) == set(ids)
    assert {id_ for id_, change in found.items() if change.merged_object == "Contacts"} == set(ids[:2])
    assert calls(sandbox)[JOBS] == 2


def test_a_change_made_while_the_job_runs_is_found(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I4."""
    ids = leads(sandbox, 2_100)
    pages = connect(bulk_from=2_000).pull(LEADS, None)
    next(pages)
    sandbox.api("PUT", "Leads", {"data": [{"id": ids[9], "Last_Name": "moved"}], "trigger": []})
    (new,) = sandbox.load(objects={"Leads": [{"values": {"Last_Name": "new"}}]})["Leads"]
    latest = {change.id: change.fields["Last_Name"] for page in pages for change in page.changes}
    assert (latest[ids[9]], latest[new]) == ("moved", "new")


FAILED = {"data": [{"id": "1", "state": "FAILURE", "result": {"error_message": {"code": "OOPS"}}}]}


@pytest.mark.parametrize(
    "fault",
    [
        {"route": JOBS, "effect": "status", "status": 400},
        {"route": "GET /crm/bulk/v8/read/{id}", "effect": "status", "status": 200, "body": FAILED},
        {"route": "GET /crm/bulk/v8/read/{id}", "effect": "status", "status": 404},
        {"route": RESULT, "effect": "status", "status": 404},
    ],
)
def test_pain_14_a_job_that_fails_leaves_it_to_lists(
    sandbox: ZohoSandbox, connect: Connect, fault: dict[str, Any]
) -> None:
    """And never says that there was nothing."""
    ids = leads(sandbox, 2_050)
    sandbox.faults([{**fault, "times": 0}])
    assert sorted({change.id for change in pulled(connect(bulk_from=2_000))}) == sorted(ids)
    assert calls(sandbox)[LIST] > 10


def test_pain_14_a_job_that_gives_fewer_than_were_counted_leaves_it_to_lists(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """14,900 of 49,000, and the run said success."""
    ids = leads(sandbox, 2_050)
    sandbox.config(bulk_page=1_000)
    short = {"page": 1, "count": 1_000, "more_records": False}
    done = {"data": [{"id": "1", "state": "COMPLETED", "result": short}]}
    sandbox.faults(
        [{"route": "GET /crm/bulk/v8/read/{id}", "effect": "status", "status": 200, "body": done, "times": 0}]
    )
    assert {change.id for change in pulled(connect(bulk_from=2_000))} == set(ids)


def test_pain_14_a_job_that_does_not_end_is_waited_for_again_later(
    sandbox: ZohoSandbox, connect: Connect, clock: Clock
) -> None:
    """The next pull waits for the same job."""
    leads(sandbox, 2_050)
    sandbox.config(bulk_read_s=3_600.0)
    zoho, cursors = connect(bulk_from=2_000), list[Cursor]()
    with pytest.raises(Later, match="not done"):
        cursors.extend(page.cursor for page in zoho.pull(LEADS, None))
    assert 1_700 < clock.slept < 3_600
    sandbox.config(bulk_read_s=0.0)
    assert len({change.id for page in zoho.pull(LEADS, cursors[-1]) for change in page.changes}) == 2_050
    assert calls(sandbox)[JOBS] == 1


def test_a_page_of_a_proxy_in_place_of_the_zip_is_no_result(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I3."""
    leads(sandbox, 2_050)
    sandbox.faults([{"effect": "html", "route": RESULT, "times": 1}])
    assert len({change.id for change in pulled(connect(bulk_from=2_000))}) == 2_050


def test_pain_11_a_field_that_may_not_be_seen_stops_here_too(sandbox: ZohoSandbox, connect: Connect) -> None:
    leads(sandbox, 2_050)
    sandbox.load(hidden={"Leads": ["Phone"]})
    with pytest.raises(Stop, match="Phone"):
        pulled(connect(bulk_from=2_000), Selection("Leads", ("Last_Name", "Phone")))


@pytest.mark.parametrize(
    "selection",
    [Selection("Calls", ("Subject",), links=("Leads",)), Selection("Contacts", ("Last_Name", "Account_Name.name"))],
)
def test_what_a_job_cannot_tell_is_listed(sandbox: ZohoSandbox, connect: Connect, selection: Selection) -> None:
    """The module of What_Id, and the name of a lookup."""
    values = {"Subject": "s", "Call_Type": "Inbound", "Call_Start_Time": "2026-03-01T10:00:00+01:00"}
    row = {"values": values if selection.object == "Calls" else {"Last_Name": "x"}, "modified": T0}
    sandbox.load(objects={selection.object: [row] * 3})
    assert len(pulled(connect(bulk_from=1), selection)) == 3
    assert JOBS not in calls(sandbox)
