"""What was said of SLA clocks stays on record: statuses, and escalation steps that are reached once."""

from collections.abc import Sequence
from datetime import timedelta

from journey.identity import person_id
from journey.model import PersonId, Ref
from state.model import CycleRow, StepRow
from state.store import Store
from state.testing import CONTACTS, CRM, RUN, at, contact, deleted, page, settlement

ANA: PersonId = person_id(Ref(CRM, CONTACTS, "1"))
HALF, END = StepRow("50%", at(30), ("owner",)), StepRow("100%", at(60), ("owner", "manager"))


def say(store: Store, minute: int, status: str, steps: Sequence[StepRow] = (), cycle: str = "c_1") -> None:
    row = CycleRow(cycle, "first-contact", 1, at(0), at(60), None, status, "{}", tuple(steps))
    store.settle(RUN, [settlement(ANA, None, cycles=[row], as_of=at(minute))])


def said(store: Store) -> list[tuple[str, str]]:
    return [(verdict.status, str(verdict.at - at(0))) for verdict in store.trail.verdicts([ANA])]


def test_each_status_is_on_record_with_its_time_and_a_repeat_is_not(store: Store) -> None:
    store.take(page(contact("1")))
    for minute, status in ((1, "pending"), (5, "pending"), (61, "breached"), (62, "breached"), (70, "met")):
        say(store, minute, status)
    assert said(store) == [("pending", "0:01:00"), ("breached", "1:01:00"), ("met", "1:10:00")]


def test_a_step_is_reached_once(store: Store) -> None:
    """I2, I10: settling twice, or again later, changes nothing of it."""
    store.take(page(contact("1")))
    say(store, 31, "pending", [HALF])
    first = store.trail.steps([ANA])
    say(store, 31, "pending", [HALF])
    say(store, 45, "at_risk", [HALF])
    assert store.trail.steps([ANA]) == first
    assert [(step.step, step.reached, step.run, step.corrected) for step in first] == [(HALF, at(31), RUN, None)]
    say(store, 61, "breached", [HALF, END])
    assert [step.step for step in store.trail.steps([ANA])] == [HALF, END]


def test_a_step_that_was_not_due_after_all_is_corrected_not_removed(store: Store) -> None:
    """I10: a contact that was logged late, and then deleted again."""
    store.take(page(contact("1")))
    say(store, 61, "breached", [HALF, END])
    say(store, 70, "met", [HALF])
    assert [step.corrected for step in store.trail.steps([ANA])] == [None, at(70)]
    say(store, 80, "met", [HALF])
    assert [step.corrected for step in store.trail.steps([ANA])] == [None, at(70)]
    say(store, 90, "breached", [HALF, END])
    steps = store.trail.steps([ANA])
    assert [(step.corrected, step.reached) for step in steps] == [(None, at(61)), (None, at(61))]


def test_the_steps_of_a_clock_that_vanished_are_corrected(store: Store) -> None:
    store.take(page(contact("1")))
    say(store, 31, "pending", [HALF])
    store.settle(RUN, [settlement(ANA, None, as_of=at(40))])
    assert [step.corrected for step in store.trail.steps([ANA])] == [at(40)]


def test_what_was_said_of_somebody_goes_with_them(store: Store) -> None:
    store.take(page(contact("1")))
    say(store, 31, "pending", [HALF])
    store.take(page(deleted("1", minute=2)))
    assert (store.trail.steps([ANA]), store.trail.verdicts([ANA])) == ([], [])


def test_the_digest_does_not_depend_on_when_things_were_said(store: Store) -> None:
    store.take(page(contact("1")))
    say(store, 31, "pending", [HALF])
    before = store.digest()
    say(store, 31 + int(timedelta(minutes=5).total_seconds() // 60), "pending", [HALF])
    assert store.digest() == before
