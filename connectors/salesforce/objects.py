"""The objects that are read, and what each is linked by.

Source: the objects' describe calls and developer.salesforce.com/docs/atlas.en-us.object_reference.meta.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIXES: Mapping[str, str] = {
    "Account": "001",
    "Campaign": "701",
    "Contact": "003",
    "Lead": "00Q",
    "Opportunity": "006",
}
"""How the ids of an object begin: a reference such as WhoId may lead to one of several."""

ACTIVITY: Mapping[str, str] = {
    "Lead": "WhoId",
    "Contact": "WhoId",
    "Account": "WhatId",
    "Opportunity": "WhatId",
    "Campaign": "WhatId",
}
ROLES = "OpportunityContactRole"
"""Links opportunities to contacts; a role comes and goes without the opportunity's knowing."""

STAGE = "StageName"


@dataclass(frozen=True, slots=True)
class Kind:
    """`links` are the reference fields by linked object."""

    links: Mapping[str, str] = field(default_factory=dict)
    merges: bool = False
    converts: bool = False
    deletable: bool = True

    @property
    def system(self) -> tuple[str, ...]:
        """The fields that say where a record stands."""
        return (
            "Id",
            "SystemModstamp",
            *(("IsDeleted",) if self.deletable else ()),
            *(("MasterRecordId",) if self.merges else ()),
            *(("IsConverted", "ConvertedContactId") if self.converts else ()),
        )

    @property
    def live(self) -> tuple[str, ...]:
        """The conditions of a record's being there, in SOQL."""
        return (
            *(("IsDeleted = false",) if self.deletable else ()),
            *(("IsConverted = false",) if self.converts else ()),
        )


KINDS: Mapping[str, Kind] = {
    "Lead": Kind(merges=True, converts=True),
    "Contact": Kind({"Account": "AccountId"}, merges=True),
    "Account": Kind(merges=True),
    "Opportunity": Kind({"Account": "AccountId", "Campaign": "CampaignId"}),
    ROLES: Kind({"Opportunity": "OpportunityId", "Contact": "ContactId"}),
    "Task": Kind(ACTIVITY),
    "Event": Kind(ACTIVITY),
    "Campaign": Kind(),
    "CampaignMember": Kind({"Campaign": "CampaignId", "Lead": "LeadId", "Contact": "ContactId"}),
    "User": Kind(deletable=False),
}


def linked(object_: str) -> tuple[str, ...]:
    """The objects that an object's records are linked to."""
    return (*KINDS[object_].links, *(("Contact",) if object_ == "Opportunity" else ()))
