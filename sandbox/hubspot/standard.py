"""The properties every account has, as far as a lead's journey needs them.

One line each: name, type/fieldType, label; flags after `!` (ro read-only value, calc calculated, unique, epoch reads as epoch
milliseconds, hidden); options after `=`. Names are HubSpot's own: those of its guides (developers.hubspot.com/docs/guides/api/crm: objects,
engagements, leads, users) and, for what the guides leave out, those that published clients read from real accounts (hs_object_source,
hs_sequence_id on e-mails, hs_email_sent_via).
"""

from sandbox.hubspot.kinds import KINDS, Kind
from sandbox.hubspot.properties import Catalog, Option, Property

LIFECYCLE = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)

_OPTIONS = {
    "@stages": ",".join(LIFECYCLE),
    "@sources": "ORGANIC_SEARCH,PAID_SEARCH,EMAIL_MARKETING,SOCIAL_MEDIA,REFERRALS,OTHER_CAMPAIGNS,DIRECT_TRAFFIC,OFFLINE,PAID_SOCIAL",
    "@record_sources": "CRM_UI,IMPORT,API,INTEGRATION,FORM,AUTOMATION_PLATFORM,SEQUENCES,MEETINGS,CONVERSATIONS,EMAIL,GMAIL,SALES,CONTACTS_WEB",
}

_COMMON = """
hs_object_id            number/number        Record ID                    !ro
hs_merged_object_ids    enumeration/checkbox Merged object IDs            !ro,external
hs_object_source        enumeration/select   Record source (internal)     !ro =@record_sources
hs_object_source_id     string/text          Record source ID             !ro
hubspot_owner_id        enumeration/select   Owner                        !external
hubspot_team_id         enumeration/select   Team                         !external,ro
hubspot_owner_assigneddate datetime/date     Owner assigned date          !ro
"""

_ACTIVITY = """
hs_createdate           datetime/date        Create date                  !ro
hs_lastmodifieddate     datetime/date        Last modified date           !ro
hs_timestamp            datetime/date        Activity date
hs_body_preview         string/text          Body preview                 !ro
hs_created_by_user_id   number/number        Created by user ID           !ro
hs_engagement_source    string/text          Engagement source            !ro
hs_engagement_source_id string/text          Engagement source ID         !ro
hs_unique_id            string/text          Unique ID                    !ro
hs_activity_type        string/text          Call and meeting type
"""

