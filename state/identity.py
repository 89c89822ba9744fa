"""Which records are one person, kept right as records come, change and go.

Who is one person is a function of the records as they are now (`journey.identity`), never of the order in which they came.
Only groups that a changed record was in, or is in, are looked at.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, update

from journey.identity import group, identifying_email, person_id
from journey.model import PersonId
from state import schema
from state.database import Key, by_keys, by_names
from state.sources import Sources

_NODE = "o.source, o.id, o.person, o.email, o.gone, o.merged_source, o.merged_id"
_LINKED = f"""
    SELECT k.source, k.id, {_NODE} FROM k JOIN links l ON l.source = k.source AND l.id = k.id
      JOIN records o ON o.source = l.to_source AND o.id = l.to_id WHERE o.person IS NOT NULL
    UNION ALL
    SELECT k.source, k.id, {_NODE} FROM k JOIN links l ON l.to_source = k.source AND l.to_id = k.id
      JOIN records o ON o.source = l.source AND o.id = l.id WHERE o.person IS NOT NULL
    UNION ALL
    SELECT k.source, k.id, {_NODE} FROM k JOIN records o ON o.merged_source = k.source AND o.merged_id = k.id
      WHERE o.person IS NOT NULL
"""  # noqa: S608 (nothing but constants)
_BY_KEY = f"SELECT {_NODE} FROM k JOIN records o ON o.source = k.source AND o.id = k.id WHERE o.person IS NOT NULL"  # noqa: S608
_BY_EMAIL = f"SELECT {_NODE} FROM n JOIN records o ON o.email = n.name"  # noqa: S608
_BY_PERSON = f"SELECT {_NODE} FROM n JOIN records o ON o.person = n.name"  # noqa: S608


class Node(NamedTuple):
    """A person record, as far as identity is concerned."""

    source: int
    id: str
    person: PersonId
    email: str | None
    gone: int
    merged_source: int | None
    merged_id: str | None

    @property
    def key(self) -> Key:
        """The record's key."""
        return Key(self.source, self.id)

    @property
    def merged(self) -> Key | None:
        """The record that took this one's place."""
        if self.merged_source is None or self.merged_id is None:
            return None
        return Key(self.merged_source, self.merged_id)


@dataclass(frozen=True, slots=True)
class Regrouped:
    """`touched` people must be derived again; `vanished` ones have no live record any more."""

    touched: frozenset[PersonId] = frozenset()
    vanished: frozenset[PersonId] = frozenset()


@dataclass(slots=True)
class _Walk:
    """The groups reached from some records, and the edges that hold them together."""

    connection: Connection
    nodes: dict[Key, Node] = field(default_factory=dict)
    edges: list[tuple[Key, Key]] = field(default_factory=list)
    holders: dict[str, Key] = field(default_factory=dict)
    seen: set[Key] = field(default_factory=set)

    def run(self, nodes: Iterable[Node], people: AbstractSet[PersonId]) -> None:
        """Reach everything that belongs together with these records, or did so while they were these people."""
        self._meet(nodes)
        if people:
            self._meet(Node._make(row) for row in by_names(self.connection, _BY_PERSON, people))
        while frontier := {*self.nodes, *(b for _, b in self.edges)} - self.seen:
            self.seen |= frontier
            if unknown := frontier - self.nodes.keys():
                self._meet(Node._make(row) for row in by_keys(self.connection, _BY_KEY, unknown))
            self._follow_links(frontier)
            self._follow_emails(frontier)

    def _meet(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if node.key in self.nodes:
                continue
            self.nodes[node.key] = node
            if node.merged is not None:
                self.edges.append((node.key, node.merged))

    def _follow_links(self, frontier: set[Key]) -> None:
        for row in by_keys(self.connection, _LINKED, frontier):
            # A link to a record that is no person record (yet, or any more) joins nobody.
            self._join(Key(row[0], row[1]), Node._make(row[2:]))

    def _join(self, one: Key, other: Node) -> None:
        if one in self.nodes or other.merged == one:
            self._meet([other])
            self.edges.append((one, other.key))

    def _follow_emails(self, frontier: set[Key]) -> None:
        held = {key: self.nodes[key].email for key in frontier if key in self.nodes}
        emails = {e for e in held.values() if e is not None and e not in self.holders and identifying_email(e)}
        for row in by_names(self.connection, _BY_EMAIL, emails) if emails else ():
            key = Key(row.source, row.id)
            if key not in self.nodes:
                self._meet([Node._make(row)])
            holder = self.holders.setdefault(row.email, key)
            if holder != key:
                self.edges.append((holder, key))


def regroup(
    connection: Connection, sources: Sources, nodes: Sequence[Node], before: AbstractSet[PersonId]
) -> Regrouped:
    """Put right the people of changed records, which belonged to the people `before`. Writes `records.person`."""
    if not nodes and not before:
        return Regrouped()
    walk = _Walk(connection)
    walk.run(nodes, before)
    people = _people(sources, walk, before)
    moved = {key: people[key] for key, node in walk.nodes.items() if node.person != people[key]}
    _move(connection, moved)
    live = {people[key] for key, node in walk.nodes.items() if not node.gone}
    touched = {people[key] for key in (*moved, *(node.key for node in nodes))} | before
    known = {node.person for node in walk.nodes.values()} | set(people.values()) | before
    return Regrouped(frozenset(touched & live), frozenset(known - live))


def _people(sources: Sources, walk: _Walk, before: AbstractSet[PersonId]) -> dict[Key, PersonId]:
    joined = group((), ((sources.ref(*one), sources.ref(*other)) for one, other in walk.edges))
    people = {}
    for key, node in walk.nodes.items():
        ref = sources.ref(*key)
        # A new record that nothing joins already carries its own id.
        own = person_id(ref) if node.person in before else node.person
        people[key] = joined.get(ref, own)
    return people


def _move(connection: Connection, moved: dict[Key, PersonId]) -> None:
    records = schema.records
    if moved:
        statement = update(records).where(records.c.source == bindparam("s"), records.c.id == bindparam("i"))
        rows = [{"s": key.source, "i": key.id, "p": person} for key, person in moved.items()]
        connection.execute(statement.values(person=bindparam("p")), rows)
