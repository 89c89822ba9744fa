"""From values to levels: texts that are common enough, ranges of numbers, and missing as a value of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from journey.likelihood import RARE, level_of, number_of
from journey.model import Value

FEWEST = 20
"""A level with fewer leads than this is put together with the other rare ones."""
FEW_NUMBERS = 6
"""Numbers with no more different values than this are taken as texts."""
PARTS = 5


@dataclass(frozen=True, slots=True)
class Levels:
    """How a field's values are told apart, and how many leads each level has."""

    field: str
    edges: tuple[float, ...]
    counts: Mapping[str, int]

    def of(self, value: Value) -> str | None:
        """The value's level; None if nothing like it was seen."""
        name = level_of(value, self.edges)
        if name in self.counts:
            return name
        return RARE if RARE in self.counts else None


def levels(name: str, values: Sequence[Value]) -> Levels:
    """The levels of a field; the order of `values` does not matter."""
    edges = _edges(values)
    counts = Counter(level_of(value, edges) for value in values)
    kept = {level: count for level, count in sorted(counts.items()) if count >= FEWEST}
    rare = len(values) - sum(kept.values())
    return Levels(name, edges, kept | {RARE: rare} if rare else kept)


def _edges(values: Sequence[Value]) -> tuple[float, ...]:
    """The quintiles, if the values are numbers."""
    present = [value for value in values if value is not None and value != ""]
    numbers = sorted(number for value in present if (number := number_of(value)) is not None)
    if len(numbers) < len(present) or len({*numbers}) <= FEW_NUMBERS:
        return ()
    cuts = {numbers[len(numbers) * part // PARTS] for part in range(1, PARTS)}
    return tuple(sorted(cuts - {numbers[0]}))
