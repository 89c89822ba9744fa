"""The sections of the configuration file, as pydantic models: what each key means, and what it may hold."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from journey.business_time import Shift
from journey.model import Actor, Direction, TouchType
from journey.sla import Target
from mapping.spec import FieldName, ObjectSpec
from sync.config_goals import Goals
from sync.config_types import Duration, Interval, Name, Percent, Section

VERSION = 1
LONGEST_TARGET = {"m": 527_040, "h": 8_784, "d": 366}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Lang(StrEnum):
    """The languages Relevo speaks to people in."""

    ES = "es"
    EN = "en"


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _target(text: Any) -> Any:
    try:
        target = Target.parse(str(text))
    except ValueError:
        raise ValueError(
            "write a number and its unit: 24h (by the clock), 24bh (working hours), 1bd (working days), 30m"
        ) from None
    if target.amount > LONGEST_TARGET[target.unit[-1]]:
        raise ValueError("is longer than a year")
    return text


def _shift(text: str) -> str:
    try:
        Shift.parse(text)
    except ValueError:
        raise ValueError("write opening and closing time: 09:00-14:00") from None
    return text


def _days(text: str) -> str:
    if not weekdays(text):
        raise ValueError("write days as mon, mon-thu or mon,wed")
    return text


def weekdays(text: str) -> tuple[int, ...]:
    """The days that `mon-thu` or `mon,wed` names (0 is Monday); nothing if it names none."""
    days: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return ()
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return tuple(days)


Label = str | dict[Lang, str]


class Budget(Section):
    """How much of the vendor's API quota Relevo may use."""

    reserve: Percent = Field(default=0.2, description="The share of the quota left to other apps.", examples=["20%"])


class Rule(Section):
    """Points for something that happened (`on`), or for something that is so (`when`)."""

    id: Name = Field(description="Names the rule in breakdowns and reports.")
    label: Label | None = Field(
        None, description="What people read, as a text or by language: {en: …, es: …}. The id if left out."
    )
    points: Annotated[float, Field(ge=-100, le=100)] = Field(description="Points to add; negative ones take away.")
    on: Annotated[list[TouchType], BeforeValidator(_one_or_more), Field(min_length=1)] | None = Field(
        None, description="Kinds of touchpoint that earn the points. Without it the rule is about the person's fields."
    )
    direction: Direction | None = Field(None, description="Only touchpoints in this direction.")
    actor: Actor | None = Field(None, description="Only touchpoints by this actor.")
    when: str | None = Field(
        None,
        description="A condition. With `on` it sees the touchpoint's fields, and the person's as person_…; else the person's.",
        examples=['CONTAINS(LOWER(subject), "demo")'],
    )
    half_life: Interval | None = Field(None, description="The points halve every such span.", examples=["14d"])
    window: Interval | None = Field(
        None, description="Touchpoints of this age or older earn nothing.", examples=["90d"]
    )
    at_most: Annotated[int, Field(ge=1)] | None = Field(None, description="Only the newest so many touchpoints count.")


class Criterion(Section):
    """Rules whose points add up, held between floor and cap."""

    cap: float = Field(description="The most points this criterion can give.")
    floor: float = Field(0, description="The fewest; negative if rules may take points away in all.")
    rules: list[Rule] = Field(description="What earns points.")


class Disqualifier(Section):
    """Whoever meets it is out, whatever the points."""

    id: Name = Field(description="Names the reason.")
    label: Label | None = Field(None, description="What people read.")
    when: str = Field(description="A condition over the person's fields.")


class ScoreSection(Section):
    """The agreed lead score: 0 to 100, qualified from `qualified_at`."""

    qualified_at: Annotated[int, Field(ge=0, le=100)] = Field(
        70, description="A person with so many points is qualified."
    )
    leaves_at: Annotated[int, Field(ge=0, le=100)] = Field(60, description="Below so many points they no longer are.")
    minimum_stay: Duration = Field(timedelta(days=14), description="How long a person stays qualified at least.")
    refresh_points: Annotated[int, Field(ge=1, le=100)] = Field(
        5, description="Points that must have faded before the score is written again for that reason alone."
    )
    criteria: dict[FieldName, Criterion] = Field(
        description="Such as interest and fit; each name can be written to a CRM field."
    )
    disqualify: list[Disqualifier] = Field(default_factory=list, description="Reasons to be out.")


