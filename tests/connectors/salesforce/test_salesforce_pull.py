"""Reading from Salesforce: late commits, deletions, merges, conversions, links, history, formulas."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Change, Cursor, Later, Selection, Stop, Window
from connectors.salesforce import Salesforce
from connectors.salesforce.cursor import Backfill, Edge, Live, dump, load
from connectors.salesforce.records import literal, moment, version
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]
LEADS = Selection("Lead", ("LastName", "Email"))
LEAD = {"LastName": "Gil", "Company": "ACME"}
DEALS = Selection("Opportunity", ("Name", "StageName"), links=("Account", "Contact"), history=("StageName",))


class Reader:
    """Pulls and remembers where it is; the org's clock goes on when told."""

    def __init__(self, org: SalesforceSandbox, salesforce: Salesforce, selection: Selection) -> None:
        self.org = org
        self.salesforce = salesforce
        self.selection = selection
        self.at: Cursor | None = None
        self.ahead = 0

    def pull(self) -> list[Change]:
        pages = list(self.salesforce.pull(self.selection, self.at))
        self.at = pages[-1].cursor
        return [change for page in pages for change in page.changes]

    def after(self, seconds: int) -> list[Change]:
        self.wait(seconds)
        return self.pull()

    def wait(self, seconds: int) -> None:
        self.ahead += seconds
        self.org.config(clock={"offset_s": self.ahead})


@pytest.fixture
def leads(org: SalesforceSandbox, connect: Connect) -> Reader:
    return Reader(org, connect(), LEADS)


@pytest.fixture
def deals(org: SalesforceSandbox, connect: Connect) -> Reader:
    return Reader(org, connect(), DEALS)


def made(org: SalesforceSandbox, object_: str, *rows: dict[str, Any]) -> list[str]:
    return org.load(objects={object_: rows})[object_]


def lead(org: SalesforceSandbox, **fields: Any) -> str:
    return made(org, "Lead", {**LEAD, **fields})[0]


def ids(changes: Sequence[Change]) -> list[str]:
    return [change.id for change in changes]


def test_pain_1_more_than_ten_thousand_changes_are_all_found(org: SalesforceSandbox, connect: Connect) -> None:
    """I4: by a bulk job's result, which comes in pages of ten thousand, and by the scan."""
    made_now = made(org, "Lead", *[LEAD] * 10_400)
    salesforce = connect(bulk_from=1)
    for since in (None, salesforce.rewind("Lead", datetime(2026, 1, 1, tzinfo=UTC))):
        found = [change.id for page in salesforce.pull(LEADS, since) for change in page.changes]
        assert set(found) == set(made_now)


def test_pain_4_a_record_that_commits_late_with_an_earlier_stamp_is_found(
    org: SalesforceSandbox, leads: Reader, now: datetime
) -> None:
    """I4: it appears behind the cursor."""
    lead(org)
    leads.pull()
    leads.after(5)
    late = lead(org, SystemModstamp=now.isoformat(), visible_at=(now + timedelta(seconds=200)).isoformat())
    seen = lead(org, LastName="Sanz")
    assert ids(leads.after(60)) == [seen]
    leads.wait(700)
    assert late in ids(leads.pull())
    assert leads.after(700) == []


def test_pain_4_a_second_edit_in_the_second_that_was_just_read_is_found(org: SalesforceSandbox, leads: Reader) -> None:
    """Stamps have whole seconds, and edits have not."""
    org.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    id_ = lead(org)
    leads.pull()
    made(org, "Lead", {"Id": id_, "Email": "second@acme.example"})
    assert [change.fields["Email"] for change in leads.pull()] == ["second@acme.example"]


def test_pain_2_and_pain_4_records_of_one_second_are_all_found_across_pages(
    org: SalesforceSandbox, leads: Reader
) -> None:
    """A page may end inside a second."""
    leads.pull()
    made(org, "Lead", *[{**LEAD, "SystemModstamp": "2027-01-01T00:00:00Z"} for _ in range(4_100)])
    assert len(set(ids(leads.after(10)))) == 4_100


