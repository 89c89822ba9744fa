"""`relevo metrics`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import click

from sync.app import App
from sync.cli.definitions import DEFINITIONS, family
from sync.cli.measure_words import group_name, label, sentence
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.question import asked
from sync.cli.session import application, known
from sync.cli.words import UNKNOWN, Lang, between, chosen, day_time, duration, number, percent
from sync.measures import By, Number, Question, kinds_of, rests_on
from sync.metrics import metrics as measured

COLUMNS = (*("measure", "group", "value", "low", "high", "unit", "rows", "provisional", "note", "read_until"),)
_HEADINGS: dict[Lang, tuple[str, ...]] = {
    "en": ("MEASURE", "BY", "VALUE", "95 % BAND", "ROWS", "READ UNTIL", ""),
    "es": ("MEDIDA", "POR", "VALOR", "BANDA 95 %", "FILAS", "LEÍDO HASTA", ""),
}


_READ: dict[Lang, str] = {"en": "Rests on, read until {at}:", "es": "Se basa en, leído hasta {at}:"}
_NEVER_READ: dict[Lang, str] = {"en": "Rests on, never read as a whole yet:", "es": "Se basa en, aún sin leer entero:"}
_DUE: dict[Lang, str] = {
    "en": "{people} people have news that is not scored yet. Next: relevo sync",
    "es": "{people} personas con novedades sin puntuar. Sigue: relevo sync",
}
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """The numbers asked for. `due` people are not scored yet; of an explained measure also its `name`, and the objects that it
    rests on with the time up to which each has been read.
    """

    question: Question
    numbers: Sequence[Number]
    due: int
    name: str | None
    sources: Mapping[str, datetime | None]


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
        sources = rests_on(app, kinds_of(numbers[0].measure if numbers else name)) if name else {}
        answer = Answer(question, numbers, _to_derive(app), name, sources)
    if fmt is Format.TEXT:
        _print(answer, speech)
    elif fmt is Format.JSON:
        print_json("metrics", _document(answer, speech))
    else:
        print_table(Table("metrics", COLUMNS, [_row(one) for one in numbers]), fmt)


def _to_derive(app: App) -> int:
    """People whose results are not those of the facts and the agreement of now."""
    under_way = app.store.rescoring.under_way()
    return app.store.to_derive() + (under_way.total - under_way.done if under_way else 0)


def _row(one: Number) -> tuple[object, ...]:
    return (
        *(one.measure, one.group, one.value, one.low, one.high, one.unit, one.rows),
        *(one.provisional, sentence(one.note, "en"), one.fresh),
    )


def _document(answer: Answer, lang: Lang) -> dict[str, object]:
    period, name = answer.question.period, answer.name
    told = {"as_of": answer.question.as_of, "since": period.start, "until": period.end, "by": answer.question.by}
    meaning = {"name": name, "meaning": DEFINITIONS[name][lang].meaning, "rests_on": answer.sources} if name else None
    rows = [dict(zip(COLUMNS, _row(one), strict=True)) for one in answer.numbers]
    explained = {"explained": meaning} if meaning else {}
    return {**told, "people_not_yet_derived": answer.due, **explained, "rows": rows}


def _print(answer: Answer, lang: Lang) -> None:
    period, zone, name = answer.question.period, answer.question.years.zone, answer.name
    click.echo(f"{day_time(period.start, lang, zone)} – {day_time(period.end, lang, zone)} ({zone})")
    if name:
        click.echo(f"{DEFINITIONS[name][lang].label}: {DEFINITIONS[name][lang].meaning}")
    rows = [_cells(one, lang, zone) for one in answer.numbers]
    right = frozenset({"value", "band", "rows"})
    table = Table("metrics", ("measure", "by", "value", "band", "rows", "fresh", "note"), rows, _HEADINGS[lang], right)
    print_table(table, Format.TEXT)
    for heading, objects in _sources(answer.sources, lang, zone):
        click.echo(f"{heading} {', '.join(objects)}")
    if answer.due:
        says = _DUE[lang].format(people=number(answer.due, lang))
        click.echo(says)


def _sources(sources: Mapping[str, datetime | None], lang: Lang, zone: ZoneInfo) -> Iterator[tuple[str, list[str]]]:
    """What the number rests on, by when it was last read as a whole; the oldest first, as it is what keeps the number back."""
    told: dict[str, list[str]] = defaultdict(list)
    for name, at in sorted(sources.items(), key=lambda source: (source[1] is not None, source[1] or NEVER, source[0])):
        told[_NEVER_READ[lang] if at is None else _READ[lang].format(at=day_time(at, lang, zone))].append(name)
    yield from told.items()


def _cells(one: Number, lang: Lang, zone: ZoneInfo) -> tuple[str, ...]:
    mark = "*" if one.provisional else ""
    band = between(one.low, one.high, lang)
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
        return UNKNOWN[lang]
    if isinstance(one.value, timedelta):
        return duration(one.value)
    if one.unit == "share":
        return percent(float(one.value), lang)
    if one.unit == "leads":
        return number(one.value, lang, 0 if one.value == int(one.value) else 1)
    if isinstance(one.value, Decimal):
        return f"{number(one.value, lang, 2)} {one.unit}".rstrip()
    return number(one.value, lang)
