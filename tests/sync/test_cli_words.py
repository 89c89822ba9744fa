"""Words, numbers and times in both languages."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from journey.sla import SlaStatus
from sync.cli.words import chosen, day_time, duration, number, word


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