def test_a_quiet_pull_costs_one_query_and_a_second_one_every_few_minutes(org: SalesforceSandbox, leads: Reader) -> None:
    leads.pull()
    leads.after(700)
    org.clear_ledger()
    assert [leads.after(30) for _ in range(5)] == [[]] * 5
    assert org.ledger()["totals"]["calls"] == 5
    leads.after(600)
    assert org.ledger()["totals"]["calls"] <= 7


@pytest.mark.parametrize(("route", "skip"), [("GET /queryAll", 1), ("GET /query/{locator}", 0)])
def test_an_empty_page_that_goes_on_is_not_the_end(
    org: SalesforceSandbox, deals: Reader, route: str, skip: int
) -> None:
    """I3: whether of the records themselves or of what is linked to them."""
    org.config(page_size=10)
    deal = opportunity(org, made(org, "Account", {"Name": "ACME"})[0])
    contacts = made(org, "Contact", *[{"LastName": "Gil"} for _ in range(30)])
    made(org, "OpportunityContactRole", *[{"OpportunityId": deal, "ContactId": who} for who in contacts])
    org.faults([{"effect": "empty_page", "route": route, "skip": skip, "times": 1}])
    with pytest.raises(Later, match="more records"):
        deals.pull() if route.endswith("}") else Reader(org, deals.salesforce, Selection("Contact", ())).pull()
    assert set(deals.pull()[0].links["Contact"]) == set(contacts)


def test_pain_6_a_deletion_is_told_once_by_the_scan(org: SalesforceSandbox, connect: Connect) -> None:
    """`getDeleted` names it too, but it is in the recycle bin, where the scan has seen it."""
    reader = Reader(org, connect(deletions_every="0s"), LEADS)
    id_ = lead(org)
    reader.pull()
    reader.after(5)
    org.delete([id_])
    assert [(change.id, change.deleted) for change in reader.after(5)] == [(id_, True)]
    assert reader.after(120) == []


def test_pain_6_a_record_purged_before_it_was_seen_deleted_is_told(org: SalesforceSandbox, connect: Connect) -> None:
    """I11: nothing is left in the recycle bin; only getDeleted knows."""
    reader = Reader(org, connect(), LEADS)
    id_, _kept = lead(org), lead(org)
    reader.pull()
    reader.after(5)
    org.delete([id_], purge=True)
    assert reader.after(5) == []
    assert [(change.id, change.deleted) for change in reader.after(4_000)] == [(id_, True)]
    assert reader.after(4_000) == []


def test_after_a_month_of_silence_deletions_are_asked_for_as_far_back_as_they_are_kept(
    org: SalesforceSandbox, leads: Reader
) -> None:
    leads.pull()
    id_ = lead(org)
    assert ids(leads.after(30 * 86_400)) == [id_]


def test_pain_7_a_merged_lead_leads_to_its_survivor(org: SalesforceSandbox, leads: Reader) -> None:
    """I11."""
    lost, kept = lead(org), lead(org)
    leads.pull()
    leads.after(5)
    org.merge(kept, [lost])
    told = {change.id: (change.deleted, change.merged_into, change.merged_object) for change in leads.after(5)}
    assert told == {lost: (True, kept, None), kept: (False, None, None)}


def test_pain_8_a_converted_lead_lives_on_as_its_contact(org: SalesforceSandbox, leads: Reader) -> None:
    """I11: told by a pull, a read, and a first pull; and not counted any more."""
    id_ = lead(org)
    leads.pull()
    leads.after(5)
    contact = org.convert(id_)["contactId"]
    leads.wait(5)
    for changes in (
        leads.pull(),
        leads.salesforce.read(LEADS, [id_]),
        Reader(org, leads.salesforce, LEADS).pull()[:1],
    ):
        (change,) = changes
        assert (change.id, change.deleted, change.merged_into) == (id_, True, contact)
        assert (change.merged_object, dict(change.fields)) == ("Contact", {})
    assert leads.salesforce.count("Lead", Window()) == 0


