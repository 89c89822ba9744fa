"""What a field will take, and what it holds then."""

import math
import re

from sandbox.salesforce.errors import RowRefused, bad_json
from sandbox.salesforce.fields import IDS, NUMBERS, Field, FieldType, Value, in_words
from sandbox.salesforce.ids import canonical
from sandbox.salesforce.times import date_or_none, stamp_or_none

_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}")
_TOKENS = {str: "VALUE_STRING", int: "VALUE_NUMBER_INT", float: "VALUE_NUMBER_FLOAT", bool: "VALUE_TRUE", dict: "START_OBJECT", list: "START_ARRAY"}  # fmt: skip
_WRITTEN = {FieldType.INT: "int", FieldType.BOOLEAN: "boolean", FieldType.DATE: "date", FieldType.DATETIME: "datetime"}


def label(field: Field) -> str:
    """The field's name in words."""
    return field.label or in_words(field.name)


def parsed(field: Field, given: object) -> Value:
    """A JSON value as the field's type; null and the empty text are None. Raises a Refusal of the whole call when the parser cannot read it."""
    if given is None or given == "":
        return False if field.type is FieldType.BOOLEAN else None
    if field.type in NUMBERS:
        return _number(field, given)
    if field.type is FieldType.BOOLEAN:
        return _boolean(field, given)
    if not isinstance(given, str):
        raise _unreadable(field, given)
    if field.type is FieldType.DATETIME:
        return _known(field, given, stamp_or_none(given))
    if field.type is FieldType.DATE:
        return _known(field, given, date_or_none(given))
    return given


def _number(field: Field, given: object) -> Value:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise _unreadable(field, given)
    try:
        number = float(given)
    except ValueError:
        raise _unreadable(field, given) from None
    if not math.isfinite(number) or (field.type is FieldType.INT and not number.is_integer()):
        raise _unreadable(field, given)
    return int(number) if field.type is FieldType.INT else number


def _boolean(field: Field, given: object) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in {"true", "false", "1", "0"}:
        return given.lower() in {"true", "1"}
    raise _unreadable(field, given)


def _known(field: Field, given: object, wire: str | None) -> str:
    if wire is None:
        raise _unreadable(field, given)
    return wire


def _unreadable(field: Field, given: object) -> Exception:
    wanted = _WRITTEN.get(field.type, "double" if field.type in NUMBERS else "string")
    return bad_json(f"Cannot deserialize instance of {wanted} from {_TOKENS[type(given)]} value {given}")


def check(field: Field, value: Value) -> Value:
    """The value as the field will hold it. Raises RowRefused when it will not."""
    if value is None:
        if not field.nillable and field.default is None:
            raise RowRefused("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{field.name}]", [field.name])
        return field.default
    if field.type in IDS:
        return _reference(field, value)
    if isinstance(value, str):
        _text(field, value)
    elif field.type in NUMBERS:
        _magnitude(field, float(value))
    return value


def _text(field: Field, value: str) -> None:
    if field.type in {FieldType.DATE, FieldType.DATETIME}:
        return
    if field.length and len(value) > field.length:
        message = f"{label(field)}: data value too large: {value} (max length={field.length})"
        raise RowRefused("STRING_TOO_LONG", message, [field.name])
    if field.restricted and value not in field.options:
        message = f"{label(field)}: bad value for restricted picklist field: {value}"
        raise RowRefused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [field.name])
    if field.type is FieldType.EMAIL and not _EMAIL.fullmatch(value):
        message = f"{label(field)}: invalid email address: {value}"
        raise RowRefused("INVALID_EMAIL_ADDRESS", message, [field.name])


def _magnitude(field: Field, value: float) -> None:
    whole = (field.precision or 18) - field.scale
    if abs(value) >= 10**whole:
        message = f"{label(field)}: value outside of valid range on numeric field: {value}"
        raise RowRefused("NUMBER_OUTSIDE_VALID_RANGE", message, [field.name])


def _reference(field: Field, value: Value) -> str:
    id_ = canonical(value)
    if id_ is None:
        message = f"{label(field)}: id value of incorrect type: {value}"
        raise RowRefused("MALFORMED_ID", message, [field.name])
    return id_
