"""Who comes, from where, and how keen they are."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TypeVar

from sandbox.hubspot.generate import words
from sandbox.hubspot.generate.hours import DAY, HOUR, Arrivals
from sandbox.hubspot.generate.team import REPS, Rep

_T = TypeVar("_T")
_KEEN_ENOUGH, _FIT_ENOUGH = 0.5, 0.62
_NEVER_ANSWERED = 0.12
_MEDIAN_WORKED = 3.9 * HOUR
_SPREAD = 2.6


@dataclass(frozen=True, slots=True)
class Firm:
    """A company; `employees` follows a log-normal around 40."""

    name: str
    domain: str
    country: str
    industry: str
    employees: int
    fit: float


@dataclass(frozen=True, slots=True)
class Person:
    """A lead's true story, epoch ms; what the account holds of it is written elsewhere, dirt included.

    `keen` is 0–1: how likely they are to buy. `wanted` is when they became worth a call (None: never), `contacted` when somebody did.
    """

    came: int
    first: str
    last: str
    firm: int | None
    country: str
    code: str
    title: str
    source: str
    forms: tuple[tuple[int, str], ...]
    clicked: int | None
    visited: int
    keen: float
    wanted: int | None
    rep: Rep | None
    assigned: int | None
    contacted: int | None


def _chooser(rows: Sequence[tuple[_T, int, float]]) -> Callable[[random.Random], tuple[_T, float]]:
    """Draws a row's first and last by its weight."""
    weights = list(accumulate(weight for _, weight, _ in rows))
    outcomes = [(value, score) for value, _, score in rows]
    return lambda rng: rng.choices(outcomes, cum_weights=weights)[0]


_title = _chooser(words.JOB_TITLES)
_form = _chooser(words.FORMS)
_source = _chooser(words.SOURCES)
_country = _chooser([((name, code), weight, fit) for name, code, weight, fit in words.COUNTRIES])
_REPS_BY_COUNTRY = {code: [rep for rep in REPS if code in rep.countries] for _, code, _, _ in words.COUNTRIES}


@cache
def slug(text: str) -> str:
    """Letters and digits of a name, for addresses."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return (
        "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter == " "))
        .strip()
        .replace(" ", "-")
    )


def address(number: int, one: Person, firm: Firm | None) -> str:
    """The e-mail address of the `number`th person; the same in whichever CRM they turn up."""
    domain = firm.domain if firm else "correo-personal.example"
    return f"{slug(one.first)}.{slug(one.last).split('-')[0]}{number}@{domain}"


def firms(rng: random.Random, n: int) -> list[Firm]:
    """`n` companies with domains of their own."""
    made = []
    for number in range(n):
        name = f"{rng.choice(words.COMPANY_HEADS)} {rng.choice(words.COMPANY_TAILS)}"
        (country, _), fit = _country(rng)
        employees = max(1, round(rng.lognormvariate(3.7, 1.3)))
        size = 1.0 if 20 <= employees <= 500 else 0.4
        made.append(
            Firm(
                f"{name} {rng.choice(words.LEGAL_FORMS)}",
                f"{slug(name)}-{number}.example",
                country,
                rng.choice(words.INDUSTRIES),
                employees,
                fit * size,
            )
        )
    return made


def person(rng: random.Random, came: int, end: int, companies: Sequence[Firm]) -> Person:
    """One lead that came at `came`; nothing in their story is after `end`."""
    title, title_fit = _title(rng)
    source, odds = _source(rng)
    (country, code), country_fit = _country(rng)
    firm = rng.randrange(len(companies)) if rng.random() < 0.9 else None
    forms, interest = _forms(rng, came, end)
    fit = (title_fit + country_fit + (companies[firm].fit if firm is not None else 0.1)) / 3
    keen = min(1.0, fit * interest * odds)
    wanted = forms[-1][0] if interest >= _KEEN_ENOUGH and fit > _FIT_ENOUGH else None
    rep, assigned, contacted = _handed_over(rng, wanted, code, end)
    visited = min(end, max(at for at, _ in forms) + int(rng.expovariate(1 / (2 * DAY))))
    return Person(
        came,
        rng.choice(words.FIRST_NAMES),
        f"{rng.choice(words.LAST_NAMES)} {rng.choice(words.LAST_NAMES)}",
        firm,
        country,
        code,
        title,
        source,
        forms,
        min(end, came + int(rng.expovariate(1 / (5 * DAY)))) if rng.random() < 0.25 + interest / 3 else None,
        visited,
        keen,
        wanted,
        rep,
        assigned,
        contacted,
    )


def _forms(rng: random.Random, came: int, end: int) -> tuple[tuple[tuple[int, str], ...], float]:
    """Forms filled in, in order, and the interest that the strongest shows."""
    name, interest = _form(rng)
    forms, at = [(came, name)], came
    while rng.random() < 0.28 and len(forms) < 6:
        at += int(rng.expovariate(1 / (6 * DAY)))
        if at > end:
            break
        name, more = _form(rng)
        forms.append((at, name))
        interest = max(interest, more)
    return tuple(forms), interest


def _handed_over(
    rng: random.Random, wanted: int | None, code: str, end: int
) -> tuple[Rep | None, int | None, int | None]:
    """Who was given the lead, when, and when they first got in touch: routing takes minutes, with a tail; answering takes working hours."""
    if wanted is None:
        return None, None, None
    (rep,) = rng.choices(_REPS_BY_COUNTRY[code], weights=[rep.share for rep in _REPS_BY_COUNTRY[code]])
    assigned = wanted + int(rng.lognormvariate(2.8, 1.4) * 60_000)
    worked = int(_MEDIAN_WORKED * rep.pace * rng.lognormvariate(0, _SPREAD))
    if assigned > end:
        return None, None, None
    if rng.random() < _NEVER_ANSWERED or worked > 100 * DAY:
        return rep, assigned, None
    contacted = rep.office.after(assigned, worked)
    return rep, assigned, contacted if contacted <= end else None


def people(rng: random.Random, n: int, arrivals: Arrivals, end: int, companies: Sequence[Firm]) -> list[Person]:
    """`n` leads in the order in which they came."""
    return [person(rng, came, end, companies) for came in sorted(arrivals.draw(rng) for _ in range(n))]
