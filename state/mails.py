"""Which e-mails are mass mail: kept right as mails come and change, and as their receivers turn out to be other people.

It takes knowledge across people, so it is found out here and becomes a value of the e-mail (`journey.mass_mail`). Taking a
page only notes which mails must be weighed; they are weighed, with those sent about then, before anybody is derived.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from journey.instants import span
from journey.mass_mail import Mail, MassMailRule, mass, sending
from journey.model import Kind, PersonId
from state import applied, dirty, schema
from state.codec import micros, moment
from state.database import Key, Upsert, by_keys
from state.records import Batch

AT_ONCE = 500
_RULE = "mass mail"

_write = Upsert(schema.mails)

_OF_SAME_SENDING = """
    UPDATE mails SET unweighed = 1 WHERE (source, owner, subject) IN
      (SELECT m.source, m.owner, m.subject FROM k JOIN mails m ON m.source = k.source AND m.id = k.id)
"""
_RECEIVED = """
    UPDATE mails SET unweighed = 1 WHERE (source, id) IN
      (SELECT l.source, l.id FROM k JOIN links l ON l.to_source = k.source AND l.to_id = k.id)
"""
_DELETE = "DELETE FROM mails WHERE (source, id) IN (SELECT source, id FROM k)"
_UNWEIGHED = "SELECT source, id FROM mails WHERE unweighed = 1 ORDER BY source, id LIMIT :limit"
# Of thousands in the same minute one span is made, or each would bring in all the others.
_ABOUT_THEN = """
    SELECT o.source, o.owner, o.subject, o.at, o.id, o.mass,
      MAX(CASE WHEN o.at BETWEEN s.first_at - :within AND s.last_at + :within THEN 1 ELSE 0 END) AS near
    FROM (
      SELECT m.source, m.owner, m.subject, MIN(m.at) AS first_at, MAX(m.at) AS last_at
      FROM k JOIN mails m ON m.source = k.source AND m.id = k.id
      GROUP BY m.source, m.owner, m.subject, m.at / :within
    ) s JOIN mails o ON o.source = s.source AND o.owner = s.owner AND o.subject = s.subject
      AND o.at BETWEEN s.first_at - :reach AND s.last_at + :reach
    GROUP BY o.source, o.owner, o.subject, o.at, o.id, o.mass ORDER BY o.source, o.owner, o.subject, o.at, o.id
"""
_RECEIVERS = """
    SELECT k.source, k.id, p.person FROM k JOIN links l ON l.source = k.source AND l.id = k.id
      JOIN records p ON p.source = l.to_source AND p.id = l.to_id WHERE p.person IS NOT NULL
"""
_SET_MASS = "UPDATE mails SET mass = 1 - mass WHERE (source, id) IN (SELECT source, id FROM k)"
_WEIGHED = "UPDATE mails SET unweighed = 0 WHERE (source, id) IN (SELECT source, id FROM k)"
_MASS = "SELECT m.source, m.id FROM k JOIN mails m ON m.source = k.source AND m.id = k.id WHERE m.mass = 1"


class _Sent(NamedTuple):
    """A stored mail; all that bears on one that is `near` to those to be weighed was read with it."""

    source: int
    owner: str
    subject: str
    at: int
    id: str
    mass: int
    near: int

    @property
    def key(self) -> Key:
        """The record's key."""
        return Key(self.source, self.id)


def note(connection: Connection, batch: Batch) -> None:
    """The batch was written: its mails, and those that its new people received, must be weighed."""
    touchpoints = batch.keys(Kind.TOUCHPOINT)
    if replaced := [key for key in touchpoints if key in batch.before]:
        by_keys(connection, _OF_SAME_SENDING, replaced)
        by_keys(connection, _DELETE, replaced)
    live = {key: fact.values for key, (held, fact) in batch.after.items() if held.kind == Kind.TOUCHPOINT}
    add(connection, live)
    moved(connection, [key for key in batch.keys(Kind.PERSON) if key not in batch.before])


def add(connection: Connection, touchpoints: Mapping[Key, Mapping[str, Any]]) -> None:
    """Note the mails among touchpoints, by their values."""
    mails = [(key, sent) for key, values in touchpoints.items() if (sent := sending(values)) is not None]
    _write(connection, [(*key, sent.owner, sent.subject, micros(sent.at), 0, 1) for key, sent in mails])


def moved(connection: Connection, people: Collection[Key]) -> None:
    """These records are another person now: the mails they received must be weighed again."""
    if people:
        by_keys(connection, _RECEIVED, people)


def weigh(connection: Connection, rule: MassMailRule) -> bool:
    """Find out of some mails whether they are mass mail; their people are due where that changed. False if none was left."""
    told = f"{rule.same_subject} in {rule.within}"
    if applied.applied(connection, _RULE) != told:
        connection.execute(text("UPDATE mails SET unweighed = 1"))
        applied.note(connection, _RULE, told)
    unweighed = [Key._make(row) for row in connection.execute(text(_UNWEIGHED), {"limit": AT_ONCE})]
    if not unweighed:
        return False
    within = span(rule.within)
    sent = [_Sent._make(row) for row in by_keys(connection, _ABOUT_THEN, unweighed, within=within, reach=2 * within)]
    changed = _changed(connection, sent, rule)
    if changed:
        by_keys(connection, _SET_MASS, changed)
        dirty.mark_linked(connection, changed, dirty.new_mark())
    # All of a mailing at once: each of its mails would bring in all the others again.
    by_keys(connection, _WEIGHED, [mail.key for mail in sent if mail.near])
    return True


def mass_among(connection: Connection, emails: Iterable[Key]) -> AbstractSet[Key]:
    """Those of these e-mails that are mass mail."""
    keys = list(emails)
    return {Key._make(row) for row in by_keys(connection, _MASS, keys)} if keys else set()


def _changed(connection: Connection, sent: Sequence[_Sent], rule: MassMailRule) -> list[Key]:
    sendings = [list(same) for _, same in groupby(sent, key=lambda mail: mail[:3])]
    known = _receivers(connection, [mail.key for same in sendings for mail in same])
    changed: list[Key] = []
    for same in sendings:
        found = mass([Mail(moment(mail.at), frozenset(known.get(mail.key, ()))) for mail in same], rule)
        changed += [mail.key for place, mail in enumerate(same) if mail.near and (place in found) != bool(mail.mass)]
    return changed


def _receivers(connection: Connection, mails: Sequence[Key]) -> Mapping[Key, AbstractSet[PersonId]]:
    known: dict[Key, set[PersonId]] = defaultdict(set)
    for source, id_, person in by_keys(connection, _RECEIVERS, mails):
        known[Key(source, id_)].add(person)
    return known
