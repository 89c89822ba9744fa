"""Who is one person: kept right whatever comes, in whatever order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journey.identity import Decision, Verdict, people, person_id
from journey.model import Fact, Kind, PersonId, Ref
from state.model import TakenPage
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, at, contact, deleted, merged, owed, page, settlement

IDS = "1234567"


def ref(id_: str) -> Ref:
    return Ref(CRM, CONTACTS, id_)


def groups(store: Store) -> set[frozenset[str]]:
    """The live record ids of each person."""
    found = {row.person: row for id_ in IDS for row in store.find_person(id_)}
    return {frozenset(r.id for r in row.records) for row in found.values()}


def test_an_email_makes_two_records_one_person(store: Store) -> None:
    """I11."""
    store.take(
        page(
            contact("1", email="Ana@X.example "),
            contact("2", email="ana@x.example"),
            contact("3", email="eva@x.example"),
        )
    )
    assert groups(store) == {frozenset("12"), frozenset("3")}
    assert store.people_count().people == 2


def test_a_shared_mailbox_joins_nobody(store: Store) -> None:
    store.take(page(contact("1", email="info@x.example"), contact("2", email="info@x.example")))
    assert store.people_count().people == 2
    assert len(store.find_person("INFO@x.example")) == 2


def test_a_lead_linked_to_its_contact_is_the_same_person(store: Store) -> None:
    lead = Fact(Kind.PERSON, Ref(CRM, "leads", "7"), "v", at(0), {"source": "fair"}, (ref("1"),))
    store.take(page(lead, object_="leads"))
    store.take(page(contact("1")))
    (person,) = store.find_person("7")
    assert person.records == (ref("1"), lead.ref)


def test_a_merged_record_leads_to_the_survivor(store: Store) -> None:
    """I11."""
    store.take(page(contact("1", email="a@x.example"), contact("2", email="b@x.example")))
    store.take(page(merged("1", "2")))
    (person,) = store.find_person("1")
    assert person.records == (ref("2"),)
    assert store.people_count().people == 1


def test_two_records_merged_into_an_unknown_one_wait_for_it(store: Store) -> None:
    store.take(page(merged("1", "3"), merged("2", "3")))
    assert store.people_count().people == 0
    store.take(page(contact("3")))
    assert store.find_person("1") == store.find_person("2") == store.find_person("3") != []


def test_a_changed_email_parts_people_again(store: Store) -> None:
    store.take(page(contact("1", email="a@x.example"), contact("2", email="a@x.example")))
    store.take(page(contact("2", 1, email="b@x.example")))
    assert groups(store) == {frozenset("1"), frozenset("2")}
    assert len(store.due_people(NOON, 10)) == 2


def test_people_who_vanish_leave_nothing_behind(store: Store) -> None:
    store.take(page(contact("1", email="a@x.example"), contact("2", email="b@x.example")))
    known = store.facts_of(store.due_people(NOON, 10))
    both = {facts.facts[0].ref.id: (person, facts.mark) for person, facts in known.items()}
    results = [settlement(*both[id_], owed=[owed(id_, score=50)]) for id_ in "12"]
    store.settle(RUN, results)
    store.take(page(merged("1", "2"), deleted("3")))
    (person,) = store.find_person("2")
    assert store.due_people(NOON, 10) == [person.person]
    assert [row.ref.id for row in store.owed(CRM, CONTACTS, NOON, 10)] in ([], ["2"])
    gone = {both["1"][0], both["2"][0]} - {person.person}
    assert all(store.person(p) is None for p in gone)
    assert store.settle(RUN, [settlement(p, None) for p in gone]).changed == 0, (
        "a late settling does not bring them back"
    )


def test_deleting_everyone_leaves_nobody(store: Store) -> None:
    store.take(page(*(contact(id_) for id_ in IDS)))
    store.take(page(*(deleted(id_) for id_ in IDS)))
    assert (store.people_count().people, store.due_people(NOON, 10)) == (0, [])


def test_a_record_that_is_mapped_to_another_kind_is_nobody(store: Store) -> None:
    store.take(page(contact("1", email="a@x.example"), contact("2", email="a@x.example")))
    store.take(page(replace(contact("2", 1), kind=Kind.COMPANY)))
    assert groups(store) == {frozenset("1")}


def test_a_chain_of_reasons_makes_one_person(store: Store) -> None:
    store.take(page(contact("1", email="a@x.example"), contact("3", email="b@x.example"), contact("5")))
    store.take(page(contact("2", 0, [ref("3")], email="a@x.example")))
    store.take(page(contact("4", 0, [ref("5")], email="b@x.example")))
    assert groups(store) == {frozenset("12345")}


def test_an_external_id_makes_two_records_one_person_until_it_changes(store: Store) -> None:
    """I11."""
    store.take(
        page(contact("1", external_id="00Q5"), contact("2", external_id=" 00Q5 "), contact("3", external_id=" "))
    )
    assert groups(store) == {frozenset("12"), frozenset("3")}
    store.take(page(contact("2", 1, external_id="00Q6")))
    assert groups(store) == {frozenset("1"), frozenset("2"), frozenset("3")}


EMAILS = st.sampled_from([None, "a@x.example", "b@x.example", "info@x.example"])
OUTSIDE = st.sampled_from([None, None, "x", "y"])


@st.composite
def histories(draw: st.DrawFn) -> list[list[Fact]]:
    """Each record's versions, oldest first."""
    return [draw(st.lists(_version(id_), min_size=1, max_size=3)) for id_ in draw(st.permutations(IDS[:5]))]


