"""Leads that became opportunities: deals with the history of their stages, and the leads object."""

import random
from collections.abc import Sequence

from sandbox.common.times import iso
from sandbox.hubspot.generate import words
from sandbox.hubspot.generate.hours import DAY
from sandbox.hubspot.generate.people import Firm, Person
from sandbox.hubspot.load import Seed
from sandbox.hubspot.pipelines import SALES

_STEPS = tuple(stage.id for stage in SALES.stages if not stage.closed)
_DEAL_ODDS = 0.8
_WON = 0.52
_LAG_MU, _LAG_SIGMA = 2.84, 1.55
_REFUSED_ONE_IN = 7
_NO_AMOUNT, _CLOSES_BEFORE_CREATED = 0.05, 0.01


def deal(rng: random.Random, one: Person, firm: Firm | None, end: int) -> Seed | None:
    """The deal a contacted lead led to, as it stands at `end`; most lead to none."""
    if one.rep is None or one.contacted is None or refused(one) or rng.random() > one.keen * _DEAL_ODDS:
        return None
    created = one.contacted + int(rng.expovariate(1 / (1.5 * DAY)))
    closes = max(created + DAY // 4, one.came + int(rng.lognormvariate(_LAG_MU, _LAG_SIGMA) * DAY))
    if created > end:
        return None
    stages = _history(rng, created, closes, won=rng.random() < _WON, end=end)
    stage, touched = stages[-1]
    closed = stage in {"closedwon", "closedlost"}
    due = closes if rng.random() >= _CLOSES_BEFORE_CREATED else created - 3 * DAY
    properties = {
        "dealname": f"{firm.name if firm else one.last}: licencia anual",
        "pipeline": SALES.id,
        "dealstage": stage,
        "amount": "" if rng.random() < _NO_AMOUNT else str(round(rng.lognormvariate(8.6, 0.9), 2)),
        "deal_currency_code": "EUR",
        "closedate": iso(due),
        "dealtype": "newbusiness",
        "hubspot_owner_id": str(one.rep.id),
        "hs_analytics_source": one.source,
        "hs_is_closed": str(closed).lower(),
        "hs_is_closed_won": str(stage == "closedwon").lower(),
        "closed_lost_reason": rng.choice(words.LOST_REASONS) if stage == "closedlost" else "",
        "hs_object_source": "CRM_UI",
    }
    return Seed(properties, None, created, touched, history={"dealstage": stages})


def _history(rng: random.Random, created: int, closes: int, *, won: bool, end: int) -> list[tuple[str, int]]:
    """Stages in order with the instant of each, up to `end`."""
    steps = _STEPS[: rng.randint(2, len(_STEPS))]
    span = max(closes - created, len(steps))
    marks = [created + span * n // len(steps) for n in range(len(steps))]
    path = [*zip(steps, marks, strict=True), ("closedwon" if won else "closedlost", closes)]
    return [(stage, at) for stage, at in path if at <= end]


def refused(one: Person) -> bool:
    """Whether sales wants none of them: then there is no deal, in whichever CRM."""
    return one.came % _REFUSED_ONE_IN == 0


def lead(rng: random.Random, one: Person, sold: Seed | None) -> Seed | None:
    """The lead record that routing makes for whoever is given to a seller."""
    if one.rep is None or one.assigned is None:
        return None
    stages = [("new-stage-id", one.assigned)]
    if one.contacted is not None:
        stages.append(("attempting-stage-id", one.contacted))
    if sold is not None and sold.created is not None:
        stages.append(("qualified-stage-id", sold.created))
    elif one.contacted is not None and refused(one):
        stages.append(("unqualified-stage-id", one.contacted + 60_000))
    disqualified = stages[-1][0] == "unqualified-stage-id"
    properties = {
        "hs_lead_name": f"{one.first} {one.last}",
        "hs_lead_type": "NEW_BUSINESS",
        "hs_lead_label": "HOT" if one.keen > 0.5 else "WARM" if one.keen > 0.25 else "COLD",
        "hs_pipeline": "lead-pipeline-id",
        "hs_pipeline_stage": stages[-1][0],
        "hs_v2_date_entered_current_stage": iso(stages[-1][1]),
        "hs_lead_is_disqualified": str(disqualified).lower(),
        "hs_lead_disqualification_reason": rng.choice(
            ("NO_BUDGET", "NOT_A_FIT", "NO_RESPONSE", "WRONG_CONTACT", "DUPLICATE")
        )
        if disqualified
        else "",
        "hubspot_owner_id": str(one.rep.id),
        "hs_object_source": "AUTOMATION_PLATFORM",
    }
    if one.contacted is not None:
        properties["hs_lead_first_outreach_date"] = iso(one.contacted)
    return Seed(properties, None, one.assigned, stages[-1][1], history={"hs_pipeline_stage": stages})


def lifecycle(one: Person, sold: Seed | None) -> Sequence[tuple[str, int]]:
    """Lifecycle stages reached, in order, with the instant of each."""
    stages = [("lead", one.came)]
    if one.wanted is not None:
        stages.append(("marketingqualifiedlead", one.wanted))
    if sold is not None and sold.history is not None and sold.created is not None:
        stages.append(("opportunity", sold.created))
        stage, at = sold.history["dealstage"][-1]
        if stage == "closedwon":
            stages.append(("customer", at))
    return stages
