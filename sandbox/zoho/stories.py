"""A person's story as Zoho CRM holds it: the lead, what it became, and what was done about it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sandbox.common.times import parse_instant
from sandbox.hubspot.generate.activities import Activity
from sandbox.hubspot.generate.activities import of as activities_of
from sandbox.hubspot.generate.deals import deal as sold_deal
from sandbox.hubspot.generate.people import Firm, Person, address
from sandbox.hubspot.generate.team import REPS, Rep
from sandbox.hubspot.load import Seed as Told
from sandbox.zoho.load import Seed
from sandbox.zoho.modules import ORG
from sandbox.zoho.org import API_USER
from sandbox.zoho.times import local

SOURCES = {
    "ORGANIC_SEARCH": "Organic Search",
    "PAID_SEARCH": "Paid Search",
    "SOCIAL_MEDIA": "Social Media",
    "PAID_SOCIAL": "Advertisement",
    "OFFLINE": "Trade Show",
    "DIRECT_TRAFFIC": "Web Research",
    "EMAIL_MARKETING": "Email Campaign",
    "REFERRALS": "External Referral",
    "OTHER_CAMPAIGNS": "Webinar",
}
CAMPAIGN_OF = {
    "PAID_SEARCH": 0,
    "PAID_SOCIAL": 1,
    "OTHER_CAMPAIGNS": 2,
    "OFFLINE": 3,
    "EMAIL_MARKETING": 4,
    "REFERRALS": 5,
}
STAGES = {
    "appointmentscheduled": "Qualification",
    "qualifiedtobuy": "Needs Analysis",
    "presentationscheduled": "Value Proposition",
    "decisionmakerboughtin": "Identify Decision Makers",
    "contractsent": "Proposal/Price Quote",
    "closedwon": "Closed Won",
    "closedlost": "Closed Lost",
}
_LOST_BECAUSE = {
    "Precio": "Price",
    "Eligió a un competidor": "Competitor",
    "Sin presupuesto": "No Budget",
    "Sin respuesta": "No Response",
    "Proyecto aplazado": "Postponed",
}
_INDUSTRIES = {
    "COMPUTER_SOFTWARE": "Software",
    "INFORMATION_TECHNOLOGY_AND_SERVICES": "Software",
    "FINANCIAL_SERVICES": "Finance",
    "RETAIL": "Retail",
    "LOGISTICS_AND_SUPPLY_CHAIN": "Logistics",
    "HOSPITAL_HEALTH_CARE": "Health",
    "CONSTRUCTION": "Construction",
    "FOOD_PRODUCTION": "Food",
    "HOSPITALITY": "Hospitality",
}
_NO_EMAIL, _NO_SIZE = 0.02, 0.2


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of a person's records: the lead, and what it becomes if it does; `campaign` is the one that brought them."""

    lead: int
    contact: int
    account: int | None
    deal: int
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the organisation holds about one person. Activities come as module and seed, e-mails as for `load_email`."""

    lead: Seed
    contact: Seed | None
    deal: Seed | None
    activities: tuple[tuple[str, Seed], ...]
    emails: tuple[dict[str, Any], ...]


def user_id(rep: Rep | None) -> str:
    """The user behind a seller; without one, a lead waits with the integration's user."""
    return API_USER.id if rep is None else str(ORG + 310_000 + REPS.index(rep))


def account(firm: Firm, id_: int, created: int) -> Seed:
    """A company's record."""
    values = {
        "Account_Name": firm.name,
        "Website": f"https://www.{firm.domain}",
        "Billing_Country": firm.country,
        "Employees": firm.employees,
        "Industry": _INDUSTRIES.get(firm.industry),
    }
    return Seed(values, id_, created, created)


def story(rng: random.Random, number: int, one: Person, firm: Firm | None, ids: Ids, end: int, zone: str) -> Story:
    """The records of one person as they stand at `end` (epoch ms)."""
    sold = sold_deal(rng, one, firm, end)
    done = [act for act in activities_of(rng, number, one, end) if (act.seed.created or 0) <= end]
    touched = max([one.visited, one.assigned or 0, *((act.seed.created or 0) for act in done)]) // 1000
    who = _identity(rng, number, one, firm)
    lead = _lead(one, firm, who, ids, touched, zone)
    acts, mails = _done(done, ids, converted=sold is not None, zone=zone)
    if sold is None or sold.created is None:
        return Story(lead, None, None, tuple(acts), tuple(mails))
    converted = sold.created // 1000
    lead = replace(lead, values={**lead.values, **_conversion(one, ids, converted, zone)}, modified=converted)
    contact = Seed(_contact(one, who, ids), ids.contact, converted, max(converted, touched))
    return Story(lead, contact, _deal(one, sold, ids), tuple(acts), tuple(mails))


def _identity(rng: random.Random, number: int, one: Person, firm: Firm | None) -> dict[str, Any]:
    return {
        "First_Name": one.first,
        "Last_Name": one.last,
        "Email": None if rng.random() < _NO_EMAIL else address(number, one, firm),
        "Phone": f"+34 6{rng.randrange(10**8):08d}" if rng.random() < 0.6 else None,
        "No_of_Employees": firm.employees if firm is not None and rng.random() >= _NO_SIZE else None,
    }


