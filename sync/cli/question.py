"""From the words on the command line to the question that is put to the shared measures."""

from datetime import datetime

import click

from journey.business_time import Calendar
from sync.app import App
from sync.cli.zone import agreed_zone
from sync.config import Config
from sync.config_goals import QualifiedLeads
from sync.measures import By, LeadGoal, LeadPart, Question
from sync.period import Bucket, Period, Years

SINCE = "previous_quarter"
PARTS_BY = ("source", "campaign", "segment")
MONTHS = {"previous_month": 1, "previous_quarter": 3, "previous_year": 12}


def asked(app: App, since: str | None, by: str | None) -> Question:
    """The question that the options put, as of now."""
    goals, now, years = app.config.sections.goals, app.now(), years_of(app.config)
    return Question(
        as_of=now,
        period=period_called(years, since, now),
        by=None if by is None else By(by),
        years=years,
        calendar=_agreed_calendar(app),
        within=goals.conversion_within,
        growth=goals.revenue_growth,
        goal_months=MONTHS[goals.over],
        gross_margin=goals.gross_margin,
        leads=_lead_goal(goals.qualified_leads),
    )


def _lead_goal(section: QualifiedLeads | None) -> LeadGoal | None:
    if section is None:
        return None
    named = [(By(by), getattr(part, by), part.target) for part in section.parts for by in PARTS_BY]
    parts = tuple(LeadPart(by, str(group), target) for by, group, target in named if group is not None)
    return LeadGoal(Bucket(section.per), section.target, parts)


def years_of(config: Config) -> Years:
    """How this company counts its periods."""
    return Years(agreed_zone(config), config.sections.goals.first_month)


def period_called(years: Years, text: str | None, now: datetime) -> Period:
    """The named period; without a name, since the previous quarter began."""
    if text is None:
        return Period(years.period(SINCE, now).start, now)
    try:
        return years.period(text, now)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _agreed_calendar(app: App) -> Calendar | None:
    """The agreement's working hours, if it has any."""
    shown = app.config.sections.sla.shown_calendar
    return None if shown is None else app.agreement.hours.calendars[shown]
