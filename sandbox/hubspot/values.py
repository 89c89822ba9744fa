"""Whether a property takes a value, and the text it then holds. All values are text on the wire, or null."""

import math
import re
from collections.abc import Callable
from typing import Any

from sandbox.common.times import DAY, iso, parse_instant
from sandbox.hubspot.errors import Problem
from sandbox.hubspot.properties import Property

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
_LONGEST = 65_536

Taken = str | None | Problem
"""The text to hold, None to clear the property, or why not."""


def as_text(value: Any) -> str | None:
    """A JSON value as HubSpot stores it; null and empty text both clear a property."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def take(definition: Property, value: Any, allowed: frozenset[str] | None = None) -> Taken:
    """The stored text of `value`. `allowed` are the choices of a property whose options live elsewhere (stages, owners)."""
    if definition.read_only:
        return Problem(
            "READ_ONLY_VALUE", definition.name, f'"{definition.name}" is a read only property; its value cannot be set.'
        )
    if isinstance(value, (dict, list)):
        return Problem("INVALID_STRING", definition.name, f"{definition.name} does not take a structure")
    text = as_text(value)
    if text is None:
        return None
    if allowed is not None:
        return _choice(definition, text, allowed)
    return _BY_TYPE[definition.type](definition, text)


def _string(definition: Property, text: str) -> Taken:
    if len(text) > _LONGEST:
        return Problem(
            "INVALID_STRING_LENGTH", definition.name, f"{definition.name} is longer than {_LONGEST} characters"
        )
    if definition.name == "email" and definition.unique:
        return (
            text.lower()
            if _EMAIL.fullmatch(text)
            else Problem("INVALID_EMAIL", "email", f"Email address {text} is invalid")
        )
    return text


def _number(definition: Property, text: str) -> Taken:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in text:
        return Problem("INVALID_INTEGER", definition.name, f"{text} was not a valid number.")
    return text.strip()


def _choice(definition: Property, text: str, allowed: frozenset[str]) -> Taken:
    chosen = [one for one in text.split(";") if one] if definition.field_type == "checkbox" else [text]
    wrong = [one for one in chosen if one not in allowed]
    if wrong:
        listed = ", ".join(sorted(allowed)[:50])
        return Problem("INVALID_OPTION", definition.name, f"{wrong[0]} was not one of the allowed options: [{listed}]")
    return text


def _enumeration(definition: Property, text: str) -> Taken:
    if definition.external:
        return text
    return _choice(definition, text, frozenset(option.value for option in definition.options))


def _bool(definition: Property, text: str) -> Taken:
    return _choice(definition, text.lower(), frozenset({"true", "false"}))


def _date(definition: Property, text: str) -> Taken:
    at = parse_instant(text)
    if at is None:
        return Problem("INVALID_DATE", definition.name, f"{text} was not a valid date.")
    if at % DAY:
        return Problem("INVALID_DATE", definition.name, f"{text} is at {iso(at)[11:-1]} UTC, not midnight!")
    return iso(at)[:10]


def _datetime(definition: Property, text: str) -> Taken:
    at = parse_instant(text)
    if at is None:
        return Problem("INVALID_DATE", definition.name, f"{text} was not a valid timestamp.")
    return str(at) if definition.epoch else iso(at)


_BY_TYPE: dict[str, Callable[[Property, str], Taken]] = {
    "string": _string,
    "phone_number": _string,
    "number": _number,
    "enumeration": _enumeration,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
}
