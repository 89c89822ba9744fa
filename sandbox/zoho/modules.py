"""The modules of the organisation and the standard fields of each.

Names and types: the field lists of the vendor's module pages and of its own Python SDK (zohocrmsdk8_0, record/field.py).
"""

from dataclasses import dataclass

from sandbox.zoho.fields import DEFAULT_LENGTHS, DataType, Field

ORG = 5_725_767 * 10**12
"""Ids are the organisation's number, then twelve digits."""

SYSTEM = """
Owner owner *
Created_By owner ro
Modified_By owner ro
Created_Time datetime ro
Modified_Time datetime ro
Last_Activity_Time datetime ro
Description textarea 32000
"""
PERSON = """
First_Name text 40
Last_Name text 80 required
Full_Name text 120 ro
Email email 100
Secondary_Email email 100
Phone phone 30
Mobile phone 30
Lead_Source picklist Advertisement|Cold Call|Employee Referral|External Referral|Online Store|Partner|Public Relations|Trade Show|Web Download|Web Research|Webinar|Chat|Organic Search|Paid Search|Social Media|Email Campaign
Email_Opt_Out boolean
"""
LEAD = """
Company text 200
Designation text 100
Website website 255
Lead_Status picklist Attempted to Contact|Contact in Future|Contacted|Junk Lead|Lost Lead|Not Contacted|Pre-Qualified|Not Qualified
Industry picklist ASP (Application Service Provider)|Data/Telecom OEM|ERP (Enterprise Resource Planning)|Government/Military|Large Enterprise|ManagementISV|Small/Medium Enterprise|Storage Equipment|Wireless Industry|Software|Retail|Logistics|Health|Construction|Food|Hospitality|Finance
Annual_Revenue currency
No_of_Employees integer
Rating picklist Acquired|Active|Market Failed|Project Cancelled|Shut Down
Street text 250
City text 100
State text 100
Zip_Code text 30
Country text 100
Converted__s boolean ro
Converted_Date_Time datetime ro
Converted_Contact lookup Contacts ro
Converted_Account lookup Accounts ro
Converted_Deal lookup Deals ro
Lead_Conversion_Time integer ro
Unsubscribed_Mode picklist Consent form|Manual|Unsubscribe link|Zoho campaigns
First_Visited_Time datetime ro
Last_Visited_Time datetime ro
Visitor_Score bigint ro
Number_Of_Chats integer ro
"""
CONTACT = """
Account_Name lookup Accounts
Title text 100
Department text 50
Mailing_Street text 250
Mailing_City text 100
Mailing_State text 100
Mailing_Zip text 30
Mailing_Country text 100
Date_of_Birth date
"""
ACCOUNT = """
Account_Name text 200 required
Phone phone 30
Website website 255
Industry picklist ASP (Application Service Provider)|Large Enterprise|Small/Medium Enterprise|Software|Retail|Logistics|Health|Construction|Food|Hospitality|Finance
Account_Type picklist Analyst|Competitor|Customer|Distributor|Partner|Prospect|Reseller|Supplier|Vendor|Other
Employees integer
Annual_Revenue currency
Billing_City text 100
Billing_Country text 100
Parent_Account lookup Accounts
"""
DEAL = """
Deal_Name text 120 required
Account_Name lookup Accounts
Contact_Name lookup Contacts
Amount currency
Closing_Date date
Stage picklist Qualification|Needs Analysis|Value Proposition|Identify Decision Makers|Proposal/Price Quote|Negotiation/Review|Closed Won|Closed Lost|Closed Lost to Competition required
Pipeline picklist Standard (Standard)
Probability integer
Expected_Revenue currency
Type picklist New Business|Existing Business
Lead_Source picklist Advertisement|Cold Call|Employee Referral|External Referral|Online Store|Partner|Public Relations|Trade Show|Web Download|Web Research|Webinar|Chat|Organic Search|Paid Search|Social Media|Email Campaign
Next_Step text 100
Campaign_Source lookup Campaigns
Reason_For_Loss__s picklist Price|Competitor|No Budget|No Response|Postponed
Lead_Conversion_Time integer ro
Sales_Cycle_Duration integer ro
Overall_Sales_Duration integer ro
"""
ACTIVITY = """
Who_Id lookup Contacts
What_Id lookup *
"""
CALL = """
Subject text 255
Call_Type picklist Inbound|Outbound|Missed required
Call_Start_Time datetime required
Call_Duration text 20
Call_Duration_in_seconds integer
Call_Purpose picklist Prospecting|Administrative|Negotiation|Demo|Project|Support
Call_Result picklist Interested|Not interested|No response/Busy|Requested more info|Requested call back|Invalid number
Outgoing_Call_Status picklist Scheduled|Completed|Overdue|Cancelled
Call_Agenda textarea 2000
CTI_Entry boolean ro
"""
EVENT = """
Event_Title text 255 required
Start_DateTime datetime required
End_DateTime datetime required
All_day boolean
Venue text 255
Check_In_Status text 100 ro
"""
TASK = """
Subject text 255 required
Due_Date date
Status picklist Not Started|Deferred|In Progress|Completed|Waiting for input
Priority picklist High|Highest|Low|Lowest|Normal
Closed_Time datetime ro
"""
CAMPAIGN = """
Campaign_Name text 200 required
Type picklist Conference|Webinar|Trade Show|Public Relations|Partners|Referral Program|Advertisement|Banner Ads|Direct mail|Email|Telemarketing|Others
Status picklist Planning|Active|Inactive|Complete
Start_Date date
End_Date date
Budgeted_Cost currency
Actual_Cost currency
Expected_Revenue currency
Expected_Response bigint
Num_sent bigint
"""


