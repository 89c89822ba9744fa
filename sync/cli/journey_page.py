"""One person's path as one HTML file: no script, nothing fetched, readable in the dark and on paper."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from sync.cli.clocks import standing
from sync.cli.journey_document import Path, stays
from sync.cli.journey_events import cells, verdict
from sync.cli.output import plain
from sync.cli.people import name_of, place
from sync.cli.score_history import HEADINGS
from sync.cli.score_history import cells as cells_of
from sync.cli.words import Lang, day_time, duration, number, word
from sync.cli.writes import HEADINGS as WRITE_HEADINGS
from sync.cli.writes import write_cells

WIDTH, HEIGHT = 720, 120

_SAY: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "score": "Score, by the rules of today",
        "path": "The path",
        "clocks": "Clocks",
        "stages": "Stages",
        "deals": "Deals",
        "writes": "What the CRMs hold of our fields",
        "at": "when",
        "time": "time in it",
        "record": "record",
        "field": "field",
        "value": "value",
    },
    "es": {
        "score": "Puntuación, con las reglas de hoy",
        "path": "El camino",
        "clocks": "Relojes",
        "stages": "Etapas",
        "deals": "Negocios",
        "writes": "Lo que los CRM tienen en nuestros campos",
        "at": "cuándo",
        "time": "tiempo en ella",
        "record": "registro",
        "field": "campo",
        "value": "valor",
    },
}
_STYLE = """
:root { color-scheme: light dark; --line: #1d5fbf; --rule: #8886; }
@media (prefers-color-scheme: dark) { :root { --line: #7fb2ff; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; }
tr { border-bottom: 1px solid var(--rule); } th { font-weight: 600; } td.n, th.n { text-align: right; }
svg { width: 100%; height: auto; } polyline { fill: none; stroke: var(--line); stroke-width: 2; }
svg line { stroke: var(--rule); } svg text { font-size: 10px; fill: currentColor; }
"""


def page(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    """The whole file. Everything that came from a CRM is escaped."""
    say, name = _SAY[lang], escape(name_of(path.row, path.journey))
    parts = (
        f"<h1>{name}</h1><p>{escape(verdict(path.row, lang))}</p>",
        f"<h2>{say['score']}</h2>{_curve(path, lang, zone)}",
        _clocks(path, lang),
        _events(path, lang, zone),
        _stages(path, lang, zone),
        _deals(path, lang, zone),
        _changes(path, lang, zone),
        _writes(path, lang, zone),
        _held(path, lang, zone),
    )
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width">\n<title>{name}</title>\n<style>{_STYLE}</style></head>\n'
        f"<body><main>\n{''.join(part + chr(10) for part in parts if part)}</main></body>\n</html>\n"
    )


def _curve(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    """The score at each event as a line that steps."""
    if not path.events:
        return ""
    first, last = path.events[0].at, max(path.events[-1].at, path.as_of)
    length = max((last - first).total_seconds(), 1.0)
    points, before = [], path.scores[0]
    for event, score in zip(path.events, path.scores, strict=True):
        x = 30 + (WIDTH - 40) * (event.at - first).total_seconds() / length
        points += [f"{x:.1f},{_y(before):.1f}", f"{x:.1f},{_y(score):.1f}"]
        before = score
    rules = "".join(
        f'<line x1="30" x2="{WIDTH - 10}" y1="{_y(level):.0f}" y2="{_y(level):.0f}"/>'
        f'<text x="2" y="{_y(level) + 3:.0f}">{level}</text>'
        for level in (0, 50, 100)
    )
    told = escape(f"{day_time(first, lang, zone)} – {day_time(last, lang, zone)}: {path.scores[0]} → {path.scores[-1]}")
    line = f'<polyline points="{" ".join(points)}"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{told}"><title>{told}</title>{rules}{line}</svg>'
    )


def _y(score: int) -> float:
    return HEIGHT - 10 - (HEIGHT - 20) * score / 100


def _clocks(path: Path, lang: Lang) -> str:
    rows = [
        (f"SLA {c.row.cycle.policy}", word(c.row.cycle.status, lang), standing(c, path.as_of, lang))
        for c in path.clocks
    ]
    return _table(_SAY[lang]["clocks"], (word("policy", lang), word("status", lang), ""), rows)


def _events(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    rows = [
        (*cells(event, lang, zone), number(score, lang)) for event, score in zip(path.events, path.scores, strict=True)
    ]
    return _table(_SAY[lang]["path"], (str(zone), "", "", "", "", word("score", lang)), rows, last_is_number=True)


def _stages(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    told = stays(path.journey.stages, path.as_of)
    rows = [(stay.stage, day_time(stay.entered, lang, zone), duration(stay.time)) for stay in told]
    return _table(_SAY[lang]["stages"], (word("stage", lang), _SAY[lang]["at"], _SAY[lang]["time"]), rows)


def _deals(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    rows = []
    for deal in path.journey.deals:
        worth = "" if deal.amount is None else f"{number(deal.amount, lang, 2)} {deal.currency or ''}"
        dates = (_when(at, lang, zone) for at in (deal.created_at, deal.closed_at))
        rows.append((deal.name or deal.ref.id, word(deal.status.value, lang), worth, *dates))
    headings = (word("deal", lang), word("status", lang), "", word("created", lang), "")
    return _table(_SAY[lang]["deals"], headings, rows)


def _changes(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    rows = [cells_of(change, path.labels, lang, zone) for change in path.history]
    headings = (str(zone), *(word(heading.lower(), lang) for heading in HEADINGS))
    return _table(word("how the score changed", lang), headings, rows)


def _writes(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    rows = [cells for write in path.writes for cells in write_cells(write, lang, zone)]
    headings = (str(zone), *(word(heading.lower(), lang) for heading in WRITE_HEADINGS))
    return _table(word("what was written", lang), headings, rows)


def _held(path: Path, lang: Lang, zone: ZoneInfo) -> str:
    rows = [
        (day_time(held.at, lang, zone), place(held.ref), name, plain(value))
        for held in path.confirmed
        for name, value in sorted(held.fields.items())
    ]
    say = _SAY[lang]
    return _table(say["writes"], (say["at"], say["record"], say["field"], say["value"]), rows)


def _when(at: datetime | None, lang: Lang, zone: ZoneInfo) -> str:
    return "" if at is None else day_time(at, lang, zone)


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, last_is_number: bool = False) -> str:
    """A titled table; nothing if it has no rows."""
    body = "".join(f"<tr>{_line(row, 'td', last_is_number)}</tr>\n" for row in rows)
    head = f"<tr>{_line(headings, 'th', last_is_number)}</tr>"
    return f"<h2>{escape(title)}</h2>\n<table><thead>{head}</thead><tbody>\n{body}</tbody></table>" if body else ""


def _line(texts: Sequence[str], tag: str, last_is_number: bool) -> str:
    last = len(texts) - 1
    marks = [' class="n"' if last_is_number and index == last else "" for index in range(len(texts))]
    return "".join(f"<{tag}{mark}>{escape(plain(text))}</{tag}>" for mark, text in zip(marks, texts, strict=True))
