"""Values as Zoho CRM takes them: it insists on each field's own JSON type, and refuses a record for "7" where it wants 7."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.base import ConnectorError
from connectors.zoho.records import moment, plain, stamp

TEXTS = frozenset({"text", "textarea", "email", "phone", "website", "picklist", "bigint"})
NUMBERS = frozenset({"integer", "double", "currency", "percent"})


def encoded(value: object, data_type: str) -> Any:
    """The value for a field of that type; None clears it. What does not fit is passed on, for Zoho to refuse in its words."""
    if value is None or value == "":
        return None
    if data_type in TEXTS:
        return _text(value)
    if data_type in NUMBERS and isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        return _number(value, whole=data_type == "integer")
    if data_type == "date" and isinstance(value, date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    if data_type == "multiselectpicklist":
        return [_text(item) for item in value] if isinstance(value, list | tuple) else _text(value).split(";")
    if isinstance(value, datetime):
        return stamp(value)
    return float(value) if isinstance(value, Decimal) else value


def same(ours: Any, theirs: Any, data_type: str) -> bool:
    """Whether Zoho holds what we wrote: it gives times back at another offset, and lookups as objects."""
    if ours in (None, "") or theirs in (None, ""):
        return ours in (None, "") and theirs in (None, "")
    if data_type == "datetime":
        try:
            return moment(ours) == moment(theirs)
        except ConnectorError:
            return False
    return bool(plain(ours) == plain(theirs))


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return stamp(value)
        case float() | Decimal():
            return f"{Decimal(str(value)).normalize():f}"
        case list() | tuple():
            return ";".join(map(str, value))
    return str(value)


def _number(value: str | float | Decimal, *, whole: bool) -> Any:
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if whole and number.is_integer() else number