@dataclass(slots=True)
class Module:
    """`name` fields make a record's display name; `duplicates` are checked by an upsert that names none."""

    id: str
    api_name: str
    singular: str
    name: tuple[str, ...]
    duplicates: tuple[str, ...]
    fields: dict[str, Field]

    @property
    def converts(self) -> bool:
        """Whether records leave it by conversion."""
        return self.api_name == "Leads"

    @property
    def mandatory(self) -> tuple[str, ...]:
        """What a new record must have."""
        return tuple(one.api_name for one in self.fields.values() if one.mandatory)

    def shown(self) -> dict[str, object]:
        """As `settings/modules` describes it."""
        return {
            "id": self.id,
            "api_name": self.api_name,
            "module_name": self.api_name,
            "singular_label": self.singular,
            "plural_label": self.api_name,
            "api_supported": True,
            "viewable": True,
            "creatable": True,
            "editable": True,
            "deletable": True,
            "convertable": self.converts,
            "generated_type": "default",
            "visibility": 1,
            "status": "visible",
        }


def _field(id_: int, line: str) -> Field:
    """`name type rest`: the rest is a length, a lookup's module, a list's options, and the words `required` and `ro`."""
    name, kind, _, rest = (
        (*line.split(" ", 2), "", "")[:4]
        if line.count(" ") < 2
        else (*line.split(" ", 2)[:2], "", line.split(" ", 2)[2])
    )
    words = rest.split(" ")
    required, read_only = words[-1] == "required", words[-1] == "ro"
    body = " ".join(words[:-1]) if required or read_only else rest
    data_type = DataType.OWNER if kind == "owner" else DataType(kind)
    return Field(
        str(ORG + id_),
        name,
        name.replace("__s", "").replace("_", " "),
        data_type,
        int(body) if body.isdecimal() else DEFAULT_LENGTHS.get(data_type, 100),
        tuple(body.split("|")) if data_type is DataType.PICKLIST else (),
        body if data_type is DataType.LOOKUP else "users" if data_type is DataType.OWNER else "",
        required,
        read_only,
    )


_MODULES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...], str], ...] = (
    ("Leads", "Lead", ("First_Name", "Last_Name"), ("Email",), PERSON + LEAD),
    ("Contacts", "Contact", ("First_Name", "Last_Name"), ("Email",), PERSON + CONTACT),
    ("Accounts", "Account", ("Account_Name",), ("Account_Name",), ACCOUNT),
    ("Deals", "Deal", ("Deal_Name",), ("Deal_Name",), DEAL),
    ("Calls", "Call", ("Subject",), (), ACTIVITY + CALL),
    ("Events", "Event", ("Event_Title",), (), ACTIVITY + EVENT),
    ("Tasks", "Task", ("Subject",), (), ACTIVITY + TASK),
    ("Campaigns", "Campaign", ("Campaign_Name",), ("Campaign_Name",), CAMPAIGN),
)


def standard_modules() -> dict[str, Module]:
    """The modules of a new organisation."""
    modules = {}
    for number, (name, singular, named, duplicates, text) in enumerate(_MODULES):
        lines = [line for line in (text + SYSTEM).splitlines() if line]
        fields = [_field(1_000 * (number + 1) + n, line) for n, line in enumerate(lines)]
        module_id = str(ORG + 175 + number)
        modules[name] = Module(module_id, name, singular, named, duplicates, {one.api_name: one for one in fields})
    return modules
