"""The score in words, short enough for a field of a CRM."""

import math
from collections.abc import Mapping

from journey.score import Line, Score

_OUT: Mapping[str, str] = {"en": "Out", "es": "Fuera"}
_NOTHING: Mapping[str, str] = {"en": "nothing yet", "es": "nada todavía"}
FALLBACK = "en"


def reason(score: Score, lang: str, limit: int = 255) -> str:
    """Why the score is what it is, the weightiest rule first: `87: demo requested (+34), 200–999 employees (+15)`.

    A rule that counted several times says how often. `limit` is in characters; whole rules are left out at the end, with `…`.
    """
    head = f"{score.total}: "
    if score.disqualifier is not None:
        head = f"{said(_OUT, lang)}: {said(score.disqualifier.label, lang)}. {head}"
    parts = [_part(lines, lang) for lines in _weightiest(score) if _whole(lines)]
    text = head + (", ".join(parts) or said(_NOTHING, lang))
    while len(text) > limit and parts:
        parts.pop()
        text = head + ", ".join([*parts, "…"])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def said(texts: Mapping[str, str], lang: str) -> str:
    """The text in `lang`; in English, or whatever there is, when it is not there."""
    return texts.get(lang) or texts.get(FALLBACK) or next(iter(texts.values()), "")


def _weightiest(score: Score) -> list[list[Line]]:
    by_rule: dict[str, list[Line]] = {}
    for line in score.lines:
        by_rule.setdefault(line.rule, []).append(line)
    return sorted(by_rule.values(), key=lambda lines: (-abs(_whole(lines)), lines[0].rule))


def _part(lines: list[Line], lang: str) -> str:
    label = said(lines[0].label, lang) or lines[0].rule
    times = f"{len(lines)} × " if len(lines) > 1 else ""
    return f"{times}{label} ({_whole(lines):+d})"


def _whole(lines: list[Line]) -> int:
    return round(math.fsum(line.points for line in lines))
