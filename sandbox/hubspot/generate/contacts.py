"""Companies and contacts as the account holds them, with the dirt of a real one."""

import random
from collections.abc import Sequence

from sandbox.common.times import iso
from sandbox.hubspot.generate.people import Firm, Person, address
from sandbox.hubspot.generate.team import CAMPAIGNS
from sandbox.hubspot.load import Seed

_CAMPAIGN_OF = {"PAID_SEARCH": 0, "PAID_SOCIAL": 1, "OFFLINE": 3, "EMAIL_MARKETING": 4, "REFERRALS": 5}
_DIRTY_SIZES = ("unos 50", "50-100", "N/A", "más de 200", "pyme", "1.200")
_DIRTY_STAGES = ("Lead ", "mql_antiguo", "CLIENTE", "prospect")
_NO_EMAIL, _DIRTY_SIZE, _DIRTY_STAGE, _NO_SIZE = 0.02, 0.03, 0.01, 0.2


def company(firm: Firm, created: int) -> Seed:
    """A company's record."""
    properties = {
        "name": firm.name,
        "domain": firm.domain,
        "website": f"https://www.{firm.domain}",
        "country": firm.country,
        "industry": firm.industry,
        "numberofemployees": str(firm.employees),
        "hs_object_source": "CRM_UI",
    }
    return Seed(properties, None, created, created)


def contact(
    rng: random.Random, number: int, one: Person, firm: Firm | None, stages: Sequence[tuple[str, int]], touched: int
) -> Seed:
    """A contact's record. `stages` are the lifecycle stages reached, in order; `touched` is when it last changed (epoch ms)."""
    properties = {
        **_identity(rng, number, one, firm),
        **_interest(one),
        **_owner(one),
        **_stages(rng, stages),
        "hs_object_source": "FORM",
    }
    history = {"lifecyclestage": list(stages)}
    return Seed(
        properties, None, one.came, touched, history=history if properties["lifecyclestage"] == stages[-1][0] else None
    )


def _identity(rng: random.Random, number: int, one: Person, firm: Firm | None) -> dict[str, str]:
    told = {
        "firstname": one.first,
        "lastname": one.last,
        "jobtitle": one.title,
        "country": one.country,
        "hs_country_region_code": one.code,
        "phone": f"+34 6{rng.randrange(10**8):08d}" if rng.random() < 0.6 else "",
        "hs_language": "es" if one.code in {"ES", "MX", "CO"} else "en",
    }
    if rng.random() >= _NO_EMAIL:
        told["email"] = address(number, one, firm)
    if firm:
        told["company"], told["industry"] = firm.name, firm.industry
        chance = rng.random()
        if chance < _DIRTY_SIZE:
            told["numemployees"] = rng.choice(_DIRTY_SIZES)
        elif chance > _NO_SIZE:
            told["numemployees"] = str(firm.employees)
    return told


def _interest(one: Person) -> dict[str, str]:
    first, last = one.forms[0], one.forms[-1]
    told = {
        "hs_analytics_source": one.source,
        "hs_latest_source": one.source,
        "hs_analytics_num_page_views": str(3 * len(one.forms) + int(one.keen * 20)),
        "hs_analytics_num_visits": str(len(one.forms) + int(one.keen * 6)),
        "hs_analytics_first_timestamp": iso(one.came - 90_000),
        "hs_analytics_last_timestamp": iso(one.visited),
        "hs_analytics_last_visit_timestamp": iso(one.visited),
        "first_conversion_date": iso(first[0]),
        "first_conversion_event_name": first[1],
        "recent_conversion_date": iso(last[0]),
        "recent_conversion_event_name": last[1],
        "num_conversion_events": str(len(one.forms)),
        "num_unique_conversion_events": str(len({name for _, name in one.forms})),
    }
    if one.source in _CAMPAIGN_OF:
        told["hs_analytics_source_data_1"] = CAMPAIGNS[_CAMPAIGN_OF[one.source]][0]
    if one.clicked is not None:
        told |= {
            "hs_email_last_click_date": iso(one.clicked),
            "hs_email_last_open_date": iso(one.clicked),
            "hs_email_click": "1",
        }
    return told


def _owner(one: Person) -> dict[str, str]:
    if one.rep is None or one.assigned is None:
        return {}
    told = {
        "hubspot_owner_id": str(one.rep.id),
        "hubspot_owner_assigneddate": iso(one.assigned),
        "hs_lead_status": "OPEN",
    }
    if one.contacted is not None:
        told |= {
            "notes_last_contacted": iso(one.contacted),
            "hs_first_outreach_date": iso(one.contacted),
            "hs_lead_status": "CONNECTED",
        }
    return told


def _stages(rng: random.Random, stages: Sequence[tuple[str, int]]) -> dict[str, str]:
    dated = {f"hs_lifecyclestage_{name}_date": str(at) for name, at in stages}
    stage = rng.choice(_DIRTY_STAGES) if rng.random() < _DIRTY_STAGE else stages[-1][0]
    return {**dated, "lifecyclestage": stage}
