"""Ids and times on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.salesforce.ids import canonical, numbered, with_check
from sandbox.salesforce.times import as_bulk, stamp, stamp_or_none


@pytest.mark.parametrize("known", ["0017e00001W4GYRAA3", "0037e00001WZ30tAAD", "0015500001QdQWaAAN"])
def test_the_last_three_letters_are_those_of_recorded_ids(known: str) -> None:
    """Ids out of recorded answers."""
    assert with_check(known[:15]) == known
    assert canonical(known[:15]) == canonical(known) == known


@pytest.mark.parametrize("wrong", ["", "x", "0017e00001W4GYRAA4", "0017e00001W4GY-", 5, None, "0017e00001W4GYRA"])
def test_what_is_no_id_is_none(wrong: object) -> None:
    """Length, alphabet and check are looked at."""
    assert canonical(wrong) is None


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_later_ids_sort_later(one: int, other: int) -> None:
    """A keyset over ids needs their order to be that of creation."""
    assert (numbered("00Q", one) < numbered("00Q", other)) == (one < other)


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 4_000_000_000_000))
def test_times_sort_as_text(one: int, other: int) -> None:
    """The wire form has one width, and what is finer than a second is lost."""
    assert (stamp(one) < stamp(other)) == (one // 1000 < other // 1000)


def test_a_time_must_name_its_offset() -> None:
    """Pain 23: REST writes +0000, bulk results write Z, and a naive time is not understood."""
    assert stamp_or_none("2026-05-06T13:29:24.5+02:00") == "2026-05-06T11:29:24.000+0000"
    assert stamp_or_none("2026-05-06T11:29:24") is None
    assert stamp_or_none("yesterday") is None
    assert as_bulk("2026-05-06T11:29:24.000+0000") == "2026-05-06T11:29:24.000Z"
