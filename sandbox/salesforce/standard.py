"""The fields of the standard objects that a sales team reads and writes.

Names, types and lengths: recorded describe calls of a Developer Edition and developer.salesforce.com/docs/atlas.en-us.object_reference.meta.
"""

from sandbox.salesforce.fields import (
    Field,
    FieldType,
    Many,
    choice,
    counts,
    dates,
    datetimes,
    flags,
    link,
    money,
    numbers,
    read_only,
    texts,
)

SOURCES = "Web|Phone Inquiry|Partner Referral|Purchased List|Other"
LEAD_STATUSES = "Open - Not Contacted|Working - Contacted|Closed - Converted|Closed - Not Converted"
INDUSTRIES = (
    "Agriculture|Apparel|Banking|Biotechnology|Chemicals|Communications|Construction|Consulting|Education|Electronics|Energy|Engineering"
    "|Entertainment|Environmental|Finance|Food & Beverage|Government|Healthcare|Hospitality|Insurance|Machinery|Manufacturing|Media"
    "|Not For Profit|Recreation|Retail|Shipping|Technology|Telecommunications|Transportation|Utilities|Other"
)
STAGES = {
    "Prospecting": (10, "Pipeline"),
    "Qualification": (10, "Pipeline"),
    "Needs Analysis": (20, "Pipeline"),
    "Value Proposition": (50, "Pipeline"),
    "Id. Decision Makers": (60, "Pipeline"),
    "Perception Analysis": (70, "Pipeline"),
    "Proposal/Price Quote": (75, "Pipeline"),
    "Negotiation/Review": (90, "Pipeline"),
    "Closed Won": (100, "Closed"),
    "Closed Lost": (0, "Omitted"),
}
"""Default stages: probability in per cent and forecast category."""

_EMAIL, _PHONE, _URL, _AREA = FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.TEXTAREA


def identity(*, deletable: bool = True) -> Many:
    """The id, and whether it is in the recycle bin."""
    yield Field("Id", FieldType.ID, 18, nillable=False, createable=False, updateable=False)
    if deletable:
        yield from flags("IsDeleted", writable=False)


def system(*, modified: bool = True) -> Many:
    """Who made it and changed it, and when."""
    yield from read_only(datetimes("CreatedDate", nillable=False))
    yield from read_only(link("CreatedById", "User", required=True))
    if modified:
        yield from read_only(datetimes("LastModifiedDate", nillable=False))
        yield from read_only(link("LastModifiedById", "User", required=True))
    yield from read_only(datetimes("SystemModstamp", nillable=False))


def touched() -> Many:
    """The only system field of set-up objects."""
    return read_only(datetimes("SystemModstamp"))


def _place(prefix: str = "") -> Many:
    yield from texts(255, f"{prefix}Street", _AREA)
    yield from texts(40, f"{prefix}City")
    yield from texts(80, f"{prefix}State {prefix}Country")
    yield from texts(20, f"{prefix}PostalCode")
    yield from read_only(iter([Field(f"{prefix}Address", FieldType.ADDRESS)]))


def _person() -> Many:
    yield from texts(80, "LastName", required=True)
    yield from texts(40, "FirstName")
    yield from choice("Salutation", "Mr.|Ms.|Mrs.|Dr.|Prof.", length=40)
    yield from read_only(texts(121, "Name", required=True))
    yield from texts(128, "Title")
    yield from texts(40, "Phone MobilePhone Fax", _PHONE)
    yield from texts(80, "Email", _EMAIL)
    yield from choice("LeadSource", SOURCES)
    yield from texts(32_000, "Description", _AREA)
    yield from link("OwnerId", "User", required=True)


def lead() -> Many:
    """Lead."""
    yield from read_only(link("MasterRecordId", "Lead"))
    yield from _person()
    yield from texts(255, "Company", required=True)
    yield from _place()
    yield from texts(255, "Website", _URL)
    yield from choice("Status", LEAD_STATUSES, default="Open - Not Contacted")
    yield from choice("Industry", INDUSTRIES)
    yield from choice("Rating", "Hot|Warm|Cold")
    yield from money("AnnualRevenue", precision=18)
    yield from counts("NumberOfEmployees", precision=8)
    yield from flags("IsConverted", writable=False)
    yield from read_only(dates("ConvertedDate"))
    yield from read_only(link("ConvertedAccountId", "Account"))
    yield from read_only(link("ConvertedContactId", "Contact"))
    yield from read_only(link("ConvertedOpportunityId", "Opportunity"))
    yield from flags("IsUnreadByOwner HasOptedOutOfEmail DoNotCall")


