"""Zoho CRM's pull, against what is known to go wrong with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import Change, Cursor, Later, Selection, Stop, Window
from connectors.plugin import Ports
from connectors.testing import Clock
from connectors.zoho import Zoho
from connectors.zoho.cursor import Edge, Live, dump
from sandbox.zoho.serve import ZohoSandbox

Connect = Callable[..., Zoho]

T0 = round(datetime(2026, 3, 1, 9, 0, tzinfo=UTC).timestamp())
LEADS = Selection("Leads", ("Last_Name", "Email"))


def people(count: int, *, modified: Callable[[int], int]) -> list[dict[str, Any]]:
    return [
        {"values": {"Last_Name": f"n{n}", "Email": f"n{n}@x.es"}, "created": T0 - 60, "modified": modified(n)}
        for n in range(count)
    ]


def pulled(zoho: Zoho, selection: Selection, since: Cursor | None = None) -> tuple[list[Change], Cursor]:
    pages = list(zoho.pull(selection, since))
    return [change for page in pages for change in page.changes], pages[-1].cursor


def calls(sandbox: ZohoSandbox, route: str) -> int:
    return int(sandbox.ledger(writes=False)["calls"].get(route, 0))


def test_pain_1_more_than_two_thousand_records_are_all_found_without_page_numbers(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """I4: `page` reaches 2,000."""
    ids = sandbox.load(objects={"Leads": people(2_450, modified=lambda n: T0 + n)})["Leads"]
    found, _ = pulled(connect(), LEADS)
    assert sorted(change.id for change in found) == sorted(ids)
    assert sandbox.ledger(writes=False)["statuses"].get("400", 0) == 0


def test_pain_2_a_second_of_many_records_is_drained_by_id(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I4: a bulk edit of 2,300 in one second, others around it, and some of them converted."""
    ids = sandbox.load(objects={"Leads": people(2_300, modified=lambda _: T0 + 500)})["Leads"]
    around = sandbox.load(objects={"Leads": people(500, modified=lambda n: T0 + n * 2)})["Leads"]
    for id_ in ids[:3]:
        assert sandbox.api("POST", f"Leads/{id_}/actions/convert", {"data": [{}]}).status == 200
    sandbox.load(objects={"Leads": [{"id": id_, "values": {}, "modified": T0 + 500} for id_ in ids[:3]]})
    found, _ = pulled(connect(), LEADS)
    assert {change.id for change in found} == {*ids, *around}
    assert {change.id for change in found if change.merged_object == "Contacts"} == set(ids[:3])


