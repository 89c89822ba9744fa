"""A model's card, for people in their language and for programs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from journey.canonical import plain
from journey.likelihood import DOUBLING, MISSING, RARE, SCALE
from state.models import ModelRow
from sync.cli.words import Lang, day_time, number, percent
from sync.likelihood.card import Card, FieldCard, Leak, Leakage, Reason, Trial, Why
from sync.likelihood.drift import FEWEST, Drift

_SAID: Mapping[Lang, Mapping[str, str]] = {
    "en": {
        "weighs": "It weighs: its points are part of the score.",
        "nothing": "It weighs nothing:",
        "version": "model {version}, fitted {at}{marks}",
        "not kept": "not kept",
        "in force": "in force",
        "pinned": "pinned",
        "leads": "leads         {leads} whose {days} days to buy are over, {bought} of them bought ({share}); {young} are too young",
        "period": "came          {since} – {until}",
        "trial": "tried on      the newest {leads} (since {since}), of whom {bought} bought",
        "auc line": "AUC           {auc}",
        "brier line": "Brier         {brier}; {base} for telling everybody their share",
        "calibration": "By prediction, a tenth each: predicted → bought",
        "points": "Points by field ({doubling} more double the odds of buying; scale {scale})",
        "leads of": "{leads} leads, {bought} bought",
        "leak": "Left out: {field}: {why}",
        Leakage.REWRITTEN: "rewritten after sales touched the lead, in {share} of those whose record changed",
        Leakage.TELLS_ALL: "it tells buyers apart by itself (AUC {auc}): it knows the answer",
        "drift": "Since then {leads} leads came",
        "few": "too few to compare",
        "shift": "stability index of {field}: {value}{mark}",
        "shifted": "  ← shifted",
        "expected": "{closed} of them had their time: {expected} were to be expected to buy, {bought} did{mark}",
        "off": "  ← not by chance",
        "versions": "Versions",
        Why.FEW_LEADS: "{measured} leads whose time to buy is over; {needed} are needed",
        Why.FEW_CONVERSIONS: "{measured} of them bought; {needed} are needed",
        Why.NO_FIELD_LEFT: "no field is left that does not know the answer",
        Why.ONE_OUTCOME: "all older leads, or all newest ones, had the same outcome",
        Why.AUC: "it tells buyers from others too badly: AUC {measured}, needed {needed}",
        Why.BRIER: "it is no better than telling everybody the same share: Brier {measured}, to beat {needed}",
    },
    "es": {
        "weighs": "Pesa: sus puntos forman parte de la puntuación.",
        "nothing": "No pesa nada:",
        "version": "modelo {version}, ajustado el {at}{marks}",
        "not kept": "sin guardar",
        "in force": "en vigor",
        "pinned": "fijado",
        "leads": "leads         {leads} con sus {days} días para comprar cumplidos, {bought} compraron ({share}); {young} son demasiado recientes",
        "period": "llegaron      {since} – {until}",
        "trial": "probado con   los {leads} más recientes (desde {since}), de los que compraron {bought}",
        "auc line": "AUC           {auc}",
        "brier line": "Brier         {brier}; {base} si a todos se les da su proporción",
        "calibration": "Por predicción, un décimo cada fila: previsto → compraron",
        "points": "Puntos por campo ({doubling} más doblan la razón de compra; escala {scale})",
        "leads of": "{leads} leads, {bought} compraron",
        "leak": "Fuera: {field}: {why}",
        Leakage.REWRITTEN: "reescrito después de que ventas tocara el lead, en el {share} de los que cambiaron",
        Leakage.TELLS_ALL: "distingue por sí solo a quien compra (AUC {auc}): sabe la respuesta",
        "drift": "Desde entonces llegaron {leads} leads",
        "few": "demasiado pocos para comparar",
        "shift": "índice de estabilidad de {field}: {value}{mark}",
        "shifted": "  ← ha cambiado",
        "expected": "a {closed} se les acabó el plazo: se esperaban {expected} compras, hubo {bought}{mark}",
        "off": "  ← no es casualidad",
        "versions": "Versiones",
        Why.FEW_LEADS: "{measured} leads con el plazo cumplido; hacen falta {needed}",
        Why.FEW_CONVERSIONS: "compraron {measured}; hacen falta {needed}",
        Why.NO_FIELD_LEFT: "no queda ningún campo que no sepa la respuesta",
        Why.ONE_OUTCOME: "todos los leads antiguos, o todos los recientes, acabaron igual",
        Why.AUC: "distingue demasiado mal a quien compra: AUC {measured}, hace falta {needed}",
        Why.BRIER: "no mejora dar a todos la misma proporción: Brier {measured}, hay que bajar de {needed}",
    },
}
_LEVELS: Mapping[Lang, Mapping[str, str]] = {
    "en": {MISSING: "(missing)", RARE: "(rare values)"},
    "es": {MISSING: "(sin dato)", RARE: "(valores poco comunes)"},
}
_COUNTS = frozenset({Why.FEW_LEADS, Why.FEW_CONVERSIONS})


def document(
    row: ModelRow | None, card: Card, drift: Drift | None, versions: Sequence[ModelRow]
) -> Mapping[str, object]:
    """All of it, in keys that are never translated."""
    moved = None if drift is None else {**plain(drift), "shifted": list(drift.shifted), "off": drift.off}
    return {
        **(_version(row) if row else {"version": None}),
        "weighs": card.weighs,
        "scale": SCALE,
        "points_double_the_odds": DOUBLING,
        "card": plain(card),
        "drift": moved,
        "versions": [_version(one) for one in versions],
    }


def _version(row: ModelRow) -> Mapping[str, object]:
    flags = {"active": row.active, "pinned": row.pinned, "weighs": row.weighs}
    return {"version": row.version, "fitted_at": row.fitted_at, **flags}


def told(
    row: ModelRow | None,
    card: Card,
    drift: Drift | None,
    versions: Sequence[ModelRow],
    lang: Lang,
    zone: tzinfo,
) -> Iterator[str]:
    """The lines for people."""
    said = _SAID[lang]
    yield _head(row, lang, zone) if row else said["not kept"]
    yield said["weighs"] if card.weighs else said["nothing"]
    yield from (f"  {_reason(reason, lang)}" for reason in card.reasons)
    yield ""
    yield from _history(card, lang, zone)
    yield from _trial(card.trial, lang, zone) if card.trial else ()
    yield from (_leak(leak, lang) for leak in card.leaks)
    yield from _points(card.learned, lang)
    yield from _drift(drift, lang) if drift else ()
    if len(versions) > 1:
        yield f"\n{said['versions']}"
        yield from (f"  {_head(one, lang, zone)}" for one in versions)


def _head(row: ModelRow, lang: Lang, zone: tzinfo) -> str:
    said = _SAID[lang]
    marks = "".join(f", {said[name]}" for name, holds in (("in force", row.active), ("pinned", row.pinned)) if holds)
    return said["version"].format(version=row.version, at=day_time(row.fitted_at, lang, zone), marks=marks)


def _reason(reason: Reason, lang: Lang) -> str:
    digits = 0 if reason.why in _COUNTS else 4
    numbers = {
        name: number(value, lang, digits) for name, value in (("measured", reason.measured), ("needed", reason.needed))
    }
    return _SAID[lang][reason.why].format(**numbers)


def _history(card: Card, lang: Lang, zone: tzinfo) -> Iterator[str]:
    said, counted = _SAID[lang], (("leads", card.leads), ("bought", card.bought), ("young", card.young))
    counts = {name: number(count, lang) for name, count in counted}
    share = percent(card.bought / card.leads, lang) if card.leads else "–"
    yield said["leads"].format(**counts, share=share, days=number(card.within, lang))
    if card.since and card.until:
        yield said["period"].format(since=_day(card.since, lang, zone), until=_day(card.until, lang, zone))


def _trial(trial: Trial, lang: Lang, zone: tzinfo) -> Iterator[str]:
    said = _SAID[lang]
    counts = {"leads": number(trial.leads, lang), "bought": number(trial.bought, lang)}
    yield said["trial"].format(**counts, since=_day(trial.since, lang, zone))
    yield said["auc line"].format(auc=number(trial.auc, lang, 3))
    yield said["brier line"].format(brier=number(trial.brier, lang, 4), base=number(trial.brier_base, lang, 4))
    yield f"\n{said['calibration']}"
    for part in trial.calibration:
        yield f"  {percent(part.predicted, lang):>8} → {percent(part.bought / part.leads, lang)}"
    yield ""


def _leak(leak: Leak, lang: Lang) -> str:
    why = _SAID[lang][leak.why].format(share=percent(leak.measured, lang), auc=number(leak.measured, lang, 2))
    return _SAID[lang]["leak"].format(field=leak.field, why=why)


def _points(fields: Sequence[FieldCard], lang: Lang) -> Iterator[str]:
    said = _SAID[lang]
    if fields:
        yield said["points"].format(doubling=number(DOUBLING, lang), scale=SCALE)
    for field in fields:
        yield f"  {field.field}"
        for one in field.levels:
            counts = said["leads of"].format(leads=number(one.leads, lang), bought=number(one.bought, lang))
            points = ("+" if one.points > 0 else "") + number(one.points, lang, 1)
            yield f"    {points:>7}  {_LEVELS[lang].get(one.level, one.level)}  ({counts})"


def _drift(drift: Drift, lang: Lang) -> Iterator[str]:
    said = _SAID[lang]
    few = "" if drift.leads >= FEWEST else f" ({said['few']})"
    yield f"\n{said['drift'].format(leads=number(drift.leads, lang))}{few}"
    for field, value in drift.shifts.items():
        mark = said["shifted"] if field in drift.shifted else ""
        yield f"  {said['shift'].format(field=field, value=number(value, lang, 2), mark=mark)}"
    if drift.closed:
        counts = {"closed": number(drift.closed, lang), "bought": number(drift.bought, lang)}
        mark = said["off"] if drift.off else ""
        yield f"  {said['expected'].format(**counts, expected=number(drift.expected, lang, 1), mark=mark)}"


def _day(at: datetime, lang: Lang, zone: tzinfo) -> str:
    return day_time(at, lang, zone)[:11]
