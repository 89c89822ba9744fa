"""Which records are one person.

A record that was merged or converted into another one is that record. Beyond that, proof that two records are the same
person is, strongest first: one is linked to the other (a lead and its contact), both carry the same external id, both carry
the same e-mail address. A shared mailbox (`info@…`) proves nothing: several people answer it.

What a person decided wins over all proof. Two records decided apart are never one person, whatever else joins them; two
decided together are one. Where proof would put two apart records together, it is applied in a fixed order (together, then
by strength, then by record), and what would join them is left out. So the result is a function of the records and the
decisions alone, never of the order in which they came. A merge cannot be decided away: the CRM holds one record by now.

A person's id is the smallest of its records' own ids. Joining two people is `merge` of their ids. Tombstones stay members,
so that a deleted record does not change an id.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from hashlib import blake2b
from typing import NamedTuple

from journey.model import Fact, Kind, PersonId, Ref, Value

# fmt: off
ROLE_MAILBOXES = frozenset({
    "abuse", "accounts", "admin", "billing", "comercial", "compras", "contact", "contacto", "facturacion", "hello",
    "help", "hola", "hr", "info", "informacion", "jobs", "mail", "marketing", "no-reply", "noreply", "office", "oficina",
    "orders", "pedidos", "postmaster", "privacy", "purchasing", "recepcion", "reception", "rrhh", "sales", "security",
    "service", "soporte", "support", "team", "ventas", "webmaster",
})
# fmt: on
"""Local parts of addresses that belong to a function and not to a person (RFC 2142 and their everyday cousins)."""


class Strength(IntEnum):
    """How proof is ordered; the smaller is the stronger."""

    LINK = 1
    EXTERNAL_ID = 2
    EMAIL = 3


class Proof(NamedTuple):
    """These records, in ascending order, are all the same person."""

    strength: Strength
    records: tuple[Ref, ...]


class Verdict(StrEnum):
    """What a person decided about two records."""

    TOGETHER = "together"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Decision:
    """Two records are one person, or are two. Whichever of them is named first is of no importance."""

    one: Ref
    other: Ref
    verdict: Verdict

    @property
    def pair(self) -> tuple[Ref, Ref]:
        """The records in ascending order."""
        return (self.one, self.other) if self.one < self.other else (self.other, self.one)


def person_id(ref: Ref) -> PersonId:
    """The id of a person known by this one record: `p_` and 16 hex digits."""
    return PersonId("p_" + blake2b("\x1f".join(ref).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest())


def merge(ids: Iterable[PersonId]) -> PersonId:
    """The id that remains when these people turn out to be one. Raises ValueError when there are none."""
    return min(ids)


def normalise_email(text: str) -> str | None:
    """The address as it is compared: trimmed and case-folded; None when it is no address."""
    email = text.strip().casefold()
    local, at, domain = email.rpartition("@")
    return email if at and local and domain else None


def identifying_email(text: str) -> str | None:
    """The normalised address if it proves who someone is; None for a shared mailbox or no address."""
    email = normalise_email(text)
    if email is None:
        return None
    mailbox = email.rpartition("@")[0].partition("+")[0]
    return None if mailbox in ROLE_MAILBOXES else email


def external_id(value: Value) -> str | None:
    """The external id as it is compared: trimmed, upper and lower case kept apart; None when there is none."""
    is_id = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() or None if is_id else None


class _Groups:
    """Growing groups of records, of which some must not become one."""

    def __init__(self, refs: Iterable[Ref]) -> None:
        self._parent = {ref: ref for ref in refs}
        self._apart: dict[Ref, set[Ref]] = {}

    def root(self, ref: Ref) -> Ref:
        parent = self._parent
        while (up := parent.setdefault(ref, ref)) != ref:
            parent[ref] = parent[up]
            ref = up
        return ref

    def join(self, one: Ref, other: Ref) -> bool:
        """Make their groups one; False if they are apart."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return True
        if any(self.root(ref) == other for ref in self._apart.get(one, ())):
            return False
        self._parent[one] = other
        self._apart.setdefault(other, set()).update(self._apart.pop(one, ()))
        return True

    def part(self, one: Ref, other: Ref) -> None:
        """These two never become one any more; without effect if they are one already."""
        one, other = self.root(one), self.root(other)
        if one != other:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def join_all(self, refs: Iterable[Ref]) -> None:
        """Join each with the first group of those before it that it may join."""
        leaders: list[Ref] = []
        for ref in refs:
            joined = [self.join(ref, leader) for leader in leaders]
            if not any(joined):
                leaders.append(ref)

    def people(self) -> Mapping[Ref, PersonId]:
        members: dict[Ref, list[Ref]] = {}
        for ref in list(self._parent):
            members.setdefault(self.root(ref), []).append(ref)
        return {ref: person for refs in members.values() for person in [merge(map(person_id, refs))] for ref in refs}


def group(
    refs: Iterable[Ref],
    merges: Iterable[tuple[Ref, Ref]],
    proofs: Iterable[Proof] = (),
    decisions: Iterable[Decision] = (),
) -> Mapping[Ref, PersonId]:
    """Each record's person. A record that is named only in a merge, proof or decision to be together is included."""
    groups = _Groups(refs)
    for one, other in merges:
        groups.join(one, other)
    decided = sorted((decision.pair, decision.verdict) for decision in decisions)
    for pair, verdict in decided:
        if verdict is Verdict.APART:
            groups.part(*pair)
    for pair, verdict in decided:
        if verdict is Verdict.TOGETHER:
            groups.join(*pair)
    for proof in sorted(set(proofs)):
        groups.join_all(proof.records)
    return groups.people()


def people(facts: Iterable[Fact], decisions: Iterable[Decision] = ()) -> Mapping[Ref, PersonId]:
    """Each person record's person, told from the records and decisions alone. Facts of other kinds are ignored."""
    persons = [fact for fact in facts if fact.kind is Kind.PERSON]
    merges = [(fact.ref, fact.merged_into) for fact in persons if fact.merged_into is not None]
    return group((fact.ref for fact in persons), merges, _proofs(persons), decisions)


def _proofs(persons: list[Fact]) -> Iterator[Proof]:
    known = {fact.ref for fact in persons}
    holders: dict[tuple[Strength, str], set[Ref]] = {}
    for fact in persons:
        for link in known.intersection(fact.links):
            yield Proof(Strength.LINK, tuple(sorted((fact.ref, link))))
        if (own := external_id(fact.values.get("external_id"))) is not None:
            holders.setdefault((Strength.EXTERNAL_ID, own), set()).add(fact.ref)
        email = fact.values.get("email")
        if isinstance(email, str) and (key := identifying_email(email)) is not None:
            holders.setdefault((Strength.EMAIL, key), set()).add(fact.ref)
    yield from (Proof(strength, tuple(sorted(refs))) for (strength, _), refs in holders.items() if len(refs) > 1)
