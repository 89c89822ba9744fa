"""Everybody and everything of a kind, page by page, on both databases."""

from dataclasses import replace

from journey.model import Fact, Kind, Ref, StageChange
from state.model import Agreed, CycleRow
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, at, call, contact, deleted, merged, page, settlement
from state.views import PersonRow


def deal(id_: str, *contacts: str, **values: str) -> Fact:
    links = tuple(Ref(CRM, CONTACTS, contact_id) for contact_id in contacts)
    return Fact(Kind.DEAL, Ref(CRM, "deals", id_), "v0", at(0), values, links, (StageChange("won", at(1)),))


def test_everybody_comes_once_page_by_page(store: Store) -> None:
    """I11: a merged and a deleted record are nobody of their own; the pages meet without a gap or an overlap."""
    store.take(page(*(contact(str(n), email=f"{n}@x.example") for n in range(9))))
    store.take(page(merged("3", "4"), deleted("5")))
    whole = store.everybody(100)
    assert {ref.id for row in whole for ref in row.records} == set("0124678")
    pages: list[PersonRow] = []
    after = None
    while some := store.everybody(2, after):
        pages += some
        after = some[-1].person
    assert [row.person for row in pages] == sorted(row.person for row in whole)


def test_records_of_a_kind_come_with_their_people(store: Store) -> None:
    """A deal linked to two contacts of one person and to another's has two people; one linked to nobody has none."""
    store.take(
        page(contact("1", email="a@x.example"), contact("2", email="a@x.example"), contact("3", email="b@x.example"))
    )
    store.take(page(call("c", "1"), object_="calls"))
    store.take(
        page(deal("d1", "1", "2", "3", name="A"), deal("d2"), replace(deal("d3"), deleted=True), object_="deals")
    )
    ana, eva = (store.find_person(id_)[0].person for id_ in "13")
    first, second = store.records_of(Kind.DEAL, 10)
    assert first.people == tuple(sorted((ana, eva)))
    assert (first.fact.values, first.fact.stages) == ({"name": "A"}, (StageChange("won", at(1)),))
    assert (second.fact.ref.id, second.people) == ("d2", ())
    assert [one.fact.ref.id for one in store.records_of(Kind.DEAL, 1)] == ["d1"]
    assert [one.fact.ref.id for one in store.records_of(Kind.DEAL, 5, first.fact.ref)] == ["d2"]


def test_clocks_come_by_person_oldest_first(store: Store) -> None:
    """And who has none is left out; who has news is counted as due."""
    store.take(page(contact("1", email="a@x.example"), contact("2", email="b@x.example")))
    ana, eva = (store.find_person(id_)[0].person for id_ in "12")
    assert store.to_derive() == 2
    clocks = [CycleRow(f"c{n}", "first-contact", n, at(n), at(60), None, "pending", "{}") for n in (2, 1)]
    mark = store.facts_of([ana])[ana].mark
    store.settle(RUN, [settlement(ana, mark, cycles=clocks)])
    assert {person: [clock.n for clock in own] for person, own in store.cycles_of([ana, eva]).items()} == {ana: [1, 2]}
    assert store.to_derive() == 1
    assert store.cycles_of([ana])[ana][0].opened_at == at(1) > NOON


def test_scores_and_confirmed_fields_are_told_as_they_were(store: Store) -> None:
    """Each score once, oldest first; and what the CRM confirmed, with the time; nothing for a record never written to."""
    store.take(page(contact("1", email="a@x.example")))
    (row,) = store.everybody(1)
    for minute, score in ((0, 50), (1, 50), (2, 70)):
        store.settle(RUN, [replace(settlement(row.person, None, score=score), as_of=at(minute))])
    assert [(change.at, change.total, change.run) for change in store.trail.scores(row.person)] == [
        (at(0), 50, RUN),
        (at(2), 70, RUN),
    ]
    assert store.trail.confirmed_fields(row.records) == []
    store.agree(RUN, [Agreed(row.records[0], {"score": 70}, "v2")])
    (held,) = store.trail.confirmed_fields(row.records)
    assert (held.ref, held.fields, held.at) == (row.records[0], {"score": 70}, NOON)