@st.composite
def _version(draw: st.DrawFn, id_: str) -> Fact:
    other = st.sampled_from([i for i in IDS[:6] if i != id_])
    match draw(st.integers(0, 5)):
        case 0:
            return merged(id_, draw(other))
        case 1:
            return deleted(id_)
        case _:
            values = {"email": draw(EMAILS), "external_id": draw(OUTSIDE)}
            links = [ref(to) for to in draw(st.lists(other, max_size=2, unique=True))]
            return contact(id_, 0, links, **{name: value for name, value in values.items() if value})


def _dated(versions: list[Fact]) -> list[Fact]:
    return [replace(fact, modified=at(n), version=f"v{n}") for n, fact in enumerate(versions)]


PAIRS = st.lists(st.sets(st.sampled_from(IDS[:6]), min_size=2, max_size=2).map(sorted), max_size=5, unique_by=tuple)


@st.composite
def decided(draw: st.DrawFn) -> list[Decision]:
    """At most one decision about a pair; some pairs hold a record that is never read."""
    return [Decision(ref(one), ref(other), draw(st.sampled_from(Verdict))) for one, other in draw(PAIRS)]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), decisions=decided(), data=st.data())
def test_people_are_a_function_of_the_records_as_they_are(
    new_store: Callable[[], Store], history: list[list[Fact]], decisions: list[Decision], data: st.DataObject
) -> None:
    """I11 and I2: any order, any split into pages, any repetition and any moment of deciding end in the same state."""
    facts = [fact for versions in history for fact in _dated(versions)]
    latest = [_dated(versions)[-1] for versions in history]

    straight = new_store()
    straight.decide(decisions, "ana")
    straight.take(page(*latest))
    digest = straight.digest()
    expected = _expected(latest, decisions)
    assert {p for r in latest for p in _people_of(straight, r.ref)} == set(expected.values())
    assert straight.people_count().people == len(set(expected.values()))

    shaken = new_store()
    order = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts), max_size=4))))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=4)))
    steps: list[TakenPage | Decision] = [
        page(*order[start:end]) for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)
    ]
    for decision in decisions + data.draw(
        st.lists(st.sampled_from(decisions), max_size=2) if decisions else st.just([])
    ):
        turned = replace(decision, one=decision.other, other=decision.one)
        steps.insert(data.draw(st.integers(0, len(steps))), turned if data.draw(st.booleans()) else decision)
    changed = Decision(ref("1"), ref("2"), data.draw(st.sampled_from(Verdict)))
    if any(decision.pair == changed.pair for decision in decisions):
        steps.insert(0, changed)
    for step in steps:
        if isinstance(step, Decision):
            shaken.decide([step], "eva")
        else:
            shaken.take(step)
    assert shaken.digest() == digest
    assert set(shaken.due_people(NOON, 100)) == set(expected.values())


def _expected(latest: list[Fact], decisions: list[Decision]) -> dict[Ref, PersonId]:
    """Each live record's person."""
    everyone = people(latest, decisions)
    live = {everyone[fact.ref] for fact in latest if not fact.deleted and fact.merged_into is None}
    return {r: person for r, person in everyone.items() if person in live}


def _people_of(store: Store, record: Ref) -> set[PersonId]:
    return {row.person for row in store.find_person(record.id)}


def test_a_lone_record_is_known_by_its_own_id(store: Store) -> None:
    store.take(page(contact("1")))
    assert store.due_people(NOON + timedelta(days=1), 10) == [person_id(ref("1"))]
