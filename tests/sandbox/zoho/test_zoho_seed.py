"""The generated company: repeatable, within its time, whole, and of the same people as the other CRMs'."""

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox.hubspot.account import Account
from sandbox.hubspot.seed import cast
from sandbox.hubspot.seed import seed as hubspot_seed
from sandbox.zoho.org import Org
from sandbox.zoho.seed import Cast, play, seed
from sandbox.zoho.serve import ZohoSandbox
from sandbox.zoho.store import Record
from sandbox.zoho.writes import checked

END = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def org() -> Org:
    org = Org()
    seed(org, 2_000, 90, 7, END)
    return org


def records(org: Org, module: str) -> list[Record]:
    return list(org.stores[module].live.values())


def test_the_same_seed_gives_the_same_bytes() -> None:
    with (
        ZohoSandbox.start(empty=False, people=80, end=END) as one,
        ZohoSandbox.start(empty=False, people=80, end=END) as two,
    ):
        assert one.dump() == two.dump()
        assert one.health()["records"]["Leads"] == 80


def test_every_module_has_records_and_nothing_happens_after_the_end(org: Org) -> None:
    end = END.timestamp()
    for name, store in org.stores.items():
        assert store.live, name
        assert all(record.created <= record.modified <= end for record in store.live.values()), name
    assert all(mail["time"] <= end + 30 * 3600 for mails in org.emails.values() for mail in mails)
    assert org.stores["Leads"].graves


def test_a_sold_lead_is_converted_and_linked_both_ways(org: Org) -> None:
    converted = [lead for lead in records(org, "Leads") if lead.converted]
    assert 50 < len(converted) < 600
    assert len(converted) == len(records(org, "Deals"))
    for lead in converted:
        contact = org.stores["Contacts"].get(lead.values["Converted_Contact"])
        deal = org.stores["Deals"].get(lead.values["Converted_Deal"])
        assert contact is not None
        assert deal is not None
        assert deal.values["Contact_Name"] == str(contact.id)
        assert contact.values.get("Email") == lead.values.get("Email")
        assert deal.stages[-1].stage == deal.values["Stage"]
        assert [visit.at for visit in deal.stages] == sorted(visit.at for visit in deal.stages)


def test_activities_hang_on_leads_or_on_the_contacts_they_became(org: Org) -> None:
    for call in records(org, "Calls"):
        home = call.values["$se_module"]
        assert org.stores[home].get(call.values["What_Id"]) is not None
        assert ("Who_Id" in call.values) == (home == "Deals")
    assert all(org.stores[module].get(id_) is not None for module, id_ in org.emails)


def test_every_value_is_of_its_fields_type(org: Org) -> None:
    """What the vendor's own validation would take, read-only fields apart."""
    for name, module in org.modules.items():
        for record in records(org, name)[:200]:
            checked(org, module, record.values, "$", new=True, self_id=record.id)


def test_the_people_are_those_of_hubspot() -> None:
    account, org = Account(), Org()
    hubspot_seed(account, 150, 90, 7, END)
    seed(org, 150, 90, 7, END)
    theirs = {one.properties.get("email") for one in account.stores["contacts"].live.values()} - {None}
    ours = {one.values.get("Email") for one in records(org, "Leads")} - {None}
    assert len(theirs & ours) > 130


def test_a_part_of_the_people_may_live_here() -> None:
    org = Org()
    companies, people = cast(random.Random(7), 60, 90, END, ZoneInfo("Europe/Madrid"))  # noqa: S311
    play(org, Cast(companies, people), range(0, 60, 3), random.Random(1), END, 90)  # noqa: S311
    assert len(records(org, "Leads")) == 20
    assert {lead.values["First_Name"] for lead in records(org, "Leads")} <= {one.first for one in people[::3]}
