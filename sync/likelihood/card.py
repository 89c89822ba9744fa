"""What is known of a fit: on what it rests, how well it told the newest leads apart, and why it weighs nothing if so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    """A reason for a fit to weigh nothing."""

    FEW_LEADS = "few_leads"
    FEW_CONVERSIONS = "few_conversions"
    NO_FIELD_LEFT = "no_field_left"
    ONE_OUTCOME = "one_outcome"
    AUC = "auc"
    BRIER = "brier"


@dataclass(frozen=True, slots=True)
class Reason:
    """`measured` is on the wrong side of `needed`."""

    why: Why
    measured: float
    needed: float


class Leakage(StrEnum):
    """Why a field was left out."""

    REWRITTEN = "rewritten"
    TELLS_ALL = "tells_all"


@dataclass(frozen=True, slots=True)
class Leak:
    """A field that was left out: the share of leads whose record changed after sales touched them in which it was rewritten, or
    the AUC of the field alone.
    """

    field: str
    why: Leakage
    measured: float


@dataclass(frozen=True, slots=True)
class LevelCard:
    """A level of a field, in the part that was learned from."""

    level: str
    leads: int
    bought: int
    points: float


@dataclass(frozen=True, slots=True)
class FieldCard:
    """A field of the model, its levels by points."""

    field: str
    levels: tuple[LevelCard, ...]


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the newest leads, by predicted share: how many bought."""

    leads: int
    predicted: float
    bought: int


@dataclass(frozen=True, slots=True)
class Trial:
    """How the model did on the newest leads. `brier_base` is that of the best single guess, their own share."""

    leads: int
    bought: int
    since: datetime
    auc: float
    brier: float
    brier_base: float
    calibration: tuple[Tenth, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A fit. `leads` are those whose time to buy is over, `young` those for whom it is not; `within` is that time, in days.

    `slope` and `offset` are the calibration of the log-odds; `reasons` why it weighs nothing, none if it does.
    """

    fields: tuple[str, ...]
    within: float
    leads: int
    bought: int
    young: int
    since: datetime | None
    until: datetime | None
    reasons: tuple[Reason, ...]
    leaks: tuple[Leak, ...] = ()
    learned: tuple[FieldCard, ...] = ()
    slope: float | None = None
    offset: float | None = None
    trial: Trial | None = None

    @property
    def weighs(self) -> bool:
        """Whether it passed the gate."""
        return not self.reasons
