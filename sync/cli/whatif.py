"""`relevo whatif`."""

from collections.abc import Sequence

import click

from sync.agreed import agreed
from sync.cli.errors import Failure
from sync.cli.measure_words import group_name
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.question import period_called, years_of
from sync.cli.session import application
from sync.cli.words import UNKNOWN, Lang, chosen, day_time, number, percent
from sync.config import ConfigErrors, changed_config
from sync.config_change import WrongChange
from sync.whatif import NOBODY, Outcome, outcomes

COLUMNS = ("measure", "was", "would_be", "difference")
SHARES = frozenset({"precision", "recall", "acceptance", "late_share"})
POINTS: dict[Lang, str] = {"en": "pts", "es": "pp"}
"""Percentage points: what shares differ by."""
_LABELS: dict[Lang, dict[str, str]] = {
    "en": {
        "qualified": "people who qualified",
        "per_owner": "… of them per owner, on average",
        "clocks": "clocks opened",
        "late": "… late or never answered",
        "late_share": "… as a share of those that count",
        "acceptance": "accepted by sales, of those decided on",
        "precision": "precision: bought so far, of those who qualified",
        "recall": "recall: had qualified before, of those who bought",
        "load": "load",
    },
    "es": {
        "qualified": "personas cualificadas",
        "per_owner": "… por responsable, de media",
        "clocks": "relojes abiertos",
        "late": "… contestados tarde o nunca",
        "late_share": "… como parte de los que cuentan",
        "acceptance": "aceptados por ventas, de los decididos",
        "precision": "precisión: han comprado, de los cualificados",
        "recall": "cobertura: ya cualificados, de los que compraron",
        "load": "carga",
    },
}
_HEADINGS: dict[Lang, tuple[str, ...]] = {
    "en": ("", "WAS", "WOULD BE", "DIFFERENCE"),
    "es": ("", "FUE", "SERÍA", "DIFERENCIA"),
}

Row = tuple[str, float | None, float | None, float | None]


@click.command(
    cls=Command,
    examples=[
        "relevo whatif --set score.qualified_at=65 --over previous_quarter",
        "relevo whatif --set sla.policies.first-contact.target=4bh --set score.minimum_stay=30d -o json",
    ],
)
@click.option(
    "--set",
    "changes",
    metavar="PATH=VALUE",
    multiple=True,
    required=True,
    help="A value of the score or sla section to change; items of lists by their name. Give it again for more.",
)
@click.option(
    "--over",
    metavar="PERIOD",
    default="previous_quarter",
    show_default=True,
    help="this_month, previous_quarter, 90d, 2026-01-01..2026-03-31.",
)
@lang_option
@output_option(Format.JSON, Format.CSV)
@click.pass_context
def whatif(ctx: click.Context, changes: tuple[str, ...], over: str, lang: str | None, fmt: Format) -> None:
    """What a period would have been under other rules: who qualified, each owner's load, late answers, precision and recall.

    Everybody is scored anew from the stored facts, by the agreement as it is and as it would be. Nothing is stored or written.
    """
    with application(ctx) as app:
        speech, years, now = chosen(lang, app.config.lang), years_of(app.config), app.now()
        period = period_called(years, over, now)
        try:
            other = changed_config(app.config, changes)
        except WrongChange as error:
            raise Failure(str(error)) from None
        except ConfigErrors as error:
            told = "; ".join(f"{'.'.join(map(str, one.location))}: {one.message}" for one in error.problems)
            raise Failure(f"That is no valid agreement: {told}") from None
        was, would = outcomes(app, (app.agreement, agreed(other, app.store)), period)
    rows = compared(was, would)
    if fmt is Format.CSV:
        print_table(Table("whatif", COLUMNS, rows), fmt)
    elif fmt is Format.JSON:
        dates = {"since": period.start, "until": period.end, "as_of": now}
        print_json(
            "whatif",
            {**dates, "changes": list(changes), "rows": [dict(zip(COLUMNS, row, strict=True)) for row in rows]},
        )
    else:
        start, end = (day_time(at, speech, years.zone) for at in (period.start, period.end))
        click.echo(f"{start} – {end} ({years.zone})\n{', '.join(changes)}\n")
        cells = [_cells(row, speech) for row in rows]
        print_table(Table("whatif", COLUMNS, cells, _HEADINGS[speech], frozenset(COLUMNS[1:])), fmt)


def compared(was: Outcome, would: Outcome) -> Sequence[Row]:
    """Both outcomes side by side; the load of each owner last, heaviest first."""
    names = ("qualified", "per_owner", "clocks", "late", "late_share", "acceptance", "precision", "recall")
    rows = [_row(name, _value(was, name), _value(would, name)) for name in names]
    owners = sorted({*was.load, *would.load}, key=lambda owner: (-would.load[owner], -was.load[owner], owner))
    return [*rows, *(_row(f"load:{owner}", was.load[owner], would.load[owner]) for owner in owners)]


def _value(outcome: Outcome, name: str) -> float | None:
    if name == "per_owner":
        owned = [people for owner, people in outcome.load.items() if owner != NOBODY]
        return sum(owned) / len(owned) if owned else None
    value: float | None = getattr(outcome, name)
    return value


def _row(name: str, was: float | None, would: float | None) -> Row:
    return name, was, would, None if was is None or would is None else would - was


def _cells(row: Row, lang: Lang) -> tuple[str, ...]:
    name, _, owner = row[0].partition(":")
    label = _LABELS[lang][name] + (f": {plain(group_name(owner, lang))}" if owner else "")
    was, would, difference = (_shown(name, value, lang) for value in row[1:])
    if name in SHARES and row[3] is not None:
        difference = f"{number(100 * row[3], lang, 1)} {POINTS[lang]}"
    sign = "+" if row[3] is not None and row[3] > 0 else ""
    return label, was, would, sign + difference


def _shown(name: str, value: float | None, lang: Lang) -> str:
    if value is None:
        return UNKNOWN[lang]
    if name in SHARES:
        return percent(value, lang)
    return number(value, lang, 1 if name == "per_owner" else 0)
