"""conversion: cohorts of 8,000 real leads told early, against what became of them; and a dirty pipeline's own numbers.

Olist: for each month-end the share of the leads of the last 90 or 180 days that buys within 60 or 90 days is estimated from what
was known then, and compared with what later files say; beside it the two ways that most reports count. Maven: win rate, cycle
time and growth by quarter, with the dirt that has to be lived with.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from benchmarks._real import DEFAULT_DATA, CsvRow, read_csv
from benchmarks.figure import finish
from journey.measures import Span, conversion, curve, growth

LEADS = "olist/olist_marketing_qualified_leads_dataset.csv"
DEALS = "olist/olist_closed_deals_dataset.csv"
PIPELINE = "maven_crm/sales_pipeline.csv"
DAY = timedelta(days=1)
CUTS = tuple(datetime(2018, month, 1, tzinfo=UTC) for month in (4, 5, 6, 7))
WINDOWS = (90, 180)
WITHIN = (60, 90)
LIMIT = 0.010
COHORTS = {
    ("2018-01", "2018-04"): (0.108, 0.064),
    ("2018-03", "2018-04"): (0.070, 0.125),
    ("2018-04", "2018-06"): (0.114, 0.153),
}
"""(cohort, as of the first of) → won so far of the cohort, and won in the month by leads of the month; worked out before."""
MAVEN_AS_OF = datetime(2017, 7, 1, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="conversion", description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("RELEVO_DATA", DEFAULT_DATA), help="its folder")
    data = Path(parser.parse_args(arguments).data)
    if absent := [file for file in (LEADS, DEALS, PIPELINE) if not (data / file).is_file()]:
        print(
            f"conversion: {data} has no {absent[0]}; name its folder: --data DIR, or RELEVO_DATA=DIR", file=sys.stderr
        )
        return 2
    spans, early = _spans(data)
    print(
        f"olist: {len(spans)} leads, {sum(span.end is not None for span in spans)} won; {early} won before first contact"
    )
    off = _cohorts(spans)
    errors = _errors(spans)
    maven = _maven(read_csv(data / PIPELINE))
    error = errors["kaplan_meier"]
    details = {"mean_error": errors, "cohorts_off": off, "maven": maven}
    return finish("conversion", value=error, ok=error <= LIMIT and not off, details=details)


def _spans(data: Path) -> tuple[Sequence[Span], int]:
    won = {row["mql_id"]: datetime.fromisoformat(row["won_date"]).replace(tzinfo=UTC) for row in read_csv(data / DEALS)}
    spans = [
        Span(datetime.fromisoformat(row["first_contact_date"]).replace(tzinfo=UTC), won.get(row["mql_id"]))
        for row in read_csv(data / LEADS)
    ]
    return spans, sum(span.end is not None and span.end < span.start for span in spans)


def _cohorts(spans: Sequence[Span]) -> list[str]:
    """Two numbers that are never mixed: of a month's leads how many have bought, and of a month's deals per lead of it."""
    off = []
    for (month, cut), expected in COHORTS.items():
        as_of = datetime.fromisoformat(f"{cut}-01").replace(tzinfo=UTC)
        members = [span for span in spans if f"{span.start:%Y-%m}" == month]
        told = conversion(members, 90 * DAY, as_of)
        flow = sum(span.end is not None and f"{span.end:%Y-%m}" == month for span in spans) / len(members)
        so_far = told.won / told.rows
        share = told.share
        assert share is not None
        print(
            f"olist {month} as of {cut}-01: cohort so far {so_far:.3f}, period {flow:.3f} (expected {expected}); within "
            f"{told.horizon.days} d {share.value:.3f} [{share.low:.3f}, {share.high:.3f}], provisional {told.provisional}"
        )
        if abs(so_far - expected[0]) >= 0.0006 or abs(flow - expected[1]) >= 0.0006:
            off.append(month)
    return off


def _errors(spans: Sequence[Span]) -> Mapping[str, float]:
    """How far each way of telling early was from the later truth, on average."""
    found: dict[str, list[float]] = {"kaplan_meier": [], "won_so_far": [], "mature_only": []}
    inside = 0
    for as_of in CUTS:
        for window in WINDOWS:
            for within in (DAY * days for days in WITHIN):
                members = [span for span in spans if as_of - window * DAY <= span.start < as_of]
                truth = _bought(members, within)
                told = conversion(members, within, as_of)
                assert told.share is not None
                mature = [span for span in members if span.start + within <= as_of]
                guesses = {
                    "kaplan_meier": told.share.value,
                    "won_so_far": sum(s.end is not None and s.end < as_of for s in members) / len(members),
                    "mature_only": _bought(mature, within) if mature else 0.0,
                }
                inside += (told.share.low or 0.0) <= truth <= (told.share.high or 1.0)
                for name, value in guesses.items():
                    found[name].append(abs(value - truth))
                print(
                    f"olist {as_of:%Y-%m-%d} last {window:3} d, within {within.days} d: truth {truth:.4f}  "
                    + "  ".join(f"{name} {value:.4f}" for name, value in guesses.items())
                )
    print(f"the truth is inside the band {inside} times of {len(found['kaplan_meier'])}")
    return {name: round(sum(values) / len(values), 4) for name, values in found.items()}


def _bought(members: Sequence[Span], within: timedelta) -> float:
    return sum(span.end is not None and span.end - span.start <= within for span in members) / len(members)


def _maven(rows: Sequence[CsvRow]) -> Mapping[str, object]:
    stages = Counter(row["deal_stage"] for row in rows)
    closed = stages["Won"] + stages["Lost"]
    spans = [
        Span(_day(row["engage_date"]), _day(row["close_date"]) if row["close_date"] else None)
        for row in rows
        if row["engage_date"]
    ]
    told = curve(spans, MAVEN_AS_OF)
    took = [(span.end - span.start).days for span in spans if span.end is not None and span.end < MAVEN_AS_OF]
    median = told.quantile(0.5)
    revenue = _by_quarter(rows)
    quarters = sorted(revenue)
    grown = {q: growth(revenue[q], revenue[before]) for before, q in pairwise(quarters)}
    result = {
        "deals": len(rows),
        "win_rate": round(stages["Won"] / closed, 4),
        "cycle_days_closed_mean": round(sum(took) / len(took), 1),
        "cycle_days_median": None if median is None else round(median / 86_400, 1),
        "revenue": {quarter: str(amount) for quarter, amount in sorted(revenue.items())},
        "growth": {quarter: None if share is None else round(share, 4) for quarter, share in grown.items()},
        "dirt": {
            "without account": sum(not row["account"] for row in rows),
            "without engage date": sum(not row["engage_date"] for row in rows),
            "GTXPro for GTX Pro": sum(row["product"] == "GTXPro" for row in rows),
            "won for nothing": sum(row["deal_stage"] == "Won" and not Decimal(row["close_value"] or 0) for row in rows),
            "closed before engaged": sum(span.end is not None and span.end < span.start for span in spans),
        },
    }
    for name, value in result.items():
        print(f"maven {name}: {value}")
    return result


def _by_quarter(rows: Sequence[CsvRow]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row["deal_stage"] == "Won":
            at = _day(row["close_date"])
            quarter = f"{at.year} Q{(at.month + 2) // 3}"
            sums[quarter] = sums.get(quarter, Decimal(0)) + Decimal(row["close_value"])
    return sums


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
