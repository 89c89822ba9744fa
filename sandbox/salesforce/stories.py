"""A person's story as the org holds it: the lead, what it became, and what was done about it."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.common.times import parse_instant
from sandbox.hubspot.generate.activities import Activity
from sandbox.hubspot.generate.activities import of as activities_of
from sandbox.hubspot.generate.deals import deal as sold_deal
from sandbox.hubspot.generate.people import Firm, Person, address
from sandbox.hubspot.generate.team import REPS
from sandbox.hubspot.load import Seed
from sandbox.salesforce.fields import Row
from sandbox.salesforce.standard import STAGES
from sandbox.salesforce.times import stamp

SOURCES = {
    "ORGANIC_SEARCH": "Web",
    "PAID_SEARCH": "Web",
    "SOCIAL_MEDIA": "Web",
    "PAID_SOCIAL": "Web",
    "OFFLINE": "Other",
    "DIRECT_TRAFFIC": "Web",
    "EMAIL_MARKETING": "Purchased List",
    "REFERRALS": "Partner Referral",
    "OTHER_CAMPAIGNS": "Phone Inquiry",
}
CAMPAIGN_OF = {"PAID_SEARCH": 0, "PAID_SOCIAL": 1, "OTHER_CAMPAIGNS": 2, "OFFLINE": 3, "EMAIL_MARKETING": 4, "REFERRALS": 5}  # fmt: skip
_STAGES = {
    "appointmentscheduled": "Qualification",
    "qualifiedtobuy": "Needs Analysis",
    "presentationscheduled": "Value Proposition",
    "decisionmakerboughtin": "Id. Decision Makers",
    "contractsent": "Proposal/Price Quote",
    "closedwon": "Closed Won",
    "closedlost": "Closed Lost",
}
INDUSTRIES = {
    "COMPUTER_SOFTWARE": "Technology",
    "INFORMATION_TECHNOLOGY_AND_SERVICES": "Technology",
    "FINANCIAL_SERVICES": "Finance",
    "RETAIL": "Retail",
    "MACHINERY": "Machinery",
    "LOGISTICS_AND_SUPPLY_CHAIN": "Transportation",
    "HOSPITAL_HEALTH_CARE": "Healthcare",
    "CONSTRUCTION": "Construction",
    "FOOD_PRODUCTION": "Food & Beverage",
    "HOSPITALITY": "Hospitality",
}
_NO_EMAIL, _NO_SIZE, _ODD_STATUS = 0.02, 0.2, 0.01
_ODD_STATUSES = ("Nuevo", "MQL antiguo", "Open - Not Contacted (2019)")
_HOUR = 3_600_000
_EMPLOYER_UNKNOWN = "[not provided]"


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of a person's records: the lead, and what it becomes if it does. `owners` are users by the number of the seller."""

    lead: str
    contact: str
    opportunity: str
    account: str
    campaign: str | None
    owners: dict[int, str]
    nobody: str


