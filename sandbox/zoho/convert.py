"""A lead becomes a contact, with an account and perhaps a deal.

zoho.com/crm/developer/docs/api/v8/convert-lead.html. The lead stays, marked converted and hidden from most answers; what was done about it
moves to the contact.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import Call
from sandbox.zoho.errors import Refusal, bad, invalid_id, invalid_value
from sandbox.zoho.org import API_USER, Org
from sandbox.zoho.store import Record
from sandbox.zoho.writes import checked

_TO_CONTACT = {
    **{
        name: name for name in ("First_Name", "Last_Name", "Email", "Secondary_Email", "Phone", "Mobile", "Lead_Source")
    },
    "Email_Opt_Out": "Email_Opt_Out",
    "Designation": "Title",
    "Description": "Description",
    **{name: f"Mailing_{name}" for name in ("Street", "City", "State", "Country")},
    "Zip_Code": "Mailing_Zip",
}
_TO_ACCOUNT = {"Company": "Account_Name", "Phone": "Phone", "Website": "Website", "No_of_Employees": "Employees"}
_ACTIVITIES = ("Calls", "Events", "Tasks")


def convert_lead(call: Call) -> Answer:
    """`POST /Leads/{id}/actions/convert`."""
    org, lead = call.org, call.org.stores["Leads"].get(call.params["id"])
    if lead is None:
        raise invalid_id()
    if lead.converted:
        raise bad("ID_ALREADY_CONVERTED", "id already converted", resource_path_index=1)
    if lead.locked:
        raise bad("RECORD_LOCKED", "Sorry, you cannot perform this operation as the record is locked.")
    given = call.json().get("data") or [{}]
    try:
        account, contact, deal = _partners(org, lead, given[0])
    except Refusal as refusal:
        raise refusal.within("data") from None
    convert(org, lead, contact, account, deal)
    details = {"Contacts": _shown(org, "Contacts", contact), "Accounts": _shown(org, "Accounts", account)}
    told = {
        "code": "SUCCESS",
        "details": {**details, "Deals": _shown(org, "Deals", deal)},
        "message": "The record has been converted successfully",
        "status": "success",
    }
    return ok({"data": [told]})


def convert(org: Org, lead: Record, contact: Record, account: Record | None, deal: Record | None) -> None:
    """Mark the lead converted and move its activities and e-mails to the contact."""
    now = org.now()
    values = {
        "Converted__s": True,
        "Converted_Date_Time": org.local(now),
        "Converted_Contact": str(contact.id),
        "Converted_Account": None if account is None else str(account.id),
        "Converted_Deal": None if deal is None else str(deal.id),
        "Lead_Conversion_Time": (now - lead.created) // 86_400,
    }
    org.witness(org.modules["Leads"], lead.id, {"Converted__s": True}, values, now)
    org.changed(org.modules["Leads"], lead, values, now, API_USER.id)
    home = ("Deals", deal) if deal is not None else ("Accounts", account) if account is not None else None
    for name in _ACTIVITIES:
        _move_activities(org, name, str(lead.id), contact, home)
    org.emails.setdefault(("Contacts", contact.id), []).extend(org.emails.pop(("Leads", lead.id), []))


def _partners(org: Org, lead: Record, given: Mapping[str, Any]) -> tuple[Record | None, Record, Record | None]:
    """Account, contact and deal: those that the request names, or new ones."""
    account = _named(org, "Accounts", given)
    if account is None and lead.values.get("Company"):
        account = _made(org, "Accounts", lead, _TO_ACCOUNT, given.get("Accounts"))
    belongs = {} if account is None else {"Account_Name": {"id": str(account.id)}}
    wanted_deal = given.get("Deals")
    if wanted_deal is not None:
        checked(org, org.modules["Deals"], wanted_deal, "$.data[0].Deals", new=True)
    contact = _named(org, "Contacts", given)
    if contact is None:
        contact = _made(org, "Contacts", lead, _TO_CONTACT, {**belongs, **(given.get("Contacts") or {})})
    if wanted_deal is None:
        return account, contact, None
    links = {**belongs, "Contact_Name": {"id": str(contact.id)}}
    return account, contact, _made(org, "Deals", lead, {"Lead_Source": "Lead_Source"}, {**links, **wanted_deal})


def _named(org: Org, module: str, given: Mapping[str, Any]) -> Record | None:
    """The existing record that the request names by id."""
    wanted = given.get(module)
    if not isinstance(wanted, Mapping) or "id" not in wanted:
        return None
    record = org.stores[module].get(str(wanted["id"]))
    if record is None:
        raise invalid_value("id", f"$.data[0].{module}.id")
    return record


def _made(org: Org, module: str, lead: Record, mapping: Mapping[str, str], given: Mapping[str, Any] | None) -> Record:
    """A new record from the lead's values and the request's, which go first."""
    carried = {to: lead.values[name] for name, to in mapping.items() if name in lead.values}
    carried["Owner"] = lead.values.get("Owner")
    stated = checked(org, org.modules[module], given or {}, f"$.data[0].{module}", new=False)
    return org.create(org.modules[module], {**carried, **stated})


def _move_activities(org: Org, name: str, lead: str, contact: Record, home: tuple[str, Record | None] | None) -> None:
    """From the lead to the contact and its deal or account. Nobody edited them, so that their Modified_Time stays."""
    store = org.stores[name]
    mine = [one for one in store.live.values() if one.values.get("What_Id") == lead]
    for one in mine:
        values = {k: v for k, v in one.values.items() if k not in {"What_Id", "$se_module"}}
        values["Who_Id"] = str(contact.id)
        if home is not None and home[1] is not None:
            values |= {"What_Id": str(home[1].id), "$se_module": home[0]}
        store.put(replace(one, values=values))


def _shown(org: Org, module: str, record: Record | None) -> dict[str, str] | None:
    if record is None:
        return None
    return {"name": org.display_name(org.modules[module], record.values), "id": str(record.id)}
