"""Mail that one of our people sent to many at once: a machine did it, whoever's name it carries.

A CRM logs each copy of a mail merge as a person's own e-mail. What gives it away is the company it is in: the same subject, by
the same owner, to more people within a minute than anybody writes to by hand.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from journey.model import Actor, Direction, PersonId, TouchType, Value

SENT_TO_MANY = "sent_to_many"
"""The value of a touchpoint that says it is mass mail by this rule (the field `bulk` is what the CRM itself says)."""


@dataclass(frozen=True, slots=True)
class MassMailRule:
    """More than `same_subject` different people within `within` is mass mail. Raises ValueError unless both are positive."""

    same_subject: int = 5
    within: timedelta = timedelta(minutes=1)

    def __post_init__(self) -> None:
        if self.same_subject < 1 or self.within <= timedelta(0):
            raise ValueError("mass mail goes to at least two people, within some time")


class Sending(NamedTuple):
    """What mails of one mass mailing share (`owner` is a CRM's id, `subject` a digest of it), and when this one was sent."""

    owner: str
    subject: str
    at: datetime


class Mail(NamedTuple):
    """One mail of an owner's under one subject: when it was sent, and to whom."""

    at: datetime
    people: frozenset[PersonId]


def sending(values: Mapping[str, Value]) -> Sending | None:
    """What a touchpoint's values say of an outbound e-mail in an owner's own name; None for any other, or without a subject."""
    at, owner, subject = values.get("at"), values.get("owner"), " ".join(str(values.get("subject") or "").split())
    written = (values.get("type"), values.get("direction"), values.get("actor"))
    if written != (TouchType.EMAIL, Direction.OUTBOUND, Actor.HUMAN) or not isinstance(at, datetime):
        return None
    if owner is None or not subject:
        return None
    # A lone surrogate must not stop a page.
    digest = blake2b(subject.casefold().encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return Sending(str(owner), digest, at)


def mass(mails: Sequence[Mail], rule: MassMailRule) -> AbstractSet[int]:
    """The places in `mails`, which are in order of time and share owner and subject, of those that are mass mail.

    A mail is so if it lies in any span of `rule.within` in which more than `rule.same_subject` people were written to.
    """
    times = [mail.at for mail in mails]
    found: set[int] = set()
    inside: Counter[PersonId] = Counter()
    end = told = 0
    for start, mail in enumerate(mails):
        last = bisect_right(times, mail.at + rule.within)
        for later in mails[end:last]:
            inside.update(later.people)
        end = last
        if len(inside) > rule.same_subject:
            found.update(range(max(start, told), last))
            told = last
        for person in mail.people:
            inside[person] -= 1
            if not inside[person]:
                del inside[person]
    return found
