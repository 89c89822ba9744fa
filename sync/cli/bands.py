"""`relevo score bands`."""

from collections.abc import Iterator, Mapping

import click

from journey.calibration import Band, Threshold
from sync.bands import BandReport, band_report
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, Table, print_json, print_table
from sync.cli.question import period_called, years_of
from sync.cli.session import application
from sync.cli.words import Lang, between, chosen, day_time, number, percent
from sync.period import Years

COLUMNS = (
    *("kind", "from", "to", "leads", "share", "accepted", "rejected", "won", "conversion", "precision", "recall"),
    *("low", "high", "provisional", "difference"),
)
"""Of both tables; `low` and `high` are the band of the conversion or the precision."""
Row = Mapping[str, object]
NO_SHARE: tuple[float | None, float | None, float | None] = (None, None, None)
_BANDS: dict[Lang, tuple[str, ...]] = {
    "en": ("SCORE", "LEADS", "SHARE", "ACCEPTED", "REJECTED", "BOUGHT", "CONVERSION", "95 % BAND", ""),
    "es": ("PUNTOS", "LEADS", "PARTE", "ACEPTADOS", "RECHAZADOS", "COMPRARON", "CONVERSIÓN", "BANDA 95 %", ""),
}
_THRESHOLDS: dict[Lang, tuple[str, ...]] = {
    "en": ("THRESHOLD", "LEADS", "VS NOW", "BOUGHT", "PRECISION", "95 % BAND", "RECALL", ""),
    "es": ("UMBRAL", "LEADS", "FRENTE A HOY", "COMPRARON", "PRECISIÓN", "BANDA 95 %", "COBERTURA", ""),
}
_AGREED: dict[Lang, str] = {"en": "← qualified from {at}", "es": "← cualificado desde {at}"}
_EXPLAINED: dict[Lang, str] = {
    "en": "{people} people who came in the period, by their highest score until sales decided on them or they bought.\n"
    "Conversion: share that buys within {days} d of coming (Kaplan–Meier); * provisional. "
    "Precision: bought so far, of those sent; recall: sent, of those who bought.",
    "es": "{people} personas que llegaron en el periodo, por su puntuación más alta hasta que ventas decidió o compraron.\n"
    "Conversión: parte que compra en {days} d desde que llegó (Kaplan–Meier); * provisional. "
    "Precisión: han comprado, de los enviados; cobertura: enviados, de los que compraron.",
}


@click.command(
    cls=Command,
    examples=["relevo score bands", "relevo score bands --over 90d --lang es", "relevo score bands -o csv"],
)
@click.option(
    "--over",
    metavar="PERIOD",
    default="previous_quarter",
    show_default=True,
    help="When the people came: this_month, previous_quarter, 90d, 2026-01-01..2026-03-31.",
)
@lang_option
@output_option(Format.JSON, Format.CSV)
@click.pass_context
def bands(ctx: click.Context, over: str, lang: str | None, fmt: Format) -> None:
    """Whether the score means anything: leads, decisions and purchases by score, and what other thresholds would send.

    Each person counts with the highest score they had until sales decided on them or they bought, by the rules of today.
    """
    with application(ctx) as app:
        speech, years = chosen(lang, app.config.lang), years_of(app.config)
        told = band_report(app, period_called(years, over, app.now()), app.config.sections.goals.conversion_within)
    if fmt is Format.TEXT:
        _print(told, years, speech)
    elif fmt is Format.JSON:
        print_json("score-bands", document(told))
    else:
        print_table(Table("score-bands", COLUMNS, list(_cells(told))), fmt)


def document(told: BandReport) -> Mapping[str, object]:
    """The report in keys that are never translated."""
    return {
        "since": told.period.start,
        "until": told.period.end,
        "people": told.people,
        "qualified_at": told.qualified_at,
        "conversion_within": told.within,
        "bands": [_band_row(band, told) for band in told.bands],
        "thresholds": [_threshold_row(one, told) for one in told.thresholds],
    }


def _band_row(band: Band, told: BandReport) -> Row:
    bought = band.conversion
    value, low, high = bought.share or NO_SHARE
    return {
        "from": band.low,
        "to": band.high,
        "leads": band.leads,
        "share": told.part(band.leads),
        "accepted": band.accepted,
        "rejected": band.rejected,
        "won": bought.won,
        "conversion": value,
        "low": low,
        "high": high,
        "provisional": bought.provisional,
    }


def _threshold_row(one: Threshold, told: BandReport) -> Row:
    value, low, high = one.precision or NO_SHARE
    return {
        "from": one.at,
        "to": 100,
        "leads": one.leads,
        "share": told.part(one.leads),
        "won": one.won,
        "precision": value,
        "low": low,
        "high": high,
        "recall": one.recall,
        "difference": one.leads - told.agreed.leads,
    }


def _cells(told: BandReport) -> Iterator[list[object]]:
    """Both tables under one heading, for CSV."""
    rows = [{"kind": "band", **_band_row(band, told)} for band in told.bands]
    rows += [{"kind": "threshold", **_threshold_row(one, told)} for one in told.thresholds]
    for row in rows:
        yield [row.get(column) for column in COLUMNS]


def _print(told: BandReport, years: Years, lang: Lang) -> None:
    start, end = (day_time(at, lang, years.zone) for at in (told.period.start, told.period.end))
    click.echo(f"{start} – {end} ({years.zone})")
    click.echo(_EXPLAINED[lang].format(people=number(told.people, lang), days=told.within.days))
    for name, rows, headings in (
        ("bands", [_band_cells(band, told, lang) for band in told.bands], _BANDS[lang]),
        ("thresholds", [_threshold_cells(one, told, lang) for one in told.thresholds], _THRESHOLDS[lang]),
    ):
        click.echo()
        columns = tuple(map(str, range(len(headings))))
        print_table(Table(name, columns, rows, headings, frozenset(columns[:-1])), Format.TEXT)


def _band_cells(band: Band, told: BandReport, lang: Lang) -> tuple[str, ...]:
    bought = band.conversion
    value, low, high = bought.share or NO_SHARE
    agreed = _AGREED[lang].format(at=told.qualified_at) if band.low <= told.qualified_at <= band.high else ""
    counts = (number(count, lang) for count in (band.accepted, band.rejected, bought.won))
    share = percent(told.part(band.leads), lang)
    mark = "*" if bought.provisional else ""
    return (
        *(f"{band.low}–{band.high}", number(band.leads, lang), share, *counts),
        *(percent(value, lang) + mark, between(low, high, lang), agreed),
    )


def _threshold_cells(one: Threshold, told: BandReport, lang: Lang) -> tuple[str, ...]:
    value, low, high = one.precision or NO_SHARE
    more = one.leads - told.agreed.leads
    against = "" if one is told.agreed else f"{'+' if more > 0 else ''}{number(more, lang)}"
    agreed = _AGREED[lang].format(at=told.qualified_at) if one is told.agreed else ""
    return (
        *(str(one.at), number(one.leads, lang), against, number(one.won, lang)),
        *(percent(value, lang), between(low, high, lang), percent(one.recall, lang), agreed),
    )