def test_pain_9_an_opportunity_brings_its_contacts_account_and_stages(org: SalesforceSandbox, deals: Reader) -> None:
    """The contacts by their roles, the stages from OpportunityHistory."""
    (account,) = made(org, "Account", {"Name": "ACME"})
    ana, eva = made(org, "Contact", {"LastName": "Ruiz"}, {"LastName": "Gil"})
    deal = opportunity(org, account)
    made(org, "OpportunityContactRole", *[{"OpportunityId": deal, "ContactId": who} for who in (ana, eva)])
    deals.wait(5)
    org.api("PATCH", f"/services/data/v64.0/sobjects/Opportunity/{deal}", {"Amount": 5})
    org.api("PATCH", f"/services/data/v64.0/sobjects/Opportunity/{deal}", {"StageName": "Closed Won"})
    change = deals.pull()[0]
    assert {other: set(linked) for other, linked in change.links.items()} == {
        "Account": {account},
        "Contact": {ana, eva},
    }
    assert [held.value for held in change.history["StageName"]] == ["Prospecting", "Closed Won"]
    assert deals.salesforce.read(DEALS, [deal]) == [change]


def test_pain_9_a_contact_of_an_opportunity_comes_and_goes_though_its_stamp_stays(
    org: SalesforceSandbox, deals: Reader
) -> None:
    (account,) = made(org, "Account", {"Name": "ACME"})
    (contact,) = made(org, "Contact", {"LastName": "Ruiz"})
    deal = opportunity(org, account)
    deals.pull()
    deals.after(5)
    (role,) = made(org, "OpportunityContactRole", {"OpportunityId": deal, "ContactId": contact})
    assert [(change.id, change.links["Contact"]) for change in deals.after(5)] == [(deal, (contact,))]
    assert deals.after(5) == []
    org.delete([role])
    assert [(change.id, change.links["Contact"]) for change in deals.after(5)] == [(deal, ())]


def opportunity(org: SalesforceSandbox, account: str) -> str:
    fields = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-31", "AccountId": account}
    return str(org.api("POST", "/services/data/v64.0/sobjects/Opportunity", fields).json["id"])


def test_an_activity_is_linked_to_a_lead_or_a_contact_by_what_its_id_is(
    org: SalesforceSandbox, connect: Connect
) -> None:
    who, (contact,) = lead(org), made(org, "Contact", {"LastName": "Ruiz"})
    (campaign,) = made(org, "Campaign", {"Name": "Fair"})
    made(org, "Task", {"Subject": "Call", "WhoId": who}, {"Subject": "Call", "WhoId": contact, "WhatId": campaign})
    reader = Reader(org, connect(), Selection("Task", ("Subject",), links=("Lead", "Contact", "Campaign", "Account")))
    first, second = reader.pull()[:2]
    assert dict(first.links) == {"Lead": (who,), "Contact": (), "Campaign": (), "Account": ()}
    assert dict(second.links) == {"Lead": (), "Contact": (contact,), "Campaign": (campaign,), "Account": ()}


def test_archived_activities_are_read_and_counted(org: SalesforceSandbox, connect: Connect) -> None:
    """An ordinary query leaves them out."""
    old = made(org, "Task", {"Subject": "Call", "IsArchived": True, "SystemModstamp": "2024-01-01T00:00:00Z"})
    salesforce = connect()
    assert ids(Reader(org, salesforce, Selection("Task", ("Subject",))).pull()) == old
    assert salesforce.count("Task", Window()) == 1


def test_a_field_of_a_related_record_is_read_by_its_path(org: SalesforceSandbox, connect: Connect) -> None:
    (account,) = made(org, "Account", {"Name": "ACME"})
    made(org, "Contact", {"LastName": "Ruiz", "AccountId": account}, {"LastName": "Gil"})
    reader = Reader(org, connect(), Selection("Contact", ("Account.Name",)))
    assert [change.fields["Account.Name"] for change in reader.pull()[:2]] == ["ACME", None]


