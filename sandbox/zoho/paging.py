"""Page tokens: what a further page of a list begins after, and the question it belongs to."""

from collections import OrderedDict
from dataclasses import dataclass

from sandbox.zoho.errors import Refusal, bad
from sandbox.zoho.times import Seconds

FIRST_RECORDS = 2_000
"""How far `page` reaches."""
MOST_RECORDS = 100_000
"""How far page tokens reach."""
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Position:
    """`question` is everything that the first page was asked with; the page begins after the record `key` and is number `page`."""

    question: str
    key: tuple[int, int]
    page: int
    delivered: int
    expires: Seconds


class PageTokens:
    """The tokens given out; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Position] = OrderedDict()
        self._count = 0

    def give(self, position: Position) -> str:
        """A token for a position."""
        self._count += 1
        token = f"c8582xx{self._count:025x}"
        self._held[token] = position
        if len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return token

    def redeem(self, token: str, question: str, now: Seconds) -> Position:
        """The position of a token; raises the vendor's 400 when it has ended, is not ours, or belongs to another question."""
        position = self._held.get(token)
        if position is None or position.question != question:
            raise bad(
                "TOKEN_BOUND_DATA_MISMATCH",
                "The page_token given seems to be invalid or input param is added or altered or deleted",
                param_name="page_token",
            )
        if position.expires <= now:
            raise bad("EXPIRED_VALUE", "Page token expired", api_name="page_token", json_path="$.query.page_token")
        if position.delivered >= MOST_RECORDS:
            raise too_far()
        return position


def too_far() -> Refusal:
    """400: past what page tokens reach."""
    return bad(
        "PAGINATION_LIMIT_EXCEEDED",
        f"You can only get upto {MOST_RECORDS} records using page_token param",
        param_name="page_token",
    )


def too_far_without_token() -> Refusal:
    """400: past what page numbers reach."""
    return bad(
        "DISCRETE_PAGINATION_LIMIT_EXCEEDED",
        f"You can only get the first {FIRST_RECORDS} records without using page_token param",
        limit=FIRST_RECORDS,
    )
