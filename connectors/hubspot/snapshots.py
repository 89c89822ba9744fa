"""Lists small enough to be read whole: owners, pipeline stages, and campaigns with what they cost."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import orjson

from connectors.base import Change, Page, Selection
from connectors.http import Declined, Request
from connectors.hubspot.account import Account, following
from connectors.hubspot.cursor import Snapshot, dump
from connectors.hubspot.records import ROW, Raw, gone, moment

OWNERS_PAGE = 500
CAMPAIGNS_PAGE = 100
PIPELINED = ("deals", "leads")

FIELDS: Mapping[str, tuple[str, ...]] = {
    "owners": ("email", "firstName", "lastName", "type", "userId", "teams", "archived"),
    "pipelines": ("label", "pipeline", "pipelineLabel", "objectType", "displayOrder", "isClosed", "probability"),
    "campaigns": (
        "hs_name", "hs_start_date", "hs_end_date", "hs_campaign_status", "hs_audience", "hs_goal", "hs_notes",
        "hs_owner", "hs_currency_code", "hs_budget_items_sum_amount", "hs_spend_items_sum_amount", "hs_utm",
        "spendTotal", "budgetTotal", "remainingBudget", "currencyCode",
    ),
}  # fmt: skip
COSTS = ("spendTotal", "budgetTotal", "remainingBudget", "currencyCode")


def snapshot(account: Account, selection: Selection, since: Snapshot | None) -> Iterator[Page]:
    """What differs from the last look, on one page."""
    before = since.versions if since else {}
    found = {change.id: change for change in _LISTS[selection.object](account)}
    changed = [change for change in found.values() if before.get(change.id) != change.version]
    now = account.told.now()
    changed += [gone(selection.object, id_, now) for id_ in before if id_ not in found]
    yield Page(changed, dump(Snapshot({id_: change.version for id_, change in found.items()})), last=True)


def campaigns(account: Account, selection: Selection, since: Snapshot | None) -> Iterator[Page]:
    """Campaigns that changed. What a campaign cost may change without the campaign: all are read again now and then."""
    before, now = since or Snapshot({}), account.now_ms()
    full = now - before.at >= account.options.spend_every.total_seconds() * 1000
    known: dict[str, str] = {} if full else dict(before.versions)
    for rows in _campaign_pages(account, selection):
        changed = [row for row in rows if known.get(row["id"]) != str(row["updatedAt"])]
        known.update((row["id"], str(row["updatedAt"])) for row in changed)
        if changed:
            yield Page([_campaign(account, row) for row in changed], dump(before))
        if not full and len(changed) < len(rows):
            break
    lost = [gone("campaigns", id_, account.told.now()) for id_ in before.versions if id_ not in known]
    yield Page(lost, dump(Snapshot(known, now if full else before.at)), last=True)


def listed(account: Account, object_: str) -> list[Change]:
    """The whole list, for counting and for reading by id."""
    if object_ in _LISTS:
        return list(_LISTS[object_](account))
    pages = _campaign_pages(account, Selection(object_, FIELDS[object_]))
    return [_campaign(account, row) for rows in pages for row in rows]


def _owners(account: Account) -> Iterator[Change]:
    for archived in ("false", "true"):
        after = ""
        while True:
            query = (("limit", str(OWNERS_PAGE)), ("archived", archived), *((("after", after),) if after else ()))
            each = frozenset({"id", "updatedAt"})
            reply = account.api.call(Request("GET", account.paths.owners, query=query, promises="results", each=each))
            for row in reply.data["results"]:
                teams = ";".join(str(team["name"]) for team in row.get("teams") or ())
                fields = {name: row.get(name) for name in FIELDS["owners"]} | {"teams": teams}
                yield _listed("owners", str(row["id"]), row["updatedAt"], fields)
            after = following(reply)
            if not after:
                break


def _stages(account: Account) -> Iterator[Change]:
    for object_ in PIPELINED:
        each = frozenset({"id", "label", "stages"})
        request = Request("GET", account.paths.pipelines, {"object": object_}, promises="results", each=each)
        try:
            pipelines = account.api.call(request).data["results"]
        except Declined as declined:
            if declined.status != 404:
                raise
            continue  # an account without the leads object has no pipelines of it
        for pipeline in pipelines:
            for stage in pipeline["stages"]:
                yield _stage(object_, pipeline, stage)


def _stage(object_: str, pipeline: Raw, stage: Raw) -> Change:
    metadata = stage.get("metadata") or {}
    fields = {
        "label": stage["label"],
        "pipeline": pipeline["id"],
        "pipelineLabel": pipeline["label"],
        "objectType": object_,
        "displayOrder": stage.get("displayOrder"),
        "isClosed": metadata.get("isClosed"),
        "probability": metadata.get("probability"),
    }
    return _listed("pipelines", str(stage["id"]), stage["updatedAt"], fields)


def _listed(object_: str, id_: str, updated: str, fields: dict[str, Any]) -> Change:
    digest = blake2b(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
    return Change(object_, id_, digest, moment(updated), fields)


def _campaign_pages(account: Account, selection: Selection) -> Iterator[list[Raw]]:
    asked = ",".join(name for name in selection.fields if name not in COSTS)
    after = ""
    while True:
        query = [("limit", str(CAMPAIGNS_PAGE)), ("sort", "-updatedAt")]
        query += [("properties", asked)] if asked else []
        query += [("after", after)] if after else []
        request = Request("GET", account.paths.campaigns, query=tuple(query), promises="results", each=ROW)
        reply = account.api.call(request)
        yield reply.data["results"]
        after = following(reply)
        if not after:
            return


def _campaign(account: Account, row: Raw) -> Change:
    route = account.paths.campaigns + "/{id}/budget/totals"
    totals = account.api.call(Request("GET", route, {"id": row["id"]})).data
    fields = {**row["properties"], **{name: totals.get(name) for name in COSTS}}
    return _listed("campaigns", row["id"], str(row["updatedAt"]), fields)


_LISTS: Mapping[str, Callable[[Account], Iterator[Change]]] = {"owners": _owners, "pipelines": _stages}
