"""What each write changed: kept with the answer of the CRM, in one transaction, and bounded."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

from journey.identity import person_id
from journey.model import Ref, Scalar
from state.model import Agreed, RefusedWrite, RunId
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, Clock, at, contact, owed, page, settlement
from state.writes import MOST_WRITES, RecordedWrite
from tests.state.test_crashes import Broken, breaking_at

ONE, TWO = Ref(CRM, CONTACTS, "1"), Ref(CRM, CONTACTS, "2")
SECOND = timedelta(seconds=1)


def fill(store: Store) -> None:
    store.take(page(contact("1"), contact("2")))
    store.settle(RUN, [settlement(person_id(ref), None, owed=[owed(ref.id, score=50)]) for ref in (ONE, TWO)])


def agreed(ref: Ref, old: object, new: int, **more: Any) -> Agreed:
    return Agreed(ref, {"score": new}, "v", old={"score": old}, **more)


def test_a_write_is_kept_with_the_value_before_and_ours(store: Store) -> None:
    fill(store)
    store.agree(RUN, [agreed(ONE, "40", 50)])
    assert store.trail.writes_to([ONE, TWO]) == [RecordedWrite(ONE, NOON, RUN, {"score": "40"}, {"score": 50})]
    assert store.trail.writes_of(RUN) == store.trail.writes_to([ONE])


def test_what_the_crm_held_already_was_not_written(store: Store) -> None:
    fill(store)
    store.agree(RUN, [Agreed(ONE, {"score": 50}, "v", already=True)])
    assert store.trail.writes_to([ONE]) == []


def test_values_come_back_as_they_were_and_the_crms_own_shapes_as_texts(store: Store) -> None:
    """I13: what we sent keeps its type; a CRM's object is kept as its text."""
    fill(store)
    new: dict[str, Scalar] = {"score": 1, "due": NOON, "worth": Decimal("1.50"), "none": None}
    store.agree(RUN, [Agreed(ONE, new, "v", old={"score": 1.5, "due": {"id": "7"}, "worth": True, "none": None})])
    (write,) = store.trail.writes_to([ONE])
    assert write.new == new
    assert write.old == {"score": 1.5, "due": "{'id': '7'}", "worth": True, "none": None}


def test_a_refused_write_is_kept_once_however_often_it_is_tried(store: Store, clock: Clock) -> None:
    fill(store)
    for score in (50, 50, 60):
        store.refuse(RUN, [RefusedWrite(ONE, {"score": score}, "no", "X", True, at(5), {"score": "40"})])
        clock.pass_by(SECOND)
    assert [(write.new["score"], write.refused) for write in store.trail.writes_to([ONE])] == [(50, "no"), (60, "no")]


def test_a_record_that_is_gone_was_not_written_to(store: Store) -> None:
    fill(store)
    store.refuse(RUN, [RefusedWrite(ONE, {"score": 50}, "gone", "GONE", False)])
    assert store.trail.writes_to([ONE]) == []


def test_a_records_writes_are_bounded_and_the_oldest_goes_first(store: Store, clock: Clock) -> None:
    """I14."""
    fill(store)
    store.agree(RUN, [agreed(TWO, None, 7)])
    for score in range(MOST_WRITES + 3):
        store.agree(RUN, [agreed(ONE, None, score)])
        clock.pass_by(SECOND)
    assert [write.new["score"] for write in store.trail.writes_to([ONE])] == list(range(3, MOST_WRITES + 3))
    assert len(store.trail.writes_to([TWO])) == 1


def test_a_runs_writes_are_told_page_by_page(store: Store) -> None:
    fill(store)
    other = RunId("run_other")
    store.agree(RUN, [agreed(ONE, None, 50), agreed(TWO, None, 60)])
    store.agree(other, [agreed(ONE, "50", 55)])
    first = store.trail.writes_of(RUN, 1)
    assert [write.ref for write in (*first, *store.trail.writes_of(RUN, 9, first[-1].ref))] == [ONE, TWO]
    assert (store.trail.count_writes(RUN), store.trail.count_writes(other)) == (2, 1)


def test_the_write_and_the_agreed_version_are_stored_together_or_not_at_all(sqlite_store: Store) -> None:
    """I1, whatever breaks in between."""
    fill(sqlite_store)
    broken_at, calls = 0, [0]
    while calls[0] >= broken_at:
        broken_at += 1
        with suppress(Broken), breaking_at(sqlite_store, broken_at) as calls:
            sqlite_store.agree(RUN, [agreed(ONE, "40", 50)])
        written = sqlite_store.trail.writes_to([ONE])
        assert bool(written) == bool(sqlite_store.trail.confirmed_fields([ONE]))
        if written:
            break
    assert broken_at > 5
    assert written
