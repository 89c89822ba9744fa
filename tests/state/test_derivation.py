"""Who is derived again, from which facts, and what is stored of the results."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from journey.identity import person_id
from journey.model import Fact, Kind, PersonId, Ref, StageChange
from state.model import CycleRow, PersonFacts
from state.store import Store
from state.testing import CALLS, CONTACTS, CRM, NOON, RUN, at, call, contact, deleted, merged, owed, page, settlement


def person(id_: str) -> PersonId:
    return person_id(Ref(CRM, CONTACTS, id_))


def due(store: Store) -> set[PersonId]:
    return set(store.due_people(NOON, 1000))


def settle_all(store: Store) -> None:
    known = store.facts_of(store.due_people(NOON, 1000))
    store.settle(RUN, [settlement(who, facts.mark) for who, facts in known.items()])
    assert due(store) == set()


def two_settled_contacts(store: Store) -> None:
    store.take(page(contact("1"), contact("2")))
    settle_all(store)


def refs(known: PersonFacts) -> set[str]:
    return {f"{fact.ref.object}/{fact.ref.id}" for fact in known.facts}


def cycle(id_: str, status: str = "pending", minute: int = 0) -> CycleRow:
    return CycleRow(id_, "first-contact", 1, at(minute), at(minute + 60), None, status, "{}")


def test_a_touchpoint_makes_its_people_due(store: Store) -> None:
    two_settled_contacts(store)
    store.take(page(call("9", "1"), object_=CALLS))
    assert due(store) == {person("1")}


def test_a_touchpoint_linked_from_the_person_makes_them_due(store: Store) -> None:
    store.take(page(contact("1", 0, [Ref(CRM, CALLS, "9")]), contact("2")))
    settle_all(store)
    store.take(page(call("9"), object_=CALLS))
    assert due(store) == {person("1")}


def test_moving_a_touchpoint_makes_both_people_due(store: Store) -> None:
    two_settled_contacts(store)
    store.take(page(call("9", "1"), object_=CALLS))
    settle_all(store)
    store.take(page(call("9", "2", minute=1), object_=CALLS))
    assert due(store) == {person("1"), person("2")}
    assert refs(store.facts_of([person("2")])[person("2")]) == {"contacts/2", "calls/9"}


def test_deleting_a_touchpoint_makes_its_people_due(store: Store) -> None:
    two_settled_contacts(store)
    store.take(page(call("9", "1"), object_=CALLS))
    settle_all(store)
    store.take(page(replace(call("9", minute=1), values={}, deleted=True), object_=CALLS))
    assert due(store) == {person("1")}
    assert refs(store.facts_of([person("1")])[person("1")]) == {"contacts/1"}


def test_a_touchpoint_of_a_deleted_contact_makes_nobody_due(store: Store) -> None:
    """I11."""
    two_settled_contacts(store)
    store.take(page(deleted("1")))
    store.take(page(call("9", "1"), object_=CALLS))
    assert due(store) == set()


def test_a_company_makes_its_people_due(store: Store) -> None:
    company = Ref(CRM, "companies", "5")
    store.take(page(contact("1", 0, [company]), contact("2")))
    settle_all(store)
    store.take(page(Fact(Kind.COMPANY, company, "v", at(1), {"employees": 9}), object_="companies"))
    assert due(store) == {person("1")}


def test_owners_and_campaigns_make_nobody_due(store: Store) -> None:
    two_settled_contacts(store)
    for kind in (Kind.OWNER, Kind.CAMPAIGN, Kind.STAGE):
        store.take(
            page(Fact(kind, Ref(CRM, kind.value, "5"), "v", at(1), {}, (Ref(CRM, CONTACTS, "1"),)), object_=kind.value)
        )
    assert due(store) == set()


def test_people_are_due_when_their_time_comes(store: Store) -> None:
    store.take(page(contact("1"), contact("2")))
    marks = {who: facts.mark for who, facts in store.facts_of(store.due_people(NOON, 10)).items()}
    store.settle(RUN, [settlement(who, marks[who], next_due=at(5)) for who in marks])
    assert store.due_people(at(4), 10) == []
    everyone = sorted(marks)
    assert store.due_people(at(5), 10) == everyone
    assert store.due_people(at(5), 1) == everyone[:1]
    assert store.due_people(at(5), 1, after=everyone[0]) == everyone[1:]


def test_facts_that_arrive_while_deriving_keep_the_person_due(store: Store) -> None:
    store.take(page(contact("1")))
    mark = store.facts_of([person("1")])[person("1")].mark
    store.take(page(call("9", "1"), object_=CALLS))
    store.settle(RUN, [settlement(person("1"), mark)])
    assert due(store) == {person("1")}


def test_all_facts_of_a_person_are_gathered(store: Store) -> None:
    deal = Fact(
        Kind.DEAL, Ref(CRM, "deals", "4"), "v", at(0), {"amount": 7}, (Ref(CRM, CONTACTS, "1"),),
        (StageChange("won", at(2)), StageChange("open", at(1))),
    )  # fmt: skip
    company = Fact(Kind.COMPANY, Ref(CRM, "companies", "5"), "v", at(0), {"name": "ACME"})
    first = replace(contact("1", 0, [company.ref], email="a@x.example"), stages=(StageChange("lead", at(0)),))
    store.take(
        page(first, contact("2", email="a@x.example"), contact("3"), call("9", "2"), call("8", "3"), deal, company)
    )
    (who,) = {row.person for row in store.find_person("1")}
    known = store.facts_of([who])[who]
    assert refs(known) == {"contacts/1", "contacts/2", "calls/9", "deals/4", "companies/5"}
    by_id = {fact.ref.id: fact for fact in known.facts}
    assert by_id["1"] == first
    assert by_id["4"].stages == (StageChange("open", at(1)), StageChange("won", at(2)))


def test_what_was_linked_to_a_merged_record_is_the_survivors(store: Store) -> None:
    """I11."""
    store.take(page(contact("1"), contact("2"), call("9", "1")))
    store.take(page(merged("1", "2")))
    (survivor,) = store.find_person("2")
    assert refs(store.facts_of([survivor.person])[survivor.person]) == {"contacts/2", "calls/9"}


def test_facts_of_many_people_take_a_fixed_number_of_statements(store: Store) -> None:
    """I14: a batch costs a batch."""
    from sqlalchemy import event

    ids = [str(n) for n in range(300)]
    store.take(page(*(contact(id_) for id_ in ids), *(call(id_, id_) for id_ in ids)))
    counts: list[int] = []
    statements: list[object] = []
    event.listen(store._database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for size in (1, 300):
        statements.clear()
        assert len(store.facts_of(store.due_people(NOON, size))) == size
        counts.append(len(statements))
    assert counts[0] == counts[1] < 12


def test_the_results_are_stored(store: Store) -> None:
    store.take(page(contact("1", email="a@x.example")))
    done = store.settle(RUN, [settlement(person("1"), None, 80, next_due=at(9))])
    assert (done.changed, done.owing) == (1, 0)
    row = store.person(person("1"))
    assert row is not None
    assert (row.score, row.criteria, row.qualified, row.qualified_at) == (80, {"fit": 80}, True, NOON)
    assert (row.email, row.fields, row.next_due, row.as_of) == ("a@x.example", {"score": 80}, at(9), NOON)
    assert store.people_count().qualified == 1


def test_settling_the_same_again_changes_nothing_but_the_time(store: Store) -> None:
    """I2."""
    store.take(page(contact("1")))
    same = settlement(person("1"), None, cycles=[cycle("a")], owed=[owed("1", score=50)])
    assert store.settle(RUN, [same]).changed == 1
    before = store.digest()
    assert store.settle(RUN, [replace(same, as_of=at(5), next_due=at(9))]).changed == 0
    assert store.digest() == before
    row = store.person(person("1"))
    assert row is not None
    assert (row.as_of, row.next_due) == (at(5), at(9))


def test_the_scores_history_grows_only_when_the_score_changes(store: Store) -> None:
    store.take(page(contact("1")))
    for minute, score in enumerate([50, 50, 60, 60, 50]):
        store.settle(RUN, [replace(settlement(person("1"), None, score), as_of=at(minute))])
    assert _history(store) == [(at(0), 50), (at(2), 60), (at(4), 50)]


def _history(store: Store) -> list[tuple[object, int]]:
    from sqlalchemy import select

    from state.codec import moment
    from state.schema import score_history

    with store._database.reading() as connection:
        rows = connection.execute(select(score_history).order_by(score_history.c.at))
        return [(moment(row.at), row.total) for row in rows]


def test_clocks_are_updated_and_vanished_ones_removed(store: Store) -> None:
    store.take(page(contact("1"), contact("2")))
    store.settle(
        RUN,
        [
            settlement(person("1"), None, cycles=[cycle("a", minute=5), cycle("b")]),
            settlement(person("2"), None, cycles=[cycle("c")]),
        ],
    )
    store.settle(RUN, [settlement(person("1"), None, cycles=[replace(cycle("b", "met"), stopped_at=at(7))])])
    assert [(row.person, row.cycle) for row in store.sla_rows()] == [
        (person("1"), replace(cycle("b", "met"), stopped_at=at(7))),
        (person("2"), cycle("c")),
    ]
    assert store.sla_summary() == {"met": 1, "pending": 1}
    assert [row.cycle.id for row in store.sla_rows("pending")] == ["c"]
    assert [row.cycle.id for row in store.sla_rows(person=person("1"))] == ["b"]


def test_a_person_is_found_by_email_record_and_own_id(store: Store) -> None:
    store.take(page(contact("1", email="Ana@x.example"), contact("2")))
    found: Sequence[object] = [store.find_person(who) for who in ("ana@X.example", "1", person("1"))]
    assert found == [found[0]] * 3
    (row,) = store.find_person("1")
    assert (row.person, row.score, row.breakdown) == (person("1"), None, "null")
    assert store.find_person("nobody") == []


def test_time_passing_makes_nobody_due_twice(store: Store) -> None:
    store.take(page(contact("1")))
    facts = store.facts_of([person("1")])[person("1")]
    later = NOON + timedelta(hours=1)
    store.settle(RUN, [settlement(person("1"), facts.mark, next_due=later)])
    assert store.due_people(later, 10) == [person("1")]
    store.settle(RUN, [settlement(person("1"), None)])
    assert store.due_people(later + timedelta(days=999), 10) == []


def test_a_changed_mapping_reads_its_object_again(store: Store) -> None:
    store.reread_if_changed(CRM, CONTACTS, "mapping-1", [])
    store.take(page(contact("1"), cursor="c1"))
    store.take(page(call("9", "1"), object_=CALLS, cursor="c2"))
    assert not store.reread_if_changed(CRM, CONTACTS, "mapping-1", [])
    assert store.cursor(CRM, CONTACTS) == "c1"
    assert store.reread_if_changed(CRM, CONTACTS, "mapping-2", [])
    assert (store.cursor(CRM, CONTACTS), store.cursor(CRM, CALLS)) == (None, "c2")


def test_events_that_no_rule_tells_any_more_go_with_the_mapping_that_told_them(store: Store) -> None:
    """I6: and whose they were is derived again; those of other rules, objects and connections stay."""
    form, click, other = (
        replace(call(f"{n}@1", str(n)), ref=Ref(CRM, object_, f"{n}@1"))
        for n, object_ in enumerate(("contacts#form", "contacts#click", "contactsx#form"), 1)
    )
    store.reread_if_changed(CRM, CONTACTS, "mapping-1", ["contacts#form", "contacts#click"])
    store.take(page(contact("1"), contact("2"), contact("3"), form, click, other))
    settle_all(store)
    assert not store.reread_if_changed(CRM, CONTACTS, "mapping-1", ["contacts#form", "contacts#click"])
    assert store.reread_if_changed(CRM, CONTACTS, "mapping-2", ["contacts#click"])
    assert due(store) == {person("1")}
    known = store.facts_of([person("1"), person("2"), person("3")])
    assert [sorted(fact.ref.object for fact in known[person(n)].facts) for n in ("1", "2", "3")] == [
        ["contacts"],
        ["contacts", "contacts#click"],
        ["contacts", "contactsx#form"],
    ]
