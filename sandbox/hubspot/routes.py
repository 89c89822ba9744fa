"""The paths that the account serves: each resource under its dated prefixes and its legacy one."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.hubspot import associations, batch, definitions, marketing, objects, portal, scopes
from sandbox.hubspot.call import Call, Handler
from sandbox.hubspot.scopes import Needs

VERSIONS = ("2026-03", "2026-09")


@dataclass(frozen=True, slots=True)
class Resource:
    """`dated` has {version} in it; `legacy` are full prefixes. `name` is how the ledger calls both."""

    name: str
    dated: str
    legacy: tuple[str, ...]

    def prefixes(self) -> list[tuple[str, bool]]:
        """Every prefix, and whether it is a dated one."""
        return [
            *((self.dated.format(version=version), True) for version in VERSIONS if self.dated),
            *((one, False) for one in self.legacy),
        ]


ScopeRule = Callable[[Call], Needs]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`needs` is None where no token is asked for."""

    resource: Resource
    method: str
    path: str
    handler: Handler
    needs: ScopeRule | None
    search: bool = False

    @property
    def template(self) -> str:
        """The name of the route, the same for dated and legacy paths."""
        return self.resource.name + self.path


OBJECTS = Resource("/crm/objects", "/crm/objects/{version}", ("/crm/v3/objects",))
OBJECT_LINKS = Resource("/crm/objects", "/crm/objects/{version}", ("/crm/v4/objects",))
ASSOCIATIONS = Resource("/crm/associations", "/crm/associations/{version}", ("/crm/v4/associations",))
PROPERTIES = Resource("/crm/properties", "/crm/properties/{version}", ("/crm/v3/properties",))
PIPELINES = Resource("/crm/pipelines", "/crm/pipelines/{version}", ("/crm/v3/pipelines",))
OWNERS = Resource("/crm/owners", "/crm/owners/{version}", ("/crm/v3/owners",))
CAMPAIGNS = Resource("/marketing/campaigns", "/marketing/campaigns/{version}", ("/marketing/v3/campaigns",))
ACCOUNT = Resource("/account-info", "/account-info/{version}", ("/account-info/v3",))
OAUTH = Resource("/oauth", "/oauth/{version}", ("/oauth/v1",))
OAUTH_DATED = Resource("/oauth", "/oauth/{version}", ())
OAUTH_V1 = Resource("/oauth", "", ("/oauth/v1",))
PRIVATE_APPS = Resource("/oauth/private-apps", "", ("/oauth/v2/private-apps",))

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(OBJECTS, "GET", "/{object}", objects.list_records, scopes.read),
    Endpoint(OBJECTS, "POST", "/{object}", objects.create_record, scopes.write),
    Endpoint(OBJECTS, "POST", "/{object}/search", objects.search_records, scopes.read, search=True),
    Endpoint(OBJECTS, "POST", "/{object}/merge", objects.merge, scopes.write),
    Endpoint(OBJECTS, "POST", "/{object}/gdpr-delete", objects.gdpr_delete, scopes.write),
    Endpoint(OBJECTS, "POST", "/{object}/batch/read", batch.read_batch, scopes.read),
    Endpoint(OBJECTS, "POST", "/{object}/batch/update", batch.update_batch, scopes.write),
    Endpoint(OBJECTS, "POST", "/{object}/batch/create", batch.create_batch, scopes.write),
    Endpoint(OBJECTS, "POST", "/{object}/batch/upsert", batch.upsert_batch, scopes.write),
    Endpoint(OBJECTS, "POST", "/{object}/batch/archive", batch.archive_batch, scopes.write),
    Endpoint(OBJECTS, "GET", "/{object}/{id}", objects.read_record, scopes.read),
    Endpoint(OBJECTS, "PATCH", "/{object}/{id}", objects.update_record, scopes.write),
    Endpoint(OBJECTS, "DELETE", "/{object}/{id}", objects.archive_record, scopes.write),
    Endpoint(
        OBJECT_LINKS,
        "PUT",
        "/{object}/{id}/associations/default/{to}/{to_id}",
        associations.put_default_link,
        scopes.write_links,
    ),
    Endpoint(OBJECT_LINKS, "GET", "/{object}/{id}/associations/{to}", associations.list_links, scopes.read_links),
    Endpoint(
        OBJECT_LINKS, "PUT", "/{object}/{id}/associations/{to}/{to_id}", associations.put_link, scopes.write_links
    ),
    Endpoint(
        OBJECT_LINKS, "DELETE", "/{object}/{id}/associations/{to}/{to_id}", associations.delete_link, scopes.write_links
    ),
    Endpoint(ASSOCIATIONS, "POST", "/{from}/{to}/batch/read", associations.read_batch, scopes.read_links),
    Endpoint(ASSOCIATIONS, "POST", "/{from}/{to}/batch/create", associations.create_batch, scopes.write_links),
    Endpoint(
        ASSOCIATIONS,
        "POST",
        "/{from}/{to}/batch/associate/default",
        associations.associate_default_batch,
        scopes.write_links,
    ),
    Endpoint(ASSOCIATIONS, "POST", "/{from}/{to}/batch/archive", associations.archive_batch, scopes.write_links),
    Endpoint(ASSOCIATIONS, "GET", "/{from}/{to}/labels", associations.read_labels, scopes.read_links),
    Endpoint(PROPERTIES, "GET", "/{object}", definitions.list_properties, scopes.read_schema),
    Endpoint(PROPERTIES, "POST", "/{object}", definitions.create_property, scopes.write_schema),
    Endpoint(PROPERTIES, "GET", "/{object}/groups", definitions.list_groups, scopes.read_schema),
    Endpoint(PROPERTIES, "POST", "/{object}/groups", definitions.create_group, scopes.write_schema),
    Endpoint(PROPERTIES, "GET", "/{object}/groups/{name}", definitions.read_group, scopes.read_schema),
    Endpoint(PROPERTIES, "POST", "/{object}/batch/create", definitions.create_properties, scopes.write_schema),
    Endpoint(PROPERTIES, "GET", "/{object}/{name}", definitions.read_property, scopes.read_schema),
    Endpoint(PROPERTIES, "PATCH", "/{object}/{name}", definitions.update_property, scopes.write_schema),
    Endpoint(PROPERTIES, "DELETE", "/{object}/{name}", definitions.archive_property, scopes.write_schema),
    Endpoint(PIPELINES, "GET", "/{object}", definitions.list_pipelines, scopes.read_schema),
    Endpoint(PIPELINES, "GET", "/{object}/{id}", definitions.read_pipeline, scopes.read_schema),
    Endpoint(OWNERS, "GET", "", definitions.list_owners, scopes.owners),
    Endpoint(OWNERS, "GET", "/{id}", definitions.read_owner, scopes.owners),
    Endpoint(CAMPAIGNS, "GET", "", marketing.list_campaigns, scopes.read_campaigns),
    Endpoint(CAMPAIGNS, "POST", "", marketing.create_campaign, scopes.write_campaigns),
    Endpoint(CAMPAIGNS, "GET", "/{id}", marketing.read_campaign, scopes.read_campaigns),
    Endpoint(CAMPAIGNS, "GET", "/{id}/budget/totals", marketing.budget_totals, scopes.read_campaigns),
    Endpoint(CAMPAIGNS, "POST", "/{id}/budget", marketing.create_budget, scopes.write_campaigns),
    Endpoint(CAMPAIGNS, "GET", "/{id}/budget/{item}", marketing.read_budget, scopes.read_campaigns),
    Endpoint(CAMPAIGNS, "POST", "/{id}/spend", marketing.create_spend, scopes.write_campaigns),
    Endpoint(CAMPAIGNS, "GET", "/{id}/spend/{item}", marketing.read_spend, scopes.read_campaigns),
    Endpoint(ACCOUNT, "GET", "/details", portal.details, scopes.nothing),
    Endpoint(ACCOUNT, "GET", "/api-usage/daily/private-apps", portal.daily_usage, scopes.nothing),
    Endpoint(OAUTH, "POST", "/token", portal.token, None),
    Endpoint(OAUTH_DATED, "POST", "/token/introspect", portal.introspect, None),
    Endpoint(OAUTH_V1, "GET", "/access-tokens/{token}", portal.access_token, None),
    Endpoint(PRIVATE_APPS, "POST", "/get/access-token-info", portal.private_app_token, None),
)
