"""Lead conversion, as a person does it in the CRM's own pages.

Source: developer.salesforce.com/docs/platform/change-data-capture/guide/cdc-standard-objects-lead-conversion.md and the Lead's describe: account, contact
and opportunity are made (or named), then the lead is closed; its activities and campaign memberships move to the contact.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sandbox.salesforce.effects import complete, record_history
from sandbox.salesforce.fields import Row, Value
from sandbox.salesforce.merge import reparent
from sandbox.salesforce.org import Org
from sandbox.salesforce.writes import Actor, writable_row

_CARRIED = ("FirstName", "LastName", "Salutation", "Title", "Phone", "MobilePhone", "Email", "LeadSource", "OwnerId")
_CLOSES_IN = timedelta(days=90)


def convert(org: Org, given: Mapping[str, Any], actor: Actor) -> dict[str, str | None]:
    """Convert `given["lead"]`: {accountId, contactId, opportunityId}. Raises RowRefused or ValueError."""
    leads = org.table("Lead")
    id_ = org.id_of(given["lead"])
    if id_ is None:
        raise ValueError(f"{given['lead']!r} is no id")
    lead = writable_row(org, leads, id_)
    owner = lead.get("OwnerId")
    account = given.get("account") or _made(org, "Account", {"Name": lead.get("Company"), "OwnerId": owner}, actor)
    contact = given.get("contact") or _made(
        org, "Contact", {"AccountId": account, **{name: lead.get(name) for name in _CARRIED}}, actor
    )
    opportunity = _opportunity(org, given, lead, account, contact, actor)
    reparent(org, ["Lead", "Contact"], id_, contact)
    members = org.table("CampaignMember")
    for row in members.holding("LeadId", id_):
        members.put({**row, "ContactId": contact, "Type": "Contact"})
    done: Row = {
        **leads.rows[id_],
        "IsConverted": True,
        "Status": given.get("status", "Closed - Converted"),
        "ConvertedDate": org.today(),
        "ConvertedAccountId": account,
        "ConvertedContactId": contact,
        "ConvertedOpportunityId": opportunity,
        **_touched(org, actor),
    }
    leads.put({name: value for name, value in done.items() if value is not None})
    return {"accountId": account, "contactId": contact, "opportunityId": opportunity}


def _opportunity(org: Org, given: Mapping[str, Any], lead: Row, account: str, contact: str, actor: Actor) -> str | None:
    name = given.get("opportunity", lead.get("Company"))
    if name is None:
        return None
    closes = date.fromisoformat(org.today()) + _CLOSES_IN
    values: Row = {
        "Name": name,
        "AccountId": account,
        "StageName": "Prospecting",
        "CloseDate": closes.isoformat(),
        "OwnerId": lead.get("OwnerId"),
        "LeadSource": lead.get("LeadSource"),
    }
    id_ = _made(org, "Opportunity", values, actor)
    _made(org, "OpportunityContactRole", {"OpportunityId": id_, "ContactId": contact, "IsPrimary": True}, actor)
    return id_


def _made(org: Org, kind: str, values: Mapping[str, Value], actor: Actor) -> str:
    table, touched = org.table(kind), _touched(org, actor)
    id_, at = table.new_id(), str(touched["SystemModstamp"])
    row: Row = {field.name: field.default for field in table.kind.fields.values() if field.default is not None}
    row |= {name: value for name, value in values.items() if value is not None}
    row |= {"Id": id_, "CreatedDate": at, "CreatedById": actor.user, **touched}
    complete(table.kind, row, {}, at)
    table.put(row)
    if kind == "Opportunity":
        record_history(org, row, {})
    return id_


def _touched(org: Org, actor: Actor) -> Row:
    at = org.now()
    return {"LastModifiedDate": at, "LastModifiedById": actor.user, "SystemModstamp": at}
