"""Casts: what each type reads, and the reason for what it does not."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.model import FieldType
from mapping.casts import FORMATS, Unreadable, cast_for, to_datetime, to_decimal, to_text

MADRID = ZoneInfo("Europe/Madrid")
T, W, N, D, B, L = (
    FieldType.TEXT,
    FieldType.INTEGER,
    FieldType.NUMBER,
    FieldType.DECIMAL,
    FieldType.BOOLEAN,
    FieldType.LIST,
)

READ: list[tuple[FieldType, str | None, Any, Any]] = [
    (T, None, " as it is ", " as it is "),
    (T, None, 12, "12"),
    (T, None, True, "true"),
    (T, None, Decimal("1E+3"), "1000"),
    (W, None, "12", 12),
    (W, None, " -12 ", -12),
    (W, None, "12.0", 12),
    (W, None, "1.2e3", 1200),
    (W, None, 12.0, 12),
    (W, "es", "1.234", 1234),
    (W, "en", "1,234", 1234),
    (W, "es", 1234, 1234),
    (N, None, "2.50", 2.5),
    (N, "es", "2,5", 2.5),
    (D, None, "1234.56", Decimal("1234.56")),
    (D, None, 0.1, Decimal("0.1")),
    (D, "es", "1.234.567,89", Decimal("1234567.89")),
    (D, "es", "1234,5", Decimal("1234.5")),
    (D, "en", "-1,234.5", Decimal("-1234.5")),
    (B, None, "TRUE", True),
    (B, None, "no", False),
    (B, None, 1, True),
    (B, None, False, False),
    (L, None, "a;b; c;", ("a", "b", "c")),
    (L, None, ["a", 1], ("a", "1")),
    (L, None, ";", None),
    (FieldType.DATE, None, "2026-03-12", date(2026, 3, 12)),
    (FieldType.DATE, None, "1773273600000", date(2026, 3, 12)),
    (FieldType.DATE, "es", "1/12/2026", date(2026, 12, 1)),
    (FieldType.DATE, "en", "1/12/2026", date(2026, 1, 12)),
    (FieldType.DATE, None, datetime(2026, 3, 12, 23, tzinfo=UTC), date(2026, 3, 12)),
    (FieldType.DATETIME, None, "2026-03-12T07:33:46.615Z", datetime(2026, 3, 12, 7, 33, 46, 615_000, UTC)),
    (FieldType.DATETIME, None, "2026-05-06T11:29:24.000+0000", datetime(2026, 5, 6, 11, 29, 24, tzinfo=UTC)),
    (FieldType.DATETIME, None, "2026-05-06T11:29:24+02:00", datetime(2026, 5, 6, 9, 29, 24, tzinfo=UTC)),
    (FieldType.DATETIME, None, "2026-05-06 11:29Z", datetime(2026, 5, 6, 11, 29, tzinfo=UTC)),
    (FieldType.DATETIME, None, "1773300826615", datetime(2026, 3, 12, 7, 33, 46, 615_000, UTC)),
    (FieldType.DATETIME, None, 1773300826615, datetime(2026, 3, 12, 7, 33, 46, 615_000, UTC)),
    (FieldType.DATETIME, None, "0", datetime(1970, 1, 1, tzinfo=UTC)),
    (FieldType.DATETIME, None, "-86400000", datetime(1969, 12, 31, tzinfo=UTC)),
    (FieldType.DATETIME, "epoch_s", "1773300826", datetime(2026, 3, 12, 7, 33, 46, tzinfo=UTC)),
    (FieldType.DATETIME, "epoch_ms", "1773300826", datetime(1970, 1, 21, 12, 35, 0, 826_000, UTC)),
]


@pytest.mark.parametrize(("kind", "style", "raw", "value"), READ)
def test_a_cast_reads(kind: FieldType, style: str | None, raw: Any, value: Any) -> None:
    read = cast_for(kind, style)(raw)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("blank", [None, "", "  "])
def test_blank_is_null(kind: FieldType, blank: str | None) -> None:
    assert cast_for(kind)(blank) is None or (kind is FieldType.TEXT and blank == "  ")


REFUSED: list[tuple[FieldType, str | None, Any, str]] = [
    (T, None, "a\x00b", "contains a NUL character"),
    (T, None, "a\ud800b", "contains half of a character (a lone surrogate)"),
    (T, None, {"a": 1}, "is a structure, not a single value"),
    (W, None, "12.5", "is not a whole number"),
    (W, None, "1_000", "is not a number"),
    (W, None, "١٢", "is not a number"),
    (W, None, "about 50", "is not a number"),
    (W, None, "1.234,5", "is not a number"),
    (W, None, str(2**63), "is too large for a whole number"),
    (W, None, 10**100, "has more digits than can be kept"),
    (W, None, True, "is true/false, not a number"),
    (N, None, "NaN", "is not a number"),
    (N, None, "inf", "is not a number"),
    (N, None, float("nan"), "is not a finite number"),
    (D, None, "1e999", "has more digits than can be kept"),
    (D, None, Decimal("NaN"), "has more digits than can be kept"),
    (D, "es", "1.23,4", "is not a number written the es way"),
    (D, "en", "1.234,5", "is not a number written the en way"),
    (B, None, "maybe", "is not true/false, yes/no or 1/0"),
    (B, None, [True], "is a structure, not a single value"),
    (L, None, {"a": 1}, "is a structure, not a single value"),
    (FieldType.DATE, None, "31/12/2026", "is not an ISO 8601 time or epoch milliseconds"),
    (FieldType.DATE, "es", "31/2/2026", "is not a day that exists in the calendar"),
    (FieldType.DATETIME, None, "2026-02-30T00:00:00Z", "is not a time that exists in the calendar"),
    (FieldType.DATETIME, None, "2026-03-12T25:00:00Z", "is not a time that exists in the calendar"),
    (FieldType.DATETIME, None, "2026-W10-1T07:33:46Z", "is not an ISO 8601 time or epoch milliseconds"),
    (FieldType.DATETIME, None, "2026-03-12x07:33:46Z", "is not an ISO 8601 time or epoch milliseconds"),
    (FieldType.DATETIME, None, "yesterday", "is not an ISO 8601 time or epoch milliseconds"),
    (FieldType.DATETIME, None, "2026-03-12T07:33:46", "has no time zone; declare `zone:`"),
    (FieldType.DATETIME, None, "2026-03-12", "has no time zone; declare `zone:`"),
    (FieldType.DATETIME, None, "9" * 20, "is outside the years 1 to 9999"),
    (FieldType.DATETIME, None, "0001-01-01T00:00:00+14:00", "is outside the years 1 to 9999"),
    (
        FieldType.DATETIME,
        None,
        "20260312",
        "could be milliseconds, seconds or a compact date; declare format: epoch_ms or epoch_s",
    ),
]


@pytest.mark.parametrize(("kind", "style", "raw", "reason"), REFUSED)
def test_a_cast_refuses_with_a_reason_that_does_not_quote(
    kind: FieldType, style: str | None, raw: Any, reason: str
) -> None:
    """I12: a reason may be logged, so the value is not in it."""
    with pytest.raises(Unreadable) as refusal:
        cast_for(kind, style)(raw)
    assert str(refusal.value) == reason


def test_a_time_without_an_offset_is_read_in_the_declared_zone() -> None:
    read = cast_for(FieldType.DATETIME, zone=MADRID)
    assert read("2026-07-01T10:00:00") == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert read("2026-07-01") == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert read("2026-07-01T10:00:00Z") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert cast_for(FieldType.DATETIME, "es", MADRID)("1/7/2026") == datetime(2026, 6, 30, 22, tzinfo=UTC)


def test_an_hour_that_happens_twice_is_the_first_and_one_that_is_skipped_moves_on() -> None:
    read = cast_for(FieldType.DATETIME, zone=MADRID)
    assert read("2026-10-25T02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read("2026-03-29T02:30:00") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_day_of_a_time_is_its_day_in_the_zone() -> None:
    assert cast_for(FieldType.DATE, zone=MADRID)("2026-07-01T22:30:00Z") == date(2026, 7, 2)
    assert cast_for(FieldType.DATE)("2026-07-01T22:30:00Z") == date(2026, 7, 1)


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31), timezones=OFFSETS)  # noqa: DTZ001


@given(MOMENTS, st.sampled_from(["seconds", "milliseconds", "microseconds"]), st.sampled_from(["T", " "]))
def test_every_iso_form_of_a_moment_is_that_moment(moment: datetime, precision: str, separator: str) -> None:
    """I13; one property of one account comes in several of these forms."""
    whole = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}[precision]
    moment = moment.replace(microsecond=moment.microsecond // whole * whole)
    text = moment.isoformat(separator, precision)
    for form in (text, text.replace("+00:00", "Z"), text[:-3] + text[-2:]):
        read = to_datetime(form)
        assert read == moment
        assert read is not None
        assert read.tzinfo is UTC


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999).filter(lambda ms: len(str(ms)) not in (8, 10) or ms < 0))
def test_epoch_milliseconds_keep_every_millisecond(ms: int) -> None:
    """I13."""
    read = to_datetime(str(ms))
    assert read is not None
    assert (read - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) == ms


@given(st.text())
def test_text_survives_or_is_refused_with_a_reason(text: str) -> None:
    try:
        read = to_text(text)
    except Unreadable as reason:
        assert "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text), str(reason)  # noqa: PT017
    else:
        assert (read or "") == text
        text.encode()


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2))
def test_a_number_reads_the_same_in_every_country(number: Decimal) -> None:
    english = f"{number:,.2f}"
    spanish = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert to_decimal(english, "en") == to_decimal(spanish, "es") == to_decimal(str(number)) == number


RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.text("0123456789-+.,:TZeE/ ", max_size=30),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
    st.datetimes(),
    st.dates(),
)


@given(RAW, st.sampled_from(list(FieldType)), st.data())
def test_a_cast_gives_a_value_of_its_type_or_a_reason(raw: Any, kind: FieldType, data: st.DataObject) -> None:
    """I6: nothing is lost between the two."""
    style = data.draw(st.sampled_from([None, *FORMATS.get(kind, ())]))
    zone = data.draw(st.sampled_from([None, MADRID])) if kind in (FieldType.DATE, FieldType.DATETIME) else None
    wanted = {
        FieldType.TEXT: str,
        FieldType.INTEGER: int,
        FieldType.NUMBER: float,
        FieldType.DECIMAL: Decimal,
        FieldType.BOOLEAN: bool,
        FieldType.DATE: date,
        FieldType.DATETIME: datetime,
        FieldType.LIST: tuple,
    }[kind]
    try:
        value = cast_for(kind, style, zone)(raw)
    except Unreadable:
        return
    assert value is None or type(value) is wanted
