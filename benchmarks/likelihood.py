"""likelihood: the model of who buys, fitted by the product's own code on 8,000 real leads, and refused on noise.

Olist: the older four fifths of the leads are learned from, the newest fifth is told. What is known of a lead when it comes is
its source and its landing page. Maven: opportunities whose outcome has nothing to do with their fields must not pass the gate.
Two controls: with the outcomes shuffled Olist must not pass either, and a field that gives the outcome away must be found.
"""

import argparse
import os
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks._real import DEFAULT_DATA, CsvRow, read_csv
from benchmarks.conversion import DEALS, LEADS, PIPELINE
from benchmarks.figure import finish
from benchmarks.maven import ACCOUNTS
from journey.fold import fold
from journey.identity import person_id
from journey.model import Fact, Kind, Ref, Value
from sync.likelihood.card import Card
from sync.likelihood.fit import fit
from sync.likelihood.leads import Lead, lead_of

AS_OF = datetime(2019, 1, 1, tzinfo=UTC)
WITHIN = timedelta(days=90)
YEAR = timedelta(days=365)
OLIST_FIELDS = ("source", "landing_page")
MAVEN_FIELDS = ("product", "sector", "country", "employees", "revenue", "agent")
AUC_PROMISED = 0.68


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="likelihood", description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("RELEVO_DATA", DEFAULT_DATA), help="its folder")
    data = Path(parser.parse_args(arguments).data)
    if absent := [file for file in (LEADS, DEALS, PIPELINE, ACCOUNTS) if not (data / file).is_file()]:
        print(
            f"likelihood: {data} has no {absent[0]}; name its folder: --data DIR, or RELEVO_DATA=DIR", file=sys.stderr
        )
        return 2
    leads = list(_leads(_olist(data), OLIST_FIELDS, WITHIN))
    olist = fit(OLIST_FIELDS, leads, WITHIN).card
    _show("olist", olist)
    maven = fit(MAVEN_FIELDS, list(_leads(_maven(data), MAVEN_FIELDS, YEAR)), YEAR).card
    _show("maven", maven)
    shuffled = fit(OLIST_FIELDS, _shuffled(leads), WITHIN).card
    _show("olist, outcomes shuffled", shuffled)
    told = fit((*OLIST_FIELDS, "outcome"), [_telling(lead) for lead in leads], WITHIN).card
    print(f"a planted field that knows the outcome: left out {[leak.field for leak in told.leaks]}")
    trial = olist.trial
    assert trial is not None
    kept = olist.weighs and trial.auc >= AUC_PROMISED and trial.brier < trial.brier_base
    controls = not shuffled.weighs and [leak.field for leak in told.leaks] == ["outcome"]
    details = {"olist": _numbers(olist), "maven": _numbers(maven), "controls": controls}
    return finish("likelihood", value=round(trial.auc, 4), ok=kept and not maven.weighs and controls, details=details)


def _show(name: str, card: Card) -> None:
    print(f"{name}: {card.leads} leads, {card.bought} bought; weighs: {card.weighs}")
    for reason in card.reasons:
        print(f"  {reason.why}: {reason.measured:.4f}, needed {reason.needed:.4f}")
    if card.trial is None:
        return
    print("  " + ", ".join(f"{key} {value}" for key, value in _numbers(card).items()))
    tenths = ", ".join(f"{part.predicted:.3f}/{part.bought / part.leads:.3f}" for part in card.trial.calibration)
    print(f"  predicted/bought by tenth: {tenths}")
    for field in card.learned:
        best = ", ".join(
            f"{one.level or 'missing'} {one.points:+.1f}" for one in (*field.levels[:3], *field.levels[-2:])
        )
        print(f"  {field.field}: {best}", flush=True)


def _numbers(card: Card) -> Mapping[str, object]:
    trial = card.trial
    tried = {} if trial is None else {"auc": trial.auc, "brier": trial.brier, "brier_base": trial.brier_base}
    shown = {name: round(value, 4) for name, value in tried.items()}
    return {"leads": card.leads, "tried_on": trial.leads if trial else 0, **shown, "weighs": card.weighs}


def _leads(people: Iterator[Sequence[Fact]], fields: Sequence[str], within: timedelta) -> Iterator[Lead]:
    for facts in people:
        lead = lead_of(fold(person_id(facts[0].ref), facts), fields, within, AS_OF)
        if lead is not None:
            yield lead


def _shuffled(leads: Sequence[Lead]) -> Sequence[Lead]:
    outcomes = [lead.bought for lead in leads]
    random.Random(3).shuffle(outcomes)
    return [replace(lead, bought=bought) for lead, bought in zip(leads, outcomes, strict=True)]


def _telling(lead: Lead) -> Lead:
    return replace(lead, values=(*lead.values, "signed" if lead.bought else None), rewritten=None)


def _olist(data: Path) -> Iterator[Sequence[Fact]]:
    won = {row["mql_id"]: _utc(row["won_date"]) for row in read_csv(data / DEALS)}
    for row in read_csv(data / LEADS):
        values: dict[str, Value] = {
            "created_at": _utc(row["first_contact_date"]),
            "source": row["origin"] or None,
            "landing_page": row["landing_page_id"] or None,
        }
        yield _person(row["mql_id"], values, won.get(row["mql_id"]), None)


def _maven(data: Path) -> Iterator[Sequence[Fact]]:
    accounts = {row["account"]: row for row in read_csv(data / ACCOUNTS)}
    for row in read_csv(data / PIPELINE):
        if row["deal_stage"] in ("Won", "Lost"):
            closed = _utc(row["close_date"])
            won = closed if row["deal_stage"] == "Won" else None
            yield _person(row["opportunity_id"], _opportunity(row, accounts.get(row["account"])), won, closed)


def _opportunity(row: CsvRow, account: CsvRow | None) -> Mapping[str, Value]:
    of = account or {}
    return {
        "created_at": _utc(row["engage_date"]),
        "product": row["product"],
        "agent": row["sales_agent"],
        "sector": of.get("sector"),
        "country": of.get("office_location"),
        "employees": int(of["employees"]) if of else None,
        "revenue": float(of["revenue"]) if of else None,
    }


def _person(id_: str, values: Mapping[str, Value], won: datetime | None, closed: datetime | None) -> Sequence[Fact]:
    """Somebody who came, and the deal that came of it."""
    ref, came = Ref("crm", "contacts", id_), values["created_at"]
    assert isinstance(came, datetime)
    person = Fact(Kind.PERSON, ref, "1", came, values)
    at = won or closed
    if at is None:
        return [person]
    deal = {"status": "won" if won else "lost", "closed_at": at}
    return [person, Fact(Kind.DEAL, Ref("crm", "deals", id_), "1", at, deal, links=(ref,))]


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
