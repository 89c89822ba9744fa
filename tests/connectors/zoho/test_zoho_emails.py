"""E-mails, which hang on records and on nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from connectors.base import Change, Cursor, Later, Selection, Window
from connectors.zoho import Zoho
from sandbox.zoho.serve import ZohoSandbox

Connect = Callable[..., Zoho]
NOW = round(datetime.now(UTC).timestamp())
EMAILS = Selection("Emails", ("subject", "from", "to", "time", "sent", "owner"), links=("Leads", "Contacts"))


def record(sandbox: ZohoSandbox, module: str, active: int) -> str:
    at = datetime.fromtimestamp(active, UTC).isoformat(timespec="seconds")
    row = {"values": {"Last_Name": "x", "Last_Activity_Time": at}, "modified": NOW - 9_000}
    return sandbox.load(objects={module: [row]})[module][0]


def mail(module: str, id_: str, at: int, subject: str = "s") -> dict[str, object]:
    to = [{"user_name": "Lead", "email": "lead@x.es"}, {"user_name": "Two", "email": "two@x.es"}]
    sender = {"user_name": "Ana", "email": "ana@acme.example"}
    return {"module": module, "id": id_, "subject": subject, "time": at, "sent": True, "from": sender, "to": to}


def pulled(zoho: Zoho, since: Cursor | None = None) -> tuple[dict[str, Change], Cursor]:
    pages = list(zoho.pull(EMAILS, since))
    return {change.id: change for page in pages for change in page.changes}, pages[-1].cursor


def test_the_emails_of_leads_and_contacts_are_linked_to_them(sandbox: ZohoSandbox, connect: Connect) -> None:
    lead, contact = record(sandbox, "Leads", NOW - 500), record(sandbox, "Contacts", NOW - 400)
    sandbox.load(emails=[mail("Leads", lead, NOW - 500), mail("Contacts", contact, NOW - 400)])
    found, _ = pulled(connect())
    links = sorted((dict(change.links) for change in found.values()), key=lambda one: one["Leads"])
    assert links == [{"Leads": (), "Contacts": (contact,)}, {"Leads": (lead,), "Contacts": ()}]
    told = next(change.fields for change in found.values() if change.links["Leads"])
    assert (told["from"], told["to"], told["sent"]) == ("ana@acme.example", "lead@x.es;two@x.es", True)
    assert round(datetime.fromisoformat(told["time"]).timestamp()) == NOW - 500


def test_only_records_with_activity_are_asked_again(sandbox: ZohoSandbox, connect: Connect) -> None:
    ids = [record(sandbox, "Leads", NOW - 5_000 - n) for n in range(10)]
    sandbox.load(emails=[mail("Leads", id_, NOW - 5_000) for id_ in ids])
    zoho = connect()
    first, cursor = pulled(zoho)
    quiet, cursor = pulled(zoho, cursor)
    sandbox.load(objects={"Leads": [{"id": ids[3], "values": {"Last_Activity_Time": _text(NOW + 2)}}]})
    sandbox.load(emails=[mail("Leads", ids[3], NOW, "answer")])
    sandbox.clear_ledger()
    again, _ = pulled(zoho, cursor)
    assert (len(first), quiet) == (10, {})
    assert "answer" in {change.fields["subject"] for change in again.values()}
    assert sandbox.ledger()["calls"]["GET /Leads/{id}/Emails"] == 1


def test_all_pages_of_a_busy_record_are_read(sandbox: ZohoSandbox, connect: Connect) -> None:
    lead = record(sandbox, "Leads", NOW - 500)
    sandbox.load(emails=[mail("Leads", lead, NOW - 500 - n, f"s{n}") for n in range(35)])
    zoho = connect()
    found, _ = pulled(zoho)
    read = zoho.read(EMAILS, [*found, "Leads:1:none", "odd"])
    assert len(found) == 35
    assert [change.deleted for change in read] == [False] * 35 + [True, True]
    assert zoho.count("Emails", Window()) == 35
    assert zoho.count("Emails", Window(since=datetime.fromtimestamp(NOW - 504, UTC))) == 5


@pytest.mark.parametrize("spread", [1, 1_000])
def test_hundreds_of_active_records_are_all_found(sandbox: ZohoSandbox, connect: Connect, spread: int) -> None:
    """I4: also when one second holds more of them than a page."""
    rows = [
        {"values": {"Last_Name": "x", "Last_Activity_Time": _text(NOW - 2_000 + n % spread)}, "modified": NOW - 9_000}
        for n in range(450)
    ]
    ids = sandbox.load(objects={"Leads": rows})["Leads"]
    sandbox.load(emails=[mail("Leads", id_, NOW - 2_000) for id_ in ids])
    zoho = connect()
    pages = list(zoho.pull(EMAILS, None))
    assert {change.links["Leads"] for page in pages for change in page.changes} == {(id_,) for id_ in ids}
    half = pages[len(pages) // 2]
    before = {change.id for page in pages[: len(pages) // 2 + 1] for change in page.changes}
    assert len(before | set(pulled(zoho, half.cursor)[0])) == 450


def test_a_first_pull_goes_back_as_far_as_asked_for(sandbox: ZohoSandbox, connect: Connect) -> None:
    lead = record(sandbox, "Leads", NOW - 500)
    sandbox.load(emails=[mail("Leads", lead, NOW - 86_400 * days) for days in (1, 3, 40)])
    assert [len(pulled(connect(emails_for=span))[0]) for span in ("2d", "30d", "90d")] == [1, 2, 3]
    zoho = connect()
    since = zoho.rewind("Emails", datetime.fromtimestamp(NOW - 600, UTC))
    assert len(pulled(zoho, since)[0]) >= 1
    assert set(EMAILS.fields) <= set(zoho.describe("Emails").fields)


@pytest.mark.parametrize("effect", ["no_results", "html", "empty_page"])
@pytest.mark.parametrize("route", ["POST /coql", "GET /Leads/{id}/Emails"])
def test_a_garbled_answer_is_never_the_end(sandbox: ZohoSandbox, connect: Connect, effect: str, route: str) -> None:
    """I3."""
    lead = record(sandbox, "Leads", NOW - 500)
    sandbox.load(emails=[mail("Leads", lead, NOW - 500)])
    sandbox.faults([{"effect": effect, "route": route, "times": 0}])
    with pytest.raises(Later):
        pulled(connect())


def _text(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
