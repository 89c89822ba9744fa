"""What speaks for two records being one person where nothing proves it."""

import pytest

from journey.likeness import (
    CONFIDENCE,
    Reason,
    company_domain,
    full_name,
    likeness,
    normalise_phone,
    same_phone,
    traits,
)
from journey.model import Ref, Value

HERE, THERE = Ref("eu", "contacts", "1"), Ref("us", "leads", "2")


def reasons(one: dict[str, Value], other: dict[str, Value], there: Ref = THERE) -> tuple[Reason, ...]:
    return likeness(HERE, traits(one), there, traits(other))


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+34 600 12 34 56", "+34600123456"),
        ("0034 600-123-456", "+34600123456"),
        ("(+34) 600.123.456 ext. 12", "+34600123456"),
        ("600 123 456", "600123456"),
        ("07700 900123", "7700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("tel. 600123456", "600123456"),
        ("12345678", None),
        ("0000000000", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_phone_is_its_digits_with_the_country_where_it_is_given(text: str, phone: str | None) -> None:
    assert normalise_phone(text) == phone


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+34600123456", "+34600123456", True),
        ("+34600123456", "600123456", True),
        ("7700900123", "+447700900123", True),
        ("+34600123456", "+39600123456", False),
        ("600123456", "1600123456", False),
    ],
)
def test_a_national_number_equals_the_same_one_with_a_country(one: str, other: str, same: bool) -> None:
    assert same_phone(one, other) is same_phone(other, one) is same
    assert traits({"phone": one}).phone_key == traits({"phone": other}).phone_key, "found by the same key, even so"


def test_a_name_is_compared_without_accents_case_and_hyphens_and_one_word_is_no_name() -> None:
    assert full_name(" José ", "GARCÍA-López") == full_name("jose", "garcia lopez") == "jose garcia lopez"
    assert full_name(None, "José García") == "jose garcia"
    assert full_name("Jose", None) is None
    assert full_name(None, None) is None


def test_a_public_mail_provider_is_no_company() -> None:
    assert company_domain("Ana@Acme.ES") == "acme.es"
    assert company_domain("ana@gmail.com") is None
    assert company_domain("ana") is None


def test_what_two_records_have_in_common_is_named_strongest_first() -> None:
    ana: dict[str, Value] = {"first_name": "Ana", "last_name": "Gil", "phone": "600123456", "email": "ana@acme.es"}
    assert reasons(ana, ana | {"email": "a.gil@acme.es", "phone": "+34600123456"}) == (
        Reason.PHONE_AND_NAME,
        Reason.NAME_AND_DOMAIN,
    )
    assert reasons(ana, ana | {"last_name": "Ruiz"}) == (Reason.PHONE,)
    assert reasons(ana, {"phone": "600123456"}) == (Reason.PHONE,)
    assert reasons(ana, ana | {"phone": None}) == (Reason.NAME_AND_DOMAIN,)
    assert reasons(ana, ana | {"phone": "700123456", "email": "ana@other.es"}) == ()


def test_namesakes_in_one_company_count_across_connections_only() -> None:
    ana: dict[str, Value] = {"first_name": "Ana", "last_name": "Gil", "email": "ana@acme.es"}
    assert reasons(ana, ana, Ref("eu", "contacts", "2")) == ()


def test_every_reason_has_a_confidence_below_proof() -> None:
    assert set(CONFIDENCE) == set(Reason)
    assert all(0 < confidence < 1 for confidence in CONFIDENCE.values())
