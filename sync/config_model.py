"""The sections of the configuration file, as pydantic models: what each key means, and what it may hold."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from journey.model import Actor, Direction, TouchType
from mapping.spec import FieldName, ObjectSpec
from state.sealing import Keys
from sync.config_goals import Goals
from sync.config_sla import SlaSection
from sync.config_types import Duration, Interval, Name, Percent, Section, one_or_more

VERSION = 1


class Lang(StrEnum):
    """The languages Relevo speaks to people in."""

    ES = "es"
    EN = "en"


Label = str | dict[Lang, str]


class Budget(Section):
    """How much of the vendor's API quota Relevo may use."""

    reserve: Percent = Field(default=0.2, description="The share of the quota left to other apps.", examples=["20%"])


def _key(secret: SecretStr) -> SecretStr:
    Keys.read(secret.get_secret_value())
    return secret


class Rule(Section):
    """Points for something that happened (`on`), or for something that is so (`when`)."""

    id: Name = Field(description="Names the rule in breakdowns and reports.")
    label: Label | None = Field(
        None, description="What people read, as a text or by language: {en: …, es: …}. The id if left out."
    )
    points: Annotated[float, Field(ge=-100, le=100)] = Field(description="Points to add; negative ones take away.")
    on: Annotated[list[TouchType], BeforeValidator(one_or_more), Field(min_length=1)] | None = Field(
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


class Model(Section):
    """What the criterion likelihood learns from this company's own history, and how often."""

    fields: Annotated[list[FieldName], Field(min_length=1)] = Field(
        description="The person's fields to learn from, their company's as company_….", examples=[["source", "country"]]
    )
    refit: Interval = Field(timedelta(days=30), description="How often it is fitted anew.")
    version: str | None = Field(None, description="Use this fitted model and no other; see relevo score model.")


class Criterion(Section):
    """Rules whose points add up, or a fitted model, held between floor and cap."""

    cap: float = Field(description="The most points this criterion can give.")
    floor: float = Field(0, description="The fewest; negative if rules may take points away in all.")
    rules: list[Rule] | None = Field(None, description="What earns points.")
    model: Model | None = Field(
        None, description="Instead of rules, for the criterion likelihood: a model of who buys."
    )

    @model_validator(mode="after")
    def _one(self) -> "Criterion":
        if (self.rules is None) == (self.model is None):
            raise ValueError("give either rules or, for likelihood, a model")
        return self


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
    key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None,
        description="What encrypts the tokens that logins obtain: 32 bytes in Base64. SQLite makes its own beside the database.",
        examples=["${file:/run/credentials/relevo.service/key}"],
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
