"""How many of marketing's leads sales takes, over a company small enough to be counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from journey.handover import Decision, Handover
from journey.measures import proportion
from sync.cli.measure_words import sentence
from sync.handover_measures import handover_numbers
from sync.measures import Number

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)


def after(
    days: float, decision: Decision, took: float | None, reason: str | None = None, *, returned: bool = False
) -> Handover:
    at = NOW - timedelta(days=days)
    return Handover(at, decision, None if took is None else at + timedelta(days=took), reason, returned=returned)


TOLD = [
    after(20, Decision.ACCEPTED, 2),
    after(19, Decision.ACCEPTED, 4),
    after(18, Decision.REJECTED, 1, "no budget"),
    after(17, Decision.REJECTED, 1, "duplicate", returned=True),
    after(16, Decision.REJECTED, 3),
    after(9, Decision.OPEN, None),
    after(40, Decision.UNDECIDED, None),
]


def numbers(told: list[Handover]) -> dict[str, Number]:
    return {one.measure: one for one in handover_numbers("all", told, NOW)}


def test_the_acceptance_rate_is_of_those_decided_and_says_how_many_are_not() -> None:
    found = numbers(TOLD)["acceptance"]
    assert (found.value, found.rows, found.provisional) == (0.4, 5, True)
    assert sentence(found.note, "en") == "2 not decided yet"
    assert sentence(found.note, "es") == "2 sin decidir"


def test_every_qualification_is_counted_once() -> None:
    found = numbers(TOLD)
    counts = [found[f"handover_{decision.value}"].value for decision in Decision]
    assert counts == [2, 3, 1, 1]
    assert {found[f"handover_{decision.value}"].rows for decision in Decision} == {7}


def test_rejections_are_counted_by_reason_also_those_that_give_none_and_those_given_back() -> None:
    found = numbers(TOLD)
    assert found["rejected_for:duplicate"].value == found["rejected_for:no budget"].value == 1
    assert found["rejected_for:(none)"].value == 1
    assert (found["handover_returned"].value, found["handover_returned"].rows) == (1, 3)


def test_the_time_to_decision_includes_those_not_decided_yet() -> None:
    assert numbers(TOLD)["decision_median"].value == timedelta(days=3)


def test_nothing_decided_is_no_rate() -> None:
    found = numbers(TOLD[-2:])
    assert found["acceptance"].value is None
    assert sentence(found["acceptance"].note, "en") == "nothing was decided yet"
    assert list(handover_numbers("all", [], NOW)) == []


def test_the_band_of_a_plain_share_is_wilsons() -> None:
    """Checked against the worked example of Newcombe, Stat. Med. 17 (1998) 857: 81 of 263."""
    found = proportion(81, 263)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.3080, 0.2553, 0.3662), abs=5e-5)
    assert proportion(0, 0) is None
    assert proportion(0, 9) == pytest.approx((0.0, 0.0, 0.2991), abs=5e-5)
