"""Casts: from what a CRM sent to a typed value, or a reason why not.

CRMs send text for most things ("87", "true", "1773300826615"), JSON scalars for the rest. An empty text is null everywhere.
A reason never quotes the value, because reasons are printed and logged and values are personal data.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from journey.model import FieldType, Value

Cast = Callable[[Any], Value]

LARGEST_INTEGER = 2**63 - 1
LARGEST_EXPONENT = 38

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_GROUPED_NUMBER = {
    "es": (re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?", re.ASCII), ".", ","),
    "en": (re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII), ",", "."),
}
_SLASHED_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:[Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?))?)?",
    re.ASCII,
)
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_TRUE = frozenset({"true", "yes", "1"})
_FALSE = frozenset({"false", "no", "0"})


class Unreadable(ValueError):
    """A value could not be understood; the message says why, without quoting it."""


def to_text(raw: Any) -> str | None:
    """Text as it came. Lone surrogates and NUL are refused: no database can hold them."""
    if isinstance(raw, str):
        text = raw
    elif raw is None:
        return None
    else:
        text = _scalar_text(raw)
    if "\x00" in text:
        raise Unreadable("contains a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unreadable("contains half of a character (a lone surrogate)") from None
    return text or None


def _scalar_text(raw: Any) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, datetime):
        return raw.isoformat()
    if isinstance(raw, int) and abs(raw) > 10**LARGEST_EXPONENT:
        raise Unreadable("has more digits than can be kept")
    if isinstance(raw, Decimal) and raw and (not raw.is_finite() or abs(raw.adjusted()) > LARGEST_EXPONENT):
        raise Unreadable("has more digits than can be kept")
    if isinstance(raw, Decimal):
        return f"{raw:f}"
    if isinstance(raw, str | int | float | date):
        return str(raw)
    raise Unreadable("is a structure, not a single value")


def to_integer(raw: Any) -> int | None:
    """A whole number of at most 63 bits; "12.0" and "1.2e3" are whole, "12.5" is not."""
    if raw.__class__ is str and raw.isdigit() and raw.isascii() and len(raw) < 19:
        return int(raw)
    number = to_decimal(raw)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise Unreadable("is not a whole number")
    if abs(number) > LARGEST_INTEGER:
        raise Unreadable("is too large for a whole number")
    return int(number)


def to_number(raw: Any) -> float | None:
    """A finite float."""
    number = to_decimal(raw)
    return None if number is None else float(number)


def to_decimal(raw: Any, style: str | None = None) -> Decimal | None:
    """An exact number. `style` is `es` for "1.234,56", `en` for "1,234.56"; without it only "1234.56" is read."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool):
        raise Unreadable("is true/false, not a number")
    if isinstance(raw, float) and not math.isfinite(raw):
        raise Unreadable("is not a finite number")
    text = _scalar_text(raw).strip()
    if not text:
        return None
    return _decimal(_ungroup(text, style) if style and isinstance(raw, str) else text)


def _ungroup(text: str, style: str) -> str:
    pattern, group, point = _GROUPED_NUMBER[style]
    if not pattern.fullmatch(text):
        raise Unreadable(f"is not a number written the {style} way")
    return text.replace(group, "").replace(point, ".")


def _decimal(text: str) -> Decimal:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise Unreadable("is not a number")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Unreadable("is not a number") from None
    if number and (abs(number.adjusted()) > LARGEST_EXPONENT or len(number.as_tuple().digits) > LARGEST_EXPONENT):
        raise Unreadable("has more digits than can be kept")
    return number


def to_boolean(raw: Any) -> bool | None:
    """true/false, yes/no, 1/0 in any case."""
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool):
        return raw
    word = _scalar_text(raw).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if not word:
        return None
    raise Unreadable("is not true/false, yes/no or 1/0")


def to_datetime(raw: Any, zone: tzinfo | None = None, style: str | None = None) -> datetime | None:
    """Aware UTC. Reads ISO 8601 and epoch milliseconds; a time without an offset needs `zone`.

    Whole numbers are epoch milliseconds (HubSpot writes both forms, sometimes for one property). Eight or ten digits could as
    well be a compact date or seconds, so they are refused unless `style` is `epoch_ms` or `epoch_s`. `es` and `en` read dates
    with slashes. A local time that happens twice is the first; one that is skipped by the clock moves forward.
    """
    if raw is None or raw == "":
        return None
    if raw.__class__ is str and raw[-1] == "Z" and raw[4:11:3] == "--T":
        return _from_iso(raw)
    if isinstance(raw, datetime):
        return _to_utc(raw, zone)
    if isinstance(raw, date):
        return _to_utc(datetime(raw.year, raw.month, raw.day), zone)  # noqa: DTZ001 (the declared zone is added next)
    text = _scalar_text(raw).strip()
    if not text:
        return None
    if _WHOLE.fullmatch(text):
        return _from_epoch(text, style)
    slashed = _slashed(text, style)
    if slashed is not None:
        return _to_utc(datetime(slashed.year, slashed.month, slashed.day), zone)  # noqa: DTZ001
    return _to_utc(_iso(text), zone)


