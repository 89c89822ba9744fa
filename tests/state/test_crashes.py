"""Whatever breaks between two statements, the state is the one before or the one after."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from journey.identity import person_id
from journey.model import Ref
from state.model import Agreed, ConflictPolicy, ConflictRow, CycleRow, RefusedWrite, Taken
from state.schema import run_objects
from state.store import Store
from state.testing import CALLS, CONTACTS, CRM, RUN, at, call, contact, merged, owed, page, settlement, unmapped

ONE, TWO = Ref(CRM, CONTACTS, "1"), Ref(CRM, CONTACTS, "2")
CYCLE = CycleRow("c", "first-contact", 1, at(0), at(60), None, "pending", "{}")


class Broken(Exception):
    """The database went away."""


@contextmanager
def breaking_at(store: Store, n: int) -> Iterator[list[int]]:
    """Let the n-th call to the database fail, counting statements and commits."""
    calls = [0]

    def count(*_: object) -> None:
        calls[0] += 1
        if calls[0] == n:
            raise Broken

    engine = store._database.engine
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    try:
        yield calls
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", count)


def start(store: Store) -> None:
    store.take(
        page(contact("1", email="a@x.example"), contact("2", stage="lead"), contact("3"), rejected=[unmapped("9")])
    )
    store.settle(RUN, [settlement(person_id(ref), None, owed=[owed(ref.id, score=50)]) for ref in (ONE, TWO)])


def take_much(store: Store) -> None:
    facts = (
        contact("2", 1, [ONE], email="b@x.example", stage="mql"),
        merged("3", "1"),
        contact("9"),
        call("7", "1", "2"),
    )
    store.take(page(*facts, rejected=[unmapped("8")]))


def settle_much(store: Store) -> None:
    results = [settlement(person_id(ref), None, 80, [owed(ref.id, score=80)], [CYCLE]) for ref in (ONE,)]
    store.settle(RUN, [*results, settlement(person_id(TWO), None, 60)])


def agree_much(store: Store) -> None:
    store.agree(RUN, [Agreed(ONE, {"score": 50}, "v"), Agreed(TWO, {"score": 50}, "v", already=True)])


def refuse_much(store: Store) -> None:
    store.refuse(
        RUN,
        [RefusedWrite(ONE, {"score": 50}, "no", "X", True, at(5)), RefusedWrite(TWO, {"score": 50}, "no", "X", False)],
    )


def keep_much(store: Store) -> None:
    store.record_conflicts(RUN, [ConflictRow(ref, "score", "99", 50, ConflictPolicy.KEEP) for ref in (ONE, TWO)])


@pytest.mark.parametrize("step", [take_much, settle_much, agree_much, refuse_much, keep_much])
def test_a_step_that_breaks_anywhere_happened_wholly_or_not_at_all(
    new_store: Callable[[], Store], step: Callable[[Store], None]
) -> None:
    """I1, I2: broken at every single call in turn, then done again."""
    store = new_store()
    start(store)
    before = everything(store)
    step(store)
    after = everything(store)
    assert after != before
    for n in range(1, 1000):
        store = new_store()
        start(store)
        with breaking_at(store, n) as calls:
            try:
                step(store)
            except Broken:
                pass
            else:
                break
        assert everything(store) == before
        step(store)
        assert everything(store) == after
    assert 5 < calls[0] < n


def everything(store: Store) -> object:
    """The state, and what its digest leaves out."""
    with store._database.reading() as connection:
        counts = connection.execute(select(run_objects)).all()
    rejected = [(row.rejection, row.settled) for row in store.rejected(open_only=False)]
    conflicts = [(row.conflict, row.settled) for row in store.conflicts(open_only=False)]
    outbox = store.owed(CRM, CONTACTS, at(999), 99)
    due = store.due_people(at(0), 99)
    return store.digest(), store.cursor(CRM, CONTACTS), counts, rejected, conflicts, outbox, due


def test_writers_at_once_wait_for_each_other(new_store: Callable[[], Store]) -> None:
    """I1, I11: six threads take pages that all touch the same people; none fails, none is lost."""
    rng = random.Random(7)  # noqa: S311 (a test's shuffle)
    facts = [contact(str(n), email=f"{n % 5}@x.example") for n in range(60)] + [
        call(str(n), str(n % 60)) for n in range(120)
    ]
    straight = new_store()
    straight.take(page(*facts))
    expected = straight.digest()
    rng.shuffle(facts)
    store = new_store()
    pages = [page(*facts[n : n + 6]) for n in range(0, len(facts), 6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(store.take, pages))
    assert store.digest() == expected
    assert store.people_count().people == 5


def test_a_reader_sees_one_moment(store: Store) -> None:
    """A person's facts are read as of one moment, though a page comes in between two statements."""
    store.take(page(contact("1")))
    who = person_id(ONE)
    came_in: list[Taken] = []

    def take_between(*args: object) -> None:
        if "JOIN dirty" in str(args[2]) and not came_in:
            with ThreadPoolExecutor(1) as other:
                came_in.append(other.submit(store.take, page(call("7", "1"), object_=CALLS)).result())

    event.listen(store._database.engine, "before_cursor_execute", take_between)
    known = store.facts_of([who])[who]
    assert came_in == [Taken(new=1)]
    assert len(known.facts) == 1
    store.settle(RUN, [settlement(who, known.mark)])
    assert store.due_people(at(0), 9) == [who], "the call that came in between is derived next"
