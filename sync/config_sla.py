"""The `sla` section of the configuration file: what sales owes, by whose hours, and how it takes or refuses a lead."""

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from journey.business_time import Shift
from journey.policy import Step
from journey.target import Target
from mapping.spec import FieldName
from sync.config_types import Duration, Interval, Name, Percent, Section, one_or_more

LONGEST_TARGET = {"m": 527_040, "h": 8_784, "d": 366}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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


def _step(text: str) -> str:
    try:
        Step(text, ())
    except ValueError:
        raise ValueError("write a share of the time (75%) or a distance from its end (-1h, +4h)") from None
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


class Escalation(Section):
    """A step of an escalation."""

    at: Annotated[str, AfterValidator(_step)] = Field(
        description="A share of the agreed time (50%, 150%), or a distance from its end (-1h, +4h).", examples=["75%"]
    )
    to: Annotated[list[str], BeforeValidator(one_or_more)] = Field(
        description="Who is told: owner, team, manager, channel, or an address of yours.",
        examples=["owner"],
        min_length=1,
    )


class Policy(Section):
    """How soon sales makes the first contact with a qualified person."""

    name: Name = Field(description="Names the policy in reports.")
    target: Annotated[str, BeforeValidator(_target)] = Field(
        description="24h by the clock, 24bh working hours, 1bd working days, 30m. The unit is mandatory.",
        examples=["24h"],
    )
    calendar: Name | None = Field(
        None, description="The working hours; without one the owner's, their team's, or sla.calendar."
    )
    when: str | None = Field(None, description="People it applies to; the first policy that applies counts.")
    since: date | None = Field(None, description="It governs clocks that open on this day or later.")
    until: date | None = Field(None, description="It governs clocks that open before this day.")
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
    escalate: list[Escalation] = Field(
        default_factory=list, description="Who is to be told, and when, while nobody has contacted the person."
    )


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
        Annotated[list[Annotated[str, AfterValidator(_shift)]], BeforeValidator(one_or_more)],
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
    calendar: Name | None = Field(
        default=None, description="The working hours of whoever has none of their own; without it always open."
    )
    owners: dict[str, Name] = Field(
        default_factory=dict,
        description="An owner's e-mail address or CRM id → their calendar, for policies that name none.",
        examples=[{"ana@example.com": "mexico"}],
    )
    teams: dict[str, Name] = Field(
        default_factory=dict,
        description="A team's name → its calendar, for owners that have none of their own.",
        examples=[{"LATAM": "mexico"}],
    )
    bulk: MassMail = Field(default_factory=MassMail, description="Which e-mails are no one-to-one contact.")
    handover: Handover = Field(default_factory=Handover, description="How a lead is accepted or rejected by sales.")

    @property
    def shown_calendar(self) -> str | None:
        """The calendar whose zone times are shown in and by which goals are paced: the default, else the first one named."""
        return self.calendar or next((policy.calendar for policy in self.policies if policy.calendar is not None), None)
