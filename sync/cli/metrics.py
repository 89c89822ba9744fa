"""`relevo metrics`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import click

from journey.business_time import Calendar
from sync.app import App
from sync.cli.definitions import DEFINITIONS, family
from sync.cli.measure_words import group_name, label, sentence
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.session import application, known
from sync.cli.words import Lang, chosen, day_time, duration, number, percent
from sync.cli.zone import agreed_zone
from sync.config import Config
from sync.config_goals import QualifiedLeads
from sync.measures import By, LeadGoal, LeadPart, Number, Question
from sync.metrics import metrics as measured
from sync.period import Bucket, Period, Years

SINCE = "previous_quarter"
PARTS_BY = ("source", "campaign", "segment")
MONTHS = {"previous_month": 1, "previous_quarter": 3, "previous_year": 12}
COLUMNS = (*("measure", "group", "value", "low", "high", "unit", "rows", "provisional", "note", "read_until"),)
_HEADINGS: dict[Lang, tuple[str, ...]] = {
    "en": ("MEASURE", "BY", "VALUE", "95 % BAND", "ROWS", "READ UNTIL", ""),
    "es": ("MEDIDA", "POR", "VALOR", "BANDA 95 %", "FILAS", "LEÍDO HASTA", ""),
}


@click.command(
    cls=Command,
    examples=[
        "relevo metrics",
        "relevo metrics --since this_quarter --by source",
        "relevo metrics --explain conversion",
        "relevo metrics --since 2026-01-01..2026-06-30 --by month -o csv",
    ],
)
@click.option(
    "--since",
    metavar="PERIOD",
    help="Since when, until now; or a whole period: previous_quarter, this_month, 90d, 2026-01-01, 2026-01-01..2026-03-31. "
    "Else since the previous quarter began.",
)
@click.option("--by", type=click.Choice([by.value for by in By]), help="Group the numbers.")
@click.option("--explain", metavar="NAME", help="Only this measure, with what it means and what it rests on.")
@lang_option
@output_option(Format.JSON, Format.CSV)
@click.pass_context
def metrics(
    ctx: click.Context, since: str | None, by: str | None, explain: str | None, lang: str | None, fmt: Format
) -> None:
    """The numbers that both teams share: conversion, decisions, response, funnel, quantity, revenue, attribution, cost and goal.

    Each says how many rows it rests on and up to when the CRM had been read. Provisional ones are marked with *. Attributed
    amounts are by channel, whatever the grouping; costs in all or by campaign.
    """
    name = known("measure", explain, DEFINITIONS) if explain else None
    with application(ctx) as app:
        speech = chosen(lang, app.config.lang)
        question = asked(app, since, by)
        numbers = [one for one in measured(app, question) if name is None or name in (family(one.measure), one.measure)]
        due = app.store.to_derive()
        if fmt is Format.TEXT:
            _print(numbers, question, due, name, speech)
        elif fmt is Format.JSON:
            print_json("metrics", _document(numbers, question, due, name, speech))
        else:
            print_table(Table("metrics", COLUMNS, [_row(one) for one in numbers]), fmt)


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
    """The first SLA policy's working hours, if it has any of its own."""
    named = [policy.calendar for policy in app.config.sections.sla.policies if policy.calendar is not None]
    return app.agreement.calendars[named[0]] if named else None


def _row(one: Number) -> tuple[object, ...]:
    return (
        *(one.measure, one.group, one.value, one.low, one.high, one.unit, one.rows),
        *(one.provisional, sentence(one.note, "en"), one.fresh),
    )


def _document(
    numbers: Sequence[Number], question: Question, due: int, name: str | None, lang: Lang
) -> dict[str, object]:
    period = {"since": question.period.start, "until": question.period.end, "by": question.by}
    meaning = {"explained": {"name": name, "meaning": DEFINITIONS[name][lang].meaning}} if name else {}
    rows = [dict(zip(COLUMNS, _row(one), strict=True)) for one in numbers]
    return {"as_of": question.as_of, **period, "people_not_yet_derived": due, **meaning, "rows": rows}


def _print(numbers: Sequence[Number], question: Question, due: int, name: str | None, lang: Lang) -> None:
    zone = question.years.zone
    start, end = (day_time(at, lang, zone) for at in (question.period.start, question.period.end))
    click.echo(f"{start} – {end} ({zone})")
    if name:
        click.echo(f"{DEFINITIONS[name][lang].label}: {DEFINITIONS[name][lang].meaning}")
    rows = [_cells(one, lang, zone) for one in numbers]
    right = frozenset({"value", "band", "rows"})
    table = Table("metrics", ("measure", "by", "value", "band", "rows", "fresh", "note"), rows, _HEADINGS[lang], right)
    print_table(table, Format.TEXT)
    if due:
        late = f"{due:,} people have news that is not scored yet. Next: relevo sync"
        click.echo(
            late if lang == "en" else f"{number(due, lang)} personas con novedades sin puntuar. Sigue: relevo sync"
        )


def _cells(one: Number, lang: Lang, zone: ZoneInfo) -> tuple[str, ...]:
    mark = "*" if one.provisional else ""
    band = "" if one.low is None or one.high is None else f"{percent(one.low, lang)} – {percent(one.high, lang)}"
    fresh = "" if one.fresh is None else day_time(one.fresh, lang, zone)
    rows = number(one.rows, lang)
    return (
        plain(label(one.measure, lang)),
        plain(group_name(one.group, lang)),
        shown(one, lang) + mark,
        band,
        rows,
        fresh,
        sentence(one.note, lang),
    )


def shown(one: Number, lang: Lang) -> str:
    """A value as people read it; `n/a` where it cannot be known."""
    if one.value is None:
        return "n/a" if lang == "en" else "n/d"
    if isinstance(one.value, timedelta):
        return duration(one.value)
    if one.unit == "share":
        return percent(float(one.value), lang)
    if one.unit == "leads":
        return number(one.value, lang, 0 if one.value == int(one.value) else 1)
    if isinstance(one.value, Decimal):
        return f"{number(one.value, lang, 2)} {one.unit}".rstrip()
    return number(one.value, lang)
