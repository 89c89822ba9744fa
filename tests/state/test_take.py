"""Taking a page: what is written, what is counted, and what is left alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from journey.identity import person_id
from journey.model import Fact, Kind, PersonId, Ref, StageChange
from state.model import RejectionStage, Taken
from state.store import Store
from state.testing import (
    CALLS,
    CONTACTS,
    CRM,
    NOON,
    RUN,
    at,
    call,
    contact,
    deleted,
    merged,
    page,
    settlement,
    unmapped,
)

ONE = person_id(Ref(CRM, CONTACTS, "1"))


def settle_everyone(store: Store) -> None:
    known = store.facts_of(store.due_people(NOON, 1000))
    store.settle(RUN, [settlement(person, facts.mark) for person, facts in known.items()])


def values_of(store: Store, person: PersonId = ONE) -> object:
    (fact,) = store.facts_of([person])[person].facts
    return fact.values


def test_a_page_is_stored_with_its_cursor(store: Store) -> None:
    """I1."""
    taken = store.take(replace(page(contact("1", name="Ana"), contact("2")), read_through=at(3)))
    assert taken == Taken(new=2)
    assert store.cursor(CRM, CONTACTS) == "c"
    assert store.read_through(CRM) == {CONTACTS: at(3)}
    assert values_of(store) == {"name": "Ana"}


def test_taking_a_page_again_writes_nothing_and_leaves_nobody_due(store: Store) -> None:
    """I2."""
    same = page(contact("1", email="ana@x.example"), call("7", "1"))
    store.take(same)
    settle_everyone(store)
    before = store.digest()
    assert store.take(same) == Taken(unchanged=1)
    assert store.due_people(NOON, 10) == []
    assert store.digest() == before


def test_our_own_write_coming_back_is_no_change(store: Store) -> None:
    """I8: fields of ours are never mapped, so the echo has new times and nothing else that is new."""
    store.take(page(contact("1", 0, name="Ana")))
    settle_everyone(store)
    assert store.take(page(contact("1", 5, name="Ana"))) == Taken(unchanged=1)
    assert store.due_people(NOON, 10) == []
    (fact,) = store.facts_of([ONE])[ONE].facts
    assert (fact.version, fact.modified) == ("v5", at(5))


def test_an_older_version_does_not_come_back_over_an_echo(store: Store) -> None:
    for minute, name in ((0, "Ana"), (5, "Ana"), (3, "Eva")):
        store.take(page(contact("1", minute, name=name)))
    assert values_of(store) == {"name": "Ana"}


def test_an_older_version_never_overwrites_a_newer_one(store: Store) -> None:
    store.take(page(contact("1", 5, name="Ana")))
    assert store.take(page(contact("1", 4, name="Eva"))) == Taken(unchanged=1)
    assert values_of(store) == {"name": "Ana"}


@pytest.mark.parametrize(("older", "newer"), [("9", "10"), ("a", "b"), ("99", "100")])
def test_versions_of_one_moment_are_told_apart(store: Store, older: str, newer: str) -> None:
    store.take(page(replace(contact("1", name="new"), version=newer)))
    store.take(page(replace(contact("1", name="old"), version=older)))
    assert values_of(store) == {"name": "new"}


def test_a_changed_mapping_rewrites_the_same_version_without_inventing_a_past(store: Store) -> None:
    store.take(page(contact("1", 0, stage="lead")))
    assert store.take(page(contact("1", 0, stage="mql"))) == Taken(changed=1)
    assert values_of(store) == {"stage": "mql"}
    assert store.facts_of([ONE])[ONE].past == ()


def test_past_values_of_people_and_companies_are_kept(store: Store) -> None:
    company = Fact(Kind.COMPANY, Ref(CRM, "companies", "9"), "v", at(0), {"employees": 5})
    store.take(page(contact("1", 0, [company.ref], stage="lead"), company))
    store.take(
        page(contact("1", 4, [company.ref], stage="mql"), replace(company, modified=at(6), values={"employees": 50}))
    )
    store.take(page(contact("1", 9, stage="mql")))
    past = store.facts_of([ONE])[ONE].past
    assert [(p.ref.id, p.until, dict(p.values)) for p in past] == [("1", at(4), {"stage": "lead"})]
    store.take(page(contact("1", 10, [company.ref], stage="mql")))
    past = store.facts_of([ONE])[ONE].past
    assert (company.ref, at(6), {"employees": 5}) in [(p.ref, p.until, dict(p.values)) for p in past]


def test_versions_of_one_record_in_one_page_are_weighed_in_turn(store: Store) -> None:
    taken = store.take(
        page(contact("1", 0, name="a"), contact("1", 2, name="b"), contact("1", 1, name="c"), contact("1", 3, name="b"))
    )
    assert taken == Taken(new=1, changed=1, unchanged=2)
    (fact,) = store.facts_of([ONE])[ONE].facts
    assert (fact.values, fact.modified) == ({"name": "b"}, at(3))


def test_the_newest_version_of_a_page_is_the_one_held(store: Store) -> None:
    store.take(page(contact("1", 0, name="a")))
    store.take(page(contact("1", 1, name="a"), contact("1", 3, name="b"), contact("1", 4, name="b")))
    (fact,) = store.facts_of([ONE])[ONE].facts
    assert (fact.values, fact.modified) == ({"name": "b"}, at(4))
    store.take(page(contact("1", 5, name="b"), contact("1", 7, name="c")))
    assert store.take(page(contact("1", 6, name="d"))) == Taken(unchanged=1)
    assert values_of(store) == {"name": "c"}


def test_deleted_and_merged_records_leave_tombstones(store: Store) -> None:
    """I11."""
    store.take(page(contact("1", name="Ana"), contact("2"), contact("3")))
    taken = store.take(page(deleted("1"), merged("2", "3"), deleted("4"), merged("5", "3")))
    assert taken == Taken(deleted=2, merged=2)
    assert store.people_count().people == 1
    assert store.take(page(deleted("1"), merged("2", "3"))) == Taken(unchanged=2)


def test_a_deleted_record_may_come_back(store: Store) -> None:
    store.take(page(contact("1", name="Ana")))
    store.take(page(deleted("1", 1)))
    assert store.take(page(contact("1", 2, name="Ana"))) == Taken(changed=1)
    assert store.people_count().people == 1


def test_events_are_counted_apart_from_records(store: Store) -> None:
    """I6."""
    form = Fact(
        Kind.TOUCHPOINT, Ref(CRM, "contacts#form", "1@0"), "v", at(0), {"type": "form"}, (Ref(CRM, CONTACTS, "1"),)
    )
    taken = store.take(page(contact("1"), form))
    assert (taken.received, taken.events) == (1, 1)
    assert store.take(page(contact("1"), form)).events == 0


def test_every_record_is_accounted_for_in_the_run(store: Store) -> None:
    """I6."""
    run = store.begin_run(CRM, "test")
    one = replace(
        page(contact("1"), contact("2"), rejected=[unmapped("3"), unmapped("3", "email"), unmapped("4")]), run=run
    )
    store.take(replace(one, received=7, skipped=3))
    store.take(replace(page(contact("1"), deleted("2"), merged("4", "1")), run=run))
    (counts,) = store.run(run).objects
    assert counts.taken == Taken(new=2, unchanged=1, deleted=1, merged=1, rejected=2, skipped=3)
    assert counts.taken.received == 10


@pytest.mark.parametrize(("received", "skipped"), [(1, 0), (3, 0), (2, 1), (4, 1)])
def test_counts_that_cannot_be_true_are_refused(store: Store, received: int, skipped: int) -> None:
    """I6: nothing may vanish between the CRM and the store."""
    with pytest.raises(ValueError, match="records received"):
        store.take(replace(page(contact("1"), contact("2")), received=received, skipped=skipped))
    assert store.cursor(CRM, CONTACTS) is None


def test_a_rejected_record_keeps_what_was_known_of_it(store: Store) -> None:
    store.take(page(contact("1", name="Ana")))
    assert store.take(page(rejected=[unmapped("1", raw="x" * 900)])) == Taken(rejected=1)
    assert values_of(store) == {"name": "Ana"}
    (row,) = store.rejected()
    assert (row.rejection.stage, row.rejection.raw, row.times) == (RejectionStage.INBOUND, "x" * 500, 1)


def test_mapping_a_record_settles_its_rejection(store: Store) -> None:
    store.take(page(rejected=[unmapped("1"), unmapped("2")]))
    store.take(page(contact("1")))
    assert [row.rejection.id for row in store.rejected()] == ["2"]
    assert {row.rejection.id: row.settled for row in store.rejected(open_only=False)} == {"1": RUN, "2": None}


def test_rejecting_again_counts_up_and_drops_the_fields_that_are_right_now(store: Store) -> None:
    store.take(page(rejected=[unmapped("1", "stage"), unmapped("1", "email")]))
    again = replace(page(rejected=[unmapped("1", "stage")]), run=store.begin_run(CRM, "test"))
    assert store.take(again) == Taken(rejected=1)
    (row,) = store.rejected()
    assert (row.rejection.field, row.times) == ("stage", 2)


def test_a_record_that_one_run_rejects_twice_counts_once(store: Store) -> None:
    """I6: a scan reads again what is young; what was settled in between is a rejection of its own."""
    first = page(rejected=[unmapped("1"), unmapped("1", "email")])
    assert store.take(first) == Taken(rejected=1)
    assert store.take(page(contact("2"), rejected=[unmapped("1"), unmapped("3")])) == Taken(
        new=1, rejected=1, unchanged=1
    )
    assert {row.rejection.id: row.times for row in store.rejected()} == {"1": 1, "3": 1}
    store.take(page(contact("1")))
    assert store.take(page(rejected=[unmapped("1")])) == Taken(rejected=1)


def test_reading_by_id_leaves_the_cursor_alone(store: Store) -> None:
    store.take(page(contact("1"), cursor="c1"))
    store.take(page(contact("2"), cursor=None))
    assert store.cursor(CRM, CONTACTS) == "c1"


def test_read_through_never_goes_back(store: Store) -> None:
    """I10 rests on it."""
    for minute in (5, 3):
        store.take(replace(page(contact("1")), read_through=at(minute)))
    assert store.read_through(CRM) == {CONTACTS: at(5)}


def test_a_forgotten_cursor_keeps_what_was_read_through(store: Store) -> None:
    store.take(replace(page(contact("1")), read_through=at(5)))
    store.forget_cursor(CRM, CONTACTS)
    assert (store.cursor(CRM, CONTACTS), store.read_through(CRM)) == (None, {CONTACTS: at(5)})
    store.set_cursor(CRM, CALLS, "elsewhere")
    assert store.cursor(CRM, CALLS) == "elsewhere"
    assert store.read_through(CRM) == {CONTACTS: at(5)}


def test_an_empty_page_moves_the_cursor(store: Store) -> None:
    assert store.take(page(cursor="end")) == Taken()
    assert store.cursor(CRM, CONTACTS) == "end"


def test_time_is_kept_to_the_microsecond(store: Store) -> None:
    """I13."""
    exact = NOON + timedelta(microseconds=1)
    store.take(page(replace(contact("1", seen=exact), modified=exact)))
    (fact,) = store.facts_of([ONE])[ONE].facts
    assert (fact.modified, fact.values["seen"]) == (exact, exact)


@pytest.mark.parametrize("odd", ["a\0b@x.example", "a\ud800@x.example", "\0", "\ud800", "\u2028ñ\U0001f600@x.example"])
def test_no_text_that_a_crm_may_hold_stops_a_page(store: Store, odd: str) -> None:
    """I6: what a database's text columns cannot hold is kept in the values all the same."""
    staged = (StageChange(odd, at(0)),)
    taken = store.take(
        page(
            replace(contact("1", email=odd, huge=10**40), version=odd, stages=staged), rejected=[unmapped("2", raw=odd)]
        )
    )
    assert taken == Taken(new=1, rejected=1)
    assert values_of(store) == {"email": odd, "huge": 10**40}
    assert store.take(page(replace(contact("1", email=odd, huge=10**40), version=odd, stages=staged))) == Taken(
        unchanged=1
    )


def test_what_hangs_on_a_record_is_found_while_it_lives(store: Store) -> None:
    gone = replace(call("9", "1", minute=2), deleted=True)
    store.take(page(contact("1"), contact("2"), call("7", "1"), call("8", "2"), call("9", "1"), gone))
    assert store.linked_to([Ref(CRM, CONTACTS, "1"), Ref(CRM, "never", "read")]) == [Ref(CRM, CALLS, "7")]
