"""Everybody derived again in slices: the position moves with the results, and a newer request takes the older one's place."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from journey.identity import person_id
from journey.model import PersonId, Ref
from state.database import Source
from state.model import Agreed, RefusedWrite
from state.rescores import KEPT, Replaced, Rescore, Slice
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, Clock, at, contact, deleted, owed, page, settlement


def ref(number: int) -> Ref:
    return Ref(CRM, CONTACTS, str(number))


def fill(store: Store, people: int = 5) -> None:
    store.take(page(*(contact(str(number)) for number in range(people))))


def asked(store: Store, digest: str = "rules-2") -> Rescore:
    store.rescoring.ask(digest)
    under_way = store.rescoring.under_way()
    assert under_way is not None
    return under_way


def walk(store: Store, rescore: Rescore, slices: int, size: int = 2) -> Sequence[PersonId]:
    """The people of the next slices, each derived."""
    seen: list[PersonId] = []
    for _ in range(slices):
        some = store.rescoring.next_slice(rescore, size)
        if some is None:
            break
        store.settle(RUN, [settlement(person, None, 60) for person in some.people], some)
        seen += some.people
    return seen


def test_a_changed_agreement_asks_once_and_marks_nobody(store: Store) -> None:
    """Who has news stays apart from everybody."""
    fill(store)
    store.settle(RUN, [settlement(p, f.mark) for p, f in store.facts_of(store.due_people(NOON, 99)).items()])
    assert store.rescoring.ask_if_changed("rules-1")
    assert not store.rescoring.ask_if_changed("rules-1")
    under_way = store.rescoring.under_way()
    assert under_way is not None
    assert (under_way.version, under_way.total, under_way.done) == ("rules-1", 5, 0)
    assert store.due_people(NOON, 99) == []


def test_with_nobody_there_is_nothing_to_do(store: Store) -> None:
    store.take(page(contact("1"), deleted("1")))
    assert store.rescoring.ask_if_changed("rules-1")
    assert store.rescoring.under_way() is None


def test_everybody_comes_once_and_who_goes_on_continues_where_it_was(store: Store) -> None:
    """I1: whoever takes it up again sees only whom nobody had derived."""
    fill(store)
    first = walk(store, asked(store), 1)
    under_way = store.rescoring.under_way()
    assert under_way is not None
    assert (under_way.done, under_way.changed, under_way.after) == (2, 2, first[-1])
    rest = walk(store, under_way, 99)
    assert [*first, *rest] == sorted(person_id(ref(number)) for number in range(5))
    store.rescoring.finish(under_way.id)
    assert store.rescoring.under_way() is None
    done = store.rescoring.called(under_way.id)
    assert done is not None
    assert (done.done, done.total, done.replaced) == (5, 5, False)


def test_results_by_an_agreement_that_was_replaced_are_not_stored(store: Store) -> None:
    fill(store)
    old = asked(store)
    some = store.rescoring.next_slice(old, 2)
    assert some is not None
    new = asked(store, "rules-3")
    with pytest.raises(Replaced):
        store.settle(RUN, [settlement(person, None, 60) for person in some.people], some)
    assert store.trail.written_scores(some.people) == {}
    with pytest.raises(Replaced):
        store.rescoring.next_slice(old, 2)
    with pytest.raises(Replaced):
        store.rescoring.begin(old.id, RUN)
    with pytest.raises(Replaced):
        store.rescoring.finish(old.id)
    gone = store.rescoring.called(old.id)
    assert gone is not None
    assert gone.replaced
    assert len(walk(store, new, 99)) == 5


def test_it_tells_how_fast_it_is_and_how_long_it_will_take(store: Store, clock: Clock) -> None:
    fill(store, 6)
    rescore = asked(store)
    assert (rescore.rate, rescore.left) == (None, None)
    walk(store, rescore, 1)
    clock.pass_by(timedelta(hours=1))
    store.rescoring.begin(rescore.id, RUN)
    clock.pass_by(timedelta(seconds=4))
    walk(store, rescore, 1)
    now = store.rescoring.of_run(RUN)
    assert now is not None
    assert (now.rate, now.left) == (0.5, timedelta(seconds=4))


def test_people_who_come_meanwhile_never_make_more_than_all(store: Store) -> None:
    fill(store, 2)
    rescore = asked(store)
    fill(store, 5)
    walk(store, rescore, 99)
    now = store.rescoring.under_way()
    assert now is not None
    assert (now.done, now.total) == (5, 5)


def test_only_so_many_are_remembered(store: Store, clock: Clock) -> None:
    """I14."""
    fill(store, 1)
    ids = []
    for _ in range(KEPT + 2):
        ids.append(asked(store).id)
        clock.pass_by(timedelta(seconds=1))
    assert [store.rescoring.called(which) is None for which in ids] == [True, True, *[False] * KEPT]


def settled(store: Store, number: int, score: int, of: Slice | None = None) -> None:
    store.settle(RUN, [settlement(person_id(ref(number)), None, score, [owed(str(number), score=score)])], of)


def owing(store: Store, *, backlog: bool | None) -> Sequence[tuple[str, object]]:
    rows = store.owed(CRM, CONTACTS, at(60), 99, None, backlog)
    return [(row.ref.id, row.fields["score"]) for row in rows]


def test_what_a_rescore_owes_waits_behind_everything_else(store: Store) -> None:
    fill(store, 2)
    some = Slice(asked(store).id, (person_id(ref(0)),))
    settled(store, 0, 60, some)
    settled(store, 1, 70)
    assert owing(store, backlog=False) == [("1", 70)]
    assert owing(store, backlog=True) == [("0", 60)]
    assert owing(store, backlog=None) == [("0", 60), ("1", 70)]


def test_news_of_a_person_bring_their_write_forward_and_a_rescore_never_puts_one_back(store: Store) -> None:
    fill(store, 2)
    settled(store, 0, 60, Slice(asked(store).id, (person_id(ref(0)),)))
    settled(store, 0, 60)
    settled(store, 1, 70)
    settled(store, 1, 75, Slice(asked(store).id, (person_id(ref(1)),)))
    assert owing(store, backlog=False) == [("0", 60), ("1", 75)]


def test_a_refused_write_keeps_its_attempts_when_it_is_brought_forward(store: Store) -> None:
    fill(store, 1)
    settled(store, 0, 60, Slice(asked(store).id, (person_id(ref(0)),)))
    store.refuse(RUN, [RefusedWrite(ref(0), {"score": 60}, "busy", "X", True, at(30))])
    settled(store, 0, 60)
    (row,) = store.owed(CRM, CONTACTS, at(30), 9, None, False)
    assert row.attempts == 1
    assert store.owed(CRM, CONTACTS, at(29), 9, None, False) == []


def test_the_forecast_counts_what_the_crm_does_not_hold(store: Store) -> None:
    fill(store, 2)
    store.agree(RUN, [Agreed(ref(0), {"score": 50}, "v")])
    wanted = [owed("0", score=50), owed("1", score=50)]
    assert store.rescoring.would_owe(wanted) == {Source(CRM, CONTACTS): 1}
    assert owing(store, backlog=None) == []
