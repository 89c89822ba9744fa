"""Which records are one person.

Two person records are the same person when one is linked to the other (a lead and its contact), when one was merged or
converted into the other, or when they carry the same e-mail address. A shared mailbox (`info@…`) proves nothing: several
people answer it.

A person's id is the smallest of its records' own ids. That makes it independent of the order in which records arrive, and
joining two people is `merge` of their ids. Tombstones stay members, so that a deleted record does not change an id.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from journey.model import Fact, Kind, PersonId, Ref

# fmt: off
ROLE_MAILBOXES = frozenset({
    "abuse", "accounts", "admin", "billing", "comercial", "compras", "contact", "contacto", "facturacion", "hello",
    "help", "hola", "hr", "info", "informacion", "jobs", "mail", "marketing", "no-reply", "noreply", "office", "oficina",
    "orders", "pedidos", "postmaster", "privacy", "purchasing", "recepcion", "reception", "rrhh", "sales", "security",
    "service", "soporte", "support", "team", "ventas", "webmaster",
})
# fmt: on
"""Local parts of addresses that belong to a function and not to a person (RFC 2142 and their everyday cousins)."""


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


def group(refs: Iterable[Ref], edges: Iterable[tuple[Ref, Ref]]) -> Mapping[Ref, PersonId]:
    """Each record's person. Records joined by an edge are one person; a record named only in an edge is included."""
    parent = {ref: ref for ref in refs}

    def root(ref: Ref) -> Ref:
        while (up := parent.setdefault(ref, ref)) != ref:
            parent[ref] = parent[up]
            ref = up
        return ref

    for one, other in edges:
        parent[root(one)] = root(other)
    members: dict[Ref, list[Ref]] = {}
    for ref in list(parent):
        members.setdefault(root(ref), []).append(ref)
    return {ref: person for refs in members.values() for person in [merge(map(person_id, refs))] for ref in refs}


def people(facts: Iterable[Fact]) -> Mapping[Ref, PersonId]:
    """Each person record's person, told from the records alone. Facts of other kinds are ignored."""
    persons = [fact for fact in facts if fact.kind is Kind.PERSON]
    return group((fact.ref for fact in persons), _edges(persons))


def _edges(persons: list[Fact]) -> Iterator[tuple[Ref, Ref]]:
    known = {fact.ref for fact in persons}
    holders: dict[str, Ref] = {}
    for fact in persons:
        if fact.merged_into is not None:
            yield fact.ref, fact.merged_into
        yield from ((fact.ref, link) for link in fact.links if link in known)
        email = fact.values.get("email")
        if isinstance(email, str) and (key := identifying_email(email)) is not None:
            yield fact.ref, holders.setdefault(key, fact.ref)
