"""What a customer journey is made of, in Relevo's own words.

A `Fact` is one thing that was read from a CRM and understood: a person, a company, a deal, a touchpoint, a campaign,
an owner or a pipeline stage. Facts are the only input of everything computed later, so they are immutable, carry where
they came from (`Ref`) and hold aware UTC times.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, NewType

PersonId = NewType("PersonId", str)
"""A person's id inside Relevo; stable across re-reads, never a CRM's id."""

Scalar = str | int | float | bool | Decimal | datetime | date | None
Value = Scalar | tuple[str, ...]


class Kind(StrEnum):
    """The canonical entities a record can be mapped to (`as:` in a mapping)."""

    PERSON = "person"
    COMPANY = "company"
    DEAL = "deal"
    TOUCHPOINT = "touchpoint"
    CAMPAIGN = "campaign"
    OWNER = "owner"
    STAGE = "stage"


class FieldType(StrEnum):
    """The type a mapped field holds after casting."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    LIST = "list"


class TouchType(StrEnum):
    """What kind of contact a touchpoint was."""

    FORM = "form"
    PAGE_VIEW = "page_view"
    EMAIL = "email"
    EMAIL_OPEN = "email_open"
    EMAIL_CLICK = "email_click"
    CALL = "call"
    MEETING = "meeting"
    MESSAGE = "message"
    CAMPAIGN_RESPONSE = "campaign_response"
    TASK = "task"
    NOTE = "note"
    OTHER = "other"


class Direction(StrEnum):
    """Seen from the company: outbound is us reaching the person, inbound the person reaching us."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NONE = "none"


class Actor(StrEnum):
    """Who did it. Only `HUMAN` (one of our people, not a machine acting in their name) can stop a sales clock."""

    LEAD = "lead"
    HUMAN = "human"
    AUTOMATED = "automated"
    UNKNOWN = "unknown"


class DealStatus(StrEnum):
    """Whether a deal is still being worked."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Ref(NamedTuple):
    """Where a fact came from: the configured connection, the CRM's object and the CRM's record id."""

    connection: str
    object: str
    id: str


EVENTS_OF = "#"
"""In the `object` of an event that another record's own fields tell: "contacts#form" is what the rule `form` makes of contacts."""


@dataclass(frozen=True, slots=True)
class StageChange:
    """A record entered `stage` at `at`, as the CRM's own history tells it."""

    stage: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    """One record of a CRM (or a dated event told by one of its fields), understood.

    `values` holds only mapped fields. `links` are the records it is associated with. `merged_into` names the surviving
    record when the CRM merged or converted this one away; such a fact and a deleted one have no values.
    """

    kind: Kind
    ref: Ref
    version: str
    modified: datetime
    values: Mapping[str, Value] = field(default_factory=dict)
    links: tuple[Ref, ...] = ()
    stages: tuple[StageChange, ...] = ()
    deleted: bool = False
    merged_into: Ref | None = None


@dataclass(frozen=True, slots=True)
class PastValues:
    """What a record's mapped values were until `until`, when a newer version replaced them."""

    ref: Ref
    until: datetime
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A dated event on a journey. `automated` mail has the actor `AUTOMATED` whoever's name it carries."""

    ref: Ref
    at: datetime
    type: TouchType
    direction: Direction
    actor: Actor
    owner: str | None
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal of the person's (or of their company, where the CRM links it to the person)."""

    ref: Ref
    name: str | None
    status: DealStatus
    stage: str | None
    amount: Decimal | None
    currency: str | None
    created_at: datetime | None
    closed_at: datetime | None
    owner: str | None
    stages: tuple[StageChange, ...]
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Moment:
    """What was known of the person from `since` on, until the next moment: person and company fields folded together."""

    since: datetime
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Journey:
    """One person's ordered facts from first touch to close: the whole input of score and SLA.

    `moments` are ordered by `since` and never empty; the last one is what is known now. Company fields appear in them
    with the prefix `company_`. `touchpoints` are ordered by (at, ref), `deals` by (created_at, ref), `stages` by (at, stage).
    """

    person: PersonId
    records: tuple[Ref, ...]
    moments: tuple[Moment, ...]
    touchpoints: tuple[Touchpoint, ...]
    deals: tuple[Deal, ...]
    stages: tuple[StageChange, ...]

    @property
    def now(self) -> Mapping[str, Value]:
        """The person's fields as they are known now."""
        return self.moments[-1].values


KNOWN_FIELDS: Mapping[Kind, Mapping[str, FieldType]] = {
    Kind.PERSON: {
        "email": FieldType.TEXT,
        "external_id": FieldType.TEXT,
        "first_name": FieldType.TEXT,
        "last_name": FieldType.TEXT,
        "phone": FieldType.TEXT,
        "job_title": FieldType.TEXT,
        "country": FieldType.TEXT,
        "owner": FieldType.TEXT,
        "stage": FieldType.TEXT,
        "source": FieldType.TEXT,
        "created_at": FieldType.DATETIME,
        "assigned_at": FieldType.DATETIME,
        "disqualified": FieldType.BOOLEAN,
        "disqualified_at": FieldType.DATETIME,
        "disqualified_for": FieldType.TEXT,
    },
    Kind.COMPANY: {
        "name": FieldType.TEXT,
        "domain": FieldType.TEXT,
        "industry": FieldType.TEXT,
        "employees": FieldType.INTEGER,
        "country": FieldType.TEXT,
        "owner": FieldType.TEXT,
    },
    Kind.DEAL: {
        "name": FieldType.TEXT,
        "status": FieldType.TEXT,
        "stage": FieldType.TEXT,
        "pipeline": FieldType.TEXT,
        "amount": FieldType.DECIMAL,
        "currency": FieldType.TEXT,
        "created_at": FieldType.DATETIME,
        "closed_at": FieldType.DATETIME,
        "owner": FieldType.TEXT,
    },
    Kind.TOUCHPOINT: {
        "type": FieldType.TEXT,
        "at": FieldType.DATETIME,
        "direction": FieldType.TEXT,
        "actor": FieldType.TEXT,
        "owner": FieldType.TEXT,
        "subject": FieldType.TEXT,
        "outcome": FieldType.TEXT,
        "campaign": FieldType.TEXT,
    },
    Kind.CAMPAIGN: {
        "name": FieldType.TEXT,
        "cost": FieldType.DECIMAL,
        "budget": FieldType.DECIMAL,
        "currency": FieldType.TEXT,
        "starts_at": FieldType.DATETIME,
        "ends_at": FieldType.DATETIME,
    },
    Kind.OWNER: {
        "email": FieldType.TEXT,
        "name": FieldType.TEXT,
        "team": FieldType.TEXT,
        "active": FieldType.BOOLEAN,
        "time_zone": FieldType.TEXT,
    },
    Kind.STAGE: {
        "label": FieldType.TEXT,
        "pipeline": FieldType.TEXT,
        "closed": FieldType.BOOLEAN,
        "probability": FieldType.NUMBER,
        "position": FieldType.INTEGER,
    },
}
"""The fields Relevo itself understands, with their types. A mapping may add others of any type; rules can use them all."""

REQUIRED_FIELDS: Mapping[Kind, tuple[str, ...]] = {Kind.TOUCHPOINT: ("type", "at")}
"""Without these a record of that kind is rejected."""
