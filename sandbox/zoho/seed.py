"""A company's year so far, made up: the same seed, size and end give the same bytes, and the same people as in the other CRMs."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.hubspot.generate.hours import millis
from sandbox.hubspot.generate.people import Firm, Person
from sandbox.hubspot.generate.team import CAMPAIGNS, REPS, email_of
from sandbox.hubspot.seed import cast
from sandbox.zoho.load import Seed, load_email, load_records, load_user
from sandbox.zoho.metadata import define
from sandbox.zoho.org import Org
from sandbox.zoho.stories import CAMPAIGN_OF, Ids, Story, account, story, user_id
from sandbox.zoho.times import DAY, Seconds

_JUNK_OF = 250
_CUSTOM = (("Last Form", "text"), ("Last Form Time", "datetime"), ("Forms", "integer"), ("Page Views", "integer"))


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: companies, and people with their stories (epoch ms). A person's place in the list is their number in every CRM."""

    firms: Sequence[Firm]
    people: Sequence[Person]


def seed(org: Org, n_people: int, days: int, seed: int, end: datetime) -> None:
    """Fill an empty organisation with `n_people` leads that came in the `days` before `end`, and all that followed until then."""
    companies, people = cast(random.Random(seed), n_people, days, end, ZoneInfo(org.settings.time_zone))
    play(org, Cast(companies, people), range(n_people), random.Random(seed + 1), end, days)


def play(org: Org, company: Cast, numbers: Collection[int], rng: random.Random, end: datetime, days: int) -> None:
    """Load what the organisation holds of the people with these numbers: leads, contacts, accounts, deals, activities, e-mails, campaigns."""
    last = millis(end)
    start = last // 1000 - days * DAY
    _set_up(org, start)
    campaigns = _campaigns(org, start)
    employers = {company.people[n].firm for n in numbers} - {None}
    accounts = {firm: org.new_id() for firm in range(len(company.firms)) if firm in employers}
    companies = [account(company.firms[firm], id_, start) for firm, id_ in accounts.items()]
    load_records(org, org.modules["Accounts"], companies)
    stories = []
    for number in sorted(numbers):
        one = company.people[number]
        campaign = campaigns[CAMPAIGN_OF[one.source]] if one.source in CAMPAIGN_OF else None
        account_id = None if one.firm is None else accounts[one.firm]
        ids = Ids(org.new_id(), org.new_id(), account_id, org.new_id(), campaign)
        firm = None if one.firm is None else company.firms[one.firm]
        stories.append(story(rng, number, one, firm, ids, last, org.settings.time_zone))
    _load(org, stories)
    _throw_away(org, rng, stories, last // 1000)


def _set_up(org: Org, start: int) -> None:
    for label, data_type in _CUSTOM:
        define(org, org.modules["Leads"], {"field_label": label, "data_type": data_type}, "$")
    for rep in REPS:
        load_user(
            org,
            {
                "id": user_id(rep),
                "first_name": rep.first,
                "last_name": rep.last,
                "email": email_of(rep),
                "status": "disabled" if rep.archived else "active",
                "time_zone": str(rep.office.zone),
                "created": start,
                "modified": start,
            },
        )


def _campaigns(org: Org, start: int) -> list[str]:
    seeds = []
    for n, (name, budget, spend) in enumerate(CAMPAIGNS):
        begun = start + n * DAY
        values = {
            "Campaign_Name": name,
            "Status": "Active",
            "Start_Date": org.local(begun)[:10],
            "End_Date": org.local(begun + 75 * DAY)[:10],
            "Budgeted_Cost": float(budget),
            "Actual_Cost": sum(amount for _, amount in spend) if spend else None,
        }
        seeds.append(Seed(values, None, begun, begun))
    return [str(id_) for id_ in load_records(org, org.modules["Campaigns"], seeds)]


def _load(org: Org, stories: Sequence[Story]) -> None:
    load_records(org, org.modules["Leads"], [one.lead for one in stories])
    load_records(org, org.modules["Contacts"], [one.contact for one in stories if one.contact is not None])
    load_records(org, org.modules["Deals"], [one.deal for one in stories if one.deal is not None])
    for module in ("Calls", "Events", "Tasks"):
        acts = [seed for one in stories for name, seed in one.activities if name == module]
        load_records(org, org.modules[module], sorted(acts, key=lambda seed: seed.created or 0))
    for one in stories:
        for mail in one.emails:
            load_email(org, mail)


def _throw_away(org: Org, rng: random.Random, stories: Sequence[Story], last: int) -> None:
    """What people clean up: junk leads, some to the recycle bin and some for good."""
    for n in range(max(1, len(stories) // _JUNK_OF)):
        at = Seconds(last - rng.randrange(DAY))
        values = {"Last_Name": "Spam", "Email": f"spam{n}@basura.example"}
        kind = "permanent" if n % 3 == 2 else "recycle"
        load_records(org, org.modules["Leads"], [Seed(values, None, at - DAY, at, deleted=kind)])
