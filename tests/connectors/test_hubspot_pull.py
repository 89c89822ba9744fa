"""HubSpot's pull, against what is known to go wrong with it."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import Change, ConnectorError, Cursor, Later, Selection, Stop, Write
from connectors.http import Request
from connectors.hubspot import HubSpot
from connectors.plugin import Ports
from sandbox.serve import Sandbox

Connect = Callable[..., HubSpot]

T0 = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MS0 = round(T0.timestamp() * 1000)
CONTACTS = Selection("contacts", ("email", "firstname"))


def people(count: int, *, modified: Callable[[int], int], ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
    named = list(ids) if ids is not None else [None] * count
    return [
        {"properties": {"firstname": f"n{n}"}, "created": MS0, "modified": modified(n), "id": named[n]}
        for n in range(count)
    ]


def pulled(hubspot: HubSpot, selection: Selection, since: Cursor | None = None) -> tuple[list[Change], Cursor]:
    pages = list(hubspot.pull(selection, since))
    return [change for page in pages for change in page.changes], pages[-1].cursor


def searches(sandbox: Sandbox) -> int:
    return int(sandbox.ledger(writes=False)["calls"].get("POST /crm/objects/contacts/search", 0))


def test_pain_1_more_than_ten_thousand_changes_are_all_found(sandbox: Sandbox, connect: Connect) -> None:
    """I4."""
    ids = sandbox.load(objects={"contacts": people(10_400, modified=lambda n: MS0 + n * 10)})["contacts"]
    hubspot = connect(archived_every="1d")
    found, _ = pulled(hubspot, CONTACTS, hubspot.rewind("contacts", T0))
    assert {change.id for change in found} == set(ids)
    assert sandbox.ledger(writes=False)["statuses"].get("400", 0) == 0


@pytest.mark.parametrize("sorted_as_text", [True, False])
def test_pain_2_an_instant_of_many_records_with_ids_of_any_length_is_drained(
    sandbox: Sandbox, connect: Connect, *, sorted_as_text: bool
) -> None:
    """I4: 2,000 contacts share one millisecond, their ids have two to six digits, others lie around them."""
    sandbox.config(search_ids_as_text=sorted_as_text)
    ids = [*range(60, 260), *range(900, 2_500), *range(99_900, 100_100)]
    sandbox.load(objects={"contacts": people(2_000, modified=lambda _: MS0 + 500, ids=ids)})
    around = sandbox.load(objects={"contacts": people(500, modified=lambda n: MS0 + n * 2 + 1)})["contacts"]
    hubspot = connect(archived_every="1d")
    pages = list(hubspot.pull(CONTACTS, hubspot.rewind("contacts", T0)))
    assert {change.id for page in pages for change in page.changes} == {*map(str, ids), *around}
    assert pulled(hubspot, CONTACTS, pages[-1].cursor)[0] == []
    assert max(len(page.cursor) for page in pages) < 4_000


def test_pain_3_and_pain_4_what_the_index_showed_late_is_found_by_the_second_pass(
    sandbox: Sandbox, connect: Connect
) -> None:
    """I4: a later change shows before an earlier one, and the first pass goes by both."""
    (late,) = sandbox.load(objects={"contacts": people(1, modified=lambda _: MS0)})["contacts"]
    hubspot = connect(second_pass_after="1m")
    cursor = pulled(hubspot, CONTACTS)[1]
    sandbox.config(search_lag_s=30.0)
    list(hubspot.push([Write("contacts", late, {"firstname": "late"})]))
    time.sleep(0.01)
    (at_once,) = sandbox.load(objects={"contacts": [{"properties": {"firstname": "at once"}}]})["contacts"]
    first, cursor = pulled(hubspot, CONTACTS, cursor)
    sandbox.config(clock={"offset_s": 120})
    second, _ = pulled(hubspot, CONTACTS, cursor)
    assert [change.id for change in first] == [at_once]
    assert {change.id: change.fields["firstname"] for change in second}[late] == "late"


def test_pain_9_the_second_pass_brings_the_links_again(sandbox: Sandbox, connect: Connect) -> None:
    """A link changes without its record."""
    selection = Selection("contacts", ("email",), links=("companies",))
    (company,) = sandbox.load(objects={"companies": [{"properties": {"name": "Acme"}}]})["companies"]
    hubspot = connect(second_pass_after="1m")
    _, cursor = pulled(hubspot, selection)
    (person,) = sandbox.load(objects={"contacts": [{"properties": {"firstname": "a"}}]})["contacts"]
    first, cursor = pulled(hubspot, selection, cursor)
    sandbox.load(associations=[["contacts", person, "companies", company]])
    sandbox.config(clock={"offset_s": 120})
    second, _ = pulled(hubspot, selection, cursor)
    assert [dict(change.links) for change in first] == [{"companies": ()}]
    assert [dict(change.links) for change in second] == [{"companies": (company,)}]


def test_pain_5_a_calculated_property_is_refreshed_on_its_own_clock(sandbox: Sandbox, connect: Connect) -> None:
    """Its value changes while the contact's time of change stays; a reading that broke off goes on."""
    row = {"created": MS0, "modified": MS0}
    made = [{**row, "properties": {"hs_predictivecontactscore_v2": "1"}} for _ in range(150)]
    ids = sandbox.load(objects={"contacts": made})["contacts"]
    hubspot, selection = connect(archived_every="30d"), Selection("contacts", ("hs_predictivecontactscore_v2",))
    _, cursor = pulled(hubspot, selection)
    worked_out = [{**row, "id": int(id_), "properties": {"hs_predictivecontactscore_v2": "2"}} for id_ in ids]
    sandbox.load(objects={"contacts": worked_out})
    assert pulled(hubspot, selection, cursor)[0] == []
    sandbox.config(clock={"offset_s": 2 * 86_400})
    pages = list(hubspot.pull(selection, cursor))
    assert [len(page.changes) for page in pages] == [100, 50, 0]
    rest, end = pulled(hubspot, selection, pages[0].cursor)
    assert len(rest) == 50
    assert {
        change.id: change.fields["hs_predictivecontactscore_v2"] for change in (*pages[0].changes, *rest)
    } == dict.fromkeys(ids, "2")
    assert pulled(hubspot, selection, end)[0] == []


