"""Which records are one person (I11: a person is counted once)."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.identity import group, identifying_email, merge, normalise_email, people, person_id
from journey.model import Fact, Kind, PersonId, Ref, Value

WHEN = datetime(2026, 3, 2, tzinfo=UTC)
REFS = [Ref(connection, "contacts", str(n)) for connection in ("eu", "us") for n in range(6)]


def record(ref: Ref, email: Value = None, links: tuple[Ref, ...] = (), merged_into: Ref | None = None) -> Fact:
    return Fact(
        Kind.PERSON, ref, "1", WHEN, {"email": email}, links, deleted=merged_into is not None, merged_into=merged_into
    )


def same(facts: list[Fact], one: Ref, other: Ref) -> bool:
    found = people(facts)
    return found[one] == found[other]


def test_a_person_id_is_stable_and_tells_records_apart() -> None:
    assert person_id(Ref("eu", "contacts", "1")) == "p_84445e57db2c77dc"
    assert len({person_id(ref) for ref in REFS}) == len(REFS)
    assert person_id(Ref("a", "bc", "1")) != person_id(Ref("ab", "c", "1"))


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Ana@Acme.ES ", "ana@acme.es"),
        ("ana", None),
        ("@acme.es", None),
        ("ana@", None),
        ("", None),
        ("STRASSE@x.de", "strasse@x.de"),
    ],
)
def test_an_address_is_compared_trimmed_and_case_folded(text: str, email: str | None) -> None:
    assert normalise_email(text) == email


def test_a_shared_mailbox_identifies_nobody() -> None:
    assert identifying_email("Info@acme.es") is None
    assert identifying_email("ventas+web@acme.es") is None
    assert identifying_email("ana+web@acme.es") == "ana+web@acme.es"
    assert not same([record(REFS[0], "info@acme.es"), record(REFS[1], "info@acme.es")], REFS[0], REFS[1])


def test_the_same_address_in_two_crms_is_one_person() -> None:
    facts = [record(REFS[0], "ana@acme.es"), record(REFS[6], " ANA@acme.es"), record(REFS[1], "bo@acme.es")]
    assert same(facts, REFS[0], REFS[6])
    assert not same(facts, REFS[0], REFS[1])


def test_a_lead_linked_to_its_contact_is_one_person() -> None:
    lead = Ref("eu", "leads", "9")
    assert same([record(lead, links=(REFS[0], Ref("eu", "companies", "3"))), record(REFS[0])], lead, REFS[0])


def test_a_merged_record_and_its_survivor_are_one_person_even_before_the_survivor_is_read() -> None:
    """I11."""
    assert same([record(REFS[0], merged_into=REFS[1])], REFS[0], REFS[1])


def test_a_company_linked_by_two_people_does_not_join_them() -> None:
    company = Ref("eu", "companies", "3")
    fact = Fact(Kind.COMPANY, company, "1", WHEN, {})
    assert not same([record(REFS[0], links=(company,)), record(REFS[1], links=(company,)), fact], REFS[0], REFS[1])


def test_people_who_are_one_keep_the_smallest_id() -> None:
    assert merge([PersonId("p_b"), PersonId("p_a")]) == "p_a"
    with pytest.raises(ValueError, match="empty"):
        merge([])


EDGES = st.lists(st.tuples(st.sampled_from(REFS), st.sampled_from(REFS)), max_size=12)


@given(EDGES, st.randoms())
def test_grouping_does_not_depend_on_the_order_of_arrival(edges: list[tuple[Ref, Ref]], random: Random) -> None:
    """I11."""
    shuffled = [edge if random.random() < 0.5 else edge[::-1] for edge in random.sample(edges, len(edges))]
    assert group(random.sample(REFS, len(REFS)), shuffled) == group(REFS, edges)


@given(EDGES)
def test_joining_people_one_edge_at_a_time_ends_in_the_same_groups(edges: list[tuple[Ref, Ref]]) -> None:
    """I11: a store that merges ids as edges appear agrees with the grouping made at once."""
    person = {ref: person_id(ref) for ref in REFS}
    for one, other in edges:
        joined = {person[one], person[other]}
        person = {ref: merge(joined) if who in joined else who for ref, who in person.items()}
    assert group(REFS, edges) == person
