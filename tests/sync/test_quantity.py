"""Marketing's quantity: what it owes, what it delivered, and how many leads the revenue goal needs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from journey.business_time import Calendar, Shift
from journey.handover import Decision, Handover
from journey.measures import Span
from journey.model import PersonId
from sync.cli.measure_words import sentence
from sync.deal_measures import Revenue, Sums
from sync.delivered import Delivered, deliver, nothing_delivered
from sync.measures import By, LeadGoal, LeadPart, Number, Question
from sync.period import Bucket, Period, Years
from sync.quantity_measures import quantity_numbers
from sync.subjects import Subject

NOW = datetime(2026, 5, 12, tzinfo=UTC)
"""A Tuesday: seven of May's 21 working days are over."""
OFFICE = Calendar(ZoneInfo("UTC"), {day: (Shift.parse("09:00-17:00"),) for day in range(5)})
FAIR = LeadPart(By.SOURCE, "fair", 5)


def question(target: int | None = 21, per: Bucket = Bucket.MONTH, by: By | None = None) -> Question:
    return Question(
        as_of=NOW,
        period=Period(NOW - timedelta(days=90), NOW),
        by=by,
        years=Years(ZoneInfo("UTC")),
        calendar=OFFICE,
        within=timedelta(days=30),
        growth=0.2,
        goal_months=3,
        gross_margin=None,
        leads=LeadGoal(per, target, (FAIR,)),
    )


def subject(source: str, *handovers: Handover) -> Subject:
    nothing = dict.fromkeys(("contacted_at", "deal_at", "won_at", "campaign", "owner", "team", "segment"))
    return Subject(PersonId("p"), NOW, NOW, source=source, stages=(), clocks=(), handovers=handovers, **nothing)


def qualified(days_ago: float, *, returned: bool = False) -> Handover:
    return Handover(NOW - timedelta(days=days_ago), Decision.OPEN, returned=returned)


def so_far(leads: int = 0, returned: int = 0, per: Bucket = Bucket.MONTH) -> Delivered:
    _, running = nothing_delivered(LeadGoal(per, 21, (FAIR,)), Years(ZoneInfo("UTC")), NOW)
    return replace(running, leads=leads, returned=returned)


def delivered(*people: Subject, per: Bucket = Bucket.MONTH) -> Delivered:
    told = so_far(per=per)
    for one in people:
        deliver(told, one)
    return told


def sales(*amounts: int, before: int = 900, currency: str = "EUR") -> Revenue:
    told = Revenue()
    told.goal[currency] = (Sums(1, Decimal(before)), Sums())
    told.sums["all", currency] = Sums(len(amounts), Decimal(sum(amounts)))
    return told


COHORT = [
    Span(NOW - timedelta(days=60), NOW - timedelta(days=50) if won else None) for won in (True, False, False, False)
]


def numbers(
    told: Delivered, sold: Revenue, asked: Question, before: Delivered | None = None
) -> Mapping[tuple[str, str], Number]:
    return {
        (one.measure.removeprefix("quantity_"), one.group): one
        for one in quantity_numbers((before or so_far(), told), sold, COHORT, asked)
    }


def test_a_person_who_qualifies_twice_in_the_month_is_one_lead_and_one_who_did_before_it_none() -> None:
    assert delivered(subject("fair", qualified(1), qualified(9)), subject("fair", qualified(12))).leads == 1


def test_a_lead_given_back_is_no_lead_unless_the_person_qualified_again() -> None:
    told = delivered(
        subject("fair", qualified(3, returned=True)), subject("web", qualified(9, returned=True), qualified(1))
    )
    assert (told.leads, told.returned, told.returned_parts[FAIR], told.parts[FAIR]) == (1, 1, 1, 0)


def test_a_week_begins_on_monday() -> None:
    assert delivered(subject("fair", qualified(1)), subject("fair", qualified(1.01)), per=Bucket.WEEK).leads == 1


def test_the_target_is_paced_over_working_days() -> None:
    found = numbers(so_far(leads=6, returned=2), sales(), question())
    assert found["expected", "all"].value == pytest.approx(Decimal(7), abs=Decimal("0.001"))
    assert found["forecast", "all"].value == pytest.approx(Decimal(18), abs=Decimal("0.001"))
    assert sentence(found["forecast", "all"].note, "en") == "at risk, at the pace so far"
    assert sentence(found["forecast", "all"].note, "es") == "en riesgo, al ritmo actual"
    assert sentence(found["actual", "all"].note, "en") == "and given back as bad data: 2"


@pytest.mark.parametrize(("leads", "verdict"), [(6, "at risk"), (7, "on track"), (21, "reached")])
def test_the_verdict_is_by_the_forecast(leads: int, verdict: str) -> None:
    found = numbers(so_far(leads=leads), sales(), question())
    assert sentence(found["forecast", "all"].note, "en").startswith(verdict)


def test_the_period_before_has_its_verdict() -> None:
    """April's 20 of 21, and 21."""
    missed, reached = (numbers(so_far(), sales(), question(), so_far(leads=n))["before", "all"] for n in (20, 21))
    assert (missed.value, sentence(missed.note, "en")) == (20, "missed: 1 too few")
    assert sentence(reached.note, "es") == "alcanzado"


def test_the_period_before_ends_where_the_running_one_begins() -> None:
    april, may = nothing_delivered(LeadGoal(Bucket.MONTH, 1), Years(ZoneInfo("UTC")), NOW)
    assert april.period == Period(datetime(2026, 4, 1, tzinfo=UTC), may.period.start)
    deliver(april, subject("fair", qualified(12)))
    assert april.leads == 1


def test_a_part_is_paced_on_its_own_and_named_by_its_field_unless_that_is_asked_for() -> None:
    told = delivered(subject("fair", qualified(1)), subject("web", qualified(1)))
    assert numbers(told, sales(), question())["actual", "source: fair"].value == 1
    assert numbers(told, sales(), question(by=By.SOURCE))["actual", "fair"].value == 1


def test_what_revenue_needs_is_shown_beside_the_target_and_stands_in_for_one() -> None:
    """1,080 to win with deals of 100 and one of four leads buying: 43.2 a quarter, of which May is 21 days of 65."""
    found = numbers(so_far(leads=9), sales(50, 150), question())
    assert found["needed", "all"].value == pytest.approx(Decimal("43.2") * 21 / 65, abs=Decimal("0.1"))
    assert found["target", "all"].value == 21
    assert "1,080.00" in sentence(found["needed", "all"].note, "en")
    instead = numbers(so_far(leads=9), sales(50, 150), question(target=None))
    assert instead["target", "all"].value == instead["needed", "all"].value


def test_what_cannot_be_worked_out_is_not_a_number() -> None:
    nothing_won = numbers(so_far(), sales(), question(target=None))
    assert nothing_won["needed", "all"].value is nothing_won["target", "all"].value is None
    assert ("forecast", "all") not in nothing_won
    mixed = sales(100)
    mixed.sums["all", "USD"] = Sums(1, Decimal(5))
    assert sentence(numbers(so_far(), mixed, question())["needed", "all"].note, "en").startswith("in EUR, USD")


def test_a_month_that_begins_with_a_weekend_has_not_passed_before_monday() -> None:
    """1 August 2026 is a Saturday."""
    sunday = datetime(2026, 8, 2, 12, tzinfo=UTC)
    asked = replace(question(), as_of=sunday)
    assert asked.passed(asked.years.holding(sunday, Bucket.MONTH)) == 0