def test_pain_5_nothing_calculated_no_refresh(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(objects={"contacts": people(1, modified=lambda n: MS0 + n)})
    hubspot = connect(archived_every="30d")
    cursor = pulled(hubspot, CONTACTS)[1]
    sandbox.config(clock={"offset_s": 2 * 86_400})
    assert pulled(hubspot, CONTACTS, cursor)[0] == []


def test_pain_6_a_sweep_tells_of_archived_records_once(sandbox: Sandbox, connect: Connect) -> None:
    """I11: no search ever shows an archived record."""
    lost, gone, _kept = sandbox.load(objects={"contacts": people(3, modified=lambda n: MS0 + n)})["contacts"]
    hubspot = connect(archived_every="0s")
    sandbox.load(objects={"contacts": [{"id": int(gone), "properties": {}, "archived": True, "modified": MS0 + 9}]})
    first, cursor = pulled(hubspot, CONTACTS)
    sandbox.load(objects={"contacts": [{"id": int(lost), "properties": {}, "archived": True}]})
    second, _ = pulled(hubspot, CONTACTS, cursor)
    assert [change.id for change in first if change.deleted] == [gone]
    assert [change.id for change in second if change.deleted] == [lost]


def test_archived_records_are_swept_on_a_clock_of_their_own(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(objects={"contacts": people(1, modified=lambda _: MS0)})
    hubspot = connect(archived_every="1h")
    _, cursor = pulled(hubspot, CONTACTS)
    sandbox.clear_ledger()
    pulled(hubspot, CONTACTS, cursor)
    assert set(sandbox.ledger(writes=False)["calls"]) == {"POST /crm/objects/contacts/search"}


@pytest.mark.parametrize("new_id", [False, True])
def test_pain_7_merged_records_lead_to_their_survivor(sandbox: Sandbox, connect: Connect, *, new_id: bool) -> None:
    """I11: also when the merge gives the survivor an id of its own."""
    sandbox.config(merge_new_id=new_id)
    first, second = sandbox.load(objects={"contacts": people(2, modified=lambda n: MS0 + n)})["contacts"]
    hubspot = connect()
    cursor = pulled(hubspot, CONTACTS)[1]
    hubspot._account.api.call(_merge(hubspot, first, second))
    found, _ = pulled(hubspot, CONTACTS, cursor)
    (survivor,) = {change.id for change in found if not change.deleted}
    merged = {(change.id, change.merged_into) for change in found if change.deleted}
    assert merged == {(id_, survivor) for id_ in (first, second) if id_ != survivor}


def test_pain_10_hundreds_of_properties_fit_into_no_url_and_are_read_all_the_same(
    sandbox: Sandbox, connect: Connect
) -> None:
    """Neither 414 nor a field less, by backfill and by search."""
    names = [f"relevo_a_rather_long_property_name_{n:03}" for n in range(200)]
    sandbox.load(
        properties={"contacts": [{"name": n, "label": n, "type": "string", "fieldType": "text"} for n in names]}
    )
    wide = [{"properties": dict.fromkeys(names, f"v{n}"), "modified": MS0 + n} for n in range(3)]
    ids = sandbox.load(objects={"contacts": wide})["contacts"]
    hubspot = connect()
    selection = Selection("contacts", tuple(names), links=("companies",))
    for since in (None, hubspot.rewind("contacts", T0)):
        found = {change.id: change.fields for change in pulled(hubspot, selection, since)[0]}
        assert {id_: {found[id_][name] for name in names} for id_ in found} == {
            id_: {f"v{n}"} for n, id_ in enumerate(ids)
        }
    assert "414" not in sandbox.ledger(writes=False)["statuses"]


def test_an_empty_page_with_a_next_one_is_not_the_end(sandbox: Sandbox, connect: Connect) -> None:
    """I3: only a missing `paging` ends a list."""
    ids = sandbox.load(objects={"contacts": people(250, modified=lambda n: MS0 + n)})["contacts"]
    hubspot = connect()
    sandbox.faults([{"effect": "empty_page", "route": "POST /crm/objects/contacts/search", "times": 1}])
    found, _ = pulled(hubspot, CONTACTS, hubspot.rewind("contacts", T0))
    assert {change.id for change in found} == set(ids[200:])


def test_what_was_settled_when_it_was_read_is_not_read_again(sandbox: Sandbox, connect: Connect) -> None:
    """A rewind over months reads them once."""
    ids = sandbox.load(objects={"contacts": people(450, modified=lambda n: MS0 + n)})["contacts"]
    hubspot = connect()
    found, cursor = pulled(hubspot, CONTACTS, hubspot.rewind("contacts", T0))
    assert sorted(change.id for change in found) == sorted(ids)
    sandbox.config(clock={"offset_s": 7_200})
    assert pulled(hubspot, CONTACTS, cursor)[0] == []


def test_rows_given_twice_do_no_harm(sandbox: Sandbox, connect: Connect) -> None:
    ids = sandbox.load(objects={"contacts": people(250, modified=lambda n: MS0 + n)})["contacts"]
    hubspot = connect()
    sandbox.faults([{"effect": "twins", "route": "* /crm/objects/*"}])
    found, _ = pulled(hubspot, CONTACTS, hubspot.rewind("contacts", T0))
    assert {change.id for change in found} == set(ids)


@pytest.mark.parametrize("effect", ["html", "cut", "no_results", "drop"])
def test_a_garbled_answer_is_asked_for_again_and_never_the_end(sandbox: Sandbox, connect: Connect, effect: str) -> None:
    """I3: the third page is garbled twice; for ever, it is an error."""
    ids = sandbox.load(objects={"contacts": people(450, modified=lambda n: MS0 + n)})["contacts"]
    rule = {"effect": effect, "route": "GET /crm/objects/contacts", "skip": 2}
    sandbox.faults([{**rule, "times": 2}])
    assert {change.id for change in pulled(connect(), CONTACTS)[0]} == set(ids)
    sandbox.faults([rule])
    with pytest.raises(ConnectorError):
        pulled(connect(), CONTACTS)


def test_a_forgotten_paging_cursor_starts_the_list_over(sandbox: Sandbox, connect: Connect) -> None:
    """I2: the list is read again from its start, and nothing is missed."""
    ids = sandbox.load(objects={"contacts": people(350, modified=lambda n: MS0 + n)})["contacts"]
    refusal = {"status": "error", "category": "VALIDATION_ERROR", "message": "Invalid cursor", "correlationId": "x"}
    rule = {"effect": "status", "status": 400, "body": refusal, "route": "GET /crm/objects/contacts", "times": 1}
    sandbox.faults([{**rule, "skip": 2}])
    assert {change.id for change in pulled(connect(), CONTACTS)[0]} == set(ids)
    sandbox.faults([{**rule, "skip": 2, "times": 0}])
    with pytest.raises(Stop):
        pulled(connect(), CONTACTS)


def test_a_quiet_pull_is_one_or_two_searches_whatever_the_number_of_records(sandbox: Sandbox, connect: Connect) -> None:
    hubspot = connect(second_pass_after="0s")
    sandbox.load(objects={"contacts": people(1_000, modified=lambda n: MS0 + n)})
    cursor = pulled(hubspot, CONTACTS)[1]
    sandbox.clear_ledger()
    assert pulled(hubspot, CONTACTS, cursor)[0] == []
    assert searches(sandbox) <= 2
    assert sandbox.ledger(writes=False)["totals"]["calls"] == searches(sandbox)


def test_a_local_clock_that_runs_ahead_loses_nothing(sandbox: Sandbox, ports: Ports) -> None:
    """I4: windows are cut by HubSpot's own clock."""
    ahead = Ports(lambda: ports.now() + timedelta(days=2), ports.sleep)
    options = HubSpot.Options.model_validate({"auth": {"token": sandbox.token}, "host": sandbox.url})
    hubspot = HubSpot(options, ahead)
    cursor = pulled(hubspot, CONTACTS)[1]
    cursor = pulled(hubspot, CONTACTS, cursor)[1]
    (id_,) = sandbox.load(objects={"contacts": [{"properties": {"firstname": "new"}}]})["contacts"]
    assert [change.id for change in pulled(hubspot, CONTACTS, cursor)[0]] == [id_]


@pytest.mark.parametrize("version", ["2026-03", "2026-09", "v3"])
def test_every_api_version_is_spoken(sandbox: Sandbox, connect: Connect, version: str) -> None:
    hubspot = connect(api_version=version)
    (person,) = sandbox.load(objects={"contacts": people(1, modified=lambda _: MS0)})["contacts"]
    (deal,) = sandbox.load(objects={"deals": [{"properties": {"dealname": "d", "dealstage": "appointmentscheduled"}}]})[
        "deals"
    ]
    sandbox.load(associations=[["contacts", person, "deals", deal]])
    selection = Selection("deals", ("dealname",), links=("contacts",), history=("dealstage",))
    found, cursor = pulled(hubspot, selection)
    again, _ = pulled(hubspot, selection, hubspot.rewind("deals", T0))
    for change in (found[-1], again[-1], hubspot.read(selection, [deal])[0]):
        assert (change.id, dict(change.links)) == (deal, {"contacts": (person,)})
        assert [held.value for held in change.history["dealstage"]] == ["appointmentscheduled"]
    for object_ in hubspot.abilities.objects:
        pulled(hubspot, Selection(object_, ()))
        hubspot.describe(object_)
    assert cursor != ""


def test_more_links_than_a_page_carries_are_read_whole(sandbox: Sandbox, connect: Connect) -> None:
    (company,) = sandbox.load(objects={"companies": [{"properties": {"name": "Acme"}}]})["companies"]
    ids = sandbox.load(objects={"contacts": people(620, modified=lambda n: MS0 + n)})["contacts"]
    sandbox.load(associations=[["contacts", id_, "companies", company] for id_ in ids])
    selection = Selection("companies", ("name",), links=("contacts",))
    hubspot = connect()
    for since in (None, hubspot.rewind("companies", T0)):
        found, _ = pulled(hubspot, selection, since)
        assert set(found[-1].links["contacts"]) == set(ids)


def test_links_that_a_list_page_cuts_short_are_read_whole(sandbox: Sandbox, connect: Connect) -> None:
    people_ids = sandbox.load(objects={"contacts": people(3, modified=lambda n: MS0 + n)})["contacts"]
    (company,) = sandbox.load(objects={"companies": [{"properties": {"name": "Acme"}}]})["companies"]
    sandbox.load(associations=[["contacts", id_, "companies", company] for id_ in people_ids])
    cut = {"results": [{"id": people_ids[0], "type": "company_to_contact"}], "paging": {"next": {"after": "1"}}}
    row = {"id": company, "properties": {}, "updatedAt": "2026-03-01T09:00:00Z", "associations": {"contacts": cut}}
    sandbox.faults(
        [{"effect": "status", "status": 200, "body": {"results": [row]}, "route": "GET /crm/objects/companies"}]
    )
    selection = Selection("companies", ("name",), links=("contacts",))
    first = next(iter(connect().pull(selection, None)))
    assert set(first.changes[0].links["contacts"]) == set(people_ids)


def test_a_cursor_of_another_make_stops_with_advice(connect: Connect) -> None:
    with pytest.raises(Stop) as caught:
        connect().pull(CONTACTS, Cursor('{"v": 99}'))
    assert "resync" in caught.value.fix


def test_pain_7_a_missing_id_that_leads_to_another_record_was_merged(sandbox: Sandbox, connect: Connect) -> None:
    """I11."""
    (survivor,) = sandbox.load(objects={"contacts": people(1, modified=lambda _: MS0)})["contacts"]
    row = {"id": survivor, "properties": {}, "updatedAt": "2026-03-01T09:00:00.000Z"}
    sandbox.faults(
        [{"effect": "status", "status": 200, "body": row, "route": "GET /crm/objects/contacts/*", "times": 1}]
    )
    found = connect().read(CONTACTS, ["888888", "999999"])
    assert [(change.id, change.deleted, change.merged_into) for change in found] == [
        ("888888", True, survivor),
        ("999999", True, None),
    ]


def test_an_id_that_is_there_and_is_not_is_no_deletion(sandbox: Sandbox, connect: Connect) -> None:
    row = {"id": "888888", "properties": {}, "updatedAt": "2026-03-01T09:00:00.000Z"}
    sandbox.faults([{"effect": "status", "status": 200, "body": row, "route": "GET /crm/objects/contacts/*"}])
    with pytest.raises(Later):
        connect().read(CONTACTS, ["888888"])


def _merge(hubspot: HubSpot, primary: str, lost: str) -> Any:
    route = hubspot._account.paths.objects + "/merge"
    return Request("POST", route, {"object": "contacts"}, body={"primaryObjectId": primary, "objectIdToMerge": lost})
