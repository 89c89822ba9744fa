"""A company's year so far, made up: the same seed, size and end give the same bytes."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from sandbox.common.times import Millis
from sandbox.hubspot.account import Account
from sandbox.hubspot.generate import activities, contacts, deals
from sandbox.hubspot.generate.activities import Activity
from sandbox.hubspot.generate.hours import DAY, Arrivals, millis
from sandbox.hubspot.generate.people import Firm, Person, firms, people, slug
from sandbox.hubspot.generate.team import REPS, load_team, opened
from sandbox.hubspot.kinds import kind_named
from sandbox.hubspot.links import TypeId
from sandbox.hubspot.load import Seed, load_records
from sandbox.hubspot.merge import merge_records
from sandbox.hubspot.store import RecordId

PEOPLE_PER_FIRM = 3
_BULK_SENDS, _BULK_SIZE = 6, 40
_TIDIED_OF = 250
_CONTACTS, _COMPANIES, _DEALS, _LEADS = (kind_named(name) for name in ("contacts", "companies", "deals", "leads"))
_PRIMARY_COMPANY, _PRIMARY_CONTACT = TypeId(1), TypeId(578)


def seed(account: Account, n_people: int, days: int, seed: int, end: datetime) -> None:
    """Fill an empty account with `n_people` contacts that came in the `days` before `end`, and all that followed until then.

    Companies, leads, deals with stage history, activities by people and by machines, owners with time zones, campaigns with spend. A few
    per cent are dirty on purpose: unknown stages, text where a number should be, no e-mail, closing before opening.
    """
    rng = random.Random(seed)
    start, last = opened(end, days), millis(end)
    load_team(account, start)
    companies, stories = cast(rng, n_people, days, end, ZoneInfo(account.settings.time_zone))
    load_records(account, _COMPANIES, [contacts.company(firm, start - DAY) for firm in companies])
    sold = [deals.deal(rng, one, _firm(companies, one), last) for one in stories]
    done = sorted(_activities(rng, stories, last), key=lambda one: (one.kind, one.seed.created or 0))
    touched = _last_touched(stories, sold, done)
    load_records(account, _CONTACTS, _contacts(rng, stories, companies, sold, touched))
    _link_contacts(account, stories)
    _load_deals(account, stories, sold)
    _load_leads(account, rng, stories, sold)
    _load_activities(account, stories, done)
    _tidy_up(account, rng, stories, last)


def cast(
    rng: random.Random, n_people: int, days: int, end: datetime, zone: ZoneInfo
) -> tuple[list[Firm], list[Person]]:
    """The companies and the people: a fresh `rng` of the same seed gives the same ones, for whichever CRM they are meant."""
    companies = firms(rng, max(1, n_people // PEOPLE_PER_FIRM))
    return companies, people(rng, n_people, Arrivals(end, days, zone), millis(end), companies)


def _firm(companies: list[Firm], one: Person) -> Firm | None:
    return None if one.firm is None else companies[one.firm]


def _activities(rng: random.Random, stories: list[Person], last: int) -> Iterator[Activity]:
    for n, one in enumerate(stories):
        yield from (done for done in activities.of(rng, n, one, last) if (done.seed.created or 0) <= last)
    for _ in range(_BULK_SENDS):
        rep = rng.choice(REPS[:-1])
        theirs = [n for n, one in enumerate(stories) if one.rep == rep][-_BULK_SIZE:]
        at = last - rng.randrange(2 * DAY, 20 * DAY)
        known = [n for n in theirs if (stories[n].assigned or 0) < at]
        yield from activities.bulk(rng, rep, at, known)


def _last_touched(stories: list[Person], sold: list[Seed | None], done: Iterable[Activity]) -> list[int]:
    """When each contact last changed: its own events, its deal's, its activities'."""
    touched = [max(one.visited, one.assigned or 0, one.clicked or 0) for one in stories]
    for n, deal in enumerate(sold):
        if deal is not None:
            touched[n] = max(touched[n], deal.modified or 0)
    for one in done:
        touched[one.person] = max(touched[one.person], one.seed.created or 0)
    return touched


def _contacts(
    rng: random.Random, stories: list[Person], companies: list[Firm], sold: list[Seed | None], touched: list[int]
) -> Iterator[Seed]:
    for n, one in enumerate(stories):
        yield contacts.contact(rng, n, one, _firm(companies, one), deals.lifecycle(one, sold[n]), touched[n])


def _id(number: int) -> RecordId:
    """Records of a kind are loaded in order into an empty account, so that the nth has this id."""
    return RecordId(number + 1)


def _link_contacts(account: Account, stories: list[Person]) -> None:
    for n, one in enumerate(stories):
        if one.firm is not None:
            account.links.add(_CONTACTS, _id(n), _COMPANIES, _id(one.firm), {_PRIMARY_COMPANY})


def _load_deals(account: Account, stories: list[Person], sold: list[Seed | None]) -> None:
    rows = [(deal.created or 0, n, deal) for n, deal in enumerate(sold) if deal is not None]
    rows.sort(key=lambda row: row[:2])
    load_records(account, _DEALS, [deal for _, _, deal in rows])
    for number, (_, n, _) in enumerate(rows):
        account.links.add(_DEALS, _id(number), _CONTACTS, _id(n), set())
        firm = stories[n].firm
        if firm is not None:
            account.links.add(_DEALS, _id(number), _COMPANIES, _id(firm), {TypeId(5)})


def _load_leads(account: Account, rng: random.Random, stories: list[Person], sold: list[Seed | None]) -> None:
    made = [(n, deals.lead(rng, one, sold[n])) for n, one in enumerate(stories)]
    rows = sorted(((lead.created or 0, n, lead) for n, lead in made if lead is not None), key=lambda row: row[:2])
    load_records(account, _LEADS, [lead for _, _, lead in rows])
    for number, (_, n, _) in enumerate(rows):
        account.links.add(_LEADS, _id(number), _CONTACTS, _id(n), {_PRIMARY_CONTACT})


def _load_activities(account: Account, stories: list[Person], done: list[Activity]) -> None:
    for name, group in groupby(done, key=attrgetter("kind")):
        kind, rows = kind_named(name), list(group)
        load_records(account, kind, [one.seed for one in rows])
        for number, one in enumerate(rows):
            account.links.add(kind, _id(number), _CONTACTS, _id(one.person), set())
            firm = stories[one.person].firm
            if firm is not None:
                account.links.add(kind, _id(number), _COMPANIES, _id(firm), set())


def _tidy_up(account: Account, rng: random.Random, stories: list[Person], last: int) -> None:
    """What people clean up in the CRM: second records of the same person, merged away, and junk, archived."""
    present = account.clock.frozen
    for n in rng.sample(range(len(stories)), max(1, len(stories) // _TIDIED_OF)):
        one = stories[n]
        at = max(one.came, last - rng.randrange(DAY))
        twin = Seed(
            {"firstname": one.first, "lastname": one.last, "email": f"{slug(one.first)}.{n}@otro-correo.example"},
            None,
            one.came,
            one.came,
        )
        junk = Seed({"email": f"spam{n}@basura.example", "lifecyclestage": "other"}, None, one.came, at, archived=True)
        second, _ = load_records(account, _CONTACTS, [twin, junk])
        account.clock.frozen = Millis(at)
        merge_records(account, _CONTACTS, str(_id(n)), str(second))
    account.clock.frozen = present
