"""`relevo sla`."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

import click

from sync.app import App
from sync.cli.clocks import COLUMNS, STATUSES, Clock, opened, standing, summary
from sync.cli.errors import Exit, Failure
from sync.cli.options import CommandGroup, lang_option, output_option
from sync.cli.output import Format, Table, print_table
from sync.cli.session import application, known
from sync.cli.sla_explain import explain
from sync.cli.words import Lang, chosen, day_time, word
from sync.cli.zone import agreed_zone

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


@click.group(
    cls=CommandGroup,
    examples=[
        "relevo sla --at-risk",
        "relevo sla --breached -o csv > breached.csv",
        "relevo sla --fail-if 'breached > 0'",
    ],
)
@click.option("--breached", "status", flag_value="breached", help="Only those that nobody answered in time.")
@click.option("--at-risk", "status", flag_value="at_risk", help="Only those that are about to be late.")
@click.option("--status", "status", type=click.Choice(STATUSES), help="Only those with this status.")
@click.option("--fail-if", "fail_if", metavar="'STATUS > N'", help="Exit with 1 if so many clocks have that status.")
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="How many rows at most.")
@lang_option
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def sla(
    ctx: click.Context, status: str | None, fail_if: str | None, limit: int, lang: str | None, fmt: Format
) -> Exit | None:
    """Who waits, who was answered in time, and who was not, soonest due first; `relevo sla explain` says why.

    The verdicts are those of the last sync. A clock whose due time has passed is only called breached once the CRM has
    been read beyond that time.
    """
    if ctx.invoked_subcommand is not None:
        return None
    failing = condition(fail_if) if fail_if else None
    with application(ctx) as app:
        counts = app.store.sla_summary()
        clocks = _clocks(app, status, limit)
        if fmt is Format.TEXT:
            _print(clocks, counts, app, chosen(lang, app.config.lang))
        else:
            rows = (tuple(clock.document()[name] for name in COLUMNS) for clock in clocks)
            print_table(Table("sla", COLUMNS, rows), fmt)
    if failing and failing(counts):
        click.echo(f"{fail_if}: {summary(counts, 'en', STATUSES) or 'no clocks'}", err=True)
        return Exit.REJECTED
    return Exit.OK


sla.add_command(explain)


def condition(text: str) -> Callable[[Mapping[str, int]], bool]:
    """`breached > 0` as a test of the counts by status."""
    match = re.fullmatch(r"\s*(\w+)\s*(>=|<=|==|!=|>|<)\s*(\d+)\s*", text)
    if match is None:
        raise Failure(f"Cannot read the condition {text!r}. Write it like: breached > 0")
    status, compare, n = known("status", match[1], STATUSES), _COMPARE[match[2]], int(match[3])
    return lambda counts: compare(counts.get(status, 0), n)


def _clocks(app: App, status: str | None, limit: int) -> Iterator[Clock]:
    for row in app.store.sla_rows(status, limit):
        yield opened(row, app.store.person(row.person))


def _print(clocks: Iterator[Clock], counts: Mapping[str, int], app: App, lang: Lang) -> None:
    zone, now = agreed_zone(app.config), app.now()
    rows = [_row(clock, now, lang, lambda at: day_time(at, lang, zone)) for clock in clocks]
    if not rows:
        click.echo("Ningún reloj." if lang == "es" else "No clocks.")
        return
    columns = ("person", "status", "due", "", "score")
    headings = tuple(word(heading, lang).upper() for heading in columns)
    print_table(Table("sla", columns, rows, headings, right=frozenset({"score"})), Format.TEXT)
    click.echo(f"\n{summary(counts, lang, STATUSES)}   ({word('times in', lang)} {zone})")


def _row(clock: Clock, now: datetime, lang: Lang, local: Callable[[datetime], str]) -> tuple[object, ...]:
    cycle = clock.row.cycle
    score = clock.person.score if clock.person else None
    return clock.name, word(cycle.status, lang), local(cycle.due_at), standing(clock, now, lang), score
