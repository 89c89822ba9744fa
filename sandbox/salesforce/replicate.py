"""getUpdated and getDeleted: the ids of what changed in a window.

Source: developer.salesforce.com/docs/platform/api-rest/guide/resources-getupdated.md, resources-getdeleted.md: minutes count, seconds are cut off;
thirty days back for updates, fifteen for deletions.
"""

from sandbox.common.times import DAY, Millis, instant
from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.errors import refuse
from sandbox.salesforce.soql.ranges import LAST
from sandbox.salesforce.times import stamp

MOST_IDS = 600_000
_UPDATED_DAYS = 30
_MINUTE = 60_000


def updated(call: Call) -> Answer:
    """`GET /sobjects/{object}/updated?start=&end=`: {ids, latestDateCovered}."""
    table = call.org.named(call.params["object"])
    start, end = _window(call, _UPDATED_DAYS)
    rows = table.changed_between((stamp(start), ""), (stamp(end - 1), LAST))
    ids = [row["Id"] for row in rows if not row.get("IsDeleted")]
    _check_count(len(ids))
    return ok({"ids": ids, "latestDateCovered": stamp(end)})


def deleted(call: Call) -> Answer:
    """`GET /sobjects/{object}/deleted?start=&end=`: {deletedRecords, earliestDateAvailable, latestDateCovered}."""
    table = call.org.named(call.params["object"])
    days = call.org.settings.deleted_log_days
    start, end = _window(call, days)
    found = sorted((one for one in table.deletions if start <= one.at < end), key=lambda one: one.at)
    _check_count(len(found))
    return ok(
        {
            "deletedRecords": [{"id": one.id, "deletedDate": stamp(one.at)} for one in found],
            "earliestDateAvailable": stamp(call.now - days * DAY),
            "latestDateCovered": stamp(end),
        }
    )


def _window(call: Call, days: int) -> tuple[Millis, Millis]:
    start, end = _minute(call, "start"), _minute(call, "end")
    if end <= start:
        raise refuse(400, "INVALID_REPLICATION_DATE", "startDate must be before endDate by at least one minute")
    if start < call.now - days * DAY:
        raise refuse(400, "INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
    return start, Millis(min(end, call.now - call.now % _MINUTE + _MINUTE))


def _minute(call: Call, name: str) -> Millis:
    try:
        at = instant(call.query[name])
    except (KeyError, ValueError):
        raise refuse(400, "INVALID_REPLICATION_DATE", f"{name} is not a valid date") from None
    return Millis(at - at % _MINUTE)


def _check_count(count: int) -> None:
    if count > MOST_IDS:
        raise refuse(400, "EXCEEDED_ID_LIMIT", f"more than {MOST_IDS} ids in this window; use a smaller one")
