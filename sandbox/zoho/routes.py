"""The paths that the organisation serves, what each costs and which scopes open it.

Credits: zoho.com/crm/developer/docs/api/v8/api-limits.html (deleted ids 2, conversion 5, one per ten records written, bulk read 50, all
else 1). Heavy calls share a smaller number of places at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from sandbox.zoho import accounts, bulk, convert, listing, merge, metadata, related, watch, writes
from sandbox.zoho.call import Call, Handler
from sandbox.zoho.coql import run as coql

API, BULK, ACCOUNTS = "/crm/v8", "/crm/bulk/v8", "/oauth/v2"
Credits = Callable[[Call], int]
Scopes = Callable[[Call], tuple[str, ...]]


def _price(price: int) -> Credits:
    return lambda call: price


_ONE = _price(1)


def _per_ten(call: Call) -> int:
    """One credit for every ten records of the body."""
    try:
        given = orjson.loads(call.body)["data"]
        return max(1, -(-len(given) // 10))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return 1


def _records(operation: str) -> Scopes:
    return lambda call: (f"ZohoCRM.modules.{call.params.get('module', 'Leads')}.{operation}",)


def _always(scope: str) -> Scopes:
    return lambda call: (scope,)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`scopes` is None where no token is asked for."""

    method: str
    prefix: str
    path: str
    handler: Handler
    scopes: Scopes | None
    credits: Credits = _ONE
    heavy: bool = False

    @property
    def template(self) -> str:
        """The name of the route, without the API's prefix."""
        return self.path if self.prefix == API else self.prefix + self.path


_FIELDS, _MODULES, _USERS = "ZohoCRM.settings.fields", "ZohoCRM.settings.modules", "ZohoCRM.users"
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", ACCOUNTS, "/token", accounts.token, None, _price(0)),
    Endpoint("POST", ACCOUNTS, "/token/revoke", accounts.revoke, None, _price(0)),
    Endpoint("GET", API, "/settings/fields", metadata.list_fields, _always(f"{_FIELDS}.READ")),
    Endpoint("POST", API, "/settings/fields", metadata.create_fields, _always(f"{_FIELDS}.CREATE")),
    Endpoint("GET", API, "/settings/fields/{id}", metadata.read_field, _always(f"{_FIELDS}.READ")),
    Endpoint("DELETE", API, "/settings/fields/{id}", metadata.delete_field, _always(f"{_FIELDS}.DELETE")),
    Endpoint("GET", API, "/settings/modules", metadata.list_modules, _always(f"{_MODULES}.READ")),
    Endpoint("GET", API, "/settings/modules/{module}", metadata.read_module, _always(f"{_MODULES}.READ")),
    Endpoint("GET", API, "/users", metadata.list_users, _always(f"{_USERS}.READ")),
    Endpoint("GET", API, "/users/{id}", metadata.read_user, _always(f"{_USERS}.READ")),
    Endpoint("GET", API, "/org", metadata.read_org, _always("ZohoCRM.org.READ")),
    Endpoint("POST", API, "/coql", coql.execute, _always("ZohoCRM.coql.READ"), coql.credits_of, heavy=True),
    Endpoint("POST", BULK, "/read", bulk.create_job, _always("ZohoCRM.bulk.READ"), _price(50), heavy=True),
    Endpoint("GET", BULK, "/read/{id}", bulk.read_job, _always("ZohoCRM.bulk.READ")),
    Endpoint("GET", BULK, "/read/{id}/result", bulk.download, _always("ZohoCRM.bulk.READ")),
    Endpoint("POST", API, "/actions/watch", watch.create_channels, _always("ZohoCRM.notifications.CREATE")),
    Endpoint("GET", API, "/actions/watch", watch.list_channels, _always("ZohoCRM.notifications.READ")),
    Endpoint("DELETE", API, "/actions/watch", watch.delete_channels, _always("ZohoCRM.notifications.DELETE")),
    Endpoint("GET", API, "/{module}", listing.list_records, _records("READ")),
    Endpoint("POST", API, "/{module}", writes.insert_records, _records("CREATE"), _per_ten),
    Endpoint("PUT", API, "/{module}", writes.update_records, _records("UPDATE"), _per_ten),
    Endpoint("DELETE", API, "/{module}", writes.delete_records, _records("DELETE")),
    Endpoint("POST", API, "/{module}/upsert", writes.upsert_records, _records("CREATE"), _per_ten),
    Endpoint("GET", API, "/{module}/deleted", listing.list_deleted, _records("READ"), _price(2)),
    Endpoint("GET", API, "/{module}/actions/count", listing.count_records, _records("READ")),
    Endpoint("GET", API, "/{module}/{id}", listing.read_record, _records("READ")),
    Endpoint("PUT", API, "/{module}/{id}", writes.update_record, _records("UPDATE"), _per_ten),
    Endpoint("DELETE", API, "/{module}/{id}", writes.delete_record, _records("DELETE")),
    Endpoint("GET", API, "/{module}/{id}/Stage_History", related.stage_history, _records("READ")),
    Endpoint("GET", API, "/{module}/{id}/Emails", related.emails, _records("READ")),
    Endpoint("GET", API, "/{module}/{id}/__timeline", related.timeline, _records("READ")),
    Endpoint("POST", API, "/Leads/{id}/actions/convert", convert.convert_lead, _records("ALL"), _price(5), heavy=True),
    Endpoint("POST", API, "/{module}/{id}/actions/merge", merge.merge_records, _records("UPDATE")),
)