class Policy(Section):
    """How soon sales makes the first contact with a qualified person."""

    name: Name = Field(description="Names the policy in reports.")
    target: Annotated[str, BeforeValidator(_target)] = Field(
        description="24h by the clock, 24bh working hours, 1bd working days, 30m. The unit is mandatory.",
        examples=["24h"],
    )
    calendar: Name | None = Field(None, description="The working hours; without one it is always open.")
    when: str | None = Field(None, description="People it applies to; the first policy that applies counts.")
    at_risk: Percent = Field(0.75, description="From this share of the time on the status is at_risk.")
    at_risk_left: Duration = Field(timedelta(hours=2), description="Also at_risk when less than this is left.")
    reopen_within: Duration = Field(
        timedelta(days=14), description="Qualifying again within this span is the same clock."
    )
    precontact_within: Duration = Field(
        timedelta(days=30), description="A contact this long before qualification counts as met."
    )
    sequence_counts: bool = Field(False, description="Whether automated sequence mail stops the clock.")
    exclude_when: str | None = Field(None, description="People whose clock does not count; shown as excluded.")
    pause_when: str | None = Field(None, description="While this is true the clock stands still.")


class Holidays(Section):
    """Public holidays, by country and region."""

    country: str | None = Field(default=None, description="ISO 3166 code.", examples=["ES"])
    region: str | None = Field(default=None, description="ISO 3166-2 code without the country.", examples=["MD"])
    extra: list[date] = Field(default_factory=list, description="Further days that are closed.")


class Calendar(Section):
    """A team's working hours."""

    zone: str = Field(description="Time zone.", examples=["Europe/Madrid"])
    hours: dict[
        Annotated[str, AfterValidator(_days)],
        Annotated[list[Annotated[str, AfterValidator(_shift)]], BeforeValidator(_one_or_more)],
    ] = Field(
        description="Days (mon, mon-thu, mon,wed) → shifts.", examples=[{"mon-fri": ["09:00-14:00", "15:00-18:00"]}]
    )
    holidays: Holidays = Field(default_factory=Holidays, description="Days on which no shift opens.")


class Handover(Section):
    """How sales says that it takes a qualified lead, or does not."""

    accepted_when: str | None = Field(
        default=None,
        description="A condition over the person's fields; sales has taken the lead. So it has where there is a deal.",
        examples=['IN(stage, "sql", "opportunity", "customer")'],
    )
    rejected_when: str | None = Field(
        default=None,
        description="A condition over the person's fields; sales has refused the lead.",
        examples=["disqualified"],
    )
    reason: FieldName | None = Field(
        default=None, description="The person's field that says why it was refused.", examples=["disqualified_for"]
    )
    bad_data: list[str] = Field(
        default_factory=list,
        description="Reasons that say it was no lead at all: given in time, they take it out of marketing's quantity.",
        examples=[["duplicate"]],
    )
    returned_within: Duration = Field(
        default=timedelta(days=14), description="How long after it qualified a lead can be given back for bad data."
    )


class MassMail(Section):
    """What gives away that a machine sent an e-mail in an owner's name."""

    same_subject: Annotated[int, Field(ge=1)] = Field(
        default=5,
        description="The same subject by one owner to more people than this is mass mail and stops no clock …",
    )
    within: Interval = Field(default=timedelta(minutes=1), description="… if it was sent within this time.")


class SlaSection(Section):
    """The clocks of the agreement."""

    policies: list[Policy] = Field(default_factory=list, description="Tried in order; the first that applies counts.")
    calendars: dict[Name, Calendar] = Field(default_factory=dict, description="Working hours, by name.")
    bulk: MassMail = Field(default_factory=MassMail, description="Which e-mails are no one-to-one contact.")
    handover: Handover = Field(default_factory=Handover, description="How a lead is accepted or rejected by sales.")


class Schedule(Section):
    """When the service works."""

    pull: Interval = Field(default=timedelta(seconds=60), description="How often each connection is read.")
    parked: Interval = Field(
        default=timedelta(hours=1),
        description="How long a connection that needs somebody's attention waits before it is tried again.",
    )


class State(Section):
    """Where Relevo keeps what it knows."""

    url: str = Field(
        default="sqlite:///relevo.db", description="sqlite:///file (beside this file) or postgresql+psycopg://…."
    )


class File(Section):
    """The whole configuration file. `connections` are validated by their own connectors."""

    version: Literal[1] = Field(description="The version of this format.")
    lang: Lang = Field(Lang.EN, description="The language of reasons and reports.")
    state: State = Field(default_factory=State, description="The database.")
    connections: dict[Name, Any] = Field(description="CRM accounts, by a name of your own.", min_length=1)
    objects: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*\.[^.].*$")], ObjectSpec] = Field(
        description="<connection>.<object> → what to read, what it means, what to write back. Read in this order."
    )
    score: ScoreSection = Field(description="The lead score.")
    sla: SlaSection = Field(default_factory=SlaSection, description="The clocks of first contact.")
    goals: Goals = Field(default_factory=Goals, description="The common goal, and how the shared measures count.")
    schedule: Schedule = Field(default_factory=Schedule, description="When the service works.")