def contact() -> Many:
    """Contact."""
    yield from read_only(link("MasterRecordId", "Contact"))
    yield from _person()
    yield from link("AccountId", "Account")
    yield from _place("Mailing")
    yield from texts(80, "Department")
    yield from link("ReportsToId", "Contact")
    yield from flags("HasOptedOutOfEmail DoNotCall")


def account() -> Many:
    """Account."""
    yield from read_only(link("MasterRecordId", "Account"))
    yield from texts(255, "Name", required=True)
    yield from choice("Type", "Prospect|Customer - Direct|Customer - Channel|Technology Partner|Other", length=40)
    yield from link("ParentId", "Account")
    yield from _place("Billing")
    yield from texts(40, "Phone Fax", _PHONE)
    yield from texts(255, "Website", _URL)
    yield from choice("Industry", INDUSTRIES, length=40)
    yield from money("AnnualRevenue", precision=18)
    yield from counts("NumberOfEmployees", precision=8)
    yield from texts(32_000, "Description", _AREA)
    yield from link("OwnerId", "User", required=True)
    yield from choice("AccountSource", SOURCES)


def opportunity() -> Many:
    """Opportunity."""
    yield from link("AccountId", "Account")
    yield from flags("IsPrivate")
    yield from texts(120, "Name", required=True)
    yield from texts(32_000, "Description", _AREA)
    yield Field("StageName", FieldType.PICKLIST, 255, nillable=False, options=tuple(STAGES))
    yield from money("Amount", precision=18, scale=2)
    yield Field("Probability", FieldType.PERCENT, precision=3)
    yield from read_only(money("ExpectedRevenue", precision=18, scale=2))
    yield Field("CloseDate", FieldType.DATE, nillable=False)
    yield from choice("Type", "Existing Customer - Upgrade|Existing Customer - Replacement|New Customer")
    yield from texts(255, "NextStep")
    yield from choice("LeadSource", SOURCES)
    yield from flags("IsClosed IsWon", writable=False)
    yield from choice("ForecastCategoryName", "Omitted|Pipeline|Best Case|Commit|Closed", restricted=True)
    yield from link("CampaignId", "Campaign")
    yield from link("OwnerId", "User", required=True)
    yield from read_only(datetimes("LastStageChangeDate"))


def role() -> Many:
    """OpportunityContactRole."""
    yield from link("OpportunityId", "Opportunity", required=True, updateable=False)
    yield from link("ContactId", "Contact", required=True)
    yield from choice(
        "Role", "Business User|Decision Maker|Economic Buyer|Evaluator|Executive Sponsor|Influencer|Other", length=40
    )
    yield from flags("IsPrimary")


def history() -> Many:
    """OpportunityHistory."""
    yield from link("OpportunityId", "Opportunity", required=True)
    yield from texts(255, "StageName ForecastCategory")
    yield from money("Amount ExpectedRevenue PrevAmount", precision=18, scale=2)
    yield from dates("CloseDate PrevCloseDate")
    yield Field("Probability", FieldType.PERCENT, precision=3)


def _activity() -> Many:
    yield from link("WhoId", "Contact Lead")
    yield from link("WhatId", "Account Campaign Opportunity")
    yield Field("Subject", FieldType.COMBOBOX, 255, options=("Call", "Send Letter", "Send Quote", "Email", "Other"))
    yield from dates("ActivityDate")
    yield from texts(32_000, "Description", _AREA)
    yield from link("OwnerId", "User", required=True)
    yield from read_only(link("AccountId", "Account"))
    yield from flags("IsArchived", writable=False)
    yield from flags("IsReminderSet")


