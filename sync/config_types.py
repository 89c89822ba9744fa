"""Kinds of values in the configuration that YAML does not have: lengths of time, shares, words."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

LONGEST_DURATION = timedelta(days=3_653)

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6}) ?([smhdw])", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%", re.ASCII)


class Section(BaseModel):
    """Base of every section: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def one_or_more(value: Any) -> Any:
    """Lets a list of one be written as a word."""
    return [value] if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a number and its unit: 60s, 15m, 24h, 14d, 2w")
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > LONGEST_DURATION:
        raise ValueError("is longer than ten years")
    return span


def _some(span: timedelta) -> timedelta:
    if not span:
        raise ValueError("must be longer than nothing")
    return span


def duration_text(span: timedelta) -> str:
    """A length of time the way the configuration writes it."""
    seconds = int(span.total_seconds())
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def _percent(value: Any) -> Any:
    if isinstance(value, float) and not isinstance(value, bool):
        return value
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("write a percentage: 75%")
    return float(match[1]) / 100


Duration = Annotated[
    timedelta, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6} ?[smhdw]$"})
]
"""A length of time with its unit: "60s", "14d"; at most ten years."""

Interval = Annotated[Duration, AfterValidator(_some)]
"""A length of time that is not nothing."""

Percent = Annotated[
    float, BeforeValidator(_percent), Field(ge=0, le=1), WithJsonSchema({"type": "string", "pattern": "^[0-9.]+ ?%$"})
]
"""A share, written "75%", held as 0.75."""

Growth = Annotated[
    float,
    BeforeValidator(_percent),
    Field(ge=0, le=9.99),
    WithJsonSchema({"type": "string", "pattern": "^[0-9.]+ ?%$"}),
]
"""How much more, written "20%", held as 0.2; at most ten times as much."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
"""What people call a thing in the file."""
