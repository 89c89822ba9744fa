"""Fitting: what a model may learn from, what it must not, and when it weighs nothing."""

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from journey.canonical import canonical
from journey.model import (
    Actor,
    Deal,
    DealStatus,
    Direction,
    Journey,
    Moment,
    PersonId,
    Ref,
    Touchpoint,
    TouchType,
    Value,
)
from sync.likelihood.card import Leakage, Why
from sync.likelihood.drift import drift, stability
from sync.likelihood.fit import AUC_NEEDED, fit
from sync.likelihood.leads import Lead, lead_of
from sync.likelihood.levels import FEWEST, levels
from sync.likelihood.regression import NotInstalled

DAY = timedelta(days=1)
WITHIN = 90 * DAY
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
FIELDS = ("source", "employees")
SHARES = {"demo": 0.45, "event": 0.2, "list": 0.04}

Telling = Callable[[int, bool], Value]


def made(count: int = 1_500, extra: Telling | None = None, begin: int = 0) -> list[Lead]:
    """Leads whose source says something, an hour apart; `extra` gives a third field from number and outcome."""
    chance = random.Random(7)  # noqa: S311 (seeded)
    found = []
    for number in range(begin, begin + count):
        source = chance.choice([*SHARES])
        bought = chance.random() < SHARES[source]
        more = () if extra is None else (extra(number, bought),)
        values = (source, chance.randrange(1, 900), *more)
        found.append(Lead(PersonId(f"{number:06}"), BEGIN + timedelta(hours=number), values, bought))
    return found


def with_exactly(leads: int, bought: int) -> list[Lead]:
    """So many leads, so many of whom bought, evenly over time."""
    return [
        Lead(
            PersonId(f"{n:06}"),
            BEGIN + timedelta(hours=n),
            ("demo", n % 700),
            n * bought // leads != (n + 1) * bought // leads,
        )
        for n in range(leads)
    ]


def whys(found: Sequence[Lead]) -> set[Why]:
    return {reason.why for reason in fit(FIELDS, found, WITHIN).card.reasons}


def test_a_history_that_tells_buyers_apart_passes_the_gate() -> None:
    found = fit(FIELDS, made(), WITHIN)
    assert found.card.reasons == ()
    assert found.card.trial is not None
    assert found.card.trial.auc > 0.7
    assert found.card.trial.brier < found.card.trial.brier_base
    assert found.model is not None
    sources = found.model.features[0].points
    assert sources["demo"] > sources["event"] > sources["list"]


@pytest.mark.parametrize(
    ("leads", "bought", "missing"),
    [
        (999, 120, {Why.FEW_LEADS}),
        (1_000, 119, {Why.FEW_CONVERSIONS}),
        (999, 119, {Why.FEW_LEADS, Why.FEW_CONVERSIONS}),
        (0, 0, {Why.FEW_LEADS, Why.FEW_CONVERSIONS}),
    ],
)
def test_too_little_history_weighs_nothing(leads: int, bought: int, missing: set[Why]) -> None:
    found = fit(FIELDS, with_exactly(leads, bought), WITHIN)
    assert {reason.why for reason in found.card.reasons} == missing
    assert found.model is None
    assert not found.card.weighs


def test_history_that_just_suffices_is_fitted() -> None:
    """And noise is then judged by its trial, not by its size."""
    assert not whys(with_exactly(1_000, 120)) & {Why.FEW_LEADS, Why.FEW_CONVERSIONS}


def test_noise_does_not_pass() -> None:
    leads = made()
    outcomes = [lead.bought for lead in leads]
    random.Random(1).shuffle(outcomes)  # noqa: S311 (seeded)
    noise = [replace(lead, bought=bought) for lead, bought in zip(leads, outcomes, strict=True)]
    card = fit(FIELDS, noise, WITHIN).card
    assert Why.AUC in {reason.why for reason in card.reasons}
    assert card.trial is not None
    assert card.trial.auc < AUC_NEEDED


def test_leads_that_may_yet_buy_are_left_out() -> None:
    young = [replace(lead, bought=None) for lead in made(300, begin=5_000)]
    card = fit(FIELDS, [*made(), *young], WITHIN).card
    assert (card.leads, card.young) == (1_500, 300)
    assert canonical(replace(card, young=0)) == canonical(fit(FIELDS, made(), WITHIN).card)


