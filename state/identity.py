"""Which records are one person, kept right as records come, change and go.

Who is one person is a function of the records as they are now and of what people decided (`journey.identity`), never of the
order in which they came. Only records that proof or a decision ties to a changed record, or to the people it was, are looked
at: what is decided apart may still be tied, and then what becomes of the one depends on the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, update

from journey.identity import Decision, Proof, Strength, Verdict, group, identifying_email, person_id
from journey.model import PersonId, Ref
from state import mails, schema
from state.database import Key, by_keys, by_names
from state.sources import Sources

_NODE = "o.source, o.id, o.person, o.email, o.gone, o.merged_source, o.merged_id, o.external_id"
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
_SHARED = {
    Strength.EXTERNAL_ID: f"SELECT {_NODE} FROM n JOIN records o ON o.external_id = n.name",  # noqa: S608
    Strength.EMAIL: f"SELECT {_NODE} FROM n JOIN records o ON o.email = n.name",  # noqa: S608
}
_DECIDED = """
    SELECT d.source, d.id, d.to_source, d.to_id, d.verdict FROM k
      JOIN person_decisions d ON d.source = k.source AND d.id = k.id
    UNION SELECT d.source, d.id, d.to_source, d.to_id, d.verdict FROM k
      JOIN person_decisions d ON d.to_source = k.source AND d.to_id = k.id
"""
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
    external_id: str | None

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

    def carried(self, strength: Strength) -> str | None:
        """What of that strength proves the record's person, where another record carries it too."""
        match strength:
            case Strength.EXTERNAL_ID:
                return self.external_id
            case Strength.EMAIL:
                return self.email if self.email is not None and identifying_email(self.email) else None
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Regrouped:
    """`touched` people must be derived again; `vanished` ones have no live record any more.

    `heirs` are the live people whom records of vanished ones now belong to, by the vanished.
    """

    touched: frozenset[PersonId] = frozenset()
    vanished: frozenset[PersonId] = frozenset()
    heirs: Mapping[PersonId, PersonId] = field(default_factory=dict)


@dataclass(slots=True)
class _Walk:
    """The records reached from some records, and all that ties them together."""

    connection: Connection
    named: AbstractSet[Key] = frozenset()
    nodes: dict[Key, Node] = field(default_factory=dict)
    merges: list[tuple[Key, Key]] = field(default_factory=list)
    links: set[tuple[Key, Key]] = field(default_factory=set)
    shared: dict[tuple[Strength, str], set[Key]] = field(default_factory=dict)
    decided: dict[tuple[Key, Key], Verdict] = field(default_factory=dict)
    seen: set[Key] = field(default_factory=set)

    def run(self, nodes: Iterable[Node], people: AbstractSet[PersonId]) -> None:
        """Reach everything that is tied to these records, or to those that were these people."""
        self._meet(nodes)
        if people:
            self._meet(Node._make(row) for row in by_names(self.connection, _BY_PERSON, people))
        while frontier := self._tied() - self.seen:
            self.seen |= frontier
            if unknown := frontier - self.nodes.keys():
                self._meet(person_nodes(self.connection, unknown))
            self._follow_links(frontier)
            self._follow_shared(frontier)
            self._follow_decisions(frontier)

    def _tied(self) -> set[Key]:
        together = {key for pair, verdict in self.decided.items() if verdict is Verdict.TOGETHER for key in pair}
        return {*self.nodes, *self.named, *(survivor for _, survivor in self.merges), *together}

    def _meet(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            if node.key in self.nodes:
                continue
            self.nodes[node.key] = node
            if node.merged is not None:
                self.merges.append((node.key, node.merged))

    def _follow_links(self, frontier: set[Key]) -> None:
        for row in by_keys(self.connection, _LINKED, frontier):
            key, other = Key(row[0], row[1]), Node._make(row[2:])
            # A link to a record that is no person record (yet, or any more) joins nobody.
            if key in self.nodes or other.merged == key:
                self._meet([other])
            if key in self.nodes and other.merged != key:
                self.links.add((key, other.key))

    def _follow_shared(self, frontier: set[Key]) -> None:
        for strength, sql in _SHARED.items():
            carried = {self.nodes[key].carried(strength) for key in frontier if key in self.nodes}
            names = {name for name in carried if name is not None and (strength, name) not in self.shared}
            for row in by_names(self.connection, sql, names) if names else ():
                node = Node._make(row)
                self._meet([node])
                self.shared.setdefault((strength, str(node.carried(strength))), set()).add(node.key)

    def _follow_decisions(self, frontier: set[Key]) -> None:
        for source, id_, to_source, to_id, verdict in by_keys(self.connection, _DECIDED, frontier):
            self.decided[Key(source, id_), Key(to_source, to_id)] = Verdict(verdict)

    def group(self, sources: Sources) -> Mapping[Ref, PersonId]:
        """Each tied record's person; records that nothing ties to another are left out."""

        def proof(strength: Strength, keys: Iterable[Key]) -> Proof:
            return Proof(strength, tuple(sorted(sources.ref(*key) for key in keys)))

        return group(
            (),
            [(sources.ref(*one), sources.ref(*other)) for one, other in self.merges],
            [
                *(proof(Strength.LINK, pair) for pair in self.links),
                *(proof(strength, keys) for (strength, _), keys in self.shared.items() if len(keys) > 1),
            ],
            [
                Decision(sources.ref(*one), sources.ref(*other), verdict)
                for (one, other), verdict in self.decided.items()
            ],
        )


def person_nodes(connection: Connection, keys: Iterable[Key]) -> Sequence[Node]:
    """The person records among these."""
    return [Node._make(row) for row in by_keys(connection, _BY_KEY, keys)]


def regroup(
    connection: Connection,
    sources: Sources,
    nodes: Sequence[Node],
    before: AbstractSet[PersonId],
    named: AbstractSet[Key] = frozenset(),
) -> Regrouped:
    """Put right the people of changed records, which belonged to the people `before`. Writes `records.person`.

    `named` are records that something new was said of, whether or not they were ever read: they tie others together.
    """
    if not nodes and not before and not named:
        return Regrouped()
    walk = _Walk(connection, named)
    walk.run(nodes, before)
    people = _people(sources, walk, before)
    moved = {key: people[key] for key, node in walk.nodes.items() if node.person != people[key]}
    _move(connection, moved)
    live = {people[key] for key, node in walk.nodes.items() if not node.gone}
    # Apart records may pull others over, out of people that none of the changed records was.
    left = {walk.nodes[key].person for key in moved}
    touched = {people[key] for key in (*moved, *(node.key for node in nodes))} | left | before
    known = {node.person for node in walk.nodes.values()} | set(people.values()) | before
    heirs = {
        walk.nodes[key].person: person
        for key, person in sorted(moved.items())
        if walk.nodes[key].person not in live and person in live
    }
    return Regrouped(frozenset(touched & live), frozenset(known - live), heirs)


def _people(sources: Sources, walk: _Walk, before: AbstractSet[PersonId]) -> dict[Key, PersonId]:
    joined = walk.group(sources)
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
        mails.moved(connection, moved)