def test_pain_5_a_formula_field_is_refreshed_on_its_own_clock(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Its value changes while Modified_Time stays; a reading that broke off goes on, and one without formulas never begins."""
    sandbox.load(fields={"Leads": [{"api_name": "Age", "data_type": "formula"}]})
    rows = [{"values": {"Last_Name": "n", "Age": 1}, "created": T0, "modified": T0 + n} for n in range(250)]
    ids = sandbox.load(objects={"Leads": rows})["Leads"]
    zoho, selection = connect(deleted_every="30d"), Selection("Leads", ("Age",))
    cursors = {chosen: pulled(zoho, chosen)[1] for chosen in (selection, LEADS)}
    worked_out = [{"id": int(id_), "values": {"Age": 2}, "modified": T0 + n} for n, id_ in enumerate(ids)]
    sandbox.load(objects={"Leads": worked_out})
    assert pulled(zoho, selection, cursors[selection])[0] == []
    sandbox.config(clock={"offset_s": 2 * 86_400})
    assert pulled(zoho, LEADS, cursors[LEADS])[0] == []
    first = next(iter(zoho.pull(selection, cursors[selection])))
    rest, end = pulled(zoho, selection, first.cursor)
    assert {change.id: change.fields["Age"] for change in (*first.changes, *rest)} == dict.fromkeys(ids, 2)
    assert 0 < len(first.changes) < 250
    assert len(rest) < 250
    assert pulled(zoho, selection, end)[0] == []


@pytest.mark.parametrize("inclusive", [True, False])
def test_the_edge_of_if_modified_since_makes_no_difference(
    sandbox: ZohoSandbox, connect: Connect, *, inclusive: bool
) -> None:
    """I4: documents do not say whether the very second belongs to it."""
    sandbox.config(since_inclusive=inclusive)
    ids = sandbox.load(objects={"Leads": people(900, modified=lambda n: T0 + n // 300)})["Leads"]
    zoho = connect()
    found, _ = pulled(zoho, LEADS, zoho.rewind("Leads", datetime.fromtimestamp(T0 + 1, UTC)))
    assert sorted(change.id for change in found) == sorted(ids[300:])


def test_pain_2_a_change_within_the_second_that_was_just_read_is_not_lost(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """I4: Zoho keeps whole seconds, so that two changes may bear one time."""
    (id_,) = sandbox.load(objects={"Leads": people(1, modified=lambda _: T0)})["Leads"]
    zoho = connect(deleted_every="1d")
    cursor = pulled(zoho, LEADS)[1]
    sandbox.config(clock={"frozen": datetime.now(UTC).isoformat()})
    for value in ("one", "two"):
        sandbox.api("PUT", "Leads", {"data": [{"id": id_, "Last_Name": value}], "trigger": []})
        found, cursor = pulled(zoho, LEADS, cursor)
        assert [change.fields["Last_Name"] for change in found] == [value]


def test_pain_3_and_pain_4_what_appears_behind_the_newest_change_is_found(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """I4: a record bears the time of its change, and comes to sight when that is committed."""
    now = round(datetime.now(UTC).timestamp())
    sandbox.load(objects={"Leads": people(3, modified=lambda n: now - 2)})
    zoho = connect()
    cursor = pulled(zoho, LEADS)[1]
    (late,) = sandbox.load(objects={"Leads": people(1, modified=lambda _: now - 15)})["Leads"]
    found, cursor = pulled(zoho, LEADS, cursor)
    assert late in {change.id for change in found}
    assert len(found) <= 4


def test_what_is_settled_is_not_given_again(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Nor is what was given a moment ago and has not changed."""
    now = round(datetime.now(UTC).timestamp())
    sandbox.load(objects={"Leads": people(50, modified=lambda n: now - 5 - n)})
    zoho = connect()
    found, cursor = pulled(zoho, LEADS)
    assert (len(found), pulled(zoho, LEADS, cursor)[0]) == (50, [])


def test_pain_23_a_local_clock_that_runs_ahead_loses_nothing(
    sandbox: ZohoSandbox, ports: Ports, connect: Connect
) -> None:
    """I4: the cursor is cut by Zoho's clock."""
    sandbox.config(clock={"offset_s": -7_200})
    sandbox.load(objects={"Leads": people(1, modified=lambda _: T0)})
    zoho = connect()
    cursor = pulled(zoho, LEADS)[1]
    (later,) = sandbox.load(objects={"Leads": [{"values": {"Last_Name": "later"}}]})["Leads"]
    assert [change.id for change in pulled(zoho, LEADS, cursor)[0]] == [later]


def test_a_quiet_pull_is_one_call(sandbox: ZohoSandbox, connect: Connect) -> None:
    sandbox.load(objects={"Leads": people(700, modified=lambda n: T0 + n)})
    zoho = connect(deleted_every="1d")
    cursor = pulled(zoho, LEADS)[1]
    sandbox.clear_ledger()
    assert pulled(zoho, LEADS, cursor)[0] == []
    assert sandbox.ledger()["totals"]["calls"] == 1


def test_pain_10_hundreds_of_fields_are_read_in_portions_of_fifty(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Zoho gives no more than 50 in a call."""
    made = [{"field_label": f"Extra {n}", "data_type": "integer"} for n in range(120)]
    for start in range(0, 120, 5):
        sandbox.load(fields={"Leads": made[start : start + 5]})
    names = tuple(f"Extra_{n}" for n in range(120))
    values = dict(zip(names, range(120), strict=True))
    sandbox.load(objects={"Leads": [{"values": {"Last_Name": "x", **values}, "modified": T0} for _ in range(210)]})
    found, _ = pulled(connect(), Selection("Leads", ("Last_Name", *names)))
    assert len(found) == 210
    assert all(change.fields == {"Last_Name": "x", **values} for change in found)


def test_pain_11_a_field_that_may_not_be_seen_stops_and_is_named(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Zoho leaves it out in silence, which reads like an empty one."""
    sandbox.load(objects={"Leads": people(2, modified=lambda n: T0)}, hidden={"Leads": ["Phone"]})
    with pytest.raises(Stop, match="Phone") as caught:
        pulled(connect(), Selection("Leads", ("Last_Name", "Phone")))
    assert "profile" in caught.value.fix


def test_one_unreadable_value_costs_nothing(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I6: the vendor's SDK loses the other 199 with it."""
    rows = people(200, modified=lambda n: T0 + n)
    rows[77]["values"]["No_of_Employees"] = "n/a"
    rows[78]["values"]["Annual_Revenue"] = {"odd": [1]}
    sandbox.load(objects={"Leads": rows})
    found, _ = pulled(connect(), Selection("Leads", ("Last_Name", "No_of_Employees", "Annual_Revenue")))
    assert len(found) == 200
    assert [found[77].fields["No_of_Employees"], found[78].fields["Annual_Revenue"]] == ["n/a", {"odd": [1]}]


def test_pain_6_deleted_records_are_told_once_the_time_has_come(
    sandbox: ZohoSandbox, connect: Connect, clock: Clock
) -> None:
    """I11: from the recycle bin and for good."""
    ids = sandbox.load(objects={"Leads": people(260, modified=lambda n: T0)})["Leads"]
    zoho = connect(deleted_every="1h")
    cursor = pulled(zoho, LEADS)[1]
    for start in (0, 100, 200):
        lost = ",".join(ids[start : min(start + 100, 250)])
        assert sandbox.api("DELETE", f"Leads?ids={lost}").status == 200
    quiet, cursor = pulled(zoho, LEADS, cursor)
    sandbox.config(clock={"offset_s": 3_700})
    clock.sleep(3_700)
    told, cursor = pulled(zoho, LEADS, cursor)
    assert (quiet, sorted(change.id for change in told if change.deleted)) == ([], sorted(ids[:250]))
    assert pulled(zoho, LEADS, cursor)[0] == []


def test_pain_7_a_record_merged_away_is_told_as_gone(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I11: Zoho does not say into which."""
    lost, kept = sandbox.load(objects={"Contacts": [{"values": {"Last_Name": n}, "modified": T0} for n in "ab"]})[
        "Contacts"
    ]
    zoho, contacts = connect(), Selection("Contacts", ("Last_Name",))
    cursor = pulled(zoho, contacts)[1]
    assert sandbox.api("POST", f"Contacts/{kept}/actions/merge", {"merge": [{"data": [{"id": lost}]}]}).status == 201
    told, _ = pulled(zoho, contacts, cursor)
    assert [change.id for change in told if change.deleted] == [lost]


def test_pain_8_a_converted_lead_lives_on_as_its_contact(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I11: by a pull, by a read, and never written to again."""
    lead, other = sandbox.load(objects={"Leads": people(2, modified=lambda n: T0)})["Leads"]
    zoho = connect()
    cursor = pulled(zoho, LEADS)[1]
    answer = sandbox.api("POST", f"Leads/{lead}/actions/convert", {"data": [{}]})
    contact = answer.json["data"][0]["details"]["Contacts"]["id"]
    (told,), _ = pulled(zoho, LEADS, cursor)
    (read, _) = sorted(zoho.read(LEADS, [lead, other]), key=lambda change: change.id != lead)
    expected = (lead, True, contact, "Contacts")
    assert (told.id, told.deleted, told.merged_into, told.merged_object) == expected
    assert (read.id, read.deleted, read.merged_into, read.merged_object) == expected
    assert (told.fields, zoho.count("Leads", Window())) == ({}, 1)


def test_an_activity_is_linked_to_lead_contact_and_deal(sandbox: ZohoSandbox, connect: Connect) -> None:
    made = sandbox.load(
        objects={
            "Leads": [{"values": {"Last_Name": "l"}}],
            "Contacts": [{"values": {"Last_Name": "c"}}],
            "Deals": [{"values": {"Deal_Name": "d", "Stage": "Qualification"}}],
        }
    )
    (lead,), (contact,), (deal,) = made["Leads"], made["Contacts"], made["Deals"]
    call = {"Subject": "s", "Call_Type": "Outbound", "Call_Start_Time": "2026-03-01T10:00:00+01:00"}
    sandbox.load(
        objects={
            "Calls": [
                {"values": {**call, "What_Id": lead, "$se_module": "Leads"}, "modified": T0},
                {"values": {**call, "Who_Id": contact, "What_Id": deal, "$se_module": "Deals"}, "modified": T0 + 1},
            ]
        }
    )
    selection = Selection("Calls", ("Call_Type", "Owner"), links=("Leads", "Contacts", "Deals"))
    (of_lead, of_contact), _ = pulled(connect(), selection)
    assert of_lead.links == {"Leads": (lead,), "Contacts": (), "Deals": ()}
    assert of_contact.links == {"Leads": (), "Contacts": (contact,), "Deals": (deal,)}
    assert of_lead.fields["Owner"].isdecimal()


def test_the_stages_of_a_deal_are_told_oldest_first(sandbox: ZohoSandbox, connect: Connect) -> None:
    """A deal that was never changed costs no call for it."""
    stages = [["Qualification", T0 - 900], ["Proposal/Price Quote", T0 - 500], ["Closed Won", T0]]
    moved = {"values": {"Deal_Name": "a", "Stage": "Closed Won"}, "created": T0 - 900, "modified": T0, "stages": stages}
    still = {"values": {"Deal_Name": "b", "Stage": "Qualification"}, "created": T0, "modified": T0}
    sandbox.load(objects={"Deals": [moved, still]})
    found, _ = pulled(connect(), Selection("Deals", ("Deal_Name",), history=("Stage",)))
    told = {change.fields["Deal_Name"]: change.history["Stage"] for change in found}
    assert [(held.value, round(held.at.timestamp())) for held in told["a"]] == [(s, at) for s, at in stages]
    assert [held.value for held in told["b"]] == ["Qualification"]
    assert calls(sandbox, "GET /Deals/{id}/Stage_History") == 1


def test_a_history_that_zoho_does_not_keep_stops_with_advice(connect: Connect) -> None:
    with pytest.raises(Stop, match="Amount") as caught:
        pulled(connect(), Selection("Deals", ("Deal_Name",), history=("Amount",)))
    assert caught.value.fix


def test_a_lookup_is_its_id_and_its_name_can_be_asked_for(sandbox: ZohoSandbox, connect: Connect) -> None:
    (account,) = sandbox.load(objects={"Accounts": [{"values": {"Account_Name": "Acme"}}]})["Accounts"]
    sandbox.load(objects={"Contacts": [{"values": {"Last_Name": "c", "Account_Name": account}, "modified": T0}]})
    names = ("Account_Name", "Account_Name.name", "Owner.email", "Created_Time")
    (change,), _ = pulled(connect(), Selection("Contacts", names))
    assert change.fields["Account_Name"] == account
    assert change.fields["Account_Name.name"] == "Acme"
    assert "@" in change.fields["Owner.email"]
    assert change.fields["Created_Time"].endswith(("+01:00", "+02:00"))  # the vendor's own text


@pytest.mark.parametrize("effect", ["no_results", "html", "cut", "empty_page"])
def test_a_garbled_answer_is_asked_for_again_and_never_the_end(
    sandbox: ZohoSandbox, connect: Connect, effect: str
) -> None:
    """I3."""
    ids = sandbox.load(objects={"Leads": people(450, modified=lambda n: T0 + n)})["Leads"]
    sandbox.faults([{"effect": effect, "route": "GET /Leads", "skip": 1, "times": 1}])
    try:
        found, _ = pulled(connect(), LEADS)
    except Later:
        assert effect == "empty_page"
    else:
        assert {change.id for change in found} == set(ids)


def test_a_list_in_another_order_than_asked_for_is_no_good(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I4: the scan rests on it."""
    rows = [{"id": "1", "Modified_Time": f"2026-03-01T10:00:0{n}+01:00"} for n in (2, 1)]
    whole = [{**row, "Last_Name": "", "Email": "", "Converted__s": False, "Converted_Contact": None} for row in rows]
    body = {"data": whole, "info": {"more_records": False}}
    sandbox.faults([{"effect": "status", "status": 200, "body": body, "route": "GET /Leads"}])
    with pytest.raises(Later, match="order"):
        pulled(connect(), LEADS)


def test_an_id_that_is_there_and_is_not_is_no_deletion(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I11: a list that comes back empty by mistake must not bury anybody."""
    (id_,) = sandbox.load(objects={"Leads": people(1, modified=lambda n: T0)})["Leads"]
    sandbox.faults([{"effect": "status", "status": 204, "body": "", "route": "GET /Leads", "times": 1}])
    with pytest.raises(Later):
        connect().read(LEADS, [id_])


def test_users_are_told_once_and_again_when_they_change(sandbox: ZohoSandbox, connect: Connect) -> None:
    zoho, users = connect(), Selection("Users", ("email", "full_name", "status", "role"))
    own = {change.id for change in pulled(zoho, users)[0]}
    user = {"id": "5725767000000900001", "email": "a@x.es", "first_name": "Ana", "last_name": "Ruiz"}
    sandbox.load(users=[user])
    first, cursor = pulled(zoho, users)
    quiet, cursor = pulled(zoho, users, cursor)
    sandbox.load(users=[{**user, "status": "disabled"}])
    changed, _ = pulled(zoho, users, cursor)
    assert {change.id for change in first} == {*own, user["id"]}
    assert (quiet, [(change.id, change.fields["status"]) for change in changed]) == ([], [(user["id"], "disabled")])
    assert zoho.count("Users", Window()) == len(first)
    assert [change.deleted for change in zoho.read(users, [user["id"], "1"])] == [False, True]
    assert set(users.fields) <= set(zoho.describe("Users").fields)


def test_a_cursor_of_another_make_stops_with_advice(connect: Connect) -> None:
    with pytest.raises(Stop, match="resync"):
        list(connect().pull(LEADS, Cursor('{"v": 1, "edge": 3}')))


def test_a_count_cuts_its_window_at_whole_seconds(sandbox: ZohoSandbox, connect: Connect) -> None:
    sandbox.load(objects={"Leads": people(4, modified=lambda n: T0 + n)})
    since, until = datetime.fromtimestamp(T0, UTC) + timedelta(milliseconds=1), datetime.fromtimestamp(T0 + 3, UTC)
    assert connect().count("Leads", Window(since, until)) == 2
    assert connect().count("Leads", Window()) == 4


def test_a_cursor_stays_small_while_thousands_change(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I14: what is not remembered is given again, and none is lost."""
    now = round(datetime.now(UTC).timestamp())
    sandbox.load(objects={"Leads": people(1_500, modified=lambda n: now - 4 - n % 3)})
    zoho = connect()
    found, cursor = pulled(zoho, LEADS, dump(Live(Edge(now - 100), now)))
    assert len({change.id for change in found}) == 1_500
    assert len(cursor) < 50_000
