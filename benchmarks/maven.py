"""maven: a CRM's pipeline that is dirty on purpose, through HubSpot's API into our database: repaired, rejected, nothing lost.

Accounts are put into an empty sandbox as companies and opportunities as deals, with HubSpot's SDK; the API cannot create owners,
so the sales people are there from the start. A product is a text of the deal, misspelt or not. One sync reads it all; then
each row of the files is looked for in our database, value by value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from benchmarks._accounting import Row
from benchmarks._loading import Importer
from benchmarks._real import CONNECTION, CsvRow, Dirt, Input, read_csv, run
from journey.model import Ref, Value
from sandbox.serve import Sandbox

ACCOUNTS, OPPORTUNITIES, PEOPLE, PRODUCTS = (
    f"maven_crm/{name}.csv" for name in ("accounts", "sales_pipeline", "sales_teams", "products")
)
DEAL_TO_COMPANY = 341
COMPANY_FIELDS = {"sector": "string", "year_established": "number", "subsidiary_of": "string"}
DEAL_FIELDS = {
    "opportunity_id": "string",
    "account_name": "string",
    "product": "string",
    "deal_stage": "string",
    "engage_date": "date",
}
STAGES = {"Prospecting": "appointmentscheduled", "Engaging": "qualifiedtobuy", "Won": "closedwon", "Lost": "closedlost"}
"""The stages of HubSpot's own pipeline that come nearest."""

PROGRESS = {("Prospecting", "", ""): 1, ("Engaging", "e", ""): 2, ("Won", "e", "c"): 3, ("Lost", "e", "c"): 3}
"""What stage, date of engagement and date of closing may be together."""


@dataclass(frozen=True, slots=True)
class Ids:
    """The record ids, by sales person, account and opportunity."""

    owners: Mapping[str, str]
    companies: Mapping[str, str]
    deals: Mapping[str, str]


def main(arguments: list[str]) -> int:
    """Run the figure."""
    return run("maven", __doc__, (ACCOUNTS, OPPORTUNITIES, PEOPLE, PRODUCTS), _load, arguments)


def _load(server: Sandbox, importer: Importer, data: Path) -> Input:
    accounts, deals, people, products = (read_csv(data / file) for file in (ACCOUNTS, OPPORTUNITIES, PEOPLE, PRODUCTS))
    importer.define("companies", "companyinformation", COMPANY_FIELDS)
    importer.define("deals", "dealinformation", DEAL_FIELDS)
    owners = {row["sales_agent"]: str(n) for n, row in enumerate(people, 1001)}
    server.load(owners=[_owner(row, owners, people) for row in people])
    companies = importer.create("companies", {row["account"]: _company(row) for row in accounts})
    made = importer.create("deals", {row["opportunity_id"]: _deal(row, owners) for row in deals})
    ids = Ids(owners, companies, made)
    linked = [(made[row["opportunity_id"]], companies[row["account"]]) for row in deals if row["account"] in companies]
    importer.associate("deals", "companies", DEAL_TO_COMPANY, linked)
    rows = [
        *(Row(PEOPLE, Ref(CONNECTION, "owners", owners[row["sales_agent"]]), _seller_fact(row)) for row in people),
        *(
            Row(ACCOUNTS, Ref(CONNECTION, "companies", companies[row["account"]]), _company_fact(row))
            for row in accounts
        ),
        *(_deal_row(row, ids) for row in deals),
    ]
    return Input(rows, _dirt(accounts, deals, {row["product"] for row in products}, rows))


def _owner(row: CsvRow, owners: Mapping[str, str], people: Sequence[CsvRow]) -> Mapping[str, object]:
    """The team is the regional office. The manager has no place in HubSpot's owner, and stays behind."""
    first, _, last = row["sales_agent"].partition(" ")
    offices = sorted({one["regional_office"] for one in people})
    team = [offices.index(row["regional_office"]) + 1, row["regional_office"]]
    id_ = owners[row["sales_agent"]]
    return {"id": id_, "email": _email(row), "firstName": first, "lastName": last, "teams": [team]}


def _email(row: CsvRow) -> str:
    """Owners have an address; the file has none, so it is made from the name."""
    return f"{row['sales_agent'].lower().replace(' ', '.')}@maven.example"


