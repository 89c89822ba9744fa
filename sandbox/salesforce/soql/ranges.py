"""What a WHERE says about one ordered field at the least, so that an index can serve it: the hull of the values that may match."""

from dataclasses import dataclass

from sandbox.salesforce.ids import canonical
from sandbox.salesforce.soql.tree import Both, Compare, Condition, Either

LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Range:
    """A closed range of wire values."""

    low: str = ""
    high: str = LAST

    @property
    def whole(self) -> bool:
        """Whether it excludes nothing."""
        return not self.low and self.high == LAST

    def within(self, other: "Range") -> "Range":
        """What is in both."""
        return Range(max(self.low, other.low), min(self.high, other.high))

    def hull(self, other: "Range") -> "Range":
        """The smallest range around both."""
        return Range(min(self.low, other.low), max(self.high, other.high))


def hull(condition: Condition | None, field: str) -> Range:
    """The values of `field` (lower case, of the object itself) that a matching record may have."""
    if isinstance(condition, Both):
        found = Range()
        for part in condition.parts:
            found = found.within(hull(part, field))
        return found
    if isinstance(condition, Either):
        first, *rest = (hull(part, field) for part in condition.parts)
        for one in rest:
            first = first.hull(one)
        return first
    if isinstance(condition, Compare) and condition.name.text.lower() == field:
        return _compared(condition)
    return Range()


def ids_named(condition: Condition | None) -> frozenset[str] | None:
    """The ids that a matching record must be among, where the condition names some."""
    if isinstance(condition, Both):
        found = [ids for part in condition.parts if (ids := ids_named(part)) is not None]
        return frozenset.intersection(*found) if found else None
    if isinstance(condition, Compare) and condition.name.text.lower() == "id" and condition.operator in {"=", "IN"}:
        return frozenset(id_ for literal in condition.literals if (id_ := canonical(literal.value)) is not None)
    return None


def _compared(condition: Compare) -> Range:
    values = [literal.value for literal in condition.literals]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values) or any(literal.sort == "period" for literal in condition.literals):
        return Range()
    if condition.operator in {"=", "IN"}:
        return Range(min(texts), max(texts) + LAST)
    if condition.operator in {">", ">="}:
        return Range(low=texts[0])
    if condition.operator in {"<", "<="}:
        return Range(high=texts[0] + LAST)
    return Range()
