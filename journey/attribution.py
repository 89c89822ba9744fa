"""Which touches a won deal is owed to: seven agreed ways to share its amount out, each to the last cent.

No model is the truth, so several are shown side by side. First and last touch, equal shares, time decay with a half-life of a
week, U (40 % first, 40 % last) and W (30 % each for the first touch, the one that made the lead and the one that made the deal)
look at the path alone; Markov weighs channels by how many deals would be lost without them (see `journey.markov`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

HALF_LIFE = timedelta(days=7)
CENTS = -2
"""Amounts are shared out in cents, or finer if they are given finer."""

U_ENDS, U_MIDDLE = 40, 20
W_MARK, W_REST = 30, 10


class Model(StrEnum):
    """The ways to share."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    TIME_DECAY = "time_decay"
    U_SHAPED = "u_shaped"
    W_SHAPED = "w_shaped"
    MARKOV = "markov"


@dataclass(frozen=True, slots=True)
class Touch:
    """A touch of marketing's on the way to a deal, through `channel`."""

    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Path:
    """The touches before a deal was closed, at least one, by their time; and when lead and deal were made, if that is known.

    Raises ValueError if there is no touch, or if they are out of order.
    """

    touches: tuple[Touch, ...]
    lead_at: datetime | None = None
    deal_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.touches:
            raise ValueError("a path has at least one touch")
        if any(one.at > other.at for one, other in pairwise(self.touches)):
            raise ValueError("touches must be in the order of their times")


def credited(
    path: Path, amount: Decimal, model: Model, effects: Mapping[str, float] | None = None
) -> tuple[Decimal, ...]:
    """What each touch is credited with; exactly `amount` in all. `effects` are the channels' removal effects, for Markov."""
    return shared_out(amount, weights(path, model, effects))


def weights(path: Path, model: Model, effects: Mapping[str, float] | None = None) -> tuple[Fraction, ...]:
    """How much each touch weighs, none negative and not all zero."""
    touches = path.touches
    match model:
        case Model.FIRST:
            return _at(len(touches), {0: 1})
        case Model.LAST:
            return _at(len(touches), {len(touches) - 1: 1})
        case Model.LINEAR:
            return (Fraction(1),) * len(touches)
        case Model.TIME_DECAY:
            return tuple(Fraction(0.5 ** ((touches[-1].at - touch.at) / HALF_LIFE)) for touch in touches)
        case Model.U_SHAPED:
            return _marked(len(touches), [0, len(touches) - 1], U_ENDS, U_MIDDLE)
        case Model.W_SHAPED:
            marks = [0, *(_before(touches, at) for at in (path.lead_at, path.deal_at) if at is not None)]
            return _marked(len(touches), marks, W_MARK, W_REST)
        case Model.MARKOV:
            by_effect = tuple(Fraction((effects or {}).get(touch.channel, 0.0)) for touch in touches)
            return by_effect if any(by_effect) else (Fraction(1),) * len(touches)


def shared_out(amount: Decimal, parts: Sequence[Fraction]) -> tuple[Decimal, ...]:
    """`amount` in proportion to `parts`, exactly: the cents that are left go to the largest remainders, earlier parts first.

    Raises ValueError for an amount that is no finite number.
    """
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("only a finite amount can be shared out")  # noqa: TRY004 (its type is right)
    places = min(exponent, CENTS)
    sign, whole = (-1, 1)[amount >= 0], sum(parts)
    units = int(abs(Fraction(amount)) / Fraction(10) ** places)
    exact = [units * part / whole for part in parts]
    given = [int(share) for share in exact]
    order = sorted(range(len(parts)), key=lambda index: given[index] - exact[index])
    for index in order[: units - sum(given)]:
        given[index] += 1
    return tuple(_decimal(sign * share, places) for share in given)


def _decimal(units: int, places: int) -> Decimal:
    return Decimal((int(units < 0), tuple(int(digit) for digit in str(abs(units))), places))


def _at(count: int, weights: Mapping[int, int]) -> tuple[Fraction, ...]:
    return tuple(Fraction(weights.get(index, 0)) for index in range(count))


def _marked(count: int, marks: Sequence[int], each: int, rest: int) -> tuple[Fraction, ...]:
    """`each` for every mark (a touch may bear several), `rest` shared by the touches without one."""
    others = count - len({*marks})
    return tuple(
        Fraction(each * marks.count(index)) if index in marks else Fraction(rest, others) for index in range(count)
    )


def _before(touches: Sequence[Touch], at: datetime) -> int:
    """The last touch that is not after `at`, or the first one."""
    return max((index for index, touch in enumerate(touches) if touch.at <= at), default=0)
