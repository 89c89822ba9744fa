"""The standard objects."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sandbox.salesforce import standard
from sandbox.salesforce.fields import Kind, Many, read_only, texts

_ACTIVITIES = {"Tasks": ("Task", "WhoId"), "Events": ("Event", "WhoId")}
_ON = {"Tasks": ("Task", "WhatId"), "Events": ("Event", "WhatId")}
Children = dict[str, tuple[str, str]]


def kinds() -> Iterator[Kind]:
    """Every standard object, anew."""
    yield from _people()
    yield from _sales()
    yield from _marketing()
    yield from _set_up()


def _people() -> Iterator[Kind]:
    yield _kind("Lead", "00Q", "Leads", standard.lead(), mergeable=True, children={**_ACTIVITIES, **_members("LeadId")})
    contact = {
        **_ACTIVITIES,
        **_members("ContactId"),
        "OpportunityContactRoles": ("OpportunityContactRole", "ContactId"),
    }
    yield _kind("Contact", "003", "Contacts", standard.contact(), mergeable=True, children=contact)
    account = {**_ON, "Contacts": ("Contact", "AccountId"), "Opportunities": ("Opportunity", "AccountId")}
    yield _kind("Account", "001", "Accounts", standard.account(), mergeable=True, children=account)


def _sales() -> Iterator[Kind]:
    opportunity = {
        **_ON,
        "OpportunityContactRoles": ("OpportunityContactRole", "OpportunityId"),
        "OpportunityHistories": ("OpportunityHistory", "OpportunityId"),
    }
    yield _kind("Opportunity", "006", "Opportunities", standard.opportunity(), children=opportunity)
    yield _kind("OpportunityContactRole", "00K", "Opportunity Contact Role", standard.role())
    kept = read_only(chain(standard.identity(), standard.history(), standard.system(modified=False)))
    yield _of("OpportunityHistory", "008", "Opportunity History", kept, writable=False, deletable=False)
    yield _kind("Task", "00T", "Tasks", standard.task())
    yield _kind("Event", "00U", "Events", standard.event())


def _marketing() -> Iterator[Kind]:
    yield _kind("Campaign", "701", "Campaigns", standard.campaign(), children=_members("CampaignId"))
    yield _kind("CampaignMember", "00v", "Campaign Members", standard.member())


def _set_up() -> Iterator[Kind]:
    """Objects without a recycle bin."""
    for name, prefix, plural, own in (
        ("User", "005", "Users", standard.user()),
        ("PermissionSet", "0PS", "Permission Sets", standard.permission_set()),
    ):
        fields = chain(standard.identity(deletable=False), own, standard.system())
        yield _of(name, prefix, plural, fields, deletable=name != "User")
    for name, prefix, plural, own in (
        ("FieldPermissions", "01k", "Field Permissions", standard.field_permissions()),
        ("PermissionSetAssignment", "0Pa", "Permission Set Assignments", standard.assignment()),
    ):
        yield _of(name, prefix, plural, chain(standard.identity(deletable=False), own, standard.touched()))
    for name, prefix, plural, own in (
        ("Profile", "00e", "Profiles", texts(255, "Name")),
        ("TaskStatus", "01T", "Task Status Value", standard.task_status()),
    ):
        fields = chain(standard.identity(deletable=False), own, standard.system())
        yield _of(name, prefix, plural, fields, writable=False, deletable=False)


def _members(field: str) -> Children:
    return {"CampaignMembers": ("CampaignMember", field)}


def _kind(
    name: str, prefix: str, plural: str, own: Many, *, mergeable: bool = False, children: Children | None = None
) -> Kind:
    """An object like any other: with a recycle bin, and written by everyone."""
    fields = chain(standard.identity(), own, standard.system())
    return _of(name, prefix, plural, fields, mergeable=mergeable, children=children or {})


def _of(name: str, prefix: str, plural: str, fields: Many, **more: Any) -> Kind:
    return Kind(name, prefix, plural, {field.name.lower(): field for field in fields}, **more)