def task() -> Many:
    """Task."""
    yield from _activity()
    statuses = "Not Started|In Progress|Completed|Waiting on someone else|Deferred"
    yield from choice("Status", statuses, length=40, default="Not Started")
    yield from choice("Priority", "High|Normal|Low", length=40, default="Normal")
    yield from flags("IsHighPriority IsClosed", writable=False)
    yield from choice("TaskSubtype", "Task|Email|Call|ListEmail|Cadence|LinkedIn", length=40, restricted=True)
    yield from choice("CallType", "Internal|Inbound|Outbound", length=40, restricted=True)
    yield from counts("CallDurationInSeconds", precision=8)
    yield from texts(255, "CallDisposition CallObject")
    yield from read_only(datetimes("CompletedDateTime"))


def event() -> Many:
    """Event."""
    yield from _activity()
    yield from texts(255, "Location")
    yield from flags("IsAllDayEvent IsPrivate")
    yield from flags("IsChild IsGroupEvent", writable=False)
    yield from datetimes("ActivityDateTime StartDateTime EndDateTime")
    yield from counts("DurationInMinutes", precision=8)
    yield from choice("ShowAs", "Busy|OutOfOffice|Free", length=40, restricted=True)
    yield from choice("EventSubtype", "Event", length=40, restricted=True)


def campaign() -> Many:
    """Campaign."""
    yield from texts(80, "Name", required=True)
    yield from link("ParentId", "Campaign")
    yield from choice(
        "Type", "Conference|Webinar|Trade Show|Public Relations|Partners|Referral Program|Advertisement|Email|Other"
    )
    yield from choice("Status", "Planned|In Progress|Completed|Aborted")
    yield from dates("StartDate EndDate")
    yield from money("ExpectedRevenue BudgetedCost ActualCost", precision=18)
    yield from numbers("ExpectedResponse NumberSent", precision=18)
    yield from flags("IsActive")
    yield from texts(32_000, "Description", _AREA)
    yield from link("OwnerId", "User", required=True)


def member() -> Many:
    """CampaignMember."""
    yield from link("CampaignId", "Campaign", required=True, updateable=False)
    yield from link("LeadId", "Lead", updateable=False)
    yield from link("ContactId", "Contact", updateable=False)
    yield from read_only(link("LeadOrContactId", "Contact Lead", relationship="LeadOrContact"))
    yield from choice("Status", "Sent|Responded|Attended|Registered", length=40, default="Sent")
    yield from flags("HasResponded", writable=False)
    yield from read_only(dates("FirstRespondedDate"))
    yield from read_only(choice("Type", "Lead|Contact", length=40))


def user() -> Many:
    """User."""
    yield from texts(80, "Username", required=True)
    yield from texts(80, "LastName", required=True)
    yield from texts(40, "FirstName")
    yield from read_only(texts(121, "Name", required=True))
    yield from texts(128, "Email", _EMAIL, required=True)
    yield from texts(8, "Alias")
    yield from texts(80, "Title Department Division CompanyName")
    yield from flags("IsActive")
    yield from texts(40, "TimeZoneSidKey LocaleSidKey LanguageLocaleKey EmailEncodingKey UserType")
    yield from link("ManagerId", "User")
    yield from link("ProfileId", "Profile")


def permission_set() -> Many:
    """PermissionSet."""
    yield from texts(80, "Name", required=True)
    yield from texts(80, "Label")
    yield from texts(255, "Description")
    yield from read_only(flags("IsOwnedByProfile"))
    yield from read_only(link("ProfileId", "Profile"))


def field_permissions() -> Many:
    """FieldPermissions."""
    yield from link("ParentId", "PermissionSet", required=True, updateable=False)
    yield from texts(40, "SobjectType", required=True)
    yield from texts(80, "Field", required=True)
    yield from flags("PermissionsRead PermissionsEdit")


def assignment() -> Many:
    """PermissionSetAssignment."""
    yield from link("PermissionSetId", "PermissionSet", required=True)
    yield from link("AssigneeId", "User", required=True)


def task_status() -> Many:
    """TaskStatus."""
    yield from texts(255, "MasterLabel ApiName")
    yield from counts("SortOrder")
    yield from flags("IsDefault IsClosed")
