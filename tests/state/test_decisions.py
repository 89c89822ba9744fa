"""What people decide about records being one person or two: it holds, it is remembered, and nobody is left as they were."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from journey.identity import Decision, Verdict, people, person_id
from journey.model import Fact, PersonId, Ref
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, Clock, at, contact, deleted, merged, owed, page, settlement

IDS = "12345"


def ref(id_: str) -> Ref:
    return Ref(CRM, CONTACTS, id_)


def groups(store: Store) -> dict[PersonId, frozenset[str]]:
    """The live record ids of each person."""
    found = {row.person: row for id_ in IDS for row in store.find_person(id_)}
    return {person: frozenset(r.id for r in row.records) for person, row in found.items()}


def together(store: Store) -> set[frozenset[str]]:
    return set(groups(store).values())


def settle_everyone(store: Store) -> None:
    known = store.facts_of(store.due_people(NOON, 100))
    store.settle(
        RUN,
        [
            settlement(person, facts.mark, owed=[owed(fact.ref.id, score=50) for fact in facts.facts])
            for person, facts in known.items()
        ],
    )
    assert store.due_people(NOON, 100) == []


def test_an_unlinked_record_is_a_person_of_its_own_whatever_address_it_carries(store: Store) -> None:
    """I11."""
    store.take(page(*(contact(id_, email="a@x.example") for id_ in "123")))
    settle_everyone(store)
    assert store.unlink(ref("2"), "ana", "father and son") == [ref("1"), ref("3")]
    assert together(store) == {frozenset("13"), frozenset("2")}
    assert set(store.due_people(NOON, 10)) == set(groups(store)), "both are derived again"
    assert store.people_count().people == 2


def test_a_full_reading_and_a_later_version_do_not_undo_a_decision(store: Store) -> None:
    both = [contact("1", email="a@x.example"), contact("2", email="a@x.example")]
    store.take(page(*both))
    store.unlink(ref("2"), "ana")
    store.forget_cursor(CRM, CONTACTS)
    store.take(page(*both))
    store.take(page(contact("2", 1, email="a@x.example", stage="mql")))
    store.take(page(deleted("1", 2)))
    store.take(page(contact("1", 3, email="a@x.example")))
    assert together(store) == {frozenset("1"), frozenset("2")}


def test_a_link_joins_people_whom_nothing_proves_to_be_one_and_their_later_records(store: Store) -> None:
    """I11."""
    store.take(page(contact("1", email="a@x.example"), contact("2", email="b@x.example")))
    store.link(ref("1"), ref("2"), "ana")
    store.take(page(contact("3", email="b@x.example")))
    assert together(store) == {frozenset("123")}


def test_linking_withdraws_what_kept_the_two_apart_and_nothing_else(store: Store) -> None:
    store.take(page(*(contact(id_, email="a@x.example") for id_ in "1234")))
    store.unlink(ref("2"), "ana")
    store.unlink(ref("3"), "ana")
    assert together(store) == {frozenset("14"), frozenset("2"), frozenset("3")}
    store.link(ref("2"), ref("4"), "eva", "it was her after all")
    assert together(store) == {frozenset("124"), frozenset("3")}
    found = {(row.decision.pair, row.decision.verdict) for row in store.person_decisions()}
    assert found == {((ref("2"), ref("4")), Verdict.TOGETHER)} | {
        ((min(ref("3"), ref(other)), max(ref("3"), ref(other))), Verdict.APART) for other in "124"
    }


def test_a_decision_is_remembered_with_who_when_and_why_and_replaces_the_one_before(store: Store, clock: Clock) -> None:
    store.take(page(contact("1"), contact("2")))
    store.decide([Decision(ref("2"), ref("1"), Verdict.TOGETHER)], "ana", "same voice")
    clock.time = at(5)
    store.decide([Decision(ref("1"), ref("2"), Verdict.APART)], "eva", "sisters")
    (row,) = store.person_decisions()
    assert (row.decision.pair, row.decision.verdict) == ((ref("1"), ref("2")), Verdict.APART)
    assert (row.who, row.why, row.at) == ("eva", "sisters", at(5))


def test_a_record_cannot_be_apart_from_itself(store: Store) -> None:
    store.take(page(contact("1")))
    with pytest.raises(ValueError, match="two records"):
        store.decide([Decision(ref("1"), ref("1"), Verdict.APART)], "ana")
    assert store.person_decisions() == []


def test_what_an_unlinked_record_was_owed_is_owed_by_its_new_person_alone(store: Store) -> None:
    store.take(page(contact("1", email="a@x.example"), contact("2", email="a@x.example")))
    settle_everyone(store)
    store.unlink(ref("2"), "ana")
    settle_everyone(store)
    people = {id_: person for person, ids in groups(store).items() for id_ in ids}
    assert {row.ref.id: row.person for row in store.owed(CRM, CONTACTS, NOON, 10)} == people
    assert len(set(people.values())) == 2


RECORDS = st.tuples(
    *(
        st.one_of(
            st.builds(
                lambda email, outside, links, own=id_: contact(
                    own,
                    0,
                    [ref(to) for to in sorted(links) if to != own],
                    **{name: value for name, value in (("email", email), ("external_id", outside)) if value},
                ),
                st.sampled_from([None, "a@x.example", "b@x.example"]),
                st.sampled_from([None, None, "x"]),
                st.sets(st.sampled_from(IDS), max_size=1),
            ),
            st.just(merged(id_, IDS[0] if id_ != IDS[0] else IDS[1], 0)),
        )
        for id_ in IDS
    )
)
DECISIONS = st.lists(
    st.tuples(st.permutations(IDS), st.sampled_from(Verdict)).map(lambda d: Decision(ref(d[0][0]), ref(d[0][1]), d[1])),
    max_size=3,
    unique_by=lambda decision: decision.pair,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, first=DECISIONS, change=st.one_of(DECISIONS, RECORDS))
def test_everyone_whose_records_a_decision_or_a_page_moves_is_due_and_nobody_else_stays(
    new_store: Callable[[], Store],
    records: tuple[Fact, ...],
    first: list[Decision],
    change: list[Decision] | tuple[Fact, ...],
) -> None:
    """I11: no journey is left with records of two people, and none without records."""
    store = new_store()
    store.take(page(*records))
    store.decide(first, "ana")
    settle_everyone(store)
    before = groups(store)
    if isinstance(change, list):
        store.decide(change, "eva")
    else:
        store.take(page(*(_later(fact) for fact in change)))
    after = groups(store)
    moved = {person for person, ids in after.items() if before.get(person) != ids}
    assert moved <= set(store.due_people(NOON, 100)) <= set(after)
    for person in before.keys() - after.keys():
        assert store.person(person) is None
        assert store.sla_rows(person=person) == []
    assert {row.person for row in store.owed(CRM, CONTACTS, NOON, 100)} <= set(after)


def _later(fact: Fact) -> Fact:
    return Fact(fact.kind, fact.ref, "v1", at(1), fact.values, fact.links, merged_into=fact.merged_into)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, first=DECISIONS, pair=st.permutations(IDS))
def test_linking_always_makes_one_and_unlinking_always_makes_two(
    new_store: Callable[[], Store], records: tuple[Fact, ...], first: list[Decision], pair: list[str]
) -> None:
    """I11: the newest word counts, whatever was decided or proved before."""
    store = new_store()
    store.take(page(*records))
    store.decide(first, "ana")
    live = {id_ for ids in groups(store).values() for id_ in ids}
    one, other = pair[:2]
    if not {one, other} <= live:
        return
    store.link(ref(one), ref(other), "ana")
    assert any({one, other} <= ids for ids in groups(store).values())
    parted = {left.id for left in store.unlink(ref(one), "ana")}
    assert other in parted
    # It may be with others now: with those that it was tied to as well, and that were apart from the ones it left.
    assert not any(one in ids and ids & parted for ids in groups(store).values())
    store.link(ref(other), ref(one), "ana")
    assert any({one, other} <= ids for ids in groups(store).values())


def test_a_person_whose_record_is_pulled_over_by_others_coming_apart_is_due(store: Store) -> None:
    """I11: 1 held 2 and kept 3 away from it; without 1, 3 goes over to 2, out of a person whom nobody touched."""
    left, pulled = sorted((ref(id_) for id_ in "34"), key=person_id)
    linked = [contact("1", 0, [ref("2")]), contact("2", 0, [pulled])]
    store.take(page(*linked, contact(left.id, email="a@x.example"), contact(pulled.id, email="a@x.example")))
    store.decide([Decision(ref("1"), pulled, Verdict.APART), Decision(ref("2"), left, Verdict.APART)], "ana")
    settle_everyone(store)
    assert together(store) == {frozenset("12"), frozenset("34")}
    store.take(page(contact("1", 1)))
    assert together(store) == {frozenset("1"), frozenset(("2", pulled.id)), frozenset(left.id)}
    assert set(store.due_people(NOON, 10)) == set(groups(store))


STEPS = st.lists(
    st.one_of(
        st.builds(
            lambda id_, email, links: contact(
                id_, 0, [ref(to) for to in sorted(links) if to != id_], **({"email": email} if email else {})
            ),
            st.sampled_from(IDS),
            st.sampled_from([None, "a@x.example", "b@x.example"]),
            st.sets(st.sampled_from(IDS), max_size=1),
        ),
        st.tuples(st.permutations(IDS), st.sampled_from(Verdict)).map(
            lambda drawn: Decision(ref(drawn[0][0]), ref(drawn[0][1]), drawn[1])
        ),
    ),
    min_size=8,
    max_size=16,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_after_every_step_people_are_what_the_records_and_decisions_say(
    new_store: Callable[[], Store], steps: list[Fact | Decision]
) -> None:
    """I11: against the pure grouping of all there is; and whoever has other records than before the step is due."""
    store = new_store()
    facts: dict[Ref, Fact] = {}
    decisions: dict[tuple[Ref, Ref], Decision] = {}
    before: dict[PersonId, set[str]] = {}
    for minute, step in enumerate(steps):
        if isinstance(step, Decision):
            decisions[step.pair] = step
            store.decide([step], "ana")
        else:
            facts[step.ref] = replace(step, modified=at(minute))
            store.take(page(facts[step.ref]))
        held, due = _held_and_due(store)
        expected = people(facts.values(), decisions.values())
        assert held == {fact_ref.id: expected[fact_ref] for fact_ref in facts}
        after: dict[PersonId, set[str]] = {}
        for id_, person in held.items():
            after.setdefault(person, set()).add(id_)
        assert {person for person, ids in after.items() if before.get(person) != ids} <= due <= set(after)
        before = after


def _held_and_due(store: Store) -> tuple[dict[str, PersonId], set[PersonId]]:
    """Each record's person, and who is marked; the marks are cleared."""
    with store._database.writing() as connection:
        held = {row.id: row.person for row in connection.execute(text("SELECT id, person FROM records"))}
        due = set(connection.scalars(text("SELECT person FROM dirty")))
        connection.execute(text("DELETE FROM dirty"))
    return held, due
