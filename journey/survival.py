"""How long things take when some have not happened yet: the Kaplan–Meier estimate with its band.

Leaving out those who still wait makes every team look faster than it is; counting them as never makes it look slower. The
estimate uses each for as long as it has been watched. Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958) 457; variance after
Greenwood (1926); band on the log(-log) scale, which stays between 0 and 1 (Kalbfleisch and Prentice, 1980).
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

Z95 = 1.959963984540054
"""The normal quantile of a band that holds the truth 19 times of 20."""


class Watched(NamedTuple):
    """One thing watched for `time` (any unit, from 0); `happened` at that time, or not yet."""

    time: float
    happened: bool


class Share(NamedTuple):
    """The share to which it has happened, with its 95 % band. No band while it happened to nobody, or has to everybody."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """The share to which it has happened by each time, `rows` having been watched, the longest for `watched_to`.

    It rises at `times` only; `shares` are as many.
    """

    rows: int
    happened: int
    watched_to: float
    times: tuple[float, ...]
    shares: tuple[Share, ...]

    def by(self, time: float) -> Share:
        """The share to which it has happened by `time`. Beyond `watched_to` nothing is known: it is that of `watched_to`."""
        known = bisect_right(self.times, time)
        return self.shares[known - 1] if known else Share(0.0, None, None)

    def quantile(self, share: float) -> float | None:
        """The time by which it has happened to `share` of all; None if it has not come to that."""
        return next((time for time, known in zip(self.times, self.shares, strict=True) if known.value >= share), None)


def kaplan_meier(watched: Iterable[Watched]) -> Curve:
    """The estimate from all of `watched`. What ceased to be watched at the time of an event was still there to see it."""
    events: Counter[float] = Counter()
    ends: Counter[float] = Counter()
    for time, happened in watched:
        ends[time] += 1
        if happened:
            events[time] += 1
    rows = at_risk = ends.total()
    left, variance = 1.0, 0.0
    times: list[float] = []
    shares: list[Share] = []
    for time in sorted(ends):
        if happens := events[time]:
            left *= 1 - happens / at_risk
            variance += happens / (at_risk * (at_risk - happens)) if happens < at_risk else math.inf
            times.append(time)
            shares.append(_share(left, variance))
        at_risk -= ends[time]
    return Curve(rows, events.total(), max(ends, default=0.0), tuple(times), tuple(shares))


def _share(left: float, variance: float) -> Share:
    if not 0 < left < 1:
        return Share(1 - left, None, None)
    spread = Z95 * math.sqrt(variance) / abs(math.log(left))
    return Share(1 - left, 1 - left ** math.exp(-spread), 1 - left ** math.exp(spread))
