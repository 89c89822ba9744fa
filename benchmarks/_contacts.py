"""Contacts alone, twenty fields of them: made for the sandbox, read by a configuration of a few lines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sync.config import Config, parse_config

if TYPE_CHECKING:  # a measured process imports this module, and has no sandbox in it
    from sandbox.serve import Sandbox

FIELDS = (
    "email", "firstname", "lastname", "phone", "mobilephone", "jobtitle", "company", "website", "city", "country",
    "hs_language", "industry", "numemployees", "annualrevenue", "lifecyclestage", "hs_lead_status", "hs_analytics_source",
    "createdate", "recent_conversion_date", "hs_email_optout",
)  # fmt: skip
"""The CRM properties that are asked for; the configuration maps each of them."""

MAPPED = """\
version: 1
state: {{url: "{database}"}}
connections:
  hubspot:
    connector: hubspot
    auth: {{token: "${{HUBSPOT_TOKEN}}"}}
    host: "${{HUBSPOT_HOST}}"
    burst: 1000000
    search_burst: 1000000
    {options}
objects:
  hubspot.contacts:
    as: person
    fields:
      email: {{from: email, transform: [trim, lower]}}
      first_name: firstname
      last_name: lastname
      phone: phone
      mobile: mobilephone
      job_title: jobtitle
      company: company
      website: website
      city: city
      country: country
      language: hs_language
      industry: industry
      employees: {{from: numemployees, type: integer}}
      revenue: {{from: annualrevenue, type: decimal}}
      stage: {{from: lifecyclestage, map: {{lead: lead, marketingqualifiedlead: mql, customer: customer}}, otherwise: reject}}
      status: hs_lead_status
      source: {{from: hs_analytics_source, transform: lower}}
      created_at: createdate
      converted_at: {{from: recent_conversion_date, type: datetime}}
      unsubscribed: {{from: hs_email_optout, type: boolean, default: false}}
score:
  criteria:
    fit: {{cap: 40, rules: [{{id: size, when: "employees >= 20", points: 13}}]}}
"""

WORDS = ("Norte", "Sol", "Rivera", "Duna", "Faro", "Cima", "Prado", "Brisa", "Roble", "Arco", "Vega", "Lago")
CHUNK = 20_000


def contacts_config(host: str, token: str, database: str, options: str = "") -> Config:
    """Contacts of this CRM into this database; pacing is set out of the way. `options` are more of the connection's."""
    text = MAPPED.format(database=database, options=options.replace("\n", "\n    "))
    return parse_config(text, {"HUBSPOT_TOKEN": token, "HUBSPOT_HOST": host})


def load_contacts(server: Sandbox, count: int, modified: int, ids: Sequence[int] | None = None) -> list[str]:
    """Create so many contacts, all last modified at `modified` (epoch ms), as if they had always been there; their ids."""
    made: list[str] = []
    rows = _rows(random.Random(5), count, modified, ids)
    while chunk := [row for _, row in zip(range(CHUNK), rows, strict=False)]:
        made += server.load(objects={"contacts": chunk})["contacts"]
    return made


def _rows(dice: random.Random, count: int, modified: int, ids: Sequence[int] | None) -> Iterator[dict[str, Any]]:
    for n in range(count):
        created = modified - dice.randrange(10**10)
        row = {"properties": _properties(dice, n, created), "created": created, "modified": modified}
        yield row if ids is None else {**row, "id": ids[n]}


def _properties(dice: random.Random, n: int, created: int) -> dict[str, str]:
    first, last, firm = (dice.choice(WORDS) for _ in range(3))
    return {
        "email": f"{first}.{last}.{n}@{firm}.example".lower(),
        "firstname": first,
        "lastname": f"{last} {dice.choice(WORDS)}",
        "phone": f"+34 91{dice.randrange(10**7):07}",
        "mobilephone": f"+34 6{dice.randrange(10**8):08}",
        "jobtitle": f"Responsable de {dice.choice(WORDS)}",
        "company": f"{firm} {dice.choice(WORDS)} S.L.",
        "website": f"https://www.{firm.lower()}-{n % 977}.example",
        "city": dice.choice(("Madrid", "Bilbao", "Sevilla", "Ciudad de México", "Bogotá")),
        "country": dice.choice(("Spain", "Mexico", "Colombia")),
        "hs_language": "es",
        "industry": dice.choice(("COMPUTER_SOFTWARE", "RETAIL", "LOGISTICS_AND_SUPPLY_CHAIN")),
        "numemployees": str(dice.randrange(1, 3000)),
        "annualrevenue": f"{dice.randrange(10**8) / 100:.2f}",
        "lifecyclestage": dice.choice(("lead", "marketingqualifiedlead", "customer")),
        "hs_lead_status": dice.choice(("NEW", "OPEN", "CONNECTED")),
        "hs_analytics_source": dice.choice(("ORGANIC_SEARCH", "PAID_SEARCH", "REFERRALS")),
        "recent_conversion_date": str(created + 3_600_000),
        "hs_email_optout": dice.choice(("true", "false")),
    }
