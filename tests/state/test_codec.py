"""Values in the database: what goes in comes out, and equal values look equal."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from journey.model import Ref, StageChange, Value
from state.codec import decode, encode, fact_hash, micros, moment, plain_text
from state.testing import at, call, contact

ANY_TEXT = st.text(st.characters())
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 30), timezones=ZONES)  # noqa: DTZ001 (hypothesis adds the zone)
VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    ANY_TEXT,
    st.dates(),
    TIMES,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.lists(ANY_TEXT).map(tuple),
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(NAMES, VALUES))
@example({"two surrogates that are no pair": "\ud83d\ude00", "beyond 64 bits": (2**70), "list": ("\udfff", "ok")})
def test_every_value_comes_back_with_its_type(values: dict[str, Value]) -> None:
    """I13 among others: a time comes back as the same instant, aware and in UTC."""
    back = decode(encode(values))
    assert back == values
    assert {name: type(value) for name, value in back.items()} == {name: type(value) for name, value in values.items()}
    assert all(
        value.tzinfo is UTC or value.utcoffset() == timedelta(0)
        for value in back.values()
        if isinstance(value, datetime)
    )


@given(st.dictionaries(NAMES, VALUES))
def test_equal_values_are_the_same_text_in_any_order(values: dict[str, Value]) -> None:
    shuffled = dict(reversed(list(values.items())))
    assert encode(shuffled) == encode(values)


def test_a_time_without_a_zone_is_refused() -> None:
    """I13."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="without a zone"):
        encode({"at": naive})
    with pytest.raises(ValueError, match="without a zone"):
        micros(naive)


@given(TIMES)
def test_times_keep_their_microseconds(time: datetime) -> None:
    assert moment(micros(time)) == time


def test_types_that_look_alike_do_not_hash_alike() -> None:
    alike: list[Value] = ["1", 1, 1.0, True, Decimal(1), ("1",), "2026-01-01", date(2026, 1, 1), None, ""]
    hashes = {fact_hash(fact, encode(fact.values)) for fact in (contact("1", x=value) for value in alike)}
    assert len(hashes) == len(alike)


def test_a_hash_covers_links_and_stages_but_neither_their_order_nor_the_version() -> None:
    one, other = Ref("crm", "companies", "1"), Ref("crm", "companies", "2")
    linked = contact("1", 0, [one, other])
    assert fact_hash(linked, "{}") == fact_hash(contact("1", 5, [other, one, one]), "{}")
    assert fact_hash(linked, "{}") != fact_hash(contact("1", 0, [one]), "{}")
    staged = type(linked)(linked.kind, linked.ref, "v", at(0), stages=(StageChange("mql", at(1)),))
    assert fact_hash(staged, "{}") != fact_hash(contact("1"), "{}")
    assert fact_hash(call("1"), "{}") != fact_hash(contact("1"), "{}")


def test_plain_text_is_cut_and_holds_nothing_that_a_database_refuses() -> None:
    assert plain_text("a\0b\ud800c", 4) == "a\ufffdb?"
