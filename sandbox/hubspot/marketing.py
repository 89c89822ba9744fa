"""Campaign endpoints. Properties come only when asked for; unknown ones are left out in silence."""

import uuid
from collections.abc import Callable
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.hubspot.call import Call, next_page
from sandbox.hubspot.campaigns import Campaign, Item, parse_item
from sandbox.hubspot.errors import bad_request, not_found

MOST_CAMPAIGNS = 100

_SORTS: dict[str, Callable[[Campaign], Any]] = {
    "hs_name": lambda one: one.properties.get("hs_name", ""),
    "createdAt": lambda one: one.created,
    "updatedAt": lambda one: one.updated,
}


def _campaign(call: Call) -> Campaign:
    found = call.account.campaigns.get(call.params["id"])
    if found is None:
        raise not_found(f"Campaign {call.params['id']} does not exist")
    return found


def list_campaigns(call: Call) -> Answer:
    """`GET /marketing/…/campaigns`: at most 100 a page, 50 unless asked, with a total."""
    limit, sort, name = call.limit(50, MOST_CAMPAIGNS), call.one("sort", "hs_name"), call.one("name").lower()
    order = _SORTS.get(sort.lstrip("-"))
    if order is None:
        raise bad_request(f"Invalid sort property: {sort}")
    found = [one for one in call.account.campaigns.values() if name in one.properties.get("hs_name", "").lower()]
    found.sort(key=lambda one: (order(one), one.id), reverse=sort.startswith("-"))
    after = call.after_number()
    body: dict[str, Any] = {
        "total": len(found),
        "results": [one.shown(call.many("properties")) for one in found[after : after + limit]],
    }
    if after + limit < len(found):
        body["paging"] = next_page(str(after + limit))
    return ok(body)


def read_campaign(call: Call) -> Answer:
    """`GET /marketing/…/campaigns/{id}`."""
    return ok(_campaign(call).shown(call.many("properties")) | {"assets": {}})


def create_campaign(call: Call) -> Answer:
    """`POST /marketing/…/campaigns`: 201; hs_name is required."""
    account, properties = call.account, call.json().get("properties") or {}
    if not properties.get("hs_name"):
        raise bad_request("Some required properties were not set: [hs_name]")
    now = account.clock.now()
    new = Campaign(
        str(uuid.uuid5(uuid.NAMESPACE_OID, f"{account.settings.portal_id}/{len(account.campaigns)}")),
        {name: str(value) for name, value in properties.items()},
        now,
        now,
    )
    account.campaigns[new.id] = new
    return ok(new.shown(list(properties)), 201)


def budget_totals(call: Call) -> Answer:
    """`GET …/{id}/budget/totals`."""
    campaign = _campaign(call)
    return ok(campaign.totals(campaign.properties.get("hs_currency_code") or call.account.settings.currency))


def create_budget(call: Call) -> Answer:
    """`POST …/{id}/budget`: 201."""
    return _new_item(call, _campaign(call).budget)


def create_spend(call: Call) -> Answer:
    """`POST …/{id}/spend`: 201."""
    return _new_item(call, _campaign(call).spend)


def read_budget(call: Call) -> Answer:
    """`GET …/{id}/budget/{item}`."""
    return _item(call, _campaign(call).budget)


def read_spend(call: Call) -> Answer:
    """`GET …/{id}/spend/{item}`."""
    return _item(call, _campaign(call).spend)


def _item(call: Call, items: dict[str, Item]) -> Answer:
    if call.params["item"] not in items:
        raise not_found(f"Item {call.params['item']} does not exist")
    return ok(items[call.params["item"]].shown())


def _new_item(call: Call, items: dict[str, Item]) -> Answer:
    try:
        item = parse_item(call.json(), str(len(items) + 1), call.account.clock.now())
    except (KeyError, ValueError) as error:
        raise bad_request(f"Some required fields were not set or are wrong: {error}") from None
    items[item.id] = item
    return ok(item.shown(), 201)
