"""How many deals would be lost without a channel: the removal effect in a first-order Markov chain of paths.

Anderl, Becker, von Wangenheim and Schumann, Int. J. Res. Marketing 33 (2016) 457. A path goes from the start through its
channels to won or lost; without a channel, whoever would have gone through it is lost.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

_START, _WON, _LOST = object(), object(), object()


class Chain:
    """Counts where paths go from each channel. Grows with the pairs of channels, not with the paths."""

    def __init__(self) -> None:
        self._steps: defaultdict[object, Counter[object]] = defaultdict(Counter)

    def add(self, channels: Sequence[str], *, won: bool) -> None:
        """One more path. A channel that follows itself is one step: staying there changes no outcome."""
        for one, other in pairwise([_START, *channels, _WON if won else _LOST]):
            if one != other:
                self._steps[one][other] += 1

    def removal_effects(self) -> Mapping[str, float]:
        """The share of deals that would be lost without each channel; nothing if none was won.

        Winning is either winning without a visit to the channel, or visiting it and winning from there. So the share is
        P(visit) × P(win from the channel) / P(win), all of which the inverse of (I − Q) holds.
        """
        channels = sorted(str(one) for one in self._steps if one is not _START)
        first = [self._share(_START, channel) for channel in channels]
        wins = [self._share(channel, _WON) for channel in channels]
        visits = _inverse([[float(one == other) - self._share(one, other) for other in channels] for one in channels])
        won_from = [_dot(row, wins) for row in visits]
        won = self._share(_START, _WON) + _dot(first, won_from)
        if not won:
            return {}
        return {
            channel: min(_dot(first, (row[j] for row in visits)) / visits[j][j] * won_from[j] / won, 1.0)
            for j, channel in enumerate(channels)
        }

    def _share(self, one: object, other: object) -> float:
        steps = self._steps[one]
        return steps[other] / steps.total() if steps else 0.0


def _dot(left: Iterable[float], right: Iterable[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _inverse(matrix: list[list[float]]) -> list[list[float]]:
    """Gauss–Jordan. No rows are exchanged: I − Q of an absorbing chain never has a zero on its diagonal."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for pivot in range(size):
        scale = rows[pivot][pivot]
        rows[pivot] = [value / scale for value in rows[pivot]]
        for other in range(size):
            factor = rows[other][pivot]
            if other != pivot and factor:
                rows[other] = [value - factor * by for value, by in zip(rows[other], rows[pivot], strict=True)]
    return [row[size:] for row in rows]