def test_pain_5_a_formula_field_is_refreshed_on_its_own_clock(org: SalesforceSandbox, connect: Connect) -> None:
    """Its value changes while no stamp moves."""
    org.load(fields={"Lead": [{"name": "Age__c", "type": "double", "formula": "TODAY() - DATEVALUE(CreatedDate)"}]})
    id_ = lead(org)
    reader = Reader(org, connect(), Selection("Lead", ("Age__c",)))
    assert {change.fields["Age__c"] for change in reader.pull()} == {0}
    reader.after(5_000)
    assert reader.after(3_600) == []
    assert [(change.id, change.fields["Age__c"]) for change in reader.after(2 * 86_400)] == [(id_, 2)]
    assert reader.after(3_600) == []


def test_pain_5_no_formula_no_refresh(org: SalesforceSandbox, leads: Reader) -> None:
    """One describe call a day finds out."""
    lead(org)
    leads.pull()
    leads.after(700)
    assert leads.after(2 * 86_400) == []


def test_pain_11_a_field_hidden_by_its_security_stops_the_pull_by_name(
    org: SalesforceSandbox, connect: Connect
) -> None:
    """Never a column of nulls."""
    org.load(security={org.username: {"Lead.AnnualRevenue": "hidden"}})
    salesforce = connect()
    assert "AnnualRevenue" not in salesforce.describe("Lead").fields
    with pytest.raises(Stop, match="AnnualRevenue") as caught:
        list(salesforce.pull(Selection("Lead", ("AnnualRevenue",)), None))
    assert "field-level security" in caught.value.fix


def test_pain_10_many_ids_are_read_in_calls_of_a_bearable_length(org: SalesforceSandbox, leads: Reader) -> None:
    """16,384 characters are the end."""
    made_ = made(org, "Lead", *[LEAD for _ in range(1_000)])
    org.clear_ledger()
    assert ids(leads.salesforce.read(LEADS, made_)) == made_
    assert org.ledger()["totals"]["calls"] == 3


def test_pain_14_a_query_that_times_out_is_tried_again_and_then_is_for_later(
    org: SalesforceSandbox, leads: Reader
) -> None:
    body = [{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}]
    org.faults([{"effect": "status", "status": 400, "body": body, "route": "GET /queryAll"}])
    with pytest.raises(Later, match="QUERY_TIMEOUT"):
        leads.pull()
    assert org.ledger()["totals"]["calls"] > 1


@given(st.integers(0, 4_000_000_000))
def test_pain_23_times_are_read_alike_from_json_bulk_results_and_queries(seconds: int) -> None:
    """I13: +0000, Z, and other offsets."""
    whole = datetime.fromtimestamp(seconds, UTC)
    text = whole.strftime("%Y-%m-%dT%H:%M:%S.000")
    assert moment(f"{text}+0000") == moment(f"{text}Z") == whole
    assert version(f"{text}+0000") == version(f"{text}Z") == literal(whole) == f"{text}Z"
    assert version((whole + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S.000+0200")) == f"{text}Z"


EDGE = Edge("2026-01-01T00:00:00.000Z", "00Q1")


@pytest.mark.parametrize(
    "position", [Backfill("2026-01-01T00:00:00.000Z", "00Q1", "750", "x"), Live(EDGE, EDGE, Edge(""), "a", "b", "c")]
)
def test_a_position_survives_being_written_down(position: Backfill | Live) -> None:
    assert load(dump(position)) == position


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"v": 2}', '{"v": 1, "started": 1}', '{"v": 1, "started": "", "x": ""}', '{"v":1,"edge":3}'],
)
def test_a_position_that_is_none_of_ours_stops_with_advice(text: str) -> None:
    with pytest.raises(Stop, match="resync"):
        load(Cursor(text))