@dataclass(slots=True)
class Story:
    """Everything the org holds about one person, by object."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    converted: bool = False

    def add(self, kind: str, row: Row) -> None:
        """One more record."""
        self.rows.setdefault(kind, []).append(row)


def story(rng: random.Random, number: int, one: Person, firm: Firm | None, ids: Ids, end: int) -> Story:
    """The records of one person as they stand at `end` (epoch ms)."""
    told = Story()
    sold = sold_deal(rng, one, firm, end)
    done = [act for act in activities_of(rng, number, one, end) if (act.seed.created or 0) <= end]
    touched = max([one.visited, one.assigned or 0, *((act.seed.created or 0) for act in done)])
    who = _identity(rng, number, one, firm, ids)
    lead = {**who, **_lead(rng, one, firm), "Id": ids.lead, **_times(one.came, touched)}
    home: Row = {"WhoId": ids.lead}
    if sold is not None and sold.created is not None:
        told.converted = True
        lead |= {**_conversion(ids, sold.created), **_times(one.came, sold.created)}
        contact: Row = {"Title": one.title, "AccountId": ids.account, "MailingCountry": one.country, "Id": ids.contact}
        told.add("Contact", {**who, **contact, **_times(sold.created, max(sold.created, touched))})
        _sale(told, one, sold, ids)
        home = {"WhoId": ids.contact, "WhatId": ids.opportunity}
    told.add("Lead", {name: value for name, value in lead.items() if value is not None})
    if ids.campaign is not None:
        told.add("CampaignMember", _membership(one, ids, converted=told.converted))
    for act in done:
        for kind, row in _activity(act, ids):
            told.add(kind, {**row, **home})
    return told


def _times(created: int, changed: int) -> Row:
    return {"CreatedDate": created, "LastModifiedDate": changed, "SystemModstamp": changed}


def _identity(rng: random.Random, number: int, one: Person, firm: Firm | None, ids: Ids) -> Row:
    form_at, form = one.forms[-1]
    told: Row = {
        "FirstName": one.first,
        "LastName": one.last,
        "Email": None if rng.random() < _NO_EMAIL else address(number, one, firm),
        "Phone": f"+34 6{rng.randrange(10**8):08d}" if rng.random() < 0.6 else None,
        "LeadSource": SOURCES[one.source],
        "OwnerId": ids.nobody if one.rep is None else ids.owners[one.rep.id],
        "Last_Form__c": form,
        "Last_Form_Time__c": form_at,
        "Last_Visit__c": one.visited,
        "Forms__c": float(len(one.forms)),
        "Page_Views__c": float(3 * len(one.forms) + int(one.keen * 20)),
    }
    return {name: value for name, value in told.items() if value is not None}


def _lead(rng: random.Random, one: Person, firm: Firm | None) -> Row:
    status = "Working - Contacted" if one.contacted is not None else "Open - Not Contacted"
    return {
        "Title": one.title or None,
        "Company": _EMPLOYER_UNKNOWN if firm is None else firm.name,
        "Industry": None if firm is None else INDUSTRIES[firm.industry],
        "NumberOfEmployees": firm.employees if firm is not None and rng.random() >= _NO_SIZE else None,
        "Country": one.country,
        "Status": rng.choice(_ODD_STATUSES) if rng.random() < _ODD_STATUS else status,
        "Rating": "Hot" if one.keen > 0.5 else "Warm" if one.keen > 0.25 else "Cold",
    }


def _conversion(ids: Ids, at: int) -> Row:
    return {
        "IsConverted": True,
        "Status": "Closed - Converted",
        "ConvertedDate": stamp(at)[:10],
        "ConvertedContactId": ids.contact,
        "ConvertedAccountId": ids.account,
        "ConvertedOpportunityId": ids.opportunity,
    }


def _sale(told: Story, one: Person, sold: Seed, ids: Ids) -> None:
    """The opportunity, the contact's role in it, and a history row for each stage."""
    values, created = sold.properties, sold.created or 0
    amount = float(values["amount"]) if values["amount"] else None
    kept: Row = {"CloseDate": values["closedate"][:10]}
    if amount is not None:
        kept["Amount"] = amount
    owner: Row = {"OwnerId": ids.nobody if one.rep is None else ids.owners[one.rep.id]}
    told.add("Opportunity", {
        **kept, **owner, "Id": ids.opportunity, "Name": values["dealname"][:120], "AccountId": ids.account, "Type": "New Customer",
        "StageName": _STAGES[values["dealstage"]], "LeadSource": SOURCES[one.source], **_times(created, sold.modified or created),
        **({} if ids.campaign is None else {"CampaignId": ids.campaign}),
    })  # fmt: skip
    told.add("OpportunityContactRole", {
        "OpportunityId": ids.opportunity, "ContactId": ids.contact, "IsPrimary": True, **_times(created, created),
    })  # fmt: skip
    for stage, at in (sold.history or {})["dealstage"]:
        probability, category = STAGES[_STAGES[stage]]
        told.add("OpportunityHistory", {
            **kept, "OpportunityId": ids.opportunity, "StageName": _STAGES[stage], "Probability": float(probability),
            "ForecastCategory": category, "CreatedDate": at, "SystemModstamp": at,
        })  # fmt: skip


def _membership(one: Person, ids: Ids, *, converted: bool) -> Row:
    who: Row = {"ContactId": ids.contact, "LeadId": ids.lead} if converted else {"LeadId": ids.lead}
    responded: Row = {"Status": "Responded", "FirstRespondedDate": stamp(one.came)[:10]}
    return {"CampaignId": ids.campaign, **who, **responded, **_times(one.came, one.came)}


def _activity(act: Activity, ids: Ids) -> Iterator[tuple[str, Row]]:
    """What Salesforce keeps as tasks and events; notes and chats it keeps elsewhere."""
    told, made = act.seed.properties, act.seed.created or 0
    at = parse_instant(told["hs_timestamp"]) or made
    rep = next((rep.id for rep in REPS if str(rep.id) == told.get("hubspot_owner_id")), None)
    common: Row = {"OwnerId": ids.nobody if rep is None else ids.owners[rep], **_times(made, made)}
    done: Row = {"Status": "Completed", "CompletedDateTime": made, "ActivityDate": stamp(at)[:10]}
    if act.kind == "calls":
        call: Row = {"Subject": "Call", "TaskSubtype": "Call", "CallType": "Outbound", "CallDurationInSeconds": int(told["hs_call_duration"]) // 1000}  # fmt: skip
        yield "Task", {**common, **done, **call}
    elif act.kind == "emails":
        yield "Task", {**common, **done, **_email(told)}
    elif act.kind == "meetings":
        times: Row = {"StartDateTime": at, "ActivityDateTime": at, "EndDateTime": at + _HOUR, "DurationInMinutes": 60}
        yield "Event", {**common, **times, "Subject": told["hs_meeting_title"], "EventSubtype": "Event"}
    elif act.kind == "tasks":
        open_: Row = {"Status": "Not Started", "ActivityDate": stamp(at)[:10]}
        state = done if told["hs_task_status"] == "COMPLETED" else open_
        yield "Task", {**common, **state, "Subject": told["hs_task_subject"], "TaskSubtype": "Task"}


def _email(told: Mapping[str, str]) -> Row:
    """A logged e-mail is a task: an arrow tells an incoming one, the subtype one that a cadence sent."""
    incoming = told["hs_email_direction"] == "INCOMING_EMAIL"
    subtype = "Cadence" if "hs_sequence_id" in told else "Email"
    return {"Subject": f"{'← ' if incoming else ''}Email: {told['hs_email_subject']}", "TaskSubtype": subtype}
