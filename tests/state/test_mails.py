"""Mass mail is told by its company, however and in whichever order the mails and their receivers come."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from journey.mass_mail import SENT_TO_MANY, MassMailRule
from journey.model import Fact, Kind, PersonId, Ref, Value
from state import mails
from state.codec import decode
from state.database import Key
from state.store import Store
from state.testing import CONTACTS, CRM, NOON, RUN, at, contact, deleted, page, settlement

RULE = MassMailRule(2, timedelta(minutes=1))
EMAILS = "emails"


def mail(id_: str, *contacts: str, second: int = 0, version: int = 0, subject: str = "Hola", owner: str = "7") -> Fact:
    """An e-mail of an owner's to these contacts."""
    values: dict[str, Value] = {
        "type": "email",
        "direction": "outbound",
        "actor": "human",
        "subject": subject,
        "owner": owner,
        "at": NOON + timedelta(seconds=second),
    }
    links = tuple(Ref(CRM, CONTACTS, contact_id) for contact_id in contacts)
    return Fact(Kind.TOUCHPOINT, Ref(CRM, EMAILS, id_), f"v{version}", at(version), values, links)


def take(store: Store, *facts: Fact) -> None:
    """Each kind of fact in a page of its own."""
    for object_ in (CONTACTS, EMAILS):
        if own := [fact for fact in facts if fact.ref.object == object_]:
            store.take(page(*own, object_=object_))


def weigh(store: Store, rule: MassMailRule = RULE) -> None:
    while store.weigh_mails(rule):
        pass


def settle_everyone(store: Store) -> None:
    known = store.facts_of(store.due_people(NOON, 1000))
    store.settle(RUN, [settlement(person, facts.mark) for person, facts in known.items()])


def mass_mails(store: Store) -> set[str]:
    people = [row.person for row in store.everybody(100)]
    found = (fact for known in store.facts_of(people).values() for fact in known.facts)
    return {fact.ref.id for fact in found if fact.values.get(SENT_TO_MANY) is True}


def contacts(count: int) -> Sequence[Fact]:
    return [contact(str(n)) for n in range(count)]


def test_the_mail_that_makes_it_too_many_makes_all_of_them_mass_mail(store: Store) -> None:
    take(store, *contacts(4), mail("a", "0"), mail("b", "1", second=20))
    weigh(store)
    settle_everyone(store)
    assert mass_mails(store) == set()
    take(store, mail("c", "2", second=40))
    weigh(store)
    assert mass_mails(store) == {"a", "b", "c"}
    due = store.facts_of(store.due_people(NOON, 10))
    assert {fact.ref.id for known in due.values() for fact in known.facts if fact.ref.object == CONTACTS} == {
        "0",
        "1",
        "2",
    }


def test_another_subject_owner_or_hour_is_another_mailing(store: Store) -> None:
    take(
        store,
        *contacts(3),
        *(mail(f"s{n}", str(n), subject=f"Hola {n}") for n in range(3)),
        *(mail(f"o{n}", str(n), owner=str(n)) for n in range(3)),
        *(mail(f"t{n}", str(n), second=3600 * (n + 1)) for n in range(3)),
    )
    weigh(store)
    assert mass_mails(store) == set()


def test_weighing_again_leaves_nobody_due(store: Store) -> None:
    """I2."""
    same = [*contacts(3), *(mail(str(n), str(n)) for n in range(3))]
    take(store, *same)
    weigh(store)
    settle_everyone(store)
    take(store, *same)
    weigh(store)
    assert store.due_people(NOON, 10) == []


def test_a_mail_that_is_taken_back_frees_the_others(store: Store) -> None:
    take(store, *contacts(3), *(mail(str(n), str(n)) for n in range(3)))
    weigh(store)
    take(store, Fact(Kind.TOUCHPOINT, Ref(CRM, EMAILS, "2"), "v1", at(1), deleted=True))
    weigh(store)
    assert mass_mails(store) == set()


def test_receivers_who_turn_out_to_be_one_person_are_one(store: Store) -> None:
    take(
        store, contact("0"), contact("1", email="x@x.example"), contact("2"), *(mail(str(n), str(n)) for n in range(3))
    )
    weigh(store)
    assert mass_mails(store) == {"0", "1", "2"}
    take(store, contact("2", 1, email="x@x.example"))
    weigh(store)
    assert mass_mails(store) == set()


def test_a_deleted_receiver_was_written_to_all_the_same(store: Store) -> None:
    """I11."""
    take(store, *contacts(3), *(mail(str(n), str(n)) for n in range(3)))
    weigh(store)
    take(store, deleted("0"))
    weigh(store)
    assert mass_mails(store) == {"1", "2"}


def test_a_new_rule_weighs_every_mail_again(store: Store) -> None:
    take(store, *contacts(3), *(mail(str(n), str(n)) for n in range(3)))
    weigh(store)
    settle_everyone(store)
    weigh(store, MassMailRule(3, timedelta(minutes=1)))
    assert mass_mails(store) == set()
    assert len(store.due_people(NOON, 10)) == 3


def test_a_mailing_larger_than_one_weighing_is_found_whole(sqlite_store: Store) -> None:
    count = mails.AT_ONCE + 20
    take(sqlite_store, *contacts(count), *(mail(str(n), str(n), second=n % 60) for n in range(count)))
    weigh(sqlite_store)
    with sqlite_store._database.reading() as db:
        assert db.scalar(text("SELECT COUNT(*) FROM mails WHERE mass = 1 AND unweighed = 0")) == count


def test_mails_that_were_held_before_are_noted(sqlite_store: Store) -> None:
    """As the migration does it."""
    sent = mail("a", "0")
    take(sqlite_store, *contacts(1), sent)
    with sqlite_store._database.writing() as db:
        before = db.execute(text("SELECT * FROM mails")).all()
        db.execute(text("DELETE FROM mails"))
        body = db.scalar(text("SELECT body FROM records WHERE kind = 'touchpoint'"))
        mails.add(db, {Key(before[0].source, "a"): decode(body)})
        assert db.execute(text("SELECT * FROM mails")).all() == before


MAILS = st.lists(
    st.builds(
        mail,
        st.sampled_from("abcdef"),
        st.sampled_from("0123"),
        second=st.integers(0, 150),
        version=st.integers(0, 3),
        subject=st.sampled_from(["Hola", "Adios"]),
    ),
    max_size=8,
    unique_by=lambda fact: (fact.ref, fact.version),
)
PEOPLE = st.lists(
    st.builds(
        contact, st.sampled_from("0123"), st.integers(0, 3), email=st.sampled_from(["a@x.example", "b@x.example"])
    ),
    max_size=6,
    unique_by=lambda fact: (fact.ref, fact.version),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(sent=MAILS, people=PEOPLE, data=st.data())
def test_the_order_of_arrival_does_not_matter(
    new_store: Callable[[], Store], sent: list[Fact], people: list[Fact], data: st.DataObject
) -> None:
    """I9: whatever comes first, twice or in between weighings."""
    store = new_store()
    take(store, *people, *sent)
    weigh(store)
    expected = _held(store)
    shuffled = data.draw(st.permutations([*sent, *people, *sent]))
    store = new_store()
    for fact in shuffled:
        take(store, fact)
        if data.draw(st.booleans()):
            weigh(store)
    weigh(store)
    assert _held(store) == expected


def _held(store: Store) -> dict[PersonId, list[tuple[str, bool]]]:
    people = [row.person for row in store.everybody(100)]
    return {
        person: sorted((fact.ref.id, fact.values.get(SENT_TO_MANY) is True) for fact in known.facts)
        for person, known in store.facts_of(people).items()
    }
