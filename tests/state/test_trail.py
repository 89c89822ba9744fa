"""What the store tells of the past: each change of a score with its causes, and the rules over time."""

from dataclasses import replace
from datetime import timedelta

from journey.cause import Cause, Part
from journey.identity import person_id
from journey.model import Ref
from state.rules import RulesVersion
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, Clock, at, contact, page, settlement
from state.told import MOST_CHANGES, ScoreChange, WrittenScore

CONTACT = Ref(CRM, CONTACTS, "1")
ANA = person_id(CONTACT)
PARTS = (
    Part(Cause.ACTIVITY, 15.25, "interest", "form", Ref(CRM, "forms", "7")),
    Part(Cause.FIELD, -5.0, "fit", "spain", ("country", "stage")),
    Part(Cause.LIMIT, -0.25),
)


def test_a_change_of_score_is_kept_with_its_causes_and_both_versions_of_the_rules(store: Store) -> None:
    store.take(page(contact("1")))
    store.settle(RUN, [settlement(ANA, None, 50)])
    changed = replace(settlement(ANA, None, 60), as_of=at(1), rules_version="newer", parts=PARTS)
    store.settle(RUN, [changed])
    assert store.trail.scores(ANA) == [
        ScoreChange(NOON, 50, RUN, None, "rules", None, ()),
        ScoreChange(at(1), 60, RUN, 50, "newer", "rules", PARTS),
    ]


def test_settling_twice_writes_a_change_down_once(store: Store) -> None:
    """I2."""
    store.take(page(contact("1")))
    store.settle(RUN, [settlement(ANA, None, 50)])
    for _ in range(2):
        store.settle(RUN, [replace(settlement(ANA, None, 60), as_of=at(1), parts=PARTS)])
    assert [change.total for change in store.trail.scores(ANA)] == [50, 60]


def test_a_persons_history_is_bounded_and_the_oldest_goes_first(store: Store) -> None:
    """I14."""
    store.take(page(contact("1"), contact("2")))
    other = person_id(Ref(CRM, CONTACTS, "2"))
    store.settle(RUN, [settlement(other, None, 33)])
    for minute in range(MOST_CHANGES + 3):
        store.settle(RUN, [replace(settlement(ANA, None, minute % 2), as_of=at(minute))])
    kept = store.trail.scores(ANA)
    assert [change.at for change in kept] == [at(minute) for minute in range(3, MOST_CHANGES + 3)]
    assert [change.total for change in store.trail.scores(other)] == [33]


def test_the_score_that_stands_is_told_with_its_records(store: Store) -> None:
    store.take(page(contact("1"), contact("2")))
    store.settle(RUN, [replace(settlement(ANA, None, 50), records=(CONTACT,))])
    nobody = person_id(Ref(CRM, CONTACTS, "2"))
    assert store.trail.written_scores([ANA, nobody]) == {ANA: WrittenScore(50, "rules", (CONTACT,), "{}")}


def test_rules_that_come_back_are_the_ones_in_force_again(store: Store, clock: Clock) -> None:
    one, other = RulesVersion("aa", "11", '{"lang": "en"}'), RulesVersion("bb", "11", '{"lang": "es"}')
    for rules in (one, one, other, one):
        store.trail.use_rules(rules)
        clock.pass_by(timedelta(hours=1))
    latest, before = store.trail.rules()
    assert (latest.rules, latest.first_used, latest.last_used) == (one, NOON, NOON + timedelta(hours=3))
    assert (before.rules, before.first_used, before.last_used) == (other, *[NOON + timedelta(hours=2)] * 2)