_TABLES = {
    "contacts": """
createdate              datetime/date        Create date                  !ro
lastmodifieddate        datetime/date        Last modified date           !ro
email                   string/text          Email                        !unique
firstname               string/text          First name
lastname                string/text          Last name
phone                   string/phonenumber   Phone number
mobilephone             string/phonenumber   Mobile phone number
jobtitle                string/text          Job title
company                 string/text          Company name
website                 string/text          Website URL
city                    string/text          City
country                 string/text          Country or region
hs_country_region_code  string/text          Country or region code
hs_language             string/text          Preferred language
industry                string/text          Industry
numemployees            string/text          Number of employees
annualrevenue           string/text          Annual revenue
lifecyclestage          enumeration/radio    Lifecycle stage              =@stages
hs_lifecyclestage_lead_date datetime/date    Became a lead date           !ro,epoch
hs_lifecyclestage_marketingqualifiedlead_date datetime/date Became an MQL date !ro,epoch
hs_lifecyclestage_opportunity_date datetime/date Became an opportunity date !ro,epoch
hs_lifecyclestage_customer_date datetime/date Became a customer date      !ro,epoch
hs_lead_status          enumeration/radio    Lead status                  =NEW,OPEN,IN_PROGRESS,OPEN_DEAL,UNQUALIFIED,ATTEMPTED_TO_CONTACT,CONNECTED,BAD_TIMING
hs_analytics_source     enumeration/select   Original traffic source      =@sources
hs_analytics_source_data_1 string/text       Original source drill-down 1 !ro
hs_latest_source        enumeration/select   Latest traffic source        !ro =@sources
hs_analytics_num_page_views number/number    Number of page views         !ro
hs_analytics_num_visits number/number        Number of sessions           !ro
hs_analytics_first_timestamp datetime/date   Time first seen              !ro
hs_analytics_last_timestamp datetime/date    Time last seen               !ro
hs_analytics_last_visit_timestamp datetime/date Time of last session      !ro
recent_conversion_date  datetime/date        Recent conversion date       !ro
recent_conversion_event_name string/text     Recent conversion            !ro
first_conversion_date   datetime/date        First conversion date        !ro
first_conversion_event_name string/text      First conversion             !ro
num_conversion_events   number/number        Number of form submissions   !ro
num_unique_conversion_events number/number   Number of unique forms submitted !ro
hs_email_last_open_date datetime/date        Last marketing email open date !ro
hs_email_last_click_date datetime/date       Last marketing email click date !ro
hs_email_last_send_date datetime/date        Last marketing email send date !ro
hs_email_open           number/number        Marketing emails opened      !ro
hs_email_click          number/number        Marketing emails clicked     !ro
hs_email_delivered      number/number        Marketing emails delivered   !ro
hs_email_bounce         number/number        Marketing emails bounced     !ro
hs_email_optout         bool/booleancheckbox Unsubscribed from all email  =true,false
hs_email_hard_bounce_reason_enum enumeration/select Email hard bounce reason !ro =BLOCKED,CONTENT,MAILBOX_FULL,OTHER,POLICY,SPAM,UNKNOWN_USER
notes_last_contacted    datetime/date        Last contacted               !ro
notes_last_updated      datetime/date        Last activity date           !ro
num_contacted_notes     number/number        Number of times contacted    !ro
hs_first_outreach_date  datetime/date        First outreach date          !ro,calc,hidden
hs_sa_first_engagement_date datetime/date    Date of first engagement     !ro,calc
hs_time_to_first_engagement number/number    Lead response time           !ro,calc
hs_calculated_merged_vids string/text        Merged contact IDs with timestamps !ro,calc
hs_all_contact_vids     enumeration/checkbox All contact IDs              !ro,external
associatedcompanyid     number/number        Primary associated company ID
hubspotscore            number/number        HubSpot score                !ro
hs_predictivecontactscore_v2 number/number   Likelihood to close          !ro,calc
closedate               datetime/date        Close date
""",
    "companies": """
createdate              datetime/date        Create date                  !ro
hs_lastmodifieddate     datetime/date        Last modified date           !ro
name                    string/text          Company name
domain                  string/text          Company domain name
website                 string/text          Website URL
phone                   string/phonenumber   Phone number
city                    string/text          City
country                 string/text          Country or region
industry                enumeration/select   Industry                     =COMPUTER_SOFTWARE,INFORMATION_TECHNOLOGY_AND_SERVICES,FINANCIAL_SERVICES,RETAIL,MACHINERY,LOGISTICS_AND_SUPPLY_CHAIN,HOSPITAL_HEALTH_CARE,EDUCATION_MANAGEMENT,CONSTRUCTION,FOOD_PRODUCTION,MARKETING_AND_ADVERTISING,HOSPITALITY,UTILITIES,AUTOMOTIVE
numberofemployees       number/number        Number of employees
annualrevenue           number/number        Annual revenue
lifecyclestage          enumeration/radio    Lifecycle stage              =@stages
num_associated_contacts number/number        Number of associated contacts !ro,calc
num_associated_deals    number/number        Number of associated deals   !ro,calc
hs_analytics_source     enumeration/select   Original traffic source      =@sources
""",
    "deals": """
createdate              datetime/date        Create date
hs_lastmodifieddate     datetime/date        Last modified date           !ro
dealname                string/text          Deal name
description             string/textarea      Deal description
amount                  number/number        Amount
amount_in_home_currency number/number        Amount in company currency   !ro,calc
deal_currency_code      enumeration/select   Currency                     =EUR,USD,GBP,MXN,COP
closedate               datetime/date        Close date
dealstage               enumeration/radio    Deal stage                   !external
pipeline                enumeration/select   Pipeline                     !external
dealtype                enumeration/radio    Deal type                    =newbusiness,existingbusiness
hs_is_closed            bool/calculation_equation Is deal closed?         !ro,calc =true,false
hs_is_closed_won        bool/calculation_equation Is closed won           !ro,calc =true,false
hs_deal_stage_probability number/number      Deal probability             !ro,calc
hs_date_entered_closedwon datetime/date      Date entered closed won      !ro,calc
closed_lost_reason      string/textarea      Closed lost reason
closed_won_reason       string/textarea      Closed won reason
hs_analytics_source     enumeration/select   Original traffic source      =@sources
hs_campaign             string/text          HubSpot campaign             !ro
num_associated_contacts number/number        Number of associated contacts !ro,calc
""",
    "leads": """
hs_createdate           datetime/date        Create date                  !ro
hs_lastmodifieddate     datetime/date        Last modified date           !ro
hs_lead_name            string/text          Lead name
hs_lead_type            enumeration/radio    Lead type                    =NEW_BUSINESS,UPSELL,RE_ATTEMPTING
hs_lead_label           enumeration/radio    Lead label                   =HOT,WARM,COLD
hs_pipeline             enumeration/select   Lead pipeline                !external
hs_pipeline_stage       enumeration/radio    Lead pipeline stage          !external
hs_v2_date_entered_current_stage datetime/date Date entered current stage !ro,calc
hs_lead_first_outreach_date datetime/date    First outreach date          !ro,calc
hs_lead_time_to_first_outreach number/number Time to first outreach       !ro,calc
hs_lead_is_disqualified bool/calculation_equation Is disqualified         !ro,calc =true,false
hs_lead_disqualification_reason enumeration/select Disqualification reason =NO_BUDGET,NOT_A_FIT,NO_RESPONSE,WRONG_CONTACT,DUPLICATE,OTHER
hs_primary_contact_id   number/number        Primary contact ID           !ro,calc
""",
    "calls": """
hs_call_title           string/text          Call title
hs_call_body            string/html          Call notes
hs_call_direction       enumeration/select   Call direction               =INBOUND,OUTBOUND
hs_call_disposition     enumeration/select   Call outcome                 !external
hs_call_duration        number/number        Call duration
hs_call_status          enumeration/select   Call status                  =BUSY,CALLING_CRM_USER,CANCELED,COMPLETED,CONNECTING,FAILED,IN_PROGRESS,MISSED,NO_ANSWER,QUEUED,RINGING
hs_call_source          enumeration/select   Call source                  =CONVERSATIONS,HUBSPOT_CALLING,INTEGRATIONS_PLATFORM
hs_call_from_number     string/text          From number
hs_call_to_number       string/text          To number
""",
    "emails": """
hs_email_subject        string/text          Email subject
hs_email_text           string/textarea      Email body
hs_email_html           string/html          Email HTML
hs_email_direction      enumeration/select   Email direction              =EMAIL,INCOMING_EMAIL,FORWARDED_EMAIL,DRAFT_EMAIL
hs_email_status         enumeration/select   Email send status            =BOUNCED,FAILED,SCHEDULED,SENDING,SENT
hs_email_from_email     string/text          Email from address           !ro,calc
hs_email_to_email       string/text          Email to address             !ro,calc
hs_email_thread_id      string/text          Email thread id              !ro
hs_email_tracker_key    string/text          Email tracker key
hs_email_sent_via       enumeration/select   Email sent via               =CONVERSATIONS,GMAIL,LOCAL_DEVELOPER,OUTLOOK,PORTAL
hs_sequence_id          number/number        Sequence ID                  !ro
hs_template_id          number/number        Template ID                  !ro
hs_email_open_count     number/number        Number of email opens
hs_email_click_count    number/number        Number of email clicks
hs_email_reply_count    number/number        Number of email replies
""",
    "meetings": """
hs_meeting_title        string/text          Meeting name
hs_meeting_body         string/html          Meeting description
hs_meeting_start_time   datetime/date        Meeting start time
hs_meeting_end_time     datetime/date        Meeting end time
hs_meeting_outcome      enumeration/select   Meeting outcome              =SCHEDULED,COMPLETED,RESCHEDULED,NO_SHOW,CANCELED
hs_meeting_location     string/text          Meeting location
hs_meeting_source       enumeration/select   Meeting source               !ro =BIDIRECTIONAL_API,CRM_UI,MEETINGS_PUBLIC,MEETINGS_EMBEDDED
""",
    "communications": """
hs_communication_channel_type enumeration/select Channel type             =WHATS_APP,LINKEDIN_MESSAGE,SMS
hs_communication_logged_from enumeration/select Logged from               =CRM
hs_communication_body   string/html          Communication body
""",
    "tasks": """
hs_task_subject         string/text          Task title
hs_task_body            string/html          Task notes
hs_task_status          enumeration/select   Task status                  =COMPLETED,DEFERRED,IN_PROGRESS,NOT_STARTED,WAITING
hs_task_type            enumeration/select   Task type                    =CALL,EMAIL,LINKED_IN,TODO
hs_task_priority        enumeration/select   Priority                     =HIGH,LOW,MEDIUM,NONE
""",
    "notes": """
hs_note_body            string/html          Note body
""",
    "users": """
hs_createdate           datetime/date        Create date                  !ro
hs_lastmodifieddate     datetime/date        Last modified date           !ro
hs_email                string/text          Email                        !ro
hs_given_name           string/text          First name                   !ro
hs_family_name          string/text          Last name                    !ro
hs_internal_user_id     number/number        User ID                      !ro
hs_job_title            string/text          Job title
hs_standard_time_zone   string/text          Time zone
hs_working_hours        string/text          Working hours
""",
}
_ACTIVITIES = frozenset({"calls", "emails", "meetings", "communications", "tasks", "notes"})
_GROUPS = {"contacts": {"contactinformation": "Contact information", "emailinformation": "Email information"}}