def test_the_order_of_the_rows_does_not_matter() -> None:
    """The same history gives the same model, however it is read (I9)."""
    shuffled = made()
    random.Random(3).shuffle(shuffled)  # noqa: S311 (seeded)
    assert canonical(fit(FIELDS, shuffled, WITHIN)) == canonical(fit(FIELDS, made(), WITHIN))


def test_the_newest_leads_are_not_learned_from() -> None:
    """Outcomes planted in the newest fifth change the trial, and not one point of the model."""
    leads = made()
    turned = [*leads[:1_200], *(replace(lead, bought=not lead.bought) for lead in leads[1_200:])]
    plain, planted = fit(FIELDS, leads, WITHIN), fit(FIELDS, turned, WITHIN)
    assert plain.model == planted.model
    assert not planted.card.weighs


def test_what_holds_only_in_the_future_does_not_help() -> None:
    """A field that tells all in the newest fifth alone, as one that came into use then, earns nothing there."""
    learned = fit(
        (*FIELDS, "flag"), made(extra=lambda n, bought: ("no", "yes")[bought] if n >= 1_200 else None), WITHIN
    )
    plain = fit(FIELDS, made(), WITHIN)
    assert learned.card.trial is not None
    assert plain.card.trial is not None
    assert learned.card.trial.auc == pytest.approx(plain.card.trial.auc, abs=0.01)


def test_a_field_that_knows_the_answer_is_found_and_left_out() -> None:
    found = fit((*FIELDS, "contract"), made(extra=lambda _, bought: "signed" if bought else None), WITHIN)
    (leak,) = found.card.leaks
    assert (leak.field, leak.why) == ("contract", Leakage.TELLS_ALL)
    assert found.model is not None
    assert [feature.field for feature in found.model.features] == [*FIELDS]


def test_a_field_that_sales_rewrites_is_found_and_left_out() -> None:
    leads = [replace(lead, rewritten=(False, n % 4 == 0) if n % 10 == 0 else None) for n, lead in enumerate(made())]
    found = fit(FIELDS, leads, WITHIN)
    (leak,) = found.card.leaks
    assert (leak.field, leak.why) == ("employees", Leakage.REWRITTEN)
    assert leak.measured == pytest.approx(0.5)
    assert found.model is not None
    assert [feature.field for feature in found.model.features] == ["source"]


def test_a_field_corrected_now_and_then_is_kept() -> None:
    leads = [replace(lead, rewritten=(False, n % 1_000 == 0)) for n, lead in enumerate(made())]
    assert fit(FIELDS, leads, WITHIN).card.leaks == ()


def test_without_an_honest_field_nothing_weighs() -> None:
    leads = [replace(lead, rewritten=(True, True)) for lead in made()]
    assert whys(leads) == {Why.NO_FIELD_LEFT}


def test_one_outcome_alone_teaches_nothing() -> None:
    leads = [replace(lead, bought=n < 1_200) for n, lead in enumerate(made())]
    assert whys(leads) == {Why.ONE_OUTCOME}


def test_buyers_of_one_short_time_alone_are_no_defect() -> None:
    """A span of time may hold all older buyers; the calibration has nothing to go by there."""
    leads = [replace(lead, bought=n < 200 or (n % 50 == 0 and n >= 1_200)) for n, lead in enumerate(made())]
    assert Why.BRIER in whys(leads)


def test_the_calibration_is_of_all_newest_leads_lowest_first() -> None:
    trial = fit(FIELDS, made(), WITHIN).card.trial
    assert trial is not None
    assert sum(part.leads for part in trial.calibration) == trial.leads == 300
    assert sum(part.bought for part in trial.calibration) == trial.bought
    predictions = [part.predicted for part in trial.calibration]
    assert predictions == sorted(predictions)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Absent:
        """An import system that has no scikit-learn."""

        def find_spec(self, name: str, *_: object) -> None:
            if name.partition(".")[0] == "sklearn":
                raise ModuleNotFoundError(name)

    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(NotInstalled, match=r"pip install 'relevo\[likelihood\]'"):
        fit(FIELDS, made(), WITHIN)


