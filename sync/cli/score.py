"""`relevo score`."""

from collections.abc import Callable, Sequence
from datetime import tzinfo

import click

from journey.model import Ref
from journey.rules import ScoreRules
from journey.score import CriterionScore, Line, Score
from journey.score import score as replay
from state.views import PersonRow
from sync.agreed import agreed
from sync.app import App
from sync.cli.bands import bands
from sync.cli.errors import Failure
from sync.cli.model import fit, model
from sync.cli.options import Command, Group, lang_option, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.people import journey_of, name_of, person_called, place
from sync.cli.resync import instant
from sync.cli.rules import named, rules
from sync.cli.score_history import history
from sync.cli.session import application
from sync.cli.words import Lang, chosen, day_time, number, word
from sync.cli.zone import agreed_zone
from sync.config import ConfigErrors
from sync.likelihood.agreed import model_section
from sync.rules_version import with_rules


@click.group(cls=Group)
def score() -> None:
    """Explain a score, point by point, and see whether scores mean anything."""


score.add_command(bands)
score.add_command(history)
score.add_command(rules)
score.add_command(model)
score.add_command(fit)


@score.command(
    cls=Command,
    examples=[
        "relevo score explain ana@bodegas.es",
        "relevo score explain 101 --lang es",
        "relevo score explain 101 --at 7d",
        "relevo score explain 101 --rules 3f2a91 --at 2026-03-01",
    ],
)
@click.argument("who")
@click.option("--at", "moment", metavar="TIME|SPAN", help="As it was then: 2026-03-01, 2026-03-01T08:00Z, 36h, 7d.")
@click.option("--rules", "version", metavar="VERSION", help="By the rules of then: see `relevo score rules list`.")
@lang_option
@output_option(Format.JSON)
@click.pass_context
def explain(
    ctx: click.Context, who: str, moment: str | None, version: str | None, lang: str | None, fmt: Format
) -> None:
    """Where each point of WHO's score comes from: rule, points, decay, evidence and caps.

    The score is computed anew from the stored facts, as of the moment at which it was last written down, or `--at` another one,
    of which what happened later is not seen.
    """
    with application(ctx) as app:
        row = person_called(app, who)
        path = journey_of(app, row)
        agreed, zone = _rules(app, version), agreed_zone(app.config)
        at = instant(moment, app.now()) if moment else row.as_of or app.now()
        found = replay(path, agreed, at)
        speech = chosen(lang, app.config.lang)
        unfitted = model_section(app.config.sections) is not None and not any(one.predictor for one in agreed.criteria)
    stale = row.rules_version != agreed.version
    if fmt is Format.JSON:
        print_json("score", _document(row, found, agreed.version, stale=stale))
        return
    head = f"{name_of(row, path)}\n{word('score', speech)} {found.total} / 100"
    threshold = f"{word('threshold', speech)} {number(agreed.qualified_at, speech)}"
    click.echo(f"{head}  ({threshold}, {word('as of', speech)} {day_time(found.as_of, speech, zone)} {zone})")
    if found.disqualified_by is not None:
        click.echo(f"{word('disqualified by', speech)} {found.disqualified_by}")
    for criterion in found.criteria:
        click.echo()
        _print(criterion, speech, lambda line: _when(line, speech, zone))
    if unfitted:
        click.echo(f"{word('likelihood weighs nothing; why', speech)}: relevo score model")
    if stale and version is None:
        click.echo(f"\nThe rules have changed since it was written down as {row.score}. Next: relevo sync", err=True)


def _rules(app: App, version: str | None) -> ScoreRules:
    """The rules of today, or those of a version that was in force."""
    if version is None:
        return app.agreement.rules
    try:
        return agreed(with_rules(app.config, named(app, version).rules), app.store).rules
    except ConfigErrors as error:
        raise Failure(
            f"The rules {version} do not go with the configuration of today: {error}",
            fix="See what they were: relevo score rules show " + version,
        ) from error


def _print(criterion: CriterionScore, lang: Lang, when: Callable[[Line], str]) -> None:
    cap = f"{word('cap', lang)} {_points(criterion.cap, lang)}"
    raw = f"{_points(criterion.raw, lang)} → " if criterion.capped else ""
    click.echo(f"{criterion.name}: {raw}{_points(criterion.points, lang)}  ({cap})")
    rows = [
        (
            _points(line.before_decay, lang),
            f"× {number(line.decay, lang, 2)}",
            f"= {_points(line.points, lang)}",
            label(line, lang),
            evidence(line),
            when(line),
        )
        for line in criterion.lines
    ]
    if rows:
        columns = ("points", "decay", "result", "rule", "evidence", "at")
        headings = (*(word(column, lang).upper() for column in columns[:-1]), "")
        print_table(Table("score", columns, rows, headings, right=frozenset(columns[:3])), Format.TEXT)


def _points(points: float, lang: Lang) -> str:
    return number(points, lang, 1)


def label(line: Line, lang: Lang) -> str:
    """The rule's label in `lang`, else in any language, else its id."""
    return plain(line.label.get(lang) or next(iter(line.label.values()), line.rule))


def evidence(line: Line) -> str:
    """The record that earned the points, or the fields that did."""
    return place(line.evidence) if isinstance(line.evidence, Ref) else ", ".join(line.evidence)


def _when(line: Line, lang: Lang, zone: tzinfo) -> str:
    return day_time(line.at, lang, zone) if line.at else ""


def _document(row: PersonRow, found: Score, version: str, *, stale: bool) -> dict[str, object]:
    return {
        "person": row.person,
        "email": row.email,
        "total": found.total,
        "stored_total": row.score,
        "rules_version": version,
        "rules_changed": stale,
        "as_of": found.as_of,
        "disqualified_by": found.disqualified_by,
        "criteria": [_criterion(criterion) for criterion in found.criteria],
    }


def _criterion(criterion: CriterionScore) -> dict[str, object]:
    bounds = {"raw": criterion.raw, "points": criterion.points, "cap": criterion.cap, "floor": criterion.floor}
    return {"name": criterion.name, **bounds, "lines": _lines(criterion.lines)}


def _lines(lines: Sequence[Line]) -> list[dict[str, object]]:
    return [
        {
            "rule": line.rule,
            "label": dict(line.label),
            "before_decay": line.before_decay,
            "decay": line.decay,
            "points": line.points,
            "evidence": line.evidence._asdict() if isinstance(line.evidence, Ref) else list(line.evidence),
            "at": line.at,
        }
        for line in lines
    ]