def _company(row: CsvRow) -> CsvRow:
    standard = {
        "name": "account",
        "annualrevenue": "revenue",
        "numberofemployees": "employees",
        "country": "office_location",
    }
    return {name: row[name] for name in COMPANY_FIELDS} | {name: row[column] for name, column in standard.items()}


def _deal(row: CsvRow, owners: Mapping[str, str]) -> CsvRow:
    own = {name: row[name] for name in DEAL_FIELDS if name != "account_name"}
    return own | {
        "account_name": row["account"],
        "dealname": row["opportunity_id"],
        "pipeline": "default",
        "dealstage": STAGES[row["deal_stage"]],
        "amount": row["close_value"],
        "closedate": f"{row['close_date']}T00:00:00Z" if row["close_date"] else "",
        "hubspot_owner_id": owners[row["sales_agent"]],
    }


def _seller_fact(row: CsvRow) -> Mapping[str, Value]:
    return {"email": _email(row), "name": row["sales_agent"], "team": row["regional_office"]}


def _company_fact(row: CsvRow) -> Mapping[str, Value]:
    return {
        "name": row["account"],
        "industry": row["sector"].replace("technolgy", "technology"),
        "employees": int(row["employees"]),
        "country": row["office_location"].replace("Philipines", "Philippines"),
        "revenue": Decimal(row["revenue"]),
        "founded": int(row["year_established"]),
        "parent": row["subsidiary_of"] or None,
    }


def _deal_row(row: CsvRow, ids: Ids) -> Row:
    """What the opportunity should become: a deal of its account, unless its stage and dates contradict each other."""
    progress = PROGRESS.get((row["deal_stage"], row["engage_date"] and "e", row["close_date"] and "c"))
    company = ids.companies.get(row["account"])
    values: Mapping[str, Value] = {
        "name": row["opportunity_id"],
        "status": {"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "open"),
        "stage": STAGES[row["deal_stage"]],
        "pipeline": "default",
        "amount": Decimal(row["close_value"]) if row["close_value"] else None,
        "created_at": _day(row["engage_date"]),
        "closed_at": _day(row["close_date"]),
        "owner": ids.owners[row["sales_agent"]],
        "account": row["account"] or None,
        "product": row["product"].replace("GTXPro", "GTX Pro"),
        "progress": progress,
    }
    return Row(
        OPPORTUNITIES,
        Ref(CONNECTION, "deals", ids.deals[row["opportunity_id"]]),
        values,
        frozenset({Ref(CONNECTION, "companies", company)} if company else ()),
        "progress" if progress is None else None,
    )


def _day(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def _dirt(
    accounts: Sequence[CsvRow], deals: Sequence[CsvRow], products: set[str], rows: Sequence[Row]
) -> Sequence[Dirt]:
    names = {row["account"] for row in accounts}
    stray = [row for row in deals if row["account"] and row["account"] not in names]
    contradictory = sum(row.rejected_for is not None for row in rows)
    sold = {row.values["product"] for row in rows if row.file == OPPORTUNITIES}
    assert sold <= products, "the mapping leaves a product that is not in the list"
    return (
        Dirt("deals of 'GTXPro'", _count(deals, "product", "GTXPro"), "repaired to GTX Pro"),
        Dirt("companies of the sector 'technolgy'", _count(accounts, "sector", "technolgy"), "repaired to technology"),
        Dirt("companies in 'Philipines'", _count(accounts, "office_location", "Philipines"), "repaired to Philippines"),
        Dirt("deals without account", _count(deals, "account", ""), "mapped without a company"),
        Dirt("deals without engage date", _count(deals, "engage_date", ""), "created_at null: only prospected yet"),
        Dirt("deals without close date and value", _count(deals, "close_date", ""), "null: still open"),
        Dirt("deals whose account is not in accounts.csv", len(stray), "no company to link to; the name is kept"),
        Dirt("deals whose stage and dates contradict each other", contradictory, "rejected"),
        Dirt(
            "rows of products.csv met as the product of deals",
            len(sold),
            f"of {len(products)}; no records of their own",
        ),
    )


def _count(rows: Sequence[CsvRow], name: str, value: str) -> int:
    return sum(row[name] == value for row in rows)