def test_rare_texts_are_one_level_and_numbers_are_fifths() -> None:
    texts = levels("source", ["a"] * FEWEST + ["b"] * (FEWEST - 1) + ["c"])
    assert texts.counts == {"a": FEWEST, "*": FEWEST}
    numbers = levels("employees", list(range(100)))
    assert numbers.edges == (20.0, 40.0, 60.0, 80.0)
    assert {*numbers.counts.values()} == {20}


def test_few_different_numbers_are_taken_as_texts() -> None:
    assert levels("grade", [1, 2, 3] * 40).edges == ()


def test_a_world_that_stays_as_it_was_shows_no_drift() -> None:
    found = fit(FIELDS, made(), WITHIN)
    assert found.model is not None
    told = drift(found.card, found.model, made(600, begin=1_500))
    assert (told.leads, told.closed) == (600, 600)
    assert not told.drifted


def test_other_leads_and_other_outcomes_are_drift() -> None:
    found = fit(FIELDS, made(), WITHIN)
    assert found.model is not None
    newer = made(600, begin=1_500)
    others = [replace(lead, values=("list", *lead.values[1:]), bought=None) for lead in newer]
    assert drift(found.card, found.model, others).shifted == ("source",)
    buying = drift(found.card, found.model, [replace(lead, bought=True) for lead in newer])
    assert buying.shifted == ()
    assert buying.off


def test_a_handful_of_new_leads_shows_nothing() -> None:
    found = fit(FIELDS, made(), WITHIN)
    assert found.model is not None
    few = [replace(lead, values=("list", 1), bought=True) for lead in made(100, begin=1_500)]
    assert not drift(found.card, found.model, few).drifted


def test_the_stability_index_is_the_published_formula() -> None:
    """Worked by hand: shares .5/.5 then .8/.2: .3·ln 1.6 + (−.3)·ln .4 = .141 + .275."""
    assert stability({"a": 50, "b": 50}, {"a": 80, "b": 20}) == pytest.approx(0.4159, abs=1e-4)
    assert stability({"a": 5, "b": 7}, {"a": 50, "b": 70}) == 0


def path(moments: Sequence[tuple[float, str]], *, won: float | None = None, called: float | None = None) -> Journey:
    """Somebody whose source was so from those days on, with a call and a won deal."""
    calls = [] if called is None else [_call(called)]
    deals = () if won is None else (_deal(won),)
    known = tuple(Moment(BEGIN + day * DAY, {"source": source}) for day, source in moments)
    return Journey(PersonId("p"), (), known, tuple(calls), deals, ())


def _call(day: float) -> Touchpoint:
    return Touchpoint(
        Ref("crm", "calls", "1"), BEGIN + day * DAY, TouchType.CALL, Direction.OUTBOUND, Actor.HUMAN, "o", {}
    )


def _deal(day: float) -> Deal:
    ref = Ref("crm", "deals", "1")
    return Deal(ref, None, DealStatus.WON, None, None, None, None, BEGIN + day * DAY, None, (), {})


def lead(of: Journey, day: float = 400) -> Lead | None:
    return lead_of(of, ("source",), WITHIN, BEGIN + day * DAY)


def test_a_lead_is_what_was_known_when_it_came() -> None:
    found = lead(path([(0, "ad"), (5, "told by sales")], won=40, called=3))
    assert found is not None
    assert (found.values, found.bought, found.rewritten) == (("ad",), True, (True,))


def test_a_change_before_sales_came_is_no_rewriting() -> None:
    found = lead(path([(0, "ad"), (2, "webinar")], called=3))
    assert found is not None
    assert found.rewritten is None


@pytest.mark.parametrize(
    ("won", "as_of", "bought"), [(90, 91, True), (91, 400, False), (None, 90, False), (10, 89, None)]
)
def test_buying_counts_within_the_agreed_time_once_it_is_over(
    won: float | None, as_of: float, bought: bool | None
) -> None:
    found = lead(path([(0, "ad")], won=won), as_of)
    assert found is not None
    assert found.bought is bought


def test_who_had_bought_before_is_no_lead() -> None:
    assert lead(path([(0, "ad")], won=-1)) is None
    assert lead(path([(0, "ad")]), day=-1) is None