def _lead(one: Person, firm: Firm | None, who: dict[str, Any], ids: Ids, touched: int, zone: str) -> Seed:
    at, form = one.forms[-1]
    values = {
        **who,
        "Company": None if firm is None else firm.name,
        "Industry": None if firm is None else _INDUSTRIES.get(firm.industry),
        "Designation": one.title,
        "Country": one.country,
        "Lead_Source": SOURCES[one.source],
        "Lead_Status": "Contacted" if one.contacted is not None else "Not Contacted",
        "Owner": user_id(one.rep),
        "First_Visited_Time": local(one.came // 1000 - 90, zone),
        "Last_Visited_Time": local(one.visited // 1000, zone),
        "Last_Form": form,
        "Last_Form_Time": local(at // 1000, zone),
        "Forms": len(one.forms),
        "Page_Views": 3 * len(one.forms) + int(one.keen * 20),
    }
    return Seed(values, ids.lead, one.came // 1000, touched)


def _conversion(one: Person, ids: Ids, at: int, zone: str) -> dict[str, Any]:
    return {
        "Converted__s": True,
        "Converted_Date_Time": local(at, zone),
        "Converted_Contact": str(ids.contact),
        "Converted_Account": None if ids.account is None else str(ids.account),
        "Converted_Deal": str(ids.deal),
        "Lead_Conversion_Time": (at - one.came // 1000) // 86_400,
    }


def _contact(one: Person, who: dict[str, Any], ids: Ids) -> dict[str, Any]:
    return {
        **{name: who[name] for name in ("First_Name", "Last_Name", "Email", "Phone")},
        "Title": one.title,
        "Mailing_Country": one.country,
        "Lead_Source": SOURCES[one.source],
        "Account_Name": None if ids.account is None else str(ids.account),
        "Owner": user_id(one.rep),
    }


def _deal(one: Person, sold: Told, ids: Ids) -> Seed:
    told, history = sold.properties, (sold.history or {})["dealstage"]
    values = {
        "Deal_Name": told["dealname"],
        "Stage": STAGES[told["dealstage"]],
        "Pipeline": "Standard (Standard)",
        "Amount": float(told["amount"]) if told["amount"] else None,
        "Closing_Date": told["closedate"][:10],
        "Type": "New Business",
        "Lead_Source": SOURCES[one.source],
        "Reason_For_Loss__s": _LOST_BECAUSE.get(told["closed_lost_reason"]),
        "Account_Name": None if ids.account is None else str(ids.account),
        "Contact_Name": str(ids.contact),
        "Campaign_Source": ids.campaign,
        "Owner": user_id(one.rep),
    }
    stages = [(STAGES[stage], at // 1000, "") for stage, at in history]
    return Seed(values, ids.deal, (sold.created or 0) // 1000, (sold.modified or 0) // 1000, stages=stages)


def _done(
    done: list[Activity], ids: Ids, *, converted: bool, zone: str
) -> tuple[list[tuple[str, Seed]], list[dict[str, Any]]]:
    """Activities and e-mails, on the contact and deal once there are, else on the lead."""
    home: dict[str, Any] = {"What_Id": str(ids.lead), "$se_module": "Leads"}
    if converted:
        home = {"Who_Id": str(ids.contact), "What_Id": str(ids.deal), "$se_module": "Deals"}
    acts, mails = [], []
    for act in done:
        if act.kind == "emails":
            mails.append(_email(act.seed, "Contacts" if converted else "Leads", ids.contact if converted else ids.lead))
        else:
            acts += [(module, replace(seed, values={**seed.values, **home})) for module, seed in _activity(act, zone)]
    return acts, mails


def _activity(act: Activity, zone: str) -> Iterator[tuple[str, Seed]]:
    """What Zoho has a module for; notes and chats it keeps elsewhere."""
    told, made = act.seed.properties, (act.seed.created or 0) // 1000
    at, owner = _at(told["hs_timestamp"]), _owner(told.get("hubspot_owner_id", ""))
    if act.kind == "calls":
        seconds = int(told["hs_call_duration"]) // 1000
        values = {
            "Subject": told["hs_call_title"],
            "Call_Type": "Outbound",
            "Call_Start_Time": local(at, zone),
            "Call_Duration": f"{seconds // 60:02d}:{seconds % 60:02d}",
            "Call_Duration_in_seconds": seconds,
            "Call_Result": "Interested" if seconds else "No response/Busy",
            "Outgoing_Call_Status": "Completed",
        }
        yield "Calls", Seed({**values, "Owner": owner}, None, made, made)
    elif act.kind == "meetings":
        start, end = local(at, zone), local(at + 3_600, zone)
        values = {"Event_Title": told["hs_meeting_title"], "Start_DateTime": start, "End_DateTime": end}
        yield "Events", Seed({**values, "Owner": owner}, None, made, made)
    elif act.kind == "tasks":
        status = "Completed" if told["hs_task_status"] == "COMPLETED" else "Not Started"
        values = {"Subject": told["hs_task_subject"], "Status": status, "Due_Date": local(at, zone)[:10]}
        yield "Tasks", Seed({**values, "Owner": owner}, None, made, made)


def _email(told: Told, module: str, id_: int) -> dict[str, Any]:
    sent = told.properties["hs_email_direction"] != "INCOMING_EMAIL"
    source = "cadences" if "hs_sequence_id" in told.properties else "gmail" if sent else "imap"
    return {
        "module": module,
        "id": id_,
        "subject": told.properties["hs_email_subject"],
        "time": _at(told.properties["hs_timestamp"]),
        "sent": sent,
        "source": source,
        "owner": _owner(told.properties.get("hubspot_owner_id", "")),
    }


def _owner(rep_id: str) -> str:
    return user_id(next((rep for rep in REPS if str(rep.id) == rep_id), None))


def _at(text: str) -> int:
    return (parse_instant(text) or 0) // 1000
