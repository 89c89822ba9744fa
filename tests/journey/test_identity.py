"""Which records are one person (I11: a person is counted once)."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.identity import (
    Decision,
    Proof,
    Strength,
    Verdict,
    external_id,
    group,
    identifying_email,
    merge,
    normalise_email,
    people,
    person_id,
)
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


def apart(one: Ref, other: Ref) -> Decision:
    return Decision(one, other, Verdict.APART)


def together(one: Ref, other: Ref) -> Decision:
    return Decision(one, other, Verdict.TOGETHER)


def outside(ref: Ref, id_: Value, email: Value = None) -> Fact:
    return Fact(Kind.PERSON, ref, "1", WHEN, {"external_id": id_, "email": email})


@pytest.mark.parametrize(("value", "key"), [(" 00Q5 ", "00Q5"), (17, "17"), ("  ", None), (None, None), (True, None)])
def test_an_external_id_is_compared_trimmed(value: Value, key: str | None) -> None:
    assert external_id(value) == key


def test_the_same_external_id_in_two_crms_is_one_person_and_a_blank_one_is_nobody() -> None:
    assert same([outside(REFS[0], "00Q5"), outside(REFS[6], "00Q5 ")], REFS[0], REFS[6])
    assert not same([outside(REFS[0], "00Q5"), outside(REFS[6], "00q5")], REFS[0], REFS[6])
    assert not same([outside(REFS[0], " "), outside(REFS[6], " ")], REFS[0], REFS[6])


def test_a_decision_to_be_apart_wins_over_an_equal_address_and_over_a_chain_of_proof() -> None:
    """I11: never one journey for two."""
    facts = [record(REFS[0], "a@x.es"), record(REFS[1], "a@x.es")]
    assert len(set(people(facts, [apart(REFS[1], REFS[0])]).values())) == 2
    chain = [*facts, record(REFS[2], "b@x.es", (REFS[1],))]
    found = people(chain, [apart(REFS[0], REFS[2])])
    assert found[REFS[2]] == found[REFS[1]] != found[REFS[0]], "a link is stronger than an address"


def test_of_two_who_are_apart_the_stronger_proof_gets_the_third() -> None:
    facts = [outside(REFS[0], "x", "a@x.es"), outside(REFS[1], "y", "a@x.es"), outside(REFS[2], "y", "a@x.es")]
    found = people(facts, [apart(REFS[0], REFS[1])])
    assert found[REFS[1]] == found[REFS[2]] != found[REFS[0]]


def test_of_two_who_are_apart_the_lesser_record_gets_the_third_where_proof_is_equal() -> None:
    facts = [record(ref, "a@x.es") for ref in REFS[:3]]
    found = people(facts, [apart(REFS[0], REFS[1])])
    assert found[REFS[0]] == found[REFS[2]] != found[REFS[1]]


def test_a_decision_joins_what_nothing_proves() -> None:
    found = people([record(REFS[0]), record(REFS[6])], [together(REFS[6], REFS[0])])
    assert found[REFS[0]] == found[REFS[6]]


def test_a_merge_cannot_be_decided_away_and_passes_decisions_on() -> None:
    """I11: the CRM holds one record by now, and whoever was apart from the old one is apart from it."""
    gone, survivor, third = record(REFS[0], merged_into=REFS[1]), record(REFS[1], "a@x.es"), record(REFS[2], "a@x.es")
    found = people([gone, survivor, third], [apart(REFS[0], REFS[1]), apart(REFS[0], REFS[2])])
    assert found[REFS[0]] == found[REFS[1]] != found[REFS[2]]


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


PAIRS = st.tuples(st.sampled_from(REFS), st.sampled_from(REFS)).filter(lambda pair: pair[0] != pair[1])
PROOFS = st.lists(
    st.builds(
        lambda strength, refs: Proof(strength, tuple(sorted(refs))),
        st.sampled_from(Strength),
        st.sets(st.sampled_from(REFS), min_size=2, max_size=4),
    ),
    max_size=8,
)
DECISIONS = st.lists(
    st.tuples(PAIRS, st.sampled_from(Verdict)).map(lambda drawn: Decision(drawn[0][0], drawn[0][1], drawn[1])),
    max_size=6,
)


@given(st.lists(PAIRS, max_size=3), PROOFS, DECISIONS, st.randoms())
def test_decisions_hold_whatever_the_proof_and_in_whatever_order_both_come(
    merges: list[tuple[Ref, Ref]], proofs: list[Proof], decisions: list[Decision], random: Random
) -> None:
    """I11: never one journey for two; never two for one but where someone said so."""
    found = group(REFS, merges, proofs, decisions)
    mixed = [Decision(d.other, d.one, d.verdict) if random.random() < 0.5 else d for d in decisions]
    assert found == group(
        random.sample(REFS, len(REFS)),
        random.sample(merges, len(merges)),
        random.choices(proofs, k=20) + proofs if proofs else [],
        random.sample(mixed, len(mixed)) * 2,
    )
    merged = group(REFS, merges)
    kept = {frozenset((merged[d.one], merged[d.other])) for d in decisions if d.verdict is Verdict.APART}
    kept = {pair for pair in kept if len(pair) == 2}
    for one in REFS:
        for other in REFS:
            if frozenset((merged[one], merged[other])) in kept:
                assert found[one] != found[other]
            if merged[one] == merged[other]:
                assert found[one] == found[other]
    tied = {(d.one, d.other) for d in decisions if d.verdict is Verdict.TOGETHER}
    tied |= {(proof.records[0], ref) for proof in proofs for ref in proof.records}
    free = group(REFS, [*merges, *tied])
    assert all(free[one] == free[other] for one in REFS for other in REFS if found[one] == found[other])
    if not kept:
        assert found == free
    for one, other in tied:
        # Two that are tied and yet not one are kept apart by some decision between their people.
        if found[one] != found[other]:
            between = {frozenset((found[d.one], found[d.other])) for d in decisions if d.verdict is Verdict.APART}
            assert frozenset((found[one], found[other])) in between
