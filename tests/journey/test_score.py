"""The score at a moment, and its words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.model import Actor, Direction, Journey, Moment, PersonId, Ref, Touchpoint, TouchType, Value
from journey.rules import Condition, Criterion, Disqualifier, Rule, ScoreRules
from journey.score import Score, score
from journey.tally import rounded
from journey.wording import reason

DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FORMS = frozenset({TouchType.FORM})


def is_from(country: str) -> Condition:
    return lambda values: values.get("country") == country


def form(day: float, number: int = 1, **values: Value) -> Touchpoint:
    return Touchpoint(
        Ref("eu", "forms", str(number)), BEGIN + day * DAY, TouchType.FORM, Direction.INBOUND, Actor.LEAD, None, values
    )


def journey(*touchpoints: Touchpoint, moments: Mapping[float, Mapping[str, Value]] | None = None) -> Journey:
    known = tuple(Moment(BEGIN + day * DAY, values) for day, values in (moments or {0: {}}).items())
    return Journey(PersonId("p"), (), known, tuple(sorted(touchpoints, key=lambda t: (t.at, t.ref))), (), ())


def rules(*own: Rule, cap: float = 100, floor: float = -100, out: tuple[Disqualifier, ...] = ()) -> ScoreRules:
    return ScoreRules((Criterion("interest", cap, floor, own),), out)


def scored(path: Journey, agreed: ScoreRules, day: float) -> Score:
    return score(path, agreed, BEGIN + day * DAY)


DEMO = Rule("demo", {"en": "demo requested", "es": "demo solicitada"}, 40, on=FORMS, half_life=14 * DAY)
SPAIN = Rule("spain", {"en": "in Spain"}, 15, when=is_from("ES"), when_source='country == "ES"', fields=("country",))


def test_points_halve_with_every_half_life() -> None:
    totals = [scored(journey(form(0)), rules(DEMO), day).total for day in (0, 14, 28)]
    assert totals == [40, 20, 10]


def test_what_happens_after_the_moment_is_not_seen() -> None:
    assert scored(journey(form(3)), rules(DEMO), 2).total == 0
    assert scored(journey(moments={0: {}, 3: {"country": "ES"}}), rules(SPAIN), 2).total == 0


def test_a_touchpoint_as_old_as_the_window_earns_nothing() -> None:
    agreed = rules(Rule("demo", {}, 40, on=FORMS, window=7 * DAY))
    assert [scored(journey(form(0)), agreed, day).total for day in (6.999, 7)] == [40, 0]


def test_only_the_newest_so_many_count() -> None:
    agreed = rules(Rule("demo", {}, 10, on=FORMS, at_most=2))
    found = scored(journey(*(form(day, day) for day in range(5))), agreed, 9)
    assert found.total == 20
    assert {line.evidence for line in found.lines} == {Ref("eu", "forms", "3"), Ref("eu", "forms", "4")}
    assert scored(journey(*(form(day, day) for day in range(5))), agreed, 0.5).total == 10


def test_a_rule_looks_at_type_direction_and_actor() -> None:
    path = journey(form(0))
    assert (
        scored(path, rules(Rule("r", {}, 10, on=FORMS, direction=Direction.INBOUND, actor=Actor.LEAD)), 1).total == 10
    )
    assert scored(path, rules(Rule("r", {}, 10, on=FORMS, direction=Direction.OUTBOUND)), 1).total == 0
    assert scored(path, rules(Rule("r", {}, 10, on=FORMS, actor=Actor.HUMAN)), 1).total == 0
    assert scored(path, rules(Rule("r", {}, 10, on=frozenset({TouchType.CALL}))), 1).total == 0


def test_a_condition_on_a_touchpoint_sees_it_and_the_person_as_known_then() -> None:
    seen: list[Mapping[str, Value]] = []

    def when(values: Mapping[str, Value]) -> bool:
        seen.append(values)
        return True

    path = journey(form(1, subject="Pricing", type="ours wins"), moments={0: {"country": "ES"}, 2: {"country": "MX"}})
    assert scored(path, rules(Rule("r", {}, 10, on=FORMS, when=when, when_source="x")), 3).total == 10
    assert seen == [
        {
            "subject": "Pricing",
            "person_country": "ES",
            "type": "form",
            "direction": "inbound",
            "actor": "lead",
            "owner": None,
        }
    ]


def test_a_fact_about_the_person_counts_once_and_only_while_it_is_so() -> None:
    path = journey(
        moments={0: {"country": "ES"}, 2: {"country": "ES", "phone": "1"}, 4: {"country": "MX"}, 6: {"country": "ES"}}
    )
    assert [scored(path, rules(SPAIN), day).total for day in (1, 3, 5, 7)] == [15, 15, 0, 15]
    assert scored(path, rules(SPAIN), 3).lines[0].evidence == ("country",)


def test_a_criterion_holds_its_sum_between_floor_and_cap_and_says_so() -> None:
    (criterion,) = scored(journey(form(0, 1), form(0, 2)), rules(DEMO, cap=50), 0).criteria
    assert (criterion.raw, criterion.points, criterion.capped) == (80, 50, True)
    (criterion,) = scored(journey(form(0)), rules(Rule("r", {}, -30, on=FORMS), floor=-10), 0).criteria
    assert (criterion.raw, criterion.points, criterion.capped) == (-30, -10, True)
    (criterion,) = scored(journey(form(0)), rules(DEMO), 0).criteria
    assert not criterion.capped


def test_the_total_stays_between_nothing_and_a_hundred() -> None:
    assert scored(journey(form(0)), rules(Rule("r", {}, -30, on=FORMS)), 0).total == 0
    assert scored(journey(*(form(0, n) for n in range(9))), rules(DEMO, cap=500), 0).total == 100


@pytest.mark.parametrize(
    ("points", "whole"), [(69.5, 70), (69.49, 69), (69.499999999999, 70), (0.5, 1), (-3, 0), (250, 100)]
)
def test_halves_round_up_whatever_the_last_bits_say(points: float, whole: int) -> None:
    assert rounded(points) == whole


def test_a_disqualified_person_keeps_the_points() -> None:
    out = Disqualifier("competitor", {"en": "works for a competitor"}, is_from("XX"), 'country == "XX"')
    found = scored(journey(form(0), moments={0: {"country": "XX"}}), rules(DEMO, out=(out,)), 0)
    assert (found.total, found.disqualified_by) == (40, "competitor")
    assert scored(journey(form(0)), rules(DEMO, out=(out,)), 0).disqualified_by is None


def test_pain_25_lines_explain_every_point_the_weightiest_first() -> None:
    found = scored(journey(form(0, 1), form(14, 2), moments={0: {"country": "ES"}}), rules(DEMO, SPAIN), 14)
    assert [(line.rule, line.before_decay, line.decay, line.points) for line in found.lines] == [
        ("demo", 40, 1.0, 40.0),
        ("demo", 40, 0.5, 20.0),
        ("spain", 15, 1.0, 15),
    ]
    assert found.lines[0].at == BEGIN + 14 * DAY
    assert found.exact == 75


POINTS = st.lists(st.tuples(st.floats(0, 200), st.integers(1, 6)), max_size=8, unique_by=lambda pair: pair[1])


@given(POINTS, st.floats(0, 300))
def test_pain_25_the_total_is_the_sum_of_its_lines(touches: list[tuple[float, int]], day: float) -> None:
    found = scored(journey(*(form(at, number) for at, number in touches)), rules(DEMO, SPAIN, cap=90), day)
    assert found.total == rounded(min(sum(line.points for line in found.lines), 90))
    assert len(found.lines) == sum(BEGIN + at * DAY <= BEGIN + day * DAY for at, _ in touches)


def test_the_reason_names_rules_in_the_readers_language_the_weightiest_first() -> None:
    found = scored(journey(form(0, 1), form(14, 2), moments={0: {"country": "ES"}}), rules(DEMO, SPAIN), 14)
    assert reason(found, "es") == "75: 2 × demo solicitada (+60), in Spain (+15)"
    assert reason(found, "en") == "75: 2 × demo requested (+60), in Spain (+15)"


def test_the_reason_leaves_out_whole_rules_to_stay_within_the_limit() -> None:
    found = scored(journey(form(0), moments={0: {"country": "ES"}}), rules(DEMO, SPAIN), 0)
    assert reason(found, "en", limit=35) == "55: demo requested (+40), …"
    assert reason(found, "en", limit=10) == "55: …"
    assert reason(found, "en", limit=3) == "55…"


def test_the_reason_of_someone_who_is_out_says_so_first() -> None:
    out = Disqualifier("student", {"en": "student", "es": "estudiante"}, is_from("ES"), "x")
    found = scored(journey(moments={0: {"country": "ES"}}), rules(DEMO, out=(out,)), 0)
    assert reason(found, "es") == "Fuera: estudiante. 0: nada todavía"


@given(POINTS, st.integers(1, 80))
def test_the_reason_never_exceeds_its_limit(touches: list[tuple[float, int]], limit: int) -> None:
    found = scored(journey(*(form(at, number) for at, number in touches)), rules(DEMO, SPAIN), 200)
    assert len(reason(found, "en", limit)) <= limit


def test_the_version_changes_with_anything_that_matters_and_only_then() -> None:
    again = Rule(
        "spain", {"en": "in Spain"}, 15, when=is_from("ES"), when_source='country == "ES"', fields=("country",)
    )
    other = Rule(
        "spain", {"en": "in Spain"}, 15, when=is_from("MX"), when_source='country == "MX"', fields=("country",)
    )
    version = rules(SPAIN).version
    assert rules(again).version == version
    assert len({version, rules(other).version, rules(SPAIN, cap=99).version, rules(DEMO).version, rules().version}) == 5


@pytest.mark.parametrize(
    "parts",
    [
        {"on": FORMS, "when": is_from("ES")},
        {"on": FORMS, "when_source": "x"},
        {},
        {"when": is_from("ES"), "when_source": "x", "half_life": DAY},
        {"when": is_from("ES"), "when_source": "x", "actor": Actor.LEAD},
        {"on": FORMS, "window": timedelta(0)},
        {"on": FORMS, "at_most": 0},
    ],
)
def test_a_rule_whose_parts_do_not_fit_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="r: "):
        Rule("r", {}, 1, **parts)  # type: ignore[arg-type]


def test_rules_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="floor"):
        Criterion("fit", 0, 1, ())
    with pytest.raises(ValueError, match="leaves_at"):
        ScoreRules((), qualified_at=50, leaves_at=60)
    with pytest.raises(ValueError, match="positive"):
        ScoreRules((), refresh_points=0)
    with pytest.raises(ValueError, match="same id"):
        rules(DEMO, DEMO)
