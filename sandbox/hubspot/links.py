"""Associations between records, with the numbered types HubSpot defines for them.

Type ids: developers.hubspot.com/docs/guides/api/crm/associations/associations-v4. Those of contacts, companies, deals, e-mails, notes and tasks
were checked against quotations of that page; those of leads and communications are as commonly listed. A pair of kinds with a `Primary`
label holds it beside the unlabelled type.
"""

from dataclasses import dataclass
from typing import NewType

from sandbox.hubspot.errors import bad_request
from sandbox.hubspot.kinds import Kind, kind_named
from sandbox.hubspot.store import RecordId

TypeId = NewType("TypeId", int)


@dataclass(frozen=True, slots=True)
class LinkType:
    """A directed type of association; `name` is how list answers call it."""

    id: TypeId
    name: str
    label: str | None = None


# from, to: unlabelled there and back, then primary there and back where HubSpot has one
_TYPES = """
contact company 279 280 1 2
deal company 341 342 5 6
contact deal 4 3
lead contact 608 609 578 579
lead company 610 611
contact call 193 194
contact email 197 198
contact meeting 199 200
contact note 201 202
contact task 203 204
contact communication 82 81
company call 181 182
company email 185 186
company meeting 187 188
company note 189 190
company task 191 192
company communication 88 87
deal call 205 206
deal email 209 210
deal meeting 211 212
deal note 213 214
deal task 215 216
deal communication 86 85
lead call 597 596
lead email 599 598
lead meeting 601 600
lead communication 603 602
lead task 647 646
lead note 855 854
contact contact 449 449
"""


def _table() -> dict[tuple[str, str], tuple[LinkType, ...]]:
    table: dict[tuple[str, str], tuple[LinkType, ...]] = {}
    for line in _TYPES.split("\n"):
        if not line:
            continue
        left, right, *numbers = line.split()
        for n, (a, b) in enumerate(((left, right), (right, left))):
            plain = f"{a}_to_{b}"
            pair = (kind_named(a).name, kind_named(b).name)
            if len(numbers) == 2:
                table[pair] = (LinkType(TypeId(int(numbers[n])), plain),)
            else:
                table[pair] = (
                    LinkType(TypeId(int(numbers[n])), f"{plain}_unlabeled"),
                    LinkType(TypeId(int(numbers[n + 2])), plain, "Primary"),
                )
    return table


TABLE = _table()

Links = dict[RecordId, set[TypeId]]


def types_between(left: Kind, right: Kind) -> tuple[LinkType, ...]:
    """The types from one kind to another, the unlabelled one first; no types is the vendor's 400."""
    types = TABLE.get((left.name, right.name))
    if types is None:
        raise bad_request(f"No association types exist between {left.singular} and {right.singular}")
    return types


class LinkStore:
    """Every association in both directions. Changing one moves no record's modified time."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], dict[RecordId, Links]] = {}

    def of(self, left: Kind, id_: RecordId, right: Kind) -> Links:
        """What is linked to the record, with the types of each link, in order of id."""
        links = self._held.get((left.name, right.name), {}).get(id_, {})
        return dict(sorted(links.items()))

    def add(self, left: Kind, a: RecordId, right: Kind, b: RecordId, types: set[TypeId]) -> set[TypeId]:
        """Link two records by these types and the unlabelled one; there can be one primary on the left. Returns the types held."""
        there, back = types_between(left, right), types_between(right, left)
        known = {one.id for one in there}
        if not types <= known:
            raise bad_request(f"Invalid association types: {sorted(types - known)}")
        chosen = types | {there[0].id}
        if len(there) > 1 and there[1].id in chosen:
            self._drop_type(left, a, right, there[1].id)
        self._link(left, a, right, b, chosen)
        inverse = {back[n].id for n, one in enumerate(there) if one.id in chosen}
        self._link(right, b, left, a, inverse)
        return chosen

    def remove(self, left: Kind, a: RecordId, right: Kind, b: RecordId) -> None:
        """Unlink two records altogether."""
        for pair, one, other in (((left.name, right.name), a, b), ((right.name, left.name), b, a)):
            links = self._held.get(pair, {}).get(one)
            if links is not None:
                links.pop(other, None)

    def move(self, kind: Kind, gone: RecordId, heir: RecordId) -> None:
        """Give the links of one record to another; what the heir holds already stays as it is."""
        for left, right in [pair for pair in self._held if pair[0] == kind.name]:
            other = kind_named(right)
            held = self._held[left, right].pop(gone, {})
            for id_, types in held.items():
                self._held.get((right, left), {}).get(id_, {}).pop(gone, None)
                primary = {one.id for one in types_between(kind, other)[1:]}
                self.add(kind, heir, other, id_, types - primary if self.of(kind, heir, other) else types)

    def drop(self, kind: Kind, gone: RecordId) -> None:
        """Forget all links of a record."""
        for left, right in [pair for pair in self._held if pair[0] == kind.name]:
            for id_ in self._held[left, right].pop(gone, {}):
                self._held.get((right, left), {}).get(id_, {}).pop(gone, None)

    def rows(self) -> list[tuple[str, int, str, int, list[int]]]:
        """Every association once in each direction, sorted."""
        return sorted(
            (left, a, right, b, sorted(types))
            for (left, right), by_id in self._held.items()
            for a, links in by_id.items()
            for b, types in links.items()
        )

    def _link(self, left: Kind, a: RecordId, right: Kind, b: RecordId, types: set[TypeId]) -> None:
        self._held.setdefault((left.name, right.name), {}).setdefault(a, {}).setdefault(b, set()).update(types)

    def _drop_type(self, left: Kind, a: RecordId, right: Kind, type_: TypeId) -> None:
        for types in self._held.get((left.name, right.name), {}).get(a, {}).values():
            types.discard(type_)
