"""The generated company: repeatable, within its time, and like the real ones it was calibrated on."""

import statistics
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.common.times import iso, parse_instant
from sandbox.hubspot.account import Account
from sandbox.hubspot.generate.hours import HOUR, Office, millis
from sandbox.hubspot.kinds import KINDS
from sandbox.hubspot.seed import seed
from sandbox.hubspot.store import Record
from sandbox.serve import Sandbox

END = datetime(2026, 11, 24, 9, tzinfo=UTC)
MADRID = Office(ZoneInfo("Europe/Madrid"))


def made(n: int, number: int = 7) -> Account:
    account = Account()
    seed(account, n, 90, number, END)
    return account


@pytest.fixture(scope="module")
def account() -> Account:
    return made(3_000)


def contacts(account: Account) -> list[Record]:
    return list(account.stores["contacts"].live.values())


def instant(record: Record, name: str) -> int:
    at = parse_instant(record.properties[name])
    assert at is not None
    return at


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    with Sandbox.start(empty=False, people=120, end=END) as one, Sandbox.start(empty=False, people=120, end=END) as two:
        assert one.dump() == two.dump()
    assert contacts(made(50)) == contacts(made(50))
    assert contacts(made(50)) != contacts(made(50, 8))


def test_there_are_as_many_live_contacts_as_asked_and_every_kind_has_records(account: Account) -> None:
    assert len(contacts(account)) == 3_000
    assert [kind.name for kind in KINDS if not account.stores[kind.name].live] == []
    assert account.stores["contacts"].archived


def test_nothing_happens_after_the_end_or_before_it_is_created(account: Account) -> None:
    for store in account.stores.values():
        for record in store.all():
            assert record.created <= record.updated <= millis(END)


def test_values_are_those_the_account_knows_but_for_the_dirt(account: Account) -> None:
    catalog = account.catalogs["contacts"]
    stages = Counter(record.properties["lifecyclestage"] for record in contacts(account))
    lifecycle = catalog.named("lifecyclestage")
    bad = sum(n for stage, n in stages.items() if stage not in {option.value for option in lifecycle.options})
    assert 0.003 < bad / 3_000 < 0.02
    assert 0.01 < sum("email" not in record.properties for record in contacts(account)) / 3_000 < 0.03
    sizes = [record.properties["numemployees"] for record in contacts(account) if "numemployees" in record.properties]
    assert 0.02 < sum(not size.isdecimal() for size in sizes) / len(sizes) < 0.06


def test_answers_take_as_long_as_at_the_help_desk(account: Account) -> None:
    """57 % of the answered within 24 hours, a median of 16 to 18; about one in eight never."""
    given_away = [record for record in contacts(account) if "hubspot_owner_assigneddate" in record.properties]
    answered = [record for record in given_away if "hs_first_outreach_date" in record.properties]
    hours = [
        (instant(record, "hs_first_outreach_date") - instant(record, "hubspot_owner_assigneddate")) / HOUR
        for record in answered
    ]
    assert 0.50 < sum(lag < 24 for lag in hours) / len(hours) < 0.66
    assert 8 < statistics.median(hours) < 26
    assert 0.10 < 1 - len(answered) / len(given_away) < 0.25


def test_leads_come_by_day_with_a_share_outside_office_hours(account: Account) -> None:
    local = [datetime.fromtimestamp(record.created / 1000, MADRID.zone) for record in contacts(account)]
    outside = sum(at.weekday() > 4 or not 9 <= at.hour < 18 for at in local) / len(local)
    assert 0.2 < outside < 0.42
    assert sum(9 <= at.hour < 14 for at in local) > sum(at.hour < 9 for at in local)


def test_a_machine_is_often_first_and_looks_like_the_owner(account: Account) -> None:
    emails = [record.properties for record in account.stores["emails"].live.values()]
    by_machine = [one for one in emails if "hs_sequence_id" in one]
    assert 0.1 < len(by_machine) / len(emails) < 0.6
    assert all("hubspot_owner_id" in one and one["hs_email_direction"] == "EMAIL" for one in by_machine)
    subjects = Counter((one["hs_email_subject"], one["hubspot_owner_id"], one["hs_timestamp"][:16]) for one in emails)
    assert max(subjects.values()) > 20


def test_deals_have_a_history_that_ends_where_they_stand(account: Account) -> None:
    deals = account.stores["deals"].live.values()
    for deal in deals:
        versions = deal.versions("dealstage")
        assert versions[-1].value == deal.properties["dealstage"]
        assert [one.at for one in versions] == sorted(one.at for one in versions)
    won = sum(deal.properties["dealstage"] == "closedwon" for deal in deals)
    assert 0.03 < won / 3_000 < 0.12


def test_merged_contacts_are_gone_and_named(account: Account) -> None:
    survivors = [record for record in contacts(account) if "hs_merged_object_ids" in record.properties]
    assert len(survivors) == 12
    for record in survivors:
        assert account.stores["contacts"].find(record.properties["hs_merged_object_ids"]) is None


@given(st.integers(0, 4_000), st.integers(millis(datetime(2026, 1, 1, tzinfo=UTC)), millis(END)))
def test_working_time_added_is_working_time_passed(minutes: int, start: int) -> None:
    worked = minutes * 60_000
    later = MADRID.after(start, worked)
    assert MADRID.position(later) - MADRID.position(start) == worked
    assert later >= start or worked == 0


def test_working_time_skips_nights_weekends_and_clock_changes() -> None:
    sunday = millis(datetime(2026, 6, 7, 11, tzinfo=MADRID.zone))
    assert iso(MADRID.after(sunday, HOUR)) == "2026-06-08T08:00:00Z"
    friday = millis(datetime(2026, 3, 27, 17, tzinfo=MADRID.zone))  # clocks go forward on Sunday
    assert iso(MADRID.after(friday, 2 * HOUR)) == "2026-03-30T08:00:00Z"
