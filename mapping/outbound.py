"""From journey fields to what a CRM is told, and whether what the CRM holds says the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from journey.model import FieldType, Value
from mapping.casts import Unreadable, cast_for
from mapping.spec import OnConflict

OutboundValue = str | int | float | bool | datetime | None
"""A JSON scalar, or an aware UTC time in whole seconds, which each connector encodes; None clears the field."""

LONGEST_REASON = 500
HOURS_DIGITS = 2

WRITABLE: Mapping[str, FieldType] = MappingProxyType(
    {
        "score": FieldType.INTEGER,
        "interest": FieldType.INTEGER,
        "fit": FieldType.INTEGER,
        "likelihood": FieldType.INTEGER,
        "qualified": FieldType.BOOLEAN,
        "qualified_at": FieldType.DATETIME,
        "reason": FieldType.TEXT,
        "sla_status": FieldType.TEXT,
        "sla_due": FieldType.DATETIME,
        "sla_responded_at": FieldType.DATETIME,
        "sla_response_hours": FieldType.NUMBER,
        "stage": FieldType.TEXT,
    }
)
"""The journey fields that can be written to a CRM, with their types."""


@dataclass(frozen=True, slots=True)
class Target:
    """A CRM field that Relevo owns: the journey field it shows and what to do when a person has edited it."""

    crm_field: str
    field: str
    type: FieldType
    on_conflict: OnConflict


def outbound_value(target: Target, value: Value) -> OutboundValue:
    """`value` as the CRM will be told it: times in whole UTC seconds, hours with two decimals, texts of at most 500 letters."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, str):
        return value if len(value) <= LONGEST_REASON else value[: LONGEST_REASON - 1] + "…"
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return round(float(value), HOURS_DIGITS)
    raise TypeError(f"{target.field} cannot be written: a {type(value).__name__} is not a scalar")


def same(target: Target, desired: OutboundValue, raw: Any) -> bool:
    """Whether the CRM's raw value ("87", "true", ISO or epoch milliseconds) means `desired`. Blank is null."""
    try:
        held = cast_for(target.type)(raw)
    except Unreadable:
        return False
    if desired is None or held is None:
        return desired is held
    if isinstance(held, datetime):
        return held.replace(microsecond=0) == desired
    if isinstance(held, str):
        return held.strip() == str(desired).strip()
    if isinstance(held, float) and isinstance(desired, float | int):
        return round(held, HOURS_DIGITS) == round(desired, HOURS_DIGITS)
    return held == desired
