"""A company's year so far, made up: the same seed, size and end give the same bytes, and the same people as in the other CRMs."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.common.times import Millis
from sandbox.hubspot.generate.hours import DAY, millis
from sandbox.hubspot.generate.people import Firm, Person
from sandbox.hubspot.generate.team import CAMPAIGNS, REPS, Rep, email_of
from sandbox.hubspot.seed import cast
from sandbox.salesforce.fields import Row
from sandbox.salesforce.load import load_field, load_records
from sandbox.salesforce.merge import merge
from sandbox.salesforce.org import Org, found_user
from sandbox.salesforce.stories import CAMPAIGN_OF, INDUSTRIES, Ids, story
from sandbox.salesforce.times import stamp
from sandbox.salesforce.writes import Actor, delete

_TIDIED_OF = 250
_CUSTOM = (
    {"name": "Last_Form__c", "type": "string", "length": 255, "label": "Last Form"},
    {"name": "Last_Form_Time__c", "type": "datetime", "label": "Last Form Time"},
    {"name": "Last_Visit__c", "type": "datetime", "label": "Last Visit"},
    {"name": "Forms__c", "type": "double", "precision": 6, "label": "Forms"},
    {"name": "Page_Views__c", "type": "double", "precision": 8, "label": "Page Views"},
)
_COMPUTED = {
    "Lead": {"name": "Age__c", "type": "double", "precision": 6, "formula": "TODAY() - DATEVALUE(CreatedDate)"},
    "Contact": {"name": "Sector__c", "type": "string", "length": 255, "formula": "Account.Industry"},
}
_ORDER = ("Lead", "Contact", "Opportunity", "OpportunityContactRole", "OpportunityHistory", "CampaignMember", "Task", "Event")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: companies, and people with their stories (epoch ms). A person's place in the list is their number in every CRM."""

    firms: Sequence[Firm]
    people: Sequence[Person]


def seed(org: Org, n_people: int, days: int, seed: int, end: datetime) -> None:
    """Fill an empty org with `n_people` leads that came in the `days` before `end`, and all that followed until then."""
    firms, people = cast(random.Random(seed), n_people, days, end, ZoneInfo(org.settings.time_zone))
    play(org, Cast(firms, people), range(n_people), random.Random(seed + 2), end, days)


def play(org: Org, company: Cast, numbers: Collection[int], rng: random.Random, end: datetime, days: int) -> None:
    """Load what the org holds of the people with these numbers: leads, contacts, accounts, opportunities, activities, campaigns."""
    last = millis(end)
    start = last - days * DAY
    _set_up(org)
    owners = {rep.id: _user(org, rep, start) for rep in REPS}
    campaigns, accounts = _campaigns(org, start), _accounts(org, company, numbers, start)
    rows: dict[str, list[Row]] = {kind: [] for kind in _ORDER}
    for number in sorted(numbers):
        one = company.people[number]
        firm = None if one.firm is None else company.firms[one.firm]
        ids = Ids(
            org.table("Lead").new_id(),
            org.table("Contact").new_id(),
            org.table("Opportunity").new_id(),
            accounts[one.firm],
            campaigns[CAMPAIGN_OF[one.source]] if one.source in CAMPAIGN_OF else None,
            owners,
            org.admin,
        )
        for kind, made in story(rng, number, one, firm, ids, last).rows.items():
            rows[kind] += made
    for kind in _ORDER:
        load_records(org, org.table(kind), rows[kind])
    _tidy_up(org, rng, [str(row["Id"]) for row in rows["Lead"] if not row.get("IsConverted")], last)


def _set_up(org: Org) -> None:
    for kind, computed in _COMPUTED.items():
        for field in (*_CUSTOM, computed):
            load_field(org, kind, field)


def _user(org: Org, rep: Rep, start: int) -> str:
    id_ = found_user(org, email_of(rep), len(org.table("User").rows))
    users, at = org.table("User"), stamp(start)
    users.put(
        {
            **users.rows[id_],
            "FirstName": rep.first,
            "LastName": rep.last,
            "Name": f"{rep.first} {rep.last}",
            "TimeZoneSidKey": str(rep.office.zone),
            "Department": rep.team[1],
            "IsActive": not rep.archived,
            "CreatedDate": at,
            "LastModifiedDate": at,
            "SystemModstamp": at,
        }
    )
    return id_


def _campaigns(org: Org, start: int) -> list[str]:
    rows: list[Row] = []
    for n, (name, budget, spend) in enumerate(CAMPAIGNS):
        begun = start + n * DAY
        row: Row = {
            "Name": name,
            "Status": "In Progress",
            "IsActive": True,
            "StartDate": stamp(begun)[:10],
            "EndDate": stamp(begun + 75 * DAY)[:10],
            "BudgetedCost": float(budget),
            "CreatedDate": begun,
        }
        if spend:
            row["ActualCost"] = float(sum(amount for _, amount in spend))
        rows.append(row)
    return load_records(org, org.table("Campaign"), rows)


def _accounts(org: Org, company: Cast, numbers: Collection[int], start: int) -> dict[int | None, str]:
    """Account ids by the firm's number; whoever works for nobody known is with one account for all of them."""
    employers = sorted({at for n in numbers if (at := company.people[n].firm) is not None})
    rows: list[Row] = [{"Name": "Particulares", "CreatedDate": start}]
    for number in employers:
        firm = company.firms[number]
        rows.append(
            {
                "Name": firm.name,
                "Website": f"https://www.{firm.domain}",
                "BillingCountry": firm.country,
                "Industry": INDUSTRIES[firm.industry],
                "NumberOfEmployees": firm.employees,
                "CreatedDate": start,
            }
        )
    return dict(zip((None, *employers), load_records(org, org.table("Account"), rows), strict=True))


def _tidy_up(org: Org, rng: random.Random, leads: Sequence[str], last: int) -> None:
    """What people clean up: second records of the same person, merged away, and junk, deleted."""
    present, actor, table = org.clock.frozen, Actor(org.admin), org.table("Lead")
    for n, id_ in enumerate(rng.sample(leads, min(len(leads), max(1, len(leads) // _TIDIED_OF)))):
        at, held = Millis(last - rng.randrange(DAY)), table.rows[id_]
        copied: Row = {name: held[name] for name in ("FirstName", "LastName", "Company", "CreatedDate") if name in held}
        twin: Row = {**copied, "Email": f"otra.direccion{n}@otro-correo.example", "SystemModstamp": held["CreatedDate"]}
        junk: Row = {"LastName": "Spam", "Company": "x", "Email": f"spam{n}@basura.example", "CreatedDate": at - DAY}
        second, third = load_records(org, table, [twin, junk])
        org.clock.frozen = at
        merge(org, id_, [second], actor)
        delete(org, table, third, actor)
    org.clock.frozen = present