def _from_epoch(text: str, style: str | None) -> datetime:
    if style not in ("epoch_ms", "epoch_s") and len(text) in (8, 10) and text.isdigit():
        raise Unreadable("could be milliseconds, seconds or a compact date; declare format: epoch_ms or epoch_s")
    amount = int(text)
    try:
        return _EPOCH + (timedelta(seconds=amount) if style == "epoch_s" else timedelta(milliseconds=amount))
    except OverflowError:
        raise Unreadable("is outside the years 1 to 9999") from None


def _iso(text: str) -> datetime:
    if not _ISO_DATETIME.fullmatch(text):
        raise Unreadable("is not an ISO 8601 time or epoch milliseconds")
    return _from_iso(text.upper().replace(",", ".").replace(" ", "T", 1).replace(" ", ""))


def _from_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("is not a time that exists in the calendar") from None


def _to_utc(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        if zone is None:
            raise Unreadable("has no time zone; declare `zone:`")
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable("is outside the years 1 to 9999") from None


def to_date(raw: Any, zone: tzinfo | None = None, style: str | None = None) -> date | None:
    """A calendar day: "2026-03-12", "12/3/2026" with `style` es (3/12/2026 with en), or the day of a time in `zone` (UTC)."""
    if raw is None or raw == "":
        return None
    if raw.__class__ is date:
        return date(raw.year, raw.month, raw.day)
    if isinstance(raw, str):
        text = raw.strip()
        slashed = _slashed(text, style)
        if slashed is not None:
            return slashed
        if len(text) == 10 and _ISO_DATETIME.fullmatch(text):
            return _iso(text).date()
    moment = to_datetime(raw, zone or UTC, style)
    return None if moment is None else moment.astimezone(zone or UTC).date()


def _slashed(text: str, style: str | None) -> date | None:
    if style not in ("es", "en"):
        return None
    match = _SLASHED_DATE.fullmatch(text)
    if not match:
        return None
    first, second, year = (int(part) for part in match.groups())
    day, month = (first, second) if style == "es" else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("is not a day that exists in the calendar") from None


def to_list(raw: Any) -> tuple[str, ...] | None:
    """Texts: `;`-separated, or a JSON list of scalars. Empty items are dropped; nothing left is null."""
    if raw is None or raw == "":
        return None
    items = list(raw) if isinstance(raw, list | tuple) else _scalar_text(raw).split(";")
    texts = (to_text(item.strip() if isinstance(item, str) else item) for item in items)
    return tuple(text for text in texts if text) or None


_PLAIN: Mapping[FieldType, Cast] = MappingProxyType(
    {
        FieldType.TEXT: to_text,
        FieldType.INTEGER: to_integer,
        FieldType.NUMBER: to_number,
        FieldType.DECIMAL: to_decimal,
        FieldType.BOOLEAN: to_boolean,
        FieldType.DATE: to_date,
        FieldType.DATETIME: to_datetime,
        FieldType.LIST: to_list,
    }
)
FORMATS: Mapping[FieldType, tuple[str, ...]] = MappingProxyType(
    {
        FieldType.INTEGER: ("es", "en"),
        FieldType.NUMBER: ("es", "en"),
        FieldType.DECIMAL: ("es", "en"),
        FieldType.DATE: ("es", "en", "epoch_ms", "epoch_s"),
        FieldType.DATETIME: ("es", "en", "epoch_ms", "epoch_s"),
    }
)
"""The `format:` words that each type understands."""


def cast_for(kind: FieldType, style: str | None = None, zone: tzinfo | None = None) -> Cast:
    """The cast for a declared type; `style` must be one of `FORMATS[kind]`."""
    plain = _PLAIN[kind]
    if style is None and zone is None:
        return plain
    match kind:
        case FieldType.DATE:
            return lambda raw: to_date(raw, zone, style)
        case FieldType.DATETIME:
            return lambda raw: to_datetime(raw, zone, style)
        case FieldType.DECIMAL:
            return lambda raw: to_decimal(raw, style)
        case FieldType.INTEGER | FieldType.NUMBER:
            return lambda raw: plain(to_decimal(raw, style))
    return plain
