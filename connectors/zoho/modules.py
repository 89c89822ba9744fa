"""The modules that are read, which fields link them, and what to ask for to understand a record.

Source: zoho.com/crm/developer/docs/api/v8/modules-api.html and the field names of the vendor's SDK.
"""

from collections.abc import Mapping

from connectors.base import Selection, Stop

MODIFIED, CREATED = "Modified_Time", "Created_Time"
CONVERTED, CONVERTED_CONTACT = "Converted__s", "Converted_Contact"
ABOUT, ABOUT_MODULE = "What_Id", "$se_module"
MOST_FIELDS = 50
STAGE = "Stage"

ACTIVITIES = ("Calls", "Events", "Tasks")
MODULES = ("Leads", "Contacts", "Accounts", "Deals", *ACTIVITIES, "Campaigns")

LOOKUPS: Mapping[str, Mapping[str, str]] = {
    "Contacts": {"Accounts": "Account_Name"},
    "Deals": {"Accounts": "Account_Name", "Contacts": "Contact_Name", "Campaigns": "Campaign_Source"},
    **{name: {"Contacts": "Who_Id"} for name in ACTIVITIES},
}
"""The field that holds the linked record, by module and linked module."""

ABOUTS = ("Leads", "Contacts", "Accounts", "Deals", "Campaigns")
"""Where an activity's What_Id may point; $se_module says to which of them."""


def links() -> dict[str, tuple[str, ...]]:
    """Which modules a module's records can be linked to."""
    return {**{name: tuple(LOOKUPS.get(name, {})) for name in MODULES}, **dict.fromkeys(ACTIVITIES, ABOUTS)}


def head(name: str) -> str:
    """The field to ask for when a selection names `Account_Name.name`, a part of a lookup."""
    return name.partition(".")[0]


def asked(selection: Selection) -> tuple[str, ...]:
    """Every field to ask for, those first that are needed whatever is selected."""
    if unknown := [name for name in selection.history if name != STAGE or selection.object != "Deals"]:
        fix = "Take it out of the mapping's history."
        raise Stop(f"Zoho CRM keeps a history of a deal's Stage only, none of {', '.join(unknown)}. {fix}", fix)
    names = [MODIFIED]
    if selection.history:
        names += [CREATED, STAGE]
    if selection.object == "Leads":
        names += [CONVERTED, CONVERTED_CONTACT]
    lookups = LOOKUPS.get(selection.object, {})
    names += [lookups[other] for other in selection.links if other in lookups]
    if selection.links and selection.object in ACTIVITIES:
        names += [ABOUT, ABOUT_MODULE]
    return tuple(dict.fromkeys([*names, *map(head, selection.fields)]))


def chunks(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The fields in portions that one call may ask for, each with the modification time."""
    first, rest = names[:MOST_FIELDS], names[MOST_FIELDS:]
    step = MOST_FIELDS - 1
    return [first, *((MODIFIED, *rest[start : start + step]) for start in range(0, len(rest), step))]
