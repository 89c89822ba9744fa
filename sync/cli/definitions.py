"""What each shared measure means, in the words both teams read: the text of `relevo metrics --explain`."""

from collections.abc import Mapping
from typing import NamedTuple

from sync.cli.words import Lang


class Definition(NamedTuple):
    """A measure's heading and meaning in one language."""

    label: str
    meaning: str


DEFINITIONS: Mapping[str, Mapping[Lang, Definition]] = {
    "qualified": {
        "en": Definition("qualified", "People whose score first reached the agreed threshold in the period."),
        "es": Definition("cualificados", "Personas cuya puntuación llegó por primera vez al umbral en el periodo."),
    },
    "qualified_won": {
        "en": Definition("… of them bought so far", "Of those, the ones with a deal won since they qualified."),
        "es": Definition(
            "… de ellos han comprado", "De esos, los que tienen un negocio ganado desde que se cualificaron."
        ),
    },
    "conversion": {
        "en": Definition(
            "conversion",
            "Share of those who qualified in the period that buys within the agreed time (goals.conversion_within), by "
            "Kaplan–Meier: whoever has been watched for less counts for as long as they were watched. With its 95 % band; "
            "provisional (*) until everybody has been watched for all of that time.",
        ),
        "es": Definition(
            "conversión",
            "Parte de los cualificados en el periodo que compra en el plazo acordado (goals.conversion_within), según "
            "Kaplan–Meier: quien lleva menos tiempo cuenta por el tiempo observado. Con su banda del 95 %; provisional (*) "
            "hasta que todos lleven el plazo entero.",
        ),
    },
    "period_flow": {
        "en": Definition(
            "bought / qualified in the period",
            "People who bought in the period, by people who qualified in it. A flow, not a conversion: they are not the same people.",
        ),
        "es": Definition(
            "compras / cualificados del periodo",
            "Personas que compraron en el periodo entre las que se cualificaron en él. Un flujo, no una conversión: no son las mismas.",
        ),
    },
    "acceptance": {
        "en": Definition(
            "accepted by sales",
            "Of the qualifications in the period that sales has decided on, the share it accepted (sla.handover; a deal is an "
            "acceptance too), with its 95 % band (Wilson). Each qualification counts, also of the same person. Provisional (*) "
            "while some are open.",
        ),
        "es": Definition(
            "aceptados por ventas",
            "De las cualificaciones del periodo sobre las que ventas ha decidido, la parte aceptada (sla.handover; un negocio también "
            "es aceptar), con su banda del 95 % (Wilson). Cuenta cada cualificación, también de la misma persona. Provisional (*) "
            "mientras haya alguna abierta.",
        ),
    },
    "handover": {
        "en": Definition(
            "handed over",
            "Every qualification in the period by what sales made of it: accepted, rejected, open (still qualified, no decision) or undecided "
            "(no longer qualified, nobody ever said). Returned: rejected for bad data (sla.handover.bad_data) in time, so not counted for "
            "marketing's quantity; still counted here.",
        ),
        "es": Definition(
            "entregados",
            "Cada cualificación del periodo según lo que ventas hizo de ella: aceptada, rechazada, abierta (aún cualificada, sin decisión) o sin "
            "decidir (ya no cualificada, nadie dijo nada). Devuelta: rechazada a tiempo por datos malos (sla.handover.bad_data), no cuenta en la "
            "cantidad de marketing; aquí sí se cuenta.",
        ),
    },
    "rejected_for": {
        "en": Definition(
            "rejected for", "The rejected ones by the reason that sales gave (the field sla.handover.reason)."
        ),
        "es": Definition(
            "rechazados por", "Los rechazados según la razón que dio ventas (el campo sla.handover.reason)."
        ),
    },
    "decision_median": {
        "en": Definition(
            "time to decision",
            "Median time from qualifying until sales accepted or rejected, those not decided yet included (Kaplan–Meier).",
        ),
        "es": Definition(
            "tiempo hasta decidir",
            "Mediana del tiempo desde la cualificación hasta que ventas acepta o rechaza, con los no decididos (Kaplan–Meier).",
        ),
    },
    "response_median": {
        "en": Definition(
            "response, median",
            "Time from qualifying to the first contact by a person of ours, by the wall clock, by which half were contacted. "
            "Those who still wait count (Kaplan–Meier). Clocks opened in the period; paused and excluded ones stand apart.",
        ),
        "es": Definition(
            "respuesta, mediana",
            "Tiempo natural desde la cualificación hasta el primer contacto de una persona nuestra en que se contactó a la mitad. "
            "Quienes aún esperan cuentan (Kaplan–Meier). Relojes abiertos en el periodo; los pausados y excluidos van aparte.",
        ),
    },
    "response_p90": {
        "en": Definition("response, 9 of 10", "As the median, for nine of ten. Empty until it has come to that."),
        "es": Definition(
            "respuesta, 9 de 10", "Como la mediana, para nueve de cada diez. Vacío si aún no se ha llegado."
        ),
    },
    "response_mean": {
        "en": Definition(
            "response, mean",
            "Mean of those contacted. It leaves out whoever waits, so it flatters; shown as people ask for it.",
        ),
        "es": Definition(
            "respuesta, media",
            "Media de los contactados. Omite a quien espera y por eso favorece; se muestra porque se pide.",
        ),
    },
    "response_in_time": {
        "en": Definition(
            "contacted in time",
            "Share contacted before due, each by its own target and calendar, those who wait included (Kaplan–Meier).",
        ),
        "es": Definition(
            "contactados a tiempo",
            "Parte contactada antes de vencer, cada cual según su plazo y calendario, con los que esperan (Kaplan–Meier).",
        ),
    },
    "response_left_out": {
        "en": Definition("clocks left out", "Clocks of the period that are paused or excluded."),
        "es": Definition("relojes aparte", "Relojes del periodo en pausa o excluidos."),
    },
    "waiting": {
        "en": Definition("still waiting", "Clocks opened in the period without a contact so far."),
        "es": Definition("aún esperan", "Relojes abiertos en el periodo aún sin contacto."),
    },
    "waiting_oldest": {
        "en": Definition("… the longest", "How long the one that waits longest has been waiting."),
        "es": Definition("… el que más", "Cuánto lleva esperando el que más."),
    },
    "funnel": {
        "en": Definition(
            "funnel",
            "Of the people created in the period, how many came to each step so far; a person can be contacted without qualifying.",
        ),
        "es": Definition(
            "embudo",
            "De las personas creadas en el periodo, cuántas llegaron a cada paso; se puede contactar a quien no se cualificó.",
        ),
    },
    "time": {
        "en": Definition(
            "time between steps",
            "Median time from one step to the next, those who have not come to it included (Kaplan–Meier).",
        ),
        "es": Definition(
            "tiempo entre pasos",
            "Mediana del tiempo de un paso al siguiente, con quienes no han llegado (Kaplan–Meier).",
        ),
    },
    "stage_time": {
        "en": Definition(
            "time in a stage",
            "Median time people stay in a stage of the CRM that they entered in the period, those still in it included.",
        ),
        "es": Definition(
            "tiempo en etapa",
            "Mediana del tiempo en una etapa del CRM iniciada en el periodo, con quienes siguen en ella.",
        ),
    },
    "won_deals": {
        "en": Definition("deals won", "Deals closed as won in the period."),
        "es": Definition("negocios ganados", "Negocios cerrados como ganados en el periodo."),
    },
    "won_amount": {
        "en": Definition("revenue", "Their amounts, by currency; a deal without an amount adds nothing."),
        "es": Definition("ingresos", "Sus importes, por moneda; un negocio sin importe no suma."),
    },
    "sourced_amount": {
        "en": Definition(
            "… sourced by marketing",
            "Of that, deals whose very first touch was marketing's. Never to be added to influenced.",
        ),
        "es": Definition(
            "… originados por marketing",
            "De ellos, los negocios cuyo primer contacto fue de marketing. No se suma a los influidos.",
        ),
    },
    "influenced_amount": {
        "en": Definition(
            "… influenced by marketing", "Of that, deals with any touch of marketing's before they were closed."
        ),
        "es": Definition(
            "… influidos por marketing", "De ellos, los negocios con algún contacto de marketing antes del cierre."
        ),
    },
    "attribution": {
        "en": Definition(
            "credited to channels",
            "The amount of each won deal, shared out among marketing's touches before it was closed, to the cent, in seven ways: first, last, "
            "linear, time_decay (half-life 7 d), u_shaped (40/20/40), w_shaped (30/30/30/10), markov (removal effects). A channel is "
            "the touch's campaign, else its `channel` or `source`, else its type.",
        ),
        "es": Definition(
            "atribuido a canales",
            "El importe de cada negocio ganado, repartido al céntimo entre los contactos de marketing antes del cierre, de siete maneras: first, "
            "last, linear, time_decay (semivida 7 d), u_shaped (40/20/40), w_shaped (30/30/30/10), markov (efecto de retirada). Canal "
            "es la campaña del contacto, o su `channel` o `source`, o su tipo.",
        ),
    },
    "cost": {
        "en": Definition(
            "campaign cost", "Cost of campaigns running in the period, day by day; n/a while one of them is not known."
        ),
        "es": Definition(
            "coste de campañas",
            "Coste de las campañas en curso en el periodo, por días; n/d si se desconoce el de alguna.",
        ),
    },
    "cost_per": {
        "en": Definition("cost per person", "That cost by the people who qualified, or bought, in the period."),
        "es": Definition(
            "coste por persona", "Ese coste entre las personas que se cualificaron, o compraron, en el periodo."
        ),
    },
    "roi": {
        "en": Definition(
            "ROI",
            "What the U-shaped model credits to the campaigns (times goals.gross_margin), less their cost, by their cost; n/a while a cost is not known.",
        ),
        "es": Definition(
            "ROI",
            "Lo que el modelo en U atribuye a las campañas (por goals.gross_margin), menos su coste, entre su coste; n/d si se desconoce un coste.",
        ),
    },
    "quantity": {
        "en": Definition(
            "leads owed",
            "Marketing's quantity (goals.qualified_leads) for the running week, month or quarter. Delivered: people who qualified in it, each once, "
            "without those sales gave back in time as bad data. Before: what the period before delivered, against today's target. Expected: the target times the working time that is over; forecast: delivered by "
            "that share. Needed: the revenue goal ÷ (average won deal × share of the qualified that buys), both of the period asked about, for "
            "as much of the goal's period; shown whether or not a target was agreed.",
        ),
        "es": Definition(
            "leads comprometidos",
            "La cantidad de marketing (goals.qualified_leads) de la semana, mes o trimestre en curso. Entregados: personas cualificadas en él, cada una "
            "una vez, sin las que ventas devolvió a tiempo por datos malos. Periodo anterior: lo entregado en él, frente a la meta de hoy. Esperado: la meta por el tiempo laborable transcurrido; previsión: lo "
            "entregado entre esa parte. Necesarios: objetivo de ingresos ÷ (negocio ganado medio × parte de los cualificados que compra), del periodo "
            "consultado y para esa parte del periodo del objetivo; se muestran haya o no meta acordada.",
        ),
    },
    "goal": {
        "en": Definition(
            "goal",
            "Revenue of the running period against the goal (goals.revenue_growth over the period before), paced by the first SLA calendar's working time.",
        ),
        "es": Definition(
            "objetivo",
            "Ingresos del periodo en curso frente al objetivo (goals.revenue_growth sobre el anterior), al ritmo del tiempo laborable del primer calendario.",
        ),
    },
}


def family(measure: str) -> str:
    """The definition that a number falls under: the longest name that begins it."""
    name = measure.partition(":")[0]
    while name not in DEFINITIONS and name:
        name = name.rpartition("_")[0]
    return name
