"""What is owed to the CRM, and what its answers do to it."""

from datetime import timedelta

import pytest

from journey.identity import person_id
from journey.model import Ref, Scalar
from state.model import Agreed, ConflictPolicy, ConflictRow, RefusedWrite, RejectionStage
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, Clock, at, contact, deleted, owed, page, settlement, unmapped

ONE = Ref(CRM, CONTACTS, "1")


def owe(store: Store, id_: str = "1", **fields: Scalar) -> int:
    """Settle the contact's person, who should hold these fields in the CRM."""
    who = person_id(Ref(CRM, CONTACTS, id_))
    return store.settle(RUN, [settlement(who, None, owed=[owed(id_, **fields)])]).owing


def waiting(store: Store, minute: int = 0) -> dict[str, dict[str, Scalar]]:
    return {row.ref.id: dict(row.fields) for row in store.owed(CRM, CONTACTS, at(minute), 100)}


@pytest.fixture(autouse=True)
def _contact(store: Store) -> None:
    store.take(page(contact("1"), contact("2")))


def test_only_what_differs_from_the_agreed_version_is_owed(store: Store) -> None:
    """I7."""
    assert owe(store, score=50, reason="a") == 1
    (row,) = store.owed(CRM, CONTACTS, NOON, 10)
    assert (row.fields, row.agreed, row.agreed_version, row.attempts) == ({"score": 50, "reason": "a"}, None, None, 0)
    store.agree(RUN, [Agreed(ONE, {"score": 50, "reason": "a"}, "v1")])
    assert waiting(store) == {}
    assert owe(store, score=50, reason="a") == 0
    assert owe(store, score=51, reason="a") == 1
    (row,) = store.owed(CRM, CONTACTS, NOON, 10)
    assert (row.fields, row.agreed, row.agreed_version) == ({"score": 51}, {"score": 50, "reason": "a"}, "v1")


def test_nothing_is_owed_any_more_once_ours_is_what_the_crm_holds(store: Store) -> None:
    owe(store, score=50)
    store.agree(RUN, [Agreed(ONE, {"score": 50}, "v1")])
    owe(store, score=60)
    assert owe(store, score=50) == 0
    assert waiting(store) == {}


def test_an_empty_value_is_owed_until_the_crm_agreed_to_it(store: Store) -> None:
    assert owe(store, sla=None) == 1
    store.agree(RUN, [Agreed(ONE, {"sla": None}, "v1")])
    assert owe(store, sla=None) == 0


def test_a_record_that_is_not_written_any_more_owes_nothing(store: Store) -> None:
    owe(store, score=50)
    store.settle(RUN, [settlement(person_id(ONE), None)])
    assert waiting(store) == {}


def test_a_value_that_changed_while_it_was_written_stays_owed(store: Store) -> None:
    owe(store, score=50, reason="a")
    owe(store, score=60, reason="a")
    store.agree(RUN, [Agreed(ONE, {"score": 50, "reason": "a"}, "v1")])
    assert waiting(store) == {"1": {"score": 60}}


def test_a_deleted_record_owes_nothing_and_forgets_what_was_agreed(store: Store) -> None:
    """I11."""
    owe(store, score=50)
    store.agree(RUN, [Agreed(ONE, {"score": 50}, "v1")])
    owe(store, score=60)
    store.take(page(deleted("1", 1)))
    assert waiting(store) == {}
    store.take(page(contact("1", 2)))
    assert owe(store, score=50) == 1


def test_rows_come_in_the_order_of_ids_page_by_page(store: Store) -> None:
    for id_ in "21":
        owe(store, id_, score=50)
    (first,) = store.owed(CRM, CONTACTS, NOON, 1)
    (second,) = store.owed(CRM, CONTACTS, NOON, 1, after=first.ref)
    assert (first.ref.id, second.ref.id) == ("1", "2")
    assert store.owed(CRM, CONTACTS, NOON, 1, after=second.ref) == []
    assert store.owed(CRM, "deals", NOON, 1) == []


def test_a_refused_write_waits_for_its_next_attempt(store: Store) -> None:
    owe(store, score=50)
    store.refuse(RUN, [RefusedWrite(ONE, {"score": 50}, "busy", "429", True, at(5))])
    assert waiting(store, 4) == {}
    (row,) = store.owed(CRM, CONTACTS, at(5), 10)
    assert row.attempts == 1
    (rejected,) = store.rejected()
    what = rejected.rejection
    assert (what.stage, what.field, what.raw, what.code) == (RejectionStage.OUTBOUND, "score", '{"score":50}', "429")
    owe(store, score=50)
    assert waiting(store, 4) == {}, "deriving the same again does not hurry it"


def test_a_write_refused_for_good_waits_until_ours_changes(store: Store) -> None:
    owe(store, score=50)
    store.refuse(RUN, [RefusedWrite(ONE, {"score": 50}, "no such option", "INVALID", False)])
    owe(store, score=50)
    assert waiting(store, 10**6) == {}
    store.begin_run(CRM, "test")
    (status,) = store.status()
    assert (status.waiting, status.parked, status.rejected) == (0, 1, 1)
    owe(store, score=60)
    assert waiting(store) == {"1": {"score": 60}}


