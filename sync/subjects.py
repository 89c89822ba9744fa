"""Everybody, one after the other, as measures see them: when they came, qualified, were contacted and bought, and through what.

People are read in batches and nothing is kept of them here, so memory grows with the batch alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from journey.attribution import Touch
from journey.contact import why_not
from journey.derive import Agreement
from journey.fold import fold
from journey.handover import Handover, handovers
from journey.measures import Span
from journey.model import Deal, DealStatus, Fact, Journey, Kind, PersonId, Ref, Touchpoint, TouchType, Value
from journey.qualification import spells
from state.model import CycleRow, PersonFacts, SharedFact
from state.store import Store
from state.views import PersonRow

AT_ONCE = 500
MARKETING = frozenset(
    {
        *(TouchType.FORM, TouchType.PAGE_VIEW, TouchType.CAMPAIGN_RESPONSE),
        *(TouchType.EMAIL_OPEN, TouchType.EMAIL_CLICK),
    }
)
"""Touches that marketing earned: what the person did with what it published."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of owners and campaigns stand for."""

    owners: Mapping[str, str]
    teams: Mapping[str, str]
    campaigns: Mapping[str, str]

    def owner(self, owner: str | None) -> str | None:
        """The owner's name, else their id."""
        return None if owner is None else self.owners.get(owner, owner)

    def team(self, owner: str | None) -> str | None:
        """The owner's team."""
        return None if owner is None else self.teams.get(owner)

    def campaign(self, touch: Touchpoint) -> str | None:
        """The name of the campaign that the touch says it belongs to."""
        told = touch.values.get("campaign")
        return None if told in (None, "") else self.campaigns.get(str(told), str(told))

    def channel(self, touch: Touchpoint) -> str:
        """The touch's campaign, else what its fields `channel` or `source` say, else its type."""
        told = self.campaign(touch) or touch.values.get("channel") or touch.values.get("source")
        return str(told or touch.type.value)