def _property(line: str, group: str) -> Property:
    head, _, choices = line.partition("=")
    head, _, flags = head.partition("!")
    name, kind, label = head.split(None, 2)
    type_, field_type = kind.split("/")
    marks = frozenset(flags.strip().split(","))
    values = [value for value in _OPTIONS.get(choices, choices).split(",") if value]
    return Property(
        name,
        label.strip(),
        type_,
        field_type,
        group,
        options=tuple(Option(value, value.replace("_", " ").capitalize(), n) for n, value in enumerate(values)),
        read_only="ro" in marks,
        calculated="calc" in marks,
        unique="unique" in marks,
        hidden="hidden" in marks,
        hubspot_defined=True,
        epoch="epoch" in marks,
        external="external" in marks,
    )


def _catalog(kind: Kind) -> Catalog:
    group = f"{kind.singular}information"
    table = _COMMON + (_ACTIVITY if kind.name in _ACTIVITIES else "") + _TABLES[kind.name]
    properties = [_property(line.strip(), group) for line in table.splitlines() if line.strip()]
    return Catalog(properties, {group: f"{kind.singular.capitalize()} information", **_GROUPS.get(kind.name, {})})


def standard_catalogs() -> dict[str, Catalog]:
    """A new account's property definitions, by kind."""
    return {kind.name: _catalog(kind) for kind in KINDS}
