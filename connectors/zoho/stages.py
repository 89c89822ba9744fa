"""The stages that deals have been in: a related list of each deal, and so a call for each deal that has ever been changed.

Source: zoho.com/crm/developer/docs/api/v8/get-related-records.html.
"""

from collections.abc import Sequence

from connectors.base import Change, Held, Selection
from connectors.http import Request
from connectors.zoho.account import RECORDS, Account, more
from connectors.zoho.modules import CREATED, MODIFIED, STAGE
from connectors.zoho.records import Raw, change, moment

PAGE = 200


def changes(account: Account, selection: Selection, rows: Sequence[Raw]) -> list[Change]:
    """The rows' changes, with their history where that is wanted."""
    if not selection.history:
        return [change(selection, row) for row in rows]
    return [change(selection, row, _stages(account, row)) for row in rows]


def _stages(account: Account, row: Raw) -> list[Held]:
    """Oldest first. A deal that was never modified is in its first stage, which needs no call."""
    stage, created = row.get(STAGE), row.get(CREATED)
    if stage and created and moment(created) == moment(row[MODIFIED]):
        return [Held(str(stage), moment(created))]
    held: list[Held] = []
    page, going_on = 1, True
    while going_on:
        query = (("fields", f"{STAGE},{MODIFIED}"), ("per_page", str(PAGE)), ("page", str(page)))
        parts = {"object": "Deals", "id": str(row["id"])}
        each = frozenset({STAGE, MODIFIED})
        reply = account.api.call(
            Request("GET", RECORDS + "/{id}/Stage_History", parts, query, promises="data", each=each)
        )
        rows = reply.data.get("data", [])
        held += [Held(str(item[STAGE] or ""), moment(item[MODIFIED])) for item in rows]
        page, going_on = page + 1, more(reply)
    return sorted(held, key=lambda item: item.at)
