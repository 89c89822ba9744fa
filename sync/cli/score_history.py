"""`relevo score history`."""

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import click

from journey.cause import Cause, Part
from journey.model import Ref
from journey.rules import ScoreRules
from journey.wording import said
from state.told import ScoreChange
from sync.cli.options import Command, lang_option, output_option
from sync.cli.output import Format, Table, plain, print_json, print_table
from sync.cli.people import journey_of, name_of, person_called, place
from sync.cli.session import application
from sync.cli.words import Lang, chosen, day_time, number, word
from sync.cli.zone import agreed_zone

COLUMNS = (
    "at",
    "score",
    "previous",
    "cause",
    "criterion",
    "rule",
    "points",
    "record",
    "fields",
    "rules_version",
    "run",
)
HEADINGS = ("SCORE", "CHANGE", "WHY", "RUN")
LEAST = 0.05
"""Points below which a part is not worth words."""

Labels = Mapping[str, str]
"""What people call a rule, by its id."""


@click.command(
    cls=Command,
    examples=[
        "relevo score history ana@bodegas.es",
        "relevo score history 101 --lang es",
        "relevo score history ana@bodegas.es -o csv > ana.csv",
    ],
)
@click.argument("who")
@lang_option
@output_option(Format.JSON, Format.JSONL, Format.CSV)
@click.pass_context
def history(ctx: click.Context, who: str, lang: str | None, fmt: Format) -> None:
    """Each change of WHO's score and why: new activities, changed fields, time, other rules, records that joined or left.

    WHO is an e-mail address, the id of a record in the CRM, or a person id. The points of a change add up to it; in CSV and JSON lines
    each cause has a row. The newest 200 changes are kept.
    """
    with application(ctx) as app:
        row = person_called(app, who)
        changes = app.store.trail.scores(row.person)
        speech, zone = chosen(lang, app.config.lang), agreed_zone(app.config)
        name, labels = name_of(row, journey_of(app, row)), labels_of(app.agreement.rules, speech)
    if fmt is Format.JSON:
        print_json("score-history", {"person": row.person, "email": row.email, "changes": documents(changes)})
    elif fmt is Format.TEXT:
        click.echo(name)
        print_changes(changes, labels, speech, zone)
    else:
        rows = [line for change in changes for line in _rows(change)]
        print_table(Table("score-history", COLUMNS, rows), fmt)


def labels_of(rules: ScoreRules, lang: Lang) -> Labels:
    """What the rules of today are called."""
    return {rule.id: plain(said(rule.label, lang)) or rule.id for c in rules.criteria for rule in c.rules}


def print_changes(changes: Sequence[ScoreChange], labels: Labels, lang: Lang, zone: ZoneInfo) -> None:
    """A line for each change, the newest last."""
    rows = [cells(change, labels, lang, zone) for change in changes]
    headings = (str(zone), *(word(heading.lower(), lang).upper() for heading in HEADINGS))
    print_table(
        Table("score-history", ("at", *HEADINGS), rows, headings, right=frozenset({"SCORE", "CHANGE"})), Format.TEXT
    )


def cells(change: ScoreChange, labels: Labels, lang: Lang, zone: ZoneInfo) -> tuple[str, ...]:
    """When, the score, by how much, why, and the run that wrote it down."""
    by = "" if change.previous is None else f"{change.total - change.previous:+d}"
    return day_time(change.at, lang, zone), str(change.total), by, why(change, labels, lang), change.run


def why(change: ScoreChange, labels: Labels, lang: Lang) -> str:
    """The causes in words, the weightiest first: `+15.0 asked for a demo (hubspot.contacts 101), −3.2 time`."""
    told = [part for part in change.parts if abs(part.points) >= LEAST]
    # Rounding to a whole number is no cause that anybody asks for.
    told = [part for part in told if part.criterion or part.cause is not Cause.LIMIT or abs(part.points) >= 1]
    return ", ".join(f"{_signed(part.points, lang)} {_said(part, change, labels, lang)}" for part in told)


def _signed(points: float, lang: Lang) -> str:
    return f"{'+' if points > 0 else '−'}{number(abs(points), lang, 1)}"


def _said(part: Part, change: ScoreChange, labels: Labels, lang: Lang) -> str:
    rule = labels.get(part.rule or "", part.rule or "")
    match part.cause:
        case Cause.ACTIVITY if isinstance(part.evidence, Ref):
            return f"{rule} ({place(part.evidence)})"
        case Cause.FIELD if part.evidence:
            return f"{rule} ({', '.join(part.evidence)})"
        case Cause.RULES:
            versions = f"{(change.previous_rules or '?')[:8]} → {(change.rules_version or '?')[:8]}"
            return f"{word('rules changed', lang)} {versions}" + (f": {rule}" if rule else "")
        case Cause.IDENTITY if isinstance(part.evidence, Ref):
            return f"{word('record joined or left', lang)} ({place(part.evidence)})"
        case Cause.FIRST:
            return part.criterion or ""
        case _:
            return " ".join(filter(None, (word(_WORDS[part.cause], lang), part.criterion)))


_WORDS: Mapping[Cause, str] = {
    Cause.ACTIVITY: "other activities",
    Cause.FIELD: "other fields",
    Cause.TIME: "time passed:",
    Cause.IDENTITY: "record joined or left",
    Cause.LIMIT: "limits:",
    Cause.RULES: "rules changed",
    Cause.FIRST: "first",
}


def documents(changes: Sequence[ScoreChange]) -> list[dict[str, object]]:
    """The changes for JSON."""
    return [
        {
            "at": change.at,
            "score": change.total,
            "previous": change.previous,
            "rules_version": change.rules_version,
            "previous_rules": change.previous_rules,
            "run": change.run,
            "parts": [_part(part) for part in change.parts],
        }
        for change in changes
    ]


def _part(part: Part) -> dict[str, object]:
    record = part.evidence._asdict() if isinstance(part.evidence, Ref) else None
    fields = list(part.evidence) if part.evidence and record is None else None
    told = {"cause": part.cause.value, "criterion": part.criterion, "rule": part.rule, "points": part.points}
    return told | {"record": record, "fields": fields}


def _rows(change: ScoreChange) -> Iterator[tuple[object, ...]]:
    for part in change.parts or (None,):
        cause: tuple[object, ...] = (None,) * 6
        if part is not None:
            record = place(part.evidence) if isinstance(part.evidence, Ref) else None
            fields = ", ".join(part.evidence) if part.evidence and record is None else None
            cause = (part.cause.value, part.criterion, part.rule, part.points, record, fields)
        yield (change.at, change.total, change.previous, *cause, change.rules_version, change.run)
