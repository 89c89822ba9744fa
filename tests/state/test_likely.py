"""The review list: pairs of people who may be one, and nobody else."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journey.identity import people
from journey.likeness import CONFIDENCE, MOST_SHARING, Reason, likeness, traits
from journey.model import Fact, Kind, PersonId, Ref, Value
from state.store import Store
from state.testing import CONTACTS, CRM, RUN, at, contact, deleted, page

ANA: dict[str, Value] = {"first_name": "Ana", "last_name": "Gil"}
OTHER_CRM = "other"


def elsewhere(id_: str, **values: Value) -> Fact:
    """A lead of another CRM."""
    return Fact(Kind.PERSON, Ref(OTHER_CRM, "leads", id_), "v0", at(0), values)


def take(store: Store, *facts: Fact) -> None:
    store.take(page(*(fact for fact in facts if fact.ref.connection == CRM)))
    others = [fact for fact in facts if fact.ref.connection == OTHER_CRM]
    store.take(replace(page(*others, object_="leads"), connection=OTHER_CRM, run=RUN))


def pairs(store: Store) -> list[tuple[str, str, float]]:
    return [(pair.one.ref.id, pair.other.ref.id, pair.confidence) for pair in store.likely_pairs()]


def test_an_equal_phone_and_name_are_reviewed_and_join_nobody(store: Store) -> None:
    """I11."""
    take(store, contact("1", 0, (), phone="600 123 456", **ANA), elsewhere("2", phone="+34600123456", **ANA))
    (pair,) = store.likely_pairs()
    assert (pair.one.ref, pair.other.ref.connection, pair.reasons) == (
        Ref(CRM, CONTACTS, "1"),
        OTHER_CRM,
        (Reason.PHONE_AND_NAME,),
    )
    assert (pair.one.name, pair.one.email) == ("Ana Gil", None)
    assert store.people_count().people == 2


def test_the_likeliest_come_first_and_a_limit_keeps_them(store: Store) -> None:
    take(
        store,
        contact("1", phone="600000001"),
        contact("2", phone="600000001"),
        contact("3", 0, (), phone="600000003", email="ana@acme.es", **ANA),
        elsewhere("4", email="a.gil@acme.es", **ANA),
        elsewhere("5", phone="600000003", **ANA),
    )
    assert pairs(store) == [
        ("3", "5", CONFIDENCE[Reason.PHONE_AND_NAME]),
        ("3", "4", CONFIDENCE[Reason.NAME_AND_DOMAIN]),
        ("1", "2", CONFIDENCE[Reason.PHONE]),
    ]
    assert [pair.confidence for pair in store.likely_pairs(2)] == [0.9, 0.6]


def test_a_switchboard_brings_up_nobody(store: Store) -> None:
    take(store, *(contact(str(n), phone="910000000") for n in range(MOST_SHARING)))
    assert len(pairs(store)) == MOST_SHARING * (MOST_SHARING - 1) / 2
    take(store, contact("x", phone="910000000"))
    assert pairs(store) == []


def test_a_long_list_is_whole(store: Store) -> None:
    """Also where the database hands it out in several parts, while other things are looked up."""
    take(store, *(contact(str(n), phone=f"600{n // 2:06}") for n in range(2_500)))
    found = store.likely_pairs(2_000)
    assert {(int(pair.one.ref.id), int(pair.other.ref.id)) for pair in found} == {
        (n, n + 1) for n in range(0, 2_500, 2)
    }


def test_who_is_decided_apart_or_together_is_not_asked_about_again(store: Store) -> None:
    take(store, *(contact(id_, phone="600000001") for id_ in "123"))
    store.link(Ref(CRM, CONTACTS, "1"), Ref(CRM, CONTACTS, "2"), "ana")
    ((one, other, _),) = pairs(store)
    assert (one in "12", other) == (True, "3")
    store.link(Ref(CRM, CONTACTS, "1"), Ref(CRM, CONTACTS, "3"), "ana")
    assert pairs(store) == []
    store.unlink(Ref(CRM, CONTACTS, "3"), "ana")
    assert pairs(store) == []


def test_a_record_that_is_gone_is_nobody_to_review(store: Store) -> None:
    take(store, contact("1", phone="600000001"), contact("2", phone="600000001"))
    take(store, deleted("2"))
    assert pairs(store) == []


PEOPLE = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "first_name": st.sampled_from(["Ana", "ANÁ", "Eva"]),
            "last_name": st.sampled_from(["Gil", "Ruiz"]),
            "phone": st.sampled_from(["600000001", "+34600000001", "+39600000001", "600000002", "123"]),
            "email": st.sampled_from(["a@acme.es", "b@acme.es", "c@acme.es", "a@gmail.com", "info@acme.es"]),
        },
    ),
    min_size=2,
    max_size=7,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=PEOPLE, there=st.lists(st.booleans(), min_size=7, max_size=7))
def test_the_list_is_every_pair_of_people_that_are_alike_and_no_other(
    new_store: Callable[[], Store], drawn: list[dict[str, str]], there: list[bool]
) -> None:
    """Against the definition, over all pairs of records."""
    facts = [
        elsewhere(str(n), **values) if away else contact(str(n), 0, (), **values)
        for n, (values, away) in enumerate(zip(drawn, there, strict=False))
    ]
    store = new_store()
    take(store, *facts)
    who = people(facts)
    expected: dict[frozenset[PersonId], float] = {}
    for one, other in combinations(facts, 2):
        found = likeness(one.ref, traits(one.values), other.ref, traits(other.values))
        pair = frozenset((who[one.ref], who[other.ref]))
        if found and len(pair) == 2:
            expected[pair] = max(expected.get(pair, 0), CONFIDENCE[found[0]])
    assert {pair.people: pair.confidence for pair in store.likely_pairs()} == expected
    assert len(store.likely_pairs()) == len(expected)
