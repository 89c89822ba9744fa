"""Words, numbers and times in both languages."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from journey.sla import SlaStatus
from sync.cli.measure_words import SPANISH, label, sentence
from sync.cli.words import chosen, day_time, duration, number, word
from sync.notes import Says, note


def test_numbers_follow_the_language() -> None:
    """Comma and point change places."""
    assert number(1248.5, "en", 1) == "1,248.5"
    assert number(1248.5, "es", 1) == "1.248,5"
    assert number(Decimal(18400), "es") == "18.400"


def test_times_follow_language_and_zone() -> None:
    """Madrid is an hour ahead in winter."""
    at = datetime(2026, 1, 8, 23, 30, tzinfo=UTC)
    assert day_time(at, "en") == "08 Jan 2026 23:30"
    assert day_time(at, "es", ZoneInfo("Europe/Madrid")) == "09 ene 2026 00:30"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=14), "14 s"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(hours=31, minutes=24), "31 h 24 min"),
        (timedelta(hours=48), "2 d"),
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
        (timedelta(hours=-5), "5 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(span: timedelta, text: str) -> None:
    """Hours up to two days, because the promise is made in hours."""
    assert duration(span) == text


def test_every_sla_status_has_a_spanish_word() -> None:
    """Nobody reads a key."""
    for status in SlaStatus:
        assert word(status.value, "es") != status.value
        assert "_" not in word(status.value, "en")


def test_the_language_is_asked_for_configured_or_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--lang`, then the configuration, then $LANG."""
    monkeypatch.setenv("LANG", "es_ES.UTF-8")
    assert chosen(None) == "es"
    assert chosen(None, "en") == "en"
    assert chosen("es", "en") == "es"


def test_every_sentence_beside_a_number_has_its_figures_in_both_languages() -> None:
    """Spanish names the same figures as English."""
    assert {*SPANISH} == {*Says}
    for says, spanish in SPANISH.items():
        assert {*re.findall(r"{(\w+)}", says)} == {*re.findall(r"{(\w+)}", spanish)}, says


def test_the_figures_of_a_sentence_follow_the_language() -> None:
    """Counts, shares and amounts are told by their type."""
    found = note(Says.MORE_THAN_BEFORE, share=0.2, amount=Decimal("219347.24"))
    assert sentence(found, "en") == "20.0 % over 219,347.24"
    assert sentence(found, "es") == "20,0 % sobre 219.347,24"
    assert sentence(note(Says.FEW_PATHS, n=1390, enough=10_000), "es") == "de 1.390 caminos; fiable desde 10.000"


def test_the_parts_of_a_measure_are_told_in_spanish_and_the_crms_words_as_they_are() -> None:
    """A stage called `won` by the CRM is no word of ours."""
    assert label("funnel_won", "es") == "embudo: ganados"
    assert label("time_contacted_to_deal", "en") == "time between steps: contacted to deal"
    assert label("time_contacted_to_deal", "es") == "tiempo entre pasos: de contactado a negocio"
    assert label("stage_time:in_negotiation", "es") == "tiempo en etapa: in_negotiation"
