"""What the org says of itself: versions, limits, record counts."""

from typing import Any

from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.errors import refuse

OLDEST, NEWEST, GONE_BELOW = 41, 68, 31
_SEASONS = ("Spring", "Summer", "Winter")


def versions() -> list[dict[str, str]]:
    """`GET /services/data`: three a year; 66 is Spring '26."""
    told = []
    for version in range(GONE_BELOW, NEWEST + 1):
        behind, season = divmod(version - 66, 3)
        year = 26 + behind + (season == 2)
        label = f"{_SEASONS[season]} '{year}"
        told.append({"label": label, "url": f"/services/data/v{version}.0", "version": f"{version}.0"})
    return told


def check_version(version: str) -> None:
    """Raises the vendor's refusal for a version that is not served, or not any more."""
    number, _, minor = version.partition(".")
    if not number.isdecimal() or minor != "0" or int(number) > NEWEST:
        raise refuse(404, "NOT_FOUND", "The requested resource does not exist")
    if int(number) < GONE_BELOW:
        raise refuse(410, "GONE", f"API version {version} has been retired. Use a newer API version.")


def resources(call: Call) -> Answer:
    """`GET /services/data/vXX.X`: what there is."""
    names = ("sobjects", "query", "queryAll", "limits", "composite", "tooling", "jobs")
    return ok({name: f"{call.root}/{name}" for name in names})


def limits(call: Call) -> Answer:
    """`GET /limits`: how much is left."""
    settings = call.org.settings
    left = max(0, settings.daily - call.org.limits.used(call.now))
    queries, ingests = len(call.org.jobs.queries), len(call.org.jobs.ingests)
    told: dict[str, Any] = {
        "DailyApiRequests": {"Max": settings.daily, "Remaining": left},
        "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000 - ingests},
        "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000 - queries},
        "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
        "DataStorageMB": {"Max": 10_240, "Remaining": 10_000},
    }
    return ok(told)


def record_count(call: Call) -> Answer:
    """`GET /limits/recordCount?sObjects=`: approximate by nature, exact here."""
    names = [name.strip().lower() for name in call.query.get("sObjects", "").split(",") if name.strip()]
    tables = [table for name, table in call.org.tables.items() if not names or name in names]
    told = [
        {"count": sum(not row.get("IsDeleted") for row in table.rows.values()), "name": table.kind.name} for table in tables
    ]  # fmt: skip
    return ok({"sObjects": told})
