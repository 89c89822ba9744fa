"""Attribution: every model gives away exactly the amount, and each gives it to whom it says."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.attribution import Model, Path, Touch, credited, shared_out, weights
from journey.markov import Chain

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
CHANNELS = ("search", "webinar", "email", "fair", "partner")


def path(*channels: str, lead: float | None = None, deal: float | None = None) -> Path:
    """Touches a day apart; lead and deal were made so many days after the first."""
    touches = tuple(Touch(channel, START + DAY * day) for day, channel in enumerate(channels))
    return Path(
        touches,
        None if lead is None else START + DAY * lead,
        None if deal is None else START + DAY * deal,
    )


def amounts(model: Model, way: Path, amount: str = "100") -> list[str]:
    return [str(credit) for credit in credited(way, Decimal(amount), model)]


@pytest.mark.parametrize(
    ("model", "given_to"),
    [
        (Model.FIRST, ["100.00", "0.00", "0.00", "0.00"]),
        (Model.LAST, ["0.00", "0.00", "0.00", "100.00"]),
        (Model.LINEAR, ["25.00", "25.00", "25.00", "25.00"]),
        (Model.U_SHAPED, ["40.00", "10.00", "10.00", "40.00"]),
        (Model.W_SHAPED, ["30.00", "30.00", "30.00", "10.00"]),
    ],
)
def test_each_model_gives_to_whom_it_says(model: Model, given_to: list[str]) -> None:
    """Four touches, the second made the lead, the third the deal."""
    assert amounts(model, path("a", "b", "c", "d", lead=1.5, deal=2)) == given_to


def test_time_decay_halves_in_a_week() -> None:
    """A touch a week before the last one weighs half of it; one fifty years before weighs nothing, and breaks nothing."""
    touches = (
        Touch("a", START - 18_250 * DAY),
        Touch("b", START - 7 * DAY),
        Touch("c", START),
    )
    assert amounts(Model.TIME_DECAY, Path(touches), "90") == ["0.00", "30.00", "60.00"]


def test_short_paths_share_what_their_marks_would_get() -> None:
    """U of two is half and half; a touch that bears several marks of W gets them all; a single touch gets everything."""
    assert amounts(Model.U_SHAPED, path("a", "b")) == ["50.00", "50.00"]
    assert amounts(Model.W_SHAPED, path("a", "b", lead=0, deal=1)) == ["66.67", "33.33"]
    assert amounts(Model.W_SHAPED, path("a", "b", "c", lead=0, deal=0)) == ["90.00", "5.00", "5.00"]
    assert amounts(Model.W_SHAPED, path("a", "b", "c", lead=-3)) == ["85.72", "7.14", "7.14"]
    for model in Model:
        assert amounts(model, path("a")) == ["100.00"]


def test_what_cannot_be_divided_goes_to_the_largest_remainder() -> None:
    """Three cents among two, a loss, a yen amount in exponent form, and fractions of a cent that are given as such."""
    halves = (Fraction(1), Fraction(1))
    assert [str(part) for part in shared_out(Decimal("0.03"), halves)] == ["0.02", "0.01"]
    assert shared_out(Decimal("-0.03"), halves) == (Decimal("-0.02"), Decimal("-0.01"))
    assert sum(shared_out(Decimal("1E+3"), (Fraction(1),) * 3)) == 1000
    assert shared_out(Decimal("0.001"), halves) == (Decimal("0.001"), Decimal("0.000"))
    with pytest.raises(ValueError, match="finite"):
        shared_out(Decimal("NaN"), halves)


def test_a_path_is_ordered_and_not_empty() -> None:
    """A deal without a touch of marketing's is not attributed at all."""
    with pytest.raises(ValueError, match="at least one"):
        Path(())
    with pytest.raises(ValueError, match="order"):
        Path((Touch("a", START + DAY), Touch("b", START)))


TOUCHES = st.lists(st.tuples(st.sampled_from(CHANNELS), st.integers(0, 400_000)), min_size=1, max_size=30).map(
    lambda told: tuple(Touch(channel, START + timedelta(minutes=at)) for at, channel in sorted((b, a) for a, b in told))
)
TIMES = st.none() | st.integers(-5, 400).map(lambda day: START + DAY * day)
AMOUNT = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=2) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9
)
EFFECTS = st.dictionaries(st.sampled_from(CHANNELS), st.floats(0, 1, allow_subnormal=True))


@settings(max_examples=1_000, deadline=None)
@given(TOUCHES, TIMES, TIMES, AMOUNT, st.sampled_from(Model), EFFECTS)
def test_credits_are_exactly_the_amount_for_every_model(
    touches: tuple[Touch, ...],
    lead: datetime | None,
    deal: datetime | None,
    amount: Decimal,
    model: Model,
    effects: dict[str, float],
) -> None:
    """No cent is made or lost, no credit has the other sign, and none is further than a cent from its exact share."""
    way = Path(touches, lead, deal)
    shares = credited(way, amount, model, effects)
    parts = weights(way, model, effects)
    assert sum((Fraction(share) for share in shares), Fraction(0)) == Fraction(amount)
    assert all(share * amount >= 0 for share in shares)
    for share, part in zip(shares, parts, strict=True):
        assert abs(Fraction(share) - Fraction(amount) * part / sum(parts)) < Fraction(1, 100)


def test_markov_matches_removing_a_channel_by_hand() -> None:
    """search→webinar won, search lost, webinar won: without search 1 of 3 starts is won instead of 2 of 3."""
    chain = Chain()
    chain.add(["search", "webinar"], won=True)
    chain.add(["search", "search"], won=False)
    chain.add(["webinar"], won=True)
    effects = chain.removal_effects()
    assert effects["webinar"] == pytest.approx(1.0)
    assert effects["search"] == pytest.approx(0.5)


def test_markov_without_a_won_deal_knows_nothing() -> None:
    """And then its credits are equal shares."""
    chain = Chain()
    assert chain.removal_effects() == {}
    chain.add(["a", "b"], won=False)
    assert chain.removal_effects() == {}
    assert credited(path("a", "b"), Decimal(10), Model.MARKOV, {}) == (Decimal(5), Decimal(5))


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_markov_matches_walking_the_chain_without_the_channel(seed: int) -> None:
    """Against probabilities pushed along until nothing moves, with the channel's visitors lost."""
    chance = random.Random(seed)  # noqa: S311 (seeded, to be the same every time)
    paths = [([chance.choice(CHANNELS) for _ in range(chance.randint(0, 6))], chance.random() < 0.4) for _ in range(25)]
    chain = Chain()
    for channels, won in paths:
        chain.add(channels, won=won)
    effects = chain.removal_effects()
    with_all = _walked(paths, None)
    for channel in effects:
        assert effects[channel] == pytest.approx(1 - _walked(paths, channel) / with_all, abs=1e-6)
    assert with_all > 0 or not effects


def _walked(paths: list[tuple[list[str], bool]], without: str | None) -> float:
    steps: dict[str, list[str]] = {}
    for channels, won in paths:
        told = ["(start)", *channels, "(won)" if won else "(lost)"]
        for one, other in pairwise(told):
            steps.setdefault(one, []).append(other)
    here, won_share = {"(start)": 1.0}, 0.0
    for _ in range(600):
        there: dict[str, float] = {}
        for place, mass in here.items():
            for other in steps[place]:
                moved = mass / len(steps[place])
                if other == "(won)":
                    won_share += moved
                elif other not in ("(lost)", without):
                    there[other] = there.get(other, 0.0) + moved
        here = there
    return won_share
