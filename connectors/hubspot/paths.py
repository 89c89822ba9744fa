"""Where HubSpot keeps what. The dated API and the older v3 differ in little more than this.

Source: HubSpot's API reference and migration guide (developers.hubspot.com/docs/api-reference/legacy/migration-guide).
"""

from dataclasses import dataclass

CRM_OBJECTS = ("contacts", "companies", "deals", "leads", "calls", "emails", "meetings", "communications")
MERGING = frozenset({"contacts", "companies", "deals"})
"""Objects whose survivors list the ids merged into them, in MERGED."""

MERGED = "hs_merged_object_ids"


def modified_property(object_: str) -> str:
    """The property that HubSpot moves at every change of a record, its own internal ones included."""
    return "lastmodifieddate" if object_ == "contacts" else "hs_lastmodifieddate"


@dataclass(frozen=True, slots=True)
class Paths:
    """Route templates; `{object}`, `{to}`, `{id}` and `{property}` are filled in per request."""

    objects: str
    associations: str
    properties: str
    pipelines: str
    owners: str
    campaigns: str
    account: str
    token: str
    token_info: str = "/oauth/v2/private-apps/get/access-token-info"  # noqa: S105 (a path)

    @classmethod
    def of(cls, version: str) -> "Paths":
        """The routes of an API version."""
        if version == "v3":
            return cls(
                objects="/crm/v3/objects/{object}",
                associations="/crm/v4/associations/{object}/{to}/batch/read",
                properties="/crm/v3/properties/{object}",
                pipelines="/crm/v3/pipelines/{object}",
                owners="/crm/v3/owners",
                campaigns="/marketing/v3/campaigns",
                account="/account-info/v3/details",
                token="/oauth/v1/token",  # noqa: S106 (a path)
            )
        return cls(
            objects=f"/crm/objects/{version}/{{object}}",
            associations=f"/crm/associations/{version}/{{object}}/{{to}}/batch/read",
            properties=f"/crm/properties/{version}/{{object}}",
            pipelines=f"/crm/pipelines/{version}/{{object}}",
            owners=f"/crm/owners/{version}",
            campaigns=f"/marketing/campaigns/{version}",
            account=f"/account-info/{version}/details",
            token=f"/oauth/{version}/token",
        )
