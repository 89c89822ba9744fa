"""HubSpot's times and positions as text."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Cursor, Selection, Stop
from connectors.hubspot.cursor import Backfill, Edge, Live, Position, Snapshot, dump, load
from connectors.hubspot.records import changes, millis, moment, version

IDS = st.text("0123456789", min_size=1, max_size=15)
EDGES = st.builds(Edge, st.integers(0, 2**45), st.frozensets(IDS, max_size=5), st.booleans())
POSITIONS = st.one_of(
    st.builds(Backfill, st.text(), st.integers(0, 2**45)),
    st.builds(Live, EDGES, EDGES, st.none() | st.integers(0, 2**45)),
    st.builds(Snapshot, st.dictionaries(IDS, st.text()), st.integers(0, 2**45)),
)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 (made aware below)
def test_pain_23_every_way_in_which_hubspot_writes_a_time_is_read_alike(naive: datetime) -> None:
    """I13."""
    time = naive.replace(microsecond=naive.microsecond // 1000 * 1000, tzinfo=UTC)
    epoch_ms = (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    iso = time.isoformat(timespec="milliseconds")
    for text in (str(epoch_ms), iso, iso.replace("+00:00", "Z"), iso.replace("+00:00", "")):
        assert (moment(text), moment(text).utcoffset(), millis(text)) == (time, timedelta(), epoch_ms)


@pytest.mark.parametrize("text", ["2026-03-12T07:33:46Z", "2026-03-12T07:33:46.6Z", "2026-03-12T08:33:46+01:00"])
def test_a_fraction_or_an_offset_is_optional(text: str) -> None:
    assert moment(text).replace(microsecond=0) == datetime(2026, 3, 12, 7, 33, 46, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-03-12T07:33:46Z", "2026-03-12T07:33:46.000Z", "1773300826000"])
def test_one_instant_is_one_version_however_it_is_written(text: str) -> None:
    """I8: an update answers with one spelling, and a list or a search with another."""
    assert version(text) == "2026-03-12T07:33:46.000Z"


@given(POSITIONS)
def test_a_position_survives_being_written_down(position: Position) -> None:
    assert load(dump(position)) == position


@given(st.text() | st.sampled_from(['{"v": 2}', "[]", "null", '{"v": 1, "edge": 3, "late": [], "swept": 0}']))
def test_a_text_that_is_no_position_stops(text: str) -> None:
    with pytest.raises(Stop):
        load(Cursor(text))


def test_pain_7_a_survivor_tells_of_each_record_merged_into_it() -> None:
    """I11: HubSpot separates ids with semicolons, and may name the survivor itself."""
    row = {
        "id": "9",
        "updatedAt": "2026-03-12T07:33:46.615Z",
        "properties": {"hs_merged_object_ids": "7;8;9;"},
    }
    found = changes(Selection("contacts", ()), [row], {})
    assert [(change.id, change.deleted, change.merged_into) for change in found] == [
        ("9", False, None),
        ("7", True, "9"),
        ("8", True, "9"),
    ]
