"""What people read in their language: status names, numbers, times and durations. English and Spanish."""

import os
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Literal

Lang = Literal["en", "es"]

_MONTHS: dict[Lang, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}

_SPANISH = {
    # SLA statuses
    "pending": "pendiente",
    "at_risk": "en riesgo",
    "met": "cumplido",
    "met_late": "cumplido tarde",
    "breached": "incumplido",
    "paused": "en pausa",
    "excluded": "excluido",
    # actors
    "lead": "lead",
    "sales": "ventas",
    "automatic": "automático",
    # touchpoint types
    "form": "formulario",
    "page view": "visita",
    "email": "correo",
    "email open": "apertura de correo",
    "email click": "clic en correo",
    "call": "llamada",
    "meeting": "reunión",
    "message": "mensaje",
    "campaign response": "respuesta a campaña",
    "task": "tarea",
    "note": "nota",
    "other": "otro",
    # headings and phrases
    "accepted by sales": "aceptado por ventas",
    "rejected by sales": "rechazado por ventas",
    "stage": "etapa",
    "deal": "negocio",
    "open": "abierto",
    "won": "ganado",
    "lost": "perdido",
    "score": "puntuación",
    "qualified": "cualificado",
    "not qualified": "no cualificado",
    "no longer qualified": "deja de estar cualificado",
    "created": "creado",
    "due": "vence",
    "opened": "abierto",
    "answered": "respuesta",
    "policy": "acuerdo",
    "person": "persona",
    "status": "estado",
    "left": "queda",
    "late": "de retraso",
    "took": "tardó",
    "first touch": "primer contacto",
    "from first touch": "desde el primer contacto",
    "not contacted yet": "aún sin contacto",
    "disqualified by": "descalificado por",
    "rule": "regla",
    "points": "puntos",
    "decay": "decaimiento",
    "result": "resultado",
    "evidence": "prueba",
    "age": "antigüedad",
    "capped": "con tope",
    "cap": "tope",
    "total": "total",
    "threshold": "umbral",
    "people": "personas",
    "written": "escritos",
    "read back": "leídos de vuelta",
    "rejected": "rechazados",
    "as of": "a fecha de",
    "awaiting data": "a la espera de datos",
    "stops the clock": "para el reloj",
    "does not count": "no cuenta",
    "inbound": "entrante",
    "automated": "automático",
    "bulk": "envío masivo",
    "sent_to_many": "mismo asunto a muchos a la vez",
    "not_held": "no celebrada",
    "unknown_actor": "autor desconocido",
    "unknown_direction": "sentido desconocido",
    "not scored yet": "aún sin puntuar",
    "times in": "horas en",
    "likelihood weighs nothing; why": "likelihood no pesa nada; por qué",
    # why a score changed
    "change": "cambio",
    "why": "por qué",
    "what was written": "qué se escribió",
    "field": "campo",
    "old": "antes",
    "new": "después",
    "outcome": "resultado",
    "done": "hecho",
    "refused": "rechazado",
    "undone": "deshecho",
    "how the score changed": "cómo cambió la puntuación",
    "run": "ejecución",
    "rules changed": "cambio de reglas",
    "record joined or left": "registro que se une o se va",
    "other activities": "otras actividades",
    "other fields": "otros campos",
    "time passed:": "paso del tiempo:",
    "limits:": "límites:",
    "first": "primera",
    # the account of a clock
    "calendar": "calendario",
    "assigned": "asignado",
    "at risk from": "en riesgo desde",
    "to nobody yet": "a nadie todavía",
    "of routing": "de asignación",
    "by the clock": "de reloj",
    "of working time": "de horario laboral",
    "from the assignment on": "desde la asignación",
    "no longer in the configuration": "ya no está en la configuración",
    "it applies to everybody": "vale para todos",
    "at the opening:": "al abrirse:",
    "who had the person": "quién llevaba a la persona",
    "the clock stood still": "el reloj estuvo parado",
    "activities": "actividades",
    "escalation": "escalado",
    "what was said of it": "qué se dijo de él",
    "how far the CRM has been read": "hasta dónde se ha leído el CRM",
    "at": "cuándo",
    "since": "desde",
    "until": "hasta",
    "until now": "hasta ahora",
    "owner": "propietario",
    "nobody": "nadie",
    "who": "quién",
    "what": "qué",
    "verdict": "veredicto",
    "record": "registro",
    "step": "paso",
    "for": "para",
    "reached": "alcanzado",
    "next": "siguiente",
    "object": "objeto",
    "never": "nunca",
    "clock": "reloj",
    "counts": "cuenta",
    "corrected": "corregido",
    "corrected: what had counted does not any more": "corregido: lo que contaba ya no cuenta",
    "corrected: what counts is": "corregido: cuenta",
    "not up to the due time": "no hasta el vencimiento",
    "not in the CRM any more": "ya no está en el CRM",
    "outbound_call": "llamada saliente de una persona",
    "one_to_one_email": "correo individual de una persona",
    "meeting_took_place": "reunión no anulada",
    "own_message": "mensaje de una persona",
    "sequence_counts": "la secuencia cuenta (sequence_counts)",
}


def chosen(option: str | None, configured: str | None = None) -> Lang:
    """The language to speak: `--lang`, else the configuration's, else $LANG, else English."""
    said = option or configured or os.environ.get("LANG", "")
    return "es" if said.lower().startswith("es") else "en"


def word(text: str, lang: Lang) -> str:
    """`text` (English, lower case) in `lang`; a word we do not know stays as it is."""
    return _SPANISH.get(text, text) if lang == "es" else text.replace("_", " ")


def number(value: float | Decimal, lang: Lang, digits: int = 0) -> str:
    """1,248.5 in English, 1.248,5 in Spanish."""
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "es" else text


UNKNOWN: dict[Lang, str] = {"en": "n/a", "es": "n/d"}
"""Stands for a number that cannot be known."""


def percent(share: float | None, lang: Lang) -> str:
    """25.0 % of 0.25, and 25,0 % in Spanish; `n/a` of None."""
    return UNKNOWN[lang] if share is None else f"{number(100 * share, lang, 1)} %"


def between(low: float | None, high: float | None, lang: Lang) -> str:
    """A share's band; nothing where there is none."""
    return "" if low is None or high is None else f"{percent(low, lang)} – {percent(high, lang)}"


def day_time(at: datetime, lang: Lang, zone: tzinfo = UTC) -> str:
    """`24 Nov 2026 09:12` in `zone`."""
    local = at.astimezone(zone)
    return f"{local.day:02} {_MONTHS[lang][local.month - 1]} {local.year} {local:%H:%M}"


def duration(span: timedelta) -> str:
    """`31 h 24 min`, `2 d 4 h`, `14 s`: the two largest units; the same in both languages."""
    seconds = int(abs(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    if days >= 2:
        return f"{days} d {hours} h" if hours else f"{days} d"
    hours += days * 24
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"
