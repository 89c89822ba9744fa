"""Record ids: 15 case-sensitive letters of which the first three tell the object, and three more that let case be lost.

Source: developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm (ID field type).
"""

from functools import cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_POD = "5g0"


@cache
def _check(five: str) -> str:
    return _CHECKS[sum(1 << n for n, letter in enumerate(five) if "A" <= letter <= "Z")]


def with_check(short: str) -> str:
    """The 18-letter form of a 15-letter id."""
    return short + _check(short[:5]) + _check(short[5:10]) + _check(short[10:])


def numbered(prefix: str, number: int) -> str:
    """The id of the nth record of an object; later numbers sort later."""
    tail = ""
    while number:
        number, digit = divmod(number, 62)
        tail = _DIGITS[digit] + tail
    return with_check(f"{prefix}{_POD}{tail:0>9}")


def canonical(text: object) -> str | None:
    """The 18-letter form of an id of 15 or 18 letters; None for what is no id."""
    if not isinstance(text, str) or len(text) not in (15, 18) or not text.isalnum() or not text.isascii():
        return None
    whole = with_check(text[:15])
    return whole if len(text) == 15 or whole == text else None
