"""What belongs to records but is kept elsewhere: an opportunity's contacts and its past stages; and records read by id."""

from collections.abc import Sequence

from connectors.base import Change, Held, Selection
from connectors.salesforce.account import Account
from connectors.salesforce.objects import ROLES, STAGE
from connectors.salesforce.records import History, Raw, asked, changes, gone, literal, moment
from connectors.salesforce.soql import among


def told(account: Account, selection: Selection, rows: Sequence[Raw]) -> list[Change]:
    """The rows' changes, with links and history."""
    ids = [row["Id"] for row in rows if not row.get("IsDeleted")] if selection.object == "Opportunity" else []
    links = {"Contact": _contacts(account, ids)} if ids and "Contact" in selection.links else {}
    history = _stages(account, ids) if ids and STAGE in selection.history else {}
    return changes(selection, rows, links, history)


def read(account: Account, selection: Selection, ids: Sequence[str]) -> list[Change]:
    """The records as they are now, in the order asked for; what is not even in the recycle bin is gone."""
    rows = {row["Id"]: row for row in among(account, selection.object, asked(selection), "Id", ids)}
    found = {change.id: change for change in told(account, selection, list(rows.values()))}
    now = literal(account.told.now())
    return [found.get(id_) or gone(selection.object, id_, now) for id_ in dict.fromkeys(ids)]


def _contacts(account: Account, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    fields = ("Id", "OpportunityId", "ContactId")
    for row in among(account, ROLES, fields, "OpportunityId", ids, "IsDeleted = false"):
        found.setdefault(row["OpportunityId"], {})[row["ContactId"]] = None
    return {id_: tuple(contacts) for id_, contacts in found.items()}


def _stages(account: Account, ids: Sequence[str]) -> History:
    """OpportunityHistory has a row for every change of stage, amount, probability or date: only new stages count."""
    found: dict[str, list[Held]] = {}
    fields = ("Id", "OpportunityId", "StageName", "CreatedDate")
    rows = among(account, "OpportunityHistory", fields, "OpportunityId", ids)
    for row in sorted(rows, key=lambda row: (row["CreatedDate"], row["Id"])):
        past = found.setdefault(row["OpportunityId"], [])
        if not past or past[-1].value != row["StageName"]:
            past.append(Held(row["StageName"], moment(row["CreatedDate"])))
    return {id_: tuple(past) for id_, past in found.items()}
