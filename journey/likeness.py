"""Records that may be one person, though nothing proves it: what speaks for it, and how much.

Nothing here joins anybody. A person looks at the pairs and decides (`journey.identity.Decision`).
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from journey.identity import normalise_email
from journey.model import Ref, Value

MOST_SHARING = 10
"""A number, or a name at a company, that more people than this share says nothing about any two of them (a switchboard)."""

# fmt: off
PUBLIC_MAIL = frozenset({
    "aol.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.es", "hotmail.fr",
    "icloud.com", "libero.it", "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "orange.fr", "outlook.com",
    "outlook.es", "proton.me", "protonmail.com", "qq.com", "telefonica.net", "web.de", "yahoo.com", "yahoo.es",
    "yahoo.fr", "yandex.ru", "zoho.com",
})
# fmt: on
"""Domains of addresses that anybody can have; they tell no company."""

_NUMBER = re.compile(r"\+?[0-9][0-9\s().\-/\u00a0]*")
_WORD = re.compile(r"\w+")
_NO_DIGIT = re.compile(r"[^0-9]+")
_COMPARED = 9
"""Digits of a phone number that must be there, and are looked up by: national numbers of most countries have nine or ten."""


class Reason(StrEnum):
    """What speaks for two records being one person."""

    PHONE_AND_NAME = "same phone and name"
    NAME_AND_DOMAIN = "same name and company domain"
    PHONE = "same phone"


CONFIDENCE: Mapping[Reason, float] = {
    Reason.PHONE_AND_NAME: 0.9,
    Reason.NAME_AND_DOMAIN: 0.6,
    Reason.PHONE: 0.4,
}
"""How to order what is to be reviewed: a judgement, not a measured rate. The strongest reason of a pair counts."""


class Traits(NamedTuple):
    """What of a record is compared. `phone_key` and `namesake` are equal wherever the record may be like another one.

    `phone` is the digits, led by `+` where the country code is given; `namesake` the full name at the company's domain.
    """

    phone: str | None
    name: str | None
    namesake: str | None

    @property
    def phone_key(self) -> str | None:
        """The last nine digits."""
        return self.phone[-_COMPARED:] if self.phone is not None else None


def traits(values: Mapping[str, Value]) -> Traits:
    """What of a person's mapped values is compared."""
    phone, email = values.get("phone"), values.get("email")
    name = full_name(values.get("first_name"), values.get("last_name"))
    domain = company_domain(email) if isinstance(email, str) else None
    namesake = f"{name}@{domain}" if name is not None and domain is not None else None
    return Traits(normalise_phone(phone) if isinstance(phone, str) else None, name, namesake)


def normalise_phone(text: str) -> str | None:
    """Its digits, led by `+` where a country code is given (as `+34` or `0034`); None with fewer than nine. No extension."""
    found = _NUMBER.search(text.replace("(0)", ""))
    if found is None:
        return None
    digits = _NO_DIGIT.sub("", found[0])
    country = found[0].startswith("+") or digits.startswith("00")
    # Without a country code, a leading zero is the trunk prefix, which is not dialled from abroad.
    digits = digits.lstrip("0")
    if len(digits) < _COMPARED:
        return None
    return f"+{digits}" if country else digits


def same_phone(one: str, other: str) -> bool:
    """Whether two normalised numbers are the same one. A national number equals any that ends with it after a country code."""
    if one.startswith("+") == other.startswith("+"):
        return one == other
    national, international = sorted((one, other), key=lambda phone: phone.startswith("+"))
    return international.endswith(national)


def full_name(first: Value, last: Value) -> str | None:
    """The name as it is compared: case-folded words without accents; None with fewer than two words."""
    text = " ".join(part for part in (first, last) if isinstance(part, str))
    words = _WORD.findall(_without_accents(text).casefold())
    return " ".join(words) if len(words) > 1 else None


def _without_accents(text: str) -> str:
    if text.isascii():  # most are, and a page holds hundreds
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def company_domain(email: str) -> str | None:
    """The domain of the address if it belongs to a company; None for a public mail provider or no address."""
    domain = (normalise_email(email) or "").rpartition("@")[2]
    return domain if domain and domain not in PUBLIC_MAIL else None


def likeness(one: Ref, own: Traits, other: Ref, theirs: Traits) -> tuple[Reason, ...]:
    """What speaks for these records being one person, strongest first. Names and domains do so across connections only."""
    reasons = []
    if own.phone is not None and theirs.phone is not None and same_phone(own.phone, theirs.phone):
        names = own.name is not None and own.name == theirs.name
        reasons.append(Reason.PHONE_AND_NAME if names else Reason.PHONE)
    if own.namesake is not None and own.namesake == theirs.namesake and one.connection != other.connection:
        reasons.append(Reason.NAME_AND_DOMAIN)
    return tuple(sorted(reasons, key=lambda reason: -CONFIDENCE[reason]))
