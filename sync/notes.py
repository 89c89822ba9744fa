"""What is said beside a number: one of a few sentences, with its figures apart, so that it can be told in any language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

NoteValue = int | float | Decimal | str
"""A count, a share (0.25 is 25 %), an amount, or a name."""


class Says(StrEnum):
    """The sentences, in English; {names} stand for the figures."""

    WITHIN_DAYS = "within {days} d"
    NOBODY_QUALIFIED = "nobody qualified"
    NOBODY_WON = "nobody won in the period"
    NOBODY_QUALIFIED_THEN = "nobody qualified in the period"
    BOUGHT_IN_PERIOD = "{n} bought in the period"
    STILL_WAITING = "{n} still waiting"
    NO_CLOCK = "no clock was opened"
    FLATTERS = "only those contacted, which flatters"
    APART = "paused or excluded"
    OF_LEADS = "{share} of leads"
    CAME_TO_IT = "{n} of {rows} came to it"
    NO_AMOUNT = "{n} without an amount"
    FIRST_TOUCH = "first touch was marketing's"
    ANY_TOUCH = "any marketing touch"
    FEW_PATHS = "of {n} paths; trust it from {enough}"
    CREDITED_TO_NOBODY = "credited to nobody"
    NOTHING_BEFORE = "nothing was sold in the period before"
    MORE_THAN_BEFORE = "{share} over {amount}"
    PASSED = "{share} of the period is over"
    NOT_TO_THE_END = "so far, not to the end"
    COST_UNKNOWN = "the cost of {n} of {rows} campaigns is not known"
    CURRENCIES = "in {currencies}: not to be added up"
    NO_CAMPAIGN_TOUCH = "no touch of a won deal names a campaign"
    NO_COST = "no cost"
    ROI_ON_REVENUE = "{model} credits as revenue, less cost, by cost"
    ROI_ON_MARGIN = "{model} credits as gross margin, less cost, by cost"
    NOT_DECIDED = "{n} not decided yet"
    NOBODY_DECIDED = "nothing was decided yet"
    OF_HANDED_OVER = "{share} of those handed over"
    OF_REJECTED = "{share} of those rejected"
    PER_WEEK = "a week, as agreed"
    PER_MONTH = "a month, as agreed"
    PER_QUARTER = "a quarter, as agreed"
    FROM_REVENUE = "as many as the revenue goal needs"
    NEEDED = (
        "goal {revenue} ÷ (average deal {average} × {share} of the qualified buy), for this part of the goal's period"
    )
    NO_RATE = "no revenue goal, or nobody bought"
    GIVEN_BACK = "and given back as bad data: {n}"
    MISSED = "missed: {n} too few"
    REACHED = "reached"
    ON_TRACK = "on track, at the pace so far"
    AT_RISK = "at risk, at the pace so far"
    BAD_DATA = "not counted for marketing: bad data, and given back in time"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence with its figures."""

    says: Says
    values: Mapping[str, NoteValue] = field(default_factory=dict)


def note(says: Says, **values: NoteValue) -> Note:
    """That sentence, with these figures."""
    return Note(says, values)
