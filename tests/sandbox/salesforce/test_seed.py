"""The generated company."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from sandbox.common.control import answer
from sandbox.common.times import Clock, Millis
from sandbox.salesforce.control import CONTROLS
from sandbox.salesforce.org import Org
from sandbox.salesforce.seed import seed

END = datetime(2026, 11, 24, tzinfo=UTC)


def generated(number: int = 7) -> Org:
    """A small company, its clock standing still."""
    org = Org(clock=Clock(frozen=Millis(round(END.timestamp() * 1000))))
    seed(org, 600, 90, number, END)
    return org


@pytest.fixture(scope="module")
def org() -> Org:
    """The company of seed 7."""
    return generated()


def dump(org: Org) -> bytes:
    """Everything the org holds."""
    return answer(CONTROLS, org, "GET", "/dump", "", b"").body


def test_the_same_seed_gives_the_same_bytes(org: Org) -> None:
    """And another one does not."""
    assert dump(generated()) == dump(org)
    assert dump(generated(8)) != dump(org)


def test_every_lookup_leads_somewhere(org: Org) -> None:
    """No record points at nothing; history never precedes its opportunity, and nothing happens after the end."""
    for table in org.tables.values():
        for row in table.rows.values():
            for field in table.kind.fields.values():
                id_ = row.get(field.name) if field.refers_to else None
                assert id_ is None or org.lookup(str(id_)) is not None, (table.kind.name, field.name)
            assert str(row["SystemModstamp"]) <= "2026-11-24T00:00:00.000+0000"
    created = {row["Id"]: str(row["CreatedDate"]) for row in org.table("Opportunity").rows.values()}
    for row in org.table("OpportunityHistory").rows.values():
        assert str(row["CreatedDate"]) >= created[row["OpportunityId"]]


def test_leads_are_converted_merged_deleted_and_dirty_as_in_life(org: Org) -> None:
    """Some became contacts with an opportunity; some have no address, and a few a status that nobody knows any more."""
    rows = list(org.table("Lead").rows.values())
    kinds = Counter(
        (bool(row.get("IsConverted")), bool(row.get("MasterRecordId")), bool(row["IsDeleted"])) for row in rows
    )
    assert kinds[True, False, False] == len(org.table("Opportunity").rows) > 60
    assert kinds[False, True, True] >= 1
    assert kinds[False, False, True] >= 1
    assert 0.005 < sum("Email" not in row for row in rows) / len(rows) < 0.04
    assert {str(row["Status"]) for row in rows} - set(org.table("Lead").kind.fields["status"].options)


def test_people_and_machines_are_told_apart_by_subtype(org: Org) -> None:
    """Calls and e-mails by hand, and those that a cadence sent; on the contact once there is one."""
    subtypes = Counter(row["TaskSubtype"] for row in org.table("Task").rows.values())
    assert min(subtypes["Call"], subtypes["Email"], subtypes["Cadence"], subtypes["Task"]) > 10
    whom = Counter(str(row["WhoId"])[:3] for row in org.table("Task").rows.values())
    assert min(whom["00Q"], whom["003"]) > 10
