"""The names of measures and the sentences beside them, as people read them in their language."""

from collections.abc import Mapping
from decimal import Decimal

from sync.cli.definitions import DEFINITIONS, family
from sync.cli.words import Lang, number, percent
from sync.deal_measures import NO_TOUCH
from sync.measures import ALL, NOTHING
from sync.notes import Note, NoteValue, Says

SPANISH: Mapping[Says, str] = {
    Says.WITHIN_DAYS: "en {days} d",
    Says.NOBODY_QUALIFIED: "nadie se cualificó",
    Says.NOBODY_WON: "nadie compró en el periodo",
    Says.NOBODY_QUALIFIED_THEN: "nadie se cualificó en el periodo",
    Says.BOUGHT_IN_PERIOD: "{n} compraron en el periodo",
    Says.STILL_WAITING: "{n} aún esperan",
    Says.NO_CLOCK: "no se abrió ningún reloj",
    Says.FLATTERS: "solo los contactados, lo que favorece",
    Says.APART: "en pausa o excluidos",
    Says.OF_LEADS: "{share} de los leads",
    Says.CAME_TO_IT: "llegaron {n} de {rows}",
    Says.NO_AMOUNT: "{n} sin importe",
    Says.FIRST_TOUCH: "el primer contacto fue de marketing",
    Says.ANY_TOUCH: "algún contacto de marketing",
    Says.FEW_PATHS: "de {n} caminos; fiable desde {enough}",
    Says.CREDITED_TO_NOBODY: "no se atribuye a nadie",
    Says.NOTHING_BEFORE: "no se vendió nada en el periodo anterior",
    Says.MORE_THAN_BEFORE: "{share} sobre {amount}",
    Says.PASSED: "ha pasado el {share} del periodo",
    Says.NOT_TO_THE_END: "hasta ahora, no hasta el final",
    Says.COST_UNKNOWN: "se desconoce el coste de {n} de {rows} campañas",
    Says.CURRENCIES: "en {currencies}: no se pueden sumar",
    Says.NO_CAMPAIGN_TOUCH: "ningún contacto de un negocio ganado nombra una campaña",
    Says.NO_COST: "sin coste",
    Says.ROI_ON_REVENUE: "lo atribuido por {model} como ingresos, menos el coste, entre el coste",
    Says.ROI_ON_MARGIN: "lo atribuido por {model} como margen bruto, menos el coste, entre el coste",
    Says.NOT_DECIDED: "{n} sin decidir",
    Says.NOBODY_DECIDED: "aún no se ha decidido nada",
    Says.OF_HANDED_OVER: "{share} de los entregados",
    Says.OF_REJECTED: "{share} de los rechazados",
    Says.PER_WEEK: "por semana, según lo acordado",
    Says.PER_MONTH: "por mes, según lo acordado",
    Says.PER_QUARTER: "por trimestre, según lo acordado",
    Says.FROM_REVENUE: "los que necesita el objetivo de ingresos",
    Says.NEEDED: "objetivo {revenue} ÷ (negocio medio {average} × compra el {share} de los cualificados), para esta parte de su periodo",
    Says.NO_RATE: "no hay objetivo de ingresos, o nadie compró",
    Says.GIVEN_BACK: "y devueltos por datos malos: {n}",
    Says.MISSED: "no alcanzado: faltaron {n}",
    Says.REACHED: "alcanzado",
    Says.ON_TRACK: "en camino, al ritmo actual",
    Says.AT_RISK: "en riesgo, al ritmo actual",
    Says.BAD_DATA: "no cuentan para marketing: datos malos, devueltos a tiempo",
}

PARTS: Mapping[str, str] = {
    "leads": "leads",
    "qualified": "cualificados",
    "contacted": "contactados",
    "deal": "negocio",
    "won": "ganados",
    "leads to qualified": "de lead a cualificado",
    "qualified to contacted": "de cualificado a contactado",
    "contacted to deal": "de contactado a negocio",
    "deal to won": "de negocio a ganado",
    "accepted": "aceptados",
    "rejected": "rechazados",
    "open": "abiertos",
    "undecided": "sin decidir",
    "returned": "devueltos",
    "needed": "necesarios",
    "before": "periodo anterior",
    "baseline": "punto de partida",
    "target": "meta",
    "actual": "real",
    "expected": "esperado",
    "forecast": "previsión",
    "growth": "crecimiento",
    "none": "sin atribuir",
    "first": "primer contacto",
    "last": "último contacto",
    "linear": "lineal",
    "time decay": "decaimiento",
    "u shaped": "en U",
    "w shaped": "en W",
    "(none)": "(ninguno)",
}
"""The rest of a measure's name behind its family's, in Spanish. What a CRM calls its stages and reasons stays as it is."""


GROUPS: Mapping[str, str] = {ALL: "todo", NOTHING: "(ninguno)", NO_TOUCH: "(sin contacto de marketing)"}


def label(measure: str, lang: Lang) -> str:
    """What people read for a number's name."""
    own, told = family(measure), DEFINITIONS[family(measure)][lang].label
    rest = measure[len(own) :].strip("_:")
    rest = rest if ":" in measure else rest.replace("_", " ")
    return f"{told}: {PARTS.get(rest, rest) if lang == 'es' else rest}" if rest else told


def group_name(group: str, lang: Lang) -> str:
    """A group as people read it: the CRM's own name, or ours for everything and for nothing."""
    return GROUPS.get(group, group) if lang == "es" else group


def sentence(note: Note | None, lang: Lang) -> str:
    """The sentence beside a number, with its figures; nothing where there is none."""
    if note is None:
        return ""
    says = SPANISH[note.says] if lang == "es" else note.says
    return says.format(**{name: _figure(value, lang) for name, value in note.values.items()})


def _figure(value: NoteValue, lang: Lang) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return percent(value, lang)
    return number(value, lang, 2 if isinstance(value, Decimal) else 0)
