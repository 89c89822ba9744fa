"""The `goals` section of the configuration file: what both teams want to reach, and how the shared measures count."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sync.config_types import Growth, Interval, Percent, Section

LeadCount = Annotated[int, Field(ge=1, le=10_000_000)]


class LeadsFrom(Section):
    """A part of the quantity: so many leads from one source, campaign or segment."""

    target: LeadCount = Field(description="How many leads.")
    source: str | None = Field(default=None, description="Of people with this source.")
    campaign: str | None = Field(default=None, description="Of people whom this campaign touched first.")
    segment: str | None = Field(default=None, description="Of people in this segment.")

    @model_validator(mode="after")
    def _one(self) -> "LeadsFrom":
        if sum(name is not None for name in (self.source, self.campaign, self.segment)) != 1:
            raise ValueError("name one of source, campaign and segment")
        return self


class QualifiedLeads(Section):
    """How many qualified leads marketing delivers."""

    target: LeadCount | None = Field(
        default=None, description="How many in all; without it, as many as the revenue goal needs.", examples=[120]
    )
    per: Literal["week", "month", "quarter"] = Field(default="month", description="In how much time.")
    parts: list[LeadsFrom] = Field(
        default_factory=list,
        description="How many of them from where; the parts need not add up to the target.",
        examples=[[{"source": "paid search", "target": 40}]],
    )


class Goals(Section):
    """What marketing and sales want to reach together, and how the shared measures count."""

    revenue_growth: Growth = Field(
        default=0.2, description="How much more is to be won than in the period before.", examples=["20%"]
    )
    over: Literal["previous_month", "previous_quarter", "previous_year"] = Field(
        default="previous_quarter", description="The period to beat; the goal is for the one that follows it."
    )
    qualified_leads: QualifiedLeads | None = Field(
        default=None, description="Marketing's quantity; without it none is owed."
    )
    conversion_within: Interval = Field(
        default=timedelta(days=90),
        description="A lead that buys within this time after qualifying counts as converted.",
    )
    first_month: Annotated[int, Field(ge=1, le=12)] = Field(
        default=1, description="The month the company's year begins in."
    )
    gross_margin: Percent | None = Field(
        default=None,
        description="The part of revenue that is left for ROI; without it ROI is told on revenue, and says so.",
    )