@dataclass(frozen=True, slots=True)
class Subject:
    """One person's moments. `qualified_at` is the first time; `deal_at` and `won_at` the first deal made and won since then (or since
    they came, if they never qualified).
    """

    person: PersonId
    created_at: datetime
    qualified_at: datetime | None
    contacted_at: datetime | None
    deal_at: datetime | None
    won_at: datetime | None
    source: str | None
    campaign: str | None
    owner: str | None
    team: str | None
    segment: str | None
    stages: tuple[tuple[str, Span], ...]
    clocks: Sequence[CycleRow]
    handovers: tuple[Handover, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedDeal:
    """A closed deal with the first touches of all its people, oldest first. `people` are subjects' journeys, by id."""

    deal: Deal
    people: tuple[Journey, ...]
    touches: tuple[Touchpoint, ...]

    def marketing(self, names: Names) -> tuple[Touch, ...]:
        """Marketing's touches before it was closed."""
        return tuple(Touch(names.channel(touch), touch.at) for touch in self.touches if touch.type in MARKETING)

    @property
    def sourced(self) -> bool:
        """Whether the first touch of all was marketing's."""
        return bool(self.touches) and self.touches[0].type in MARKETING


def names(store: Store) -> Names:
    """Owners and campaigns: few enough to be held."""
    owners = {fact.ref.id: fact.values for fact in every(store, Kind.OWNER)}
    campaigns = {fact.ref.id: str(fact.values.get("name") or fact.ref.id) for fact in every(store, Kind.CAMPAIGN)}
    return Names(
        owners={id_: str(values.get("name") or values.get("email") or id_) for id_, values in owners.items()},
        teams=teams_of(owners),
        campaigns=campaigns,
    )


def teams_of(owners: Mapping[str, Mapping[str, Value]]) -> Mapping[str, str]:
    """Each owner's team: their own record's, else that of their record in another CRM, by e-mail."""
    told = {id_: str(values["team"]) for id_, values in owners.items() if values.get("team")}
    known = {str(email).lower(): team for id_, team in told.items() if (email := owners[id_].get("email"))}
    others = {id_: known.get(str(values.get("email") or "").lower()) for id_, values in owners.items()}
    return {id_: team for id_, team in others.items() if team} | told


def every(store: Store, kind: Kind) -> Iterator[Fact]:
    """Every live record of a kind."""
    return (shared.fact for shared in _shared(store, kind))


def _shared(store: Store, kind: Kind) -> Iterator[SharedFact]:
    some: Sequence[SharedFact] = store.records_of(kind, AT_ONCE)
    while some:
        yield from some
        some = store.records_of(kind, AT_ONCE, some[-1].fact.ref)


def batches(store: Store) -> Iterator[Sequence[tuple[PersonRow, PersonFacts, Journey]]]:
    """Everybody's journey, with what is stored of them, so many at once."""
    rows = store.everybody(AT_ONCE)
    while rows:
        known = store.facts_of([row.person for row in rows])
        found = [(row, known[row.person]) for row in rows if row.person in known]
        yield [(row, facts, fold(row.person, facts.facts, facts.past)) for row, facts in found]
        rows = store.everybody(AT_ONCE, rows[-1].person)


def subjects(store: Store, agreement: Agreement, named: Names, as_of: datetime) -> Iterator[Subject]:
    """Everybody. When they qualified is computed anew for all who ever did, or whose facts or rules have moved since."""
    for batch in batches(store):
        yield from _subjects(store, agreement, named, as_of, batch)


def _subjects(
    store: Store,
    agreement: Agreement,
    named: Names,
    as_of: datetime,
    batch: Sequence[tuple[PersonRow, PersonFacts, Journey]],
) -> Iterator[Subject]:
    rules, clocks = agreement.rules, store.cycles_of([row.person for row, _, _ in batch])
    for row, facts, path in batch:
        settled = facts.mark is None and row.rules_version == rules.version
        never = settled and row.fields.get("qualified_at") is None
        known = () if never else spells(path, rules, as_of)
        qualified_at = known[0].entered if known else None
        told = subject(path, qualified_at, clocks.get(row.person, ()), named, as_of)
        yield replace(told, handovers=handovers(path, known, agreement.handover, as_of)) if known else told


def subject(
    path: Journey, qualified_at: datetime | None, clocks: Sequence[CycleRow], named: Names, as_of: datetime
) -> Subject:
    """What measures see of one journey."""
    now, touches = path.now, [touch for touch in path.touchpoints if touch.at <= as_of]
    since = qualified_at or path.moments[0].since
    owner = _text(now.get("owner"))
    return Subject(
        person=path.person,
        created_at=path.moments[0].since,
        qualified_at=qualified_at,
        contacted_at=next((touch.at for touch in touches if why_not(touch) is None), None),
        deal_at=min(
            (d.created_at for d in path.deals if d.created_at and since <= d.created_at <= as_of), default=None
        ),
        won_at=won_at(path, since, as_of),
        source=_text(now.get("source")),
        campaign=next((name for touch in touches if (name := named.campaign(touch))), None),
        owner=named.owner(owner),
        team=named.team(owner),
        segment=segment_of(now),
        stages=tuple(_stages(path)),
        clocks=clocks,
    )


def won_at(path: Journey, since: datetime, as_of: datetime) -> datetime | None:
    """When the person's first deal was won since then."""
    closed = (deal.closed_at for deal in path.deals if deal.status is DealStatus.WON)
    return min((at for at in closed if at is not None and since <= at <= as_of), default=None)


def segment_of(values: Mapping[str, Value]) -> str | None:
    """The mapped field `segment`, else the company's, else the industry of either."""
    fields = ("segment", "company_segment", "company_industry", "industry")
    return next((str(value) for name in fields if (value := values.get(name)) is not None), None)


def _stages(path: Journey) -> Iterator[tuple[str, Span]]:
    for change, following in zip_longest(path.stages, path.stages[1:]):
        if change is not None:
            yield change.stage, Span(change.at, None if following is None else following.at)


def closed_deals(store: Store, as_of: datetime, since: datetime) -> Iterator[ClosedDeal]:
    """Deals won or lost from `since` to `as_of`, each once, however many people it has."""
    batch: list[SharedFact] = []
    for shared in _shared(store, Kind.DEAL):
        closed_at, status = shared.fact.values.get("closed_at"), shared.fact.values.get("status")
        if status in ("won", "lost") and isinstance(closed_at, datetime) and since <= closed_at <= as_of:
            batch.append(shared)
        if len(batch) == AT_ONCE:
            yield from _closed(store, batch)
            batch = []
    yield from _closed(store, batch)


def _closed(store: Store, batch: Sequence[SharedFact]) -> Iterator[ClosedDeal]:
    people = sorted({person for shared in batch for person in shared.people})
    known: dict[PersonId, Journey] = {}
    for start in range(0, len(people), AT_ONCE):
        some = store.facts_of(people[start : start + AT_ONCE])
        known |= {person: fold(person, facts.facts, facts.past) for person, facts in some.items()}
    for shared in batch:
        deal = fold(PersonId(""), [shared.fact]).deals[0]
        own = tuple(known[person] for person in shared.people if person in known)
        yield ClosedDeal(deal, own, _touches(own, deal.closed_at))


def _touches(people: Sequence[Journey], until: datetime | None) -> tuple[Touchpoint, ...]:
    """All their touches until then; one that several people share counts once."""
    found: dict[Ref, Touchpoint] = {touch.ref: touch for path in people for touch in path.touchpoints}
    relevant = (touch for touch in found.values() if until is None or touch.at <= until)
    return tuple(
        sorted(
            (touch for touch in relevant if touch.type in MARKETING or why_not(touch) is None),
            key=lambda touch: (touch.at, touch.type not in MARKETING, touch.ref),
        )
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
