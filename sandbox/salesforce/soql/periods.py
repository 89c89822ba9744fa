"""Date literals: periods of whole days in the org's time zone, from `start` up to but not including `end`.

Source: developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

Days = tuple[date, date]
_DAY = timedelta(days=1)
_COUNTED = re.compile(r"(LAST|NEXT)_N_(DAYS|WEEKS|MONTHS):(\d+)|N_DAYS_AGO:(\d+)")


def _days(first: int, last: int) -> Callable[[date], Days]:
    return lambda today: (today + timedelta(days=first), today + timedelta(days=last))


def _week(shift: int) -> Callable[[date], Days]:
    def week(today: date) -> Days:
        sunday = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=shift)
        return sunday, sunday + timedelta(weeks=1)

    return week


def _months(shift: int, length: int, align: int) -> Callable[[date], Days]:
    """Periods of `length` months, beginning at a multiple of `align` in the year, `shift` months away."""

    def months(today: date) -> Days:
        start = today.year * 12 + (today.month - 1) // align * align + shift
        return _month(start), _month(start + length)

    return months


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


_FIXED: dict[str, Callable[[date], Days]] = {
    "TODAY": _days(0, 1),
    "YESTERDAY": _days(-1, 0),
    "TOMORROW": _days(1, 2),
    "LAST_90_DAYS": _days(-90, 1),
    "NEXT_90_DAYS": _days(1, 91),
    "THIS_WEEK": _week(0),
    "LAST_WEEK": _week(-1),
    "NEXT_WEEK": _week(1),
    "THIS_MONTH": _months(0, 1, 1),
    "LAST_MONTH": _months(-1, 1, 1),
    "NEXT_MONTH": _months(1, 1, 1),
    "THIS_QUARTER": _months(0, 3, 3),
    "LAST_QUARTER": _months(-3, 3, 3),
    "NEXT_QUARTER": _months(3, 3, 3),
    "THIS_YEAR": _months(0, 12, 12),
    "LAST_YEAR": _months(-12, 12, 12),
    "NEXT_YEAR": _months(12, 12, 12),
}


def is_period(word: str) -> bool:
    """Whether this is a date literal."""
    return word in _FIXED or _COUNTED.fullmatch(word) is not None


def period(word: str, today: date) -> Days:
    """The days of a date literal."""
    if word in _FIXED:
        return _FIXED[word](today)
    found = _COUNTED.fullmatch(word)
    if found is None:
        raise ValueError(f"{word!r} is not a date literal")
    if found[4]:
        return _days(-int(found[4]), 1 - int(found[4]))(today)
    way, unit, n = found[1], found[2], int(found[3])
    if unit == "DAYS":
        # LAST_N_DAYS counts today in, NEXT_N_DAYS begins tomorrow.
        return _days(-n, 1)(today) if way == "LAST" else _days(1, n + 1)(today)
    if unit == "WEEKS":
        first, _ = _week(-n if way == "LAST" else 1)(today)
        return first, first + timedelta(weeks=n)
    return _months(-n if way == "LAST" else 1, n, 1)(today)