def test_a_retry_makes_refused_writes_due_and_names_records_to_read(store: Store, clock: Clock) -> None:
    owe(store, score=50)
    store.refuse(RUN, [RefusedWrite(ONE, {"score": 50}, "no", "X", False)])
    store.take(page(rejected=[unmapped("7"), unmapped("7", "email")]))
    assert store.retry_rejected("elsewhere").due_now == 0
    clock.pass_by(timedelta(hours=1))
    retried = store.retry_rejected(CRM)
    assert (retried.due_now, retried.reread) == (1, (Ref(CRM, CONTACTS, "7"),))
    assert waiting(store, 60) == {"1": {"score": 50}}
    assert store.retry_rejected(stage=RejectionStage.INBOUND).due_now == 0


def test_agreeing_settles_the_refusal(store: Store) -> None:
    owe(store, score=50)
    store.refuse(RUN, [RefusedWrite(ONE, {"score": 50}, "busy", "429", True, at(5))])
    store.agree(RUN, [Agreed(ONE, {"score": 50}, "v1")])
    assert store.rejected() == []


def test_a_kept_edit_is_not_asked_about_again_until_ours_changes(store: Store) -> None:
    """I7."""
    owe(store, score=50, reason="a")
    store.record_conflicts(RUN, [ConflictRow(ONE, "score", "99", 50, ConflictPolicy.KEEP)])
    assert waiting(store) == {"1": {"reason": "a"}}
    store.agree(RUN, [Agreed(ONE, {"reason": "a"}, "v1")])
    assert owe(store, score=50, reason="a") == 0
    assert owe(store, score=51, reason="a") == 1
    (row,) = store.owed(CRM, CONTACTS, NOON, 10)
    assert (row.fields, row.agreed) == ({"score": 51}, {"score": "99", "reason": "a"})
    (conflict,) = store.conflicts(CRM)
    assert (conflict.conflict.theirs, conflict.conflict.ours, conflict.run) == ("99", 50, RUN)


def test_a_conflict_is_settled_when_the_crm_holds_ours(store: Store) -> None:
    owe(store, score=50)
    store.record_conflicts(RUN, [ConflictRow(ONE, "score", "99", 50, ConflictPolicy.OVERWRITE)])
    assert waiting(store) == {"1": {"score": 50}}
    store.agree(RUN, [Agreed(ONE, {"other": 1}, "v1")])
    assert len(store.conflicts()) == 1
    store.agree(RUN, [Agreed(ONE, {"score": 50}, "v1")])
    assert store.conflicts() == []
    (settled,) = store.conflicts(open_only=False)
    assert settled.settled == RUN
    assert store.conflicts("elsewhere", open_only=False) == []


def test_answers_are_counted_in_their_run(store: Store) -> None:
    """I6."""
    run = store.begin_run(CRM, "test")
    for id_ in "12":
        owe(store, id_, score=50)
    store.agree(
        run, [Agreed(ONE, {"score": 50}, "v"), Agreed(Ref(CRM, CONTACTS, "2"), {"score": 50}, "v", already=True)]
    )
    store.refuse(run, [RefusedWrite(ONE, {"score": 50}, "no", "X", False)])
    store.record_conflicts(run, [ConflictRow(ONE, "score", "99", 50, ConflictPolicy.KEEP)])
    store.agree(run, [])
    store.refuse(run, [])
    store.record_conflicts(run, [])
    (counts,) = store.run(run).objects
    assert (counts.written, counts.already, counts.refused, counts.conflicts) == (1, 1, 1, 1)


def test_hearing_an_answer_twice_leaves_the_same_state(store: Store) -> None:
    """I2."""
    for id_ in "12":
        owe(store, id_, score=50, reason="a")
    for _ in range(2):
        store.record_conflicts(RUN, [ConflictRow(ONE, "score", "99", 50, ConflictPolicy.KEEP)])
        store.agree(RUN, [Agreed(ONE, {"reason": "a"}, "v1")])
        store.refuse(RUN, [RefusedWrite(Ref(CRM, CONTACTS, "2"), {"score": 50, "reason": "a"}, "no", "X", False)])
    assert waiting(store, 10**6) == {}
    assert (len(store.conflicts()), len(store.rejected())) == (1, 1)
    assert owe(store, score=50, reason="a") == 0


def test_a_moved_record_owes_under_its_new_person(store: Store) -> None:
    owe(store, score=50)
    store.take(page(contact("1", 1, email="a@x.example"), contact("2", 1, email="a@x.example")))
    (who,) = {row.person for row in store.find_person("1")}
    store.settle(RUN, [settlement(who, None, owed=[owed("1", score=50), owed("2", score=50)])])
    assert {row.person for row in store.owed(CRM, CONTACTS, at(99), 10)} == {who}
