"""olist: 8,000 real marketing qualified leads and the 842 deals closed with them, through HubSpot's API into our journeys.

The rows are put into an empty sandbox as an importer would, with HubSpot's SDK; one sync reads them; then each row of the files
is looked for in our database, value by value. The data tell of no calls, mails or meetings, so no SLA can be measured on them.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks._accounting import Row
from benchmarks._loading import Importer
from benchmarks._real import CONNECTION, CsvRow, Dirt, Input, read_csv, run
from journey.model import Ref, Value
from sandbox.serve import Sandbox

LEADS = "olist/olist_marketing_qualified_leads_dataset.csv"
DEALS = "olist/olist_closed_deals_dataset.csv"
DEAL_TO_CONTACT = 3
ZONE = ZoneInfo("America/Sao_Paulo")
"""Where Olist is. `won_date` is UTC: many fall on 02:00 in summer and 03:00 in winter, which is midnight there."""

LEAD_FIELDS = {"mql_id": "string", "first_contact_date": "date", "landing_page_id": "string", "origin": "string"}
DEAL_FIELDS = {
    **dict.fromkeys(("mql_id", "seller_id", "sdr_id", "sr_id", "business_segment", "lead_type"), "string"),
    **dict.fromkeys(("lead_behaviour_profile", "average_stock", "business_type"), "string"),
    **dict.fromkeys(("has_company", "has_gtin"), "bool"),
    **dict.fromkeys(("declared_product_catalog_size", "declared_monthly_revenue"), "number"),
}
SOURCES = {"direct traffic": "direct", "other publicities": "other", "unknown": None, "": None}
"""The origins that are more than their spaces joined by underscores."""


def main(arguments: list[str]) -> int:
    """Run the figure."""
    return run("olist", __doc__, (LEADS, DEALS), _load, arguments)


def _load(_server: Sandbox, importer: Importer, data: Path) -> Input:
    leads = {row["mql_id"]: row for row in read_csv(data / LEADS)}
    deals = {row["mql_id"]: row for row in read_csv(data / DEALS)}
    importer.define("contacts", "contactinformation", LEAD_FIELDS, unique="mql_id")
    importer.define("deals", "dealinformation", DEAL_FIELDS, unique="mql_id")
    contacts = importer.create("contacts", {mql: _contact(row) for mql, row in leads.items()})
    made = importer.create("deals", {mql: _deal(row) for mql, row in deals.items()})
    importer.associate("deals", "contacts", DEAL_TO_CONTACT, [(id_, contacts[mql]) for mql, id_ in made.items()])
    rows = [Row(LEADS, Ref(CONNECTION, "contacts", contacts[mql]), _person(row)) for mql, row in leads.items()]
    for mql, row in deals.items():
        contact = Ref(CONNECTION, "contacts", contacts[mql])
        rows.append(Row(DEALS, Ref(CONNECTION, "deals", made[mql]), _won(row), frozenset({contact})))
    return Input(rows, _dirt(leads, list(deals.values())))


def _contact(row: CsvRow) -> CsvRow:
    return {**row, "lifecyclestage": "marketingqualifiedlead"}


def _deal(row: CsvRow) -> CsvRow:
    own = {name: row[name] for name in DEAL_FIELDS}
    closed = _won_at(row).isoformat().replace("+00:00", "Z")
    return {**own, "dealname": row["mql_id"], "pipeline": "default", "dealstage": "closedwon", "closedate": closed}


def _person(row: CsvRow) -> Mapping[str, Value]:
    """The person that the lead should become."""
    return {
        "mql": row["mql_id"],
        "stage": "mql",
        "created_at": _midnight(row).astimezone(UTC),
        "landing_page": row["landing_page_id"] or None,
        "source": SOURCES.get(row["origin"], row["origin"].replace(" ", "_")),
    }


def _won(row: CsvRow) -> Mapping[str, Value]:
    """The deal that the row should become."""
    return {
        "name": row["mql_id"],
        "status": "won",
        "stage": "closedwon",
        "pipeline": "default",
        "closed_at": _won_at(row),
        "owner": row["sr_id"],
        "sdr": row["sdr_id"],
        "seller": row["seller_id"],
        "segment": row["business_segment"] or None,
        "lead_type": row["lead_type"] or None,
        "behaviour": tuple(row["lead_behaviour_profile"].split(", ")) if row["lead_behaviour_profile"] else None,
        "business_type": row["business_type"] or None,
        "has_company": _yes_or_no(row["has_company"]),
        "has_gtin": _yes_or_no(row["has_gtin"]),
        "stock": None if row["average_stock"] in ("", "unknown") else row["average_stock"],
        "catalogue_size": int(row["declared_product_catalog_size"].removesuffix(".0") or 0) or None,
        "monthly_revenue": Decimal(row["declared_monthly_revenue"]),
    }


def _midnight(row: CsvRow) -> datetime:
    return datetime.combine(date.fromisoformat(row["first_contact_date"]), time.min, ZONE)


def _won_at(row: CsvRow) -> datetime:
    return datetime.fromisoformat(row["won_date"]).replace(tzinfo=UTC)


def _yes_or_no(text: str) -> bool | None:
    return {"True": True, "False": False}.get(text)


def _dirt(leads: Mapping[str, CsvRow], deals: Sequence[CsvRow]) -> Sequence[Dirt]:
    origins = [row["origin"] for row in leads.values()]
    won = {row["mql_id"]: _won_at(row).astimezone(ZONE) for row in deals}
    early = sum(f"{at:%Y-%m-%d}" < leads[mql]["first_contact_date"] for mql, at in won.items())
    skipped = sum(_midnight(row).astimezone(UTC).astimezone(ZONE).time() != time.min for row in leads.values())
    revenues = [row["declared_monthly_revenue"] for row in deals]
    optional = ("business_segment", "lead_type", "lead_behaviour_profile", "business_type")
    sparse = ("has_company", "has_gtin", "average_stock", "declared_product_catalog_size")
    return (
        Dirt("deals won before the first contact", early, "kept as the CRM tells it"),
        Dirt("leads without origin", origins.count(""), "null"),
        Dirt("leads whose origin is 'unknown'", origins.count("unknown"), "null"),
        Dirt("first contacts on a midnight that the clock skipped", skipped, "the first moment of that day"),
        Dirt("deals won at midnight sharp", sum(at.time() == time.min for at in won.values()), "kept: days, not times"),
        Dirt(
            "deals with several behaviour profiles in one text", _count(deals, ",", "lead_behaviour_profile"), "a list"
        ),
        Dirt("deals whose stock is 'unknown'", _count(deals, "unknown", "average_stock"), "null"),
        Dirt("deals that declare a revenue of 0.0", revenues.count("0.0"), "kept as 0"),
        Dirt("catalogue sizes written as 100.0", _count(deals, ".0", "declared_product_catalog_size"), "whole numbers"),
        *(Dirt(f"deals without {name}", sum(not row[name] for row in deals), "null") for name in optional + sparse),
    )


def _count(rows: Sequence[CsvRow], part: str, name: str) -> int:
    return sum(part in row[name] for row in rows)
