"""Which mails somebody sent to many at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.contact import WhyNot, why_not
from journey.mass_mail import SENT_TO_MANY, Mail, MassMailRule, Sending, mass, sending
from journey.model import Actor, Direction, PersonId, Ref, Touchpoint, TouchType, Value

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULE = MassMailRule(5, timedelta(minutes=1))
WRITTEN: dict[str, Value] = {
    "type": "email",
    "direction": "outbound",
    "actor": "human",
    "owner": "7",
    "subject": "Hola",
    "at": NOON,
}


def mail(second: int, *people: str) -> Mail:
    return Mail(NOON + timedelta(seconds=second), frozenset(PersonId(person) for person in people))


def test_five_people_within_a_minute_were_written_to_by_hand_and_six_were_not() -> None:
    six = [mail(second * 12, f"p{second}") for second in range(6)]
    assert mass(six[:5], RULE) == set()
    assert mass(six, RULE) == set(range(6))


def test_a_minute_later_is_too_late_to_be_of_the_same_mailing() -> None:
    mails = [*(mail(second, f"p{second}") for second in range(5)), mail(61, "p9")]
    assert mass(mails, RULE) == set()
    assert mass([*mails[:5], mail(60, "p9")], RULE) == set(range(6))


def test_many_mails_to_one_person_are_no_mass_mail() -> None:
    assert mass([mail(second, "ana") for second in range(20)], RULE) == set()


def test_one_mail_to_many_people_is_mass_mail() -> None:
    assert mass([mail(0, *"abcdef")], RULE) == {0}


@given(
    st.lists(st.tuples(st.integers(0, 300), st.sets(st.sampled_from("abcdefgh"), max_size=3)), max_size=25),
    st.integers(1, 4),
    st.integers(1, 90),
)
def test_a_mail_is_mass_mail_if_any_span_around_it_reaches_too_many(
    sent: list[tuple[int, set[str]]], most: int, seconds: int
) -> None:
    """Against looking at every span that begins with a mail."""
    mails = [mail(second, *sorted(people)) for second, people in sorted(sent, key=lambda one: one[0])]
    within = timedelta(seconds=seconds)
    expected: set[int] = set()
    for first in mails:
        span = [place for place, one in enumerate(mails) if first.at <= one.at <= first.at + within]
        if len({person for place in span for person in mails[place].people}) > most:
            expected.update(span)
    assert mass(mails, MassMailRule(most, within)) == expected


def test_case_and_spaces_of_a_subject_make_no_other_mailing() -> None:
    assert sending({**WRITTEN, "subject": "  hOLA "}) == sending(WRITTEN)
    assert sending({**WRITTEN, "subject": "Re: Hola"}) != sending(WRITTEN)


@pytest.mark.parametrize(
    "other",
    [
        {"type": "call"},
        {"direction": "inbound"},
        {"actor": "automated"},
        {"owner": None},
        {"subject": " "},
        {"at": None},
    ],
)
def test_only_what_an_owner_sent_under_a_subject_can_be_mass_mail(other: dict[str, str | None]) -> None:
    assert isinstance(sending(WRITTEN), Sending)
    assert sending({**WRITTEN, **other}) is None


def test_mass_mail_is_no_contact_and_says_why() -> None:
    touch = Touchpoint(
        Ref("crm", "emails", "1"), NOON, TouchType.EMAIL, Direction.OUTBOUND, Actor.HUMAN, "7", {SENT_TO_MANY: True}
    )
    assert why_not(touch) is WhyNot.SENT_TO_MANY
    # Not even where sequences count: a mail merge is nobody's sequence.
    assert why_not(touch, sequence_counts=True) is WhyNot.SENT_TO_MANY


@pytest.mark.parametrize(("most", "seconds"), [(0, 60), (5, 0)])
def test_a_rule_that_makes_everything_mass_mail_is_refused(most: int, seconds: int) -> None:
    with pytest.raises(ValueError, match="at least two people"):
        MassMailRule(most, timedelta(seconds=seconds))
