"""Notification channels: they are kept and told, and end; no callback is made.

zoho.com/crm/developer/docs/api/v8/notifications/overview.html.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import Call, nothing
from sandbox.zoho.errors import Refusal, bad, invalid_value, not_given
from sandbox.zoho.org import Org
from sandbox.zoho.times import DAY, parse

LONGEST_TOKEN = 50
_LASTS_S, _LASTS_AT_MOST_S = 3_600, DAY
_OPERATIONS = frozenset({"create", "edit", "delete", "all"})


def create_channels(call: Call) -> Answer:
    """`POST /actions/watch`: 201; each channel on its own, 207 when mixed. A channel that is there is renewed."""
    given = call.json().get("watch")
    if not isinstance(given, list) or not given:
        raise not_given("watch", "$.watch")
    told, failures = [], 0
    for number, one in enumerate(given):
        try:
            events = _subscribe(call.org, one, f"$.watch[{number}]")
            message = "Successfully subscribed for actions-watch of the given module"
            told.append({"code": "SUCCESS", "details": {"events": events}, "message": message, "status": "success"})
        except Refusal as refusal:
            failures += 1
            told.append(refusal.body())
    return ok({"watch": told}, 400 if failures == len(given) else 207 if failures else 201)


def list_channels(call: Call) -> Answer:
    """`GET /actions/watch`: those that have not ended."""
    now, wanted = call.org.now(), call.one("channel_id")
    live = [one for id_, one in call.org.channels.items() if one["ends"] > now and wanted in {"", id_}]
    if not live:
        return nothing()
    rows = [event for one in live for event in one["events"]]
    info = {"per_page": 200, "count": len(rows), "page": 1, "more_records": False}
    return ok({"watch": rows, "info": info})


def delete_channels(call: Call) -> Answer:
    """`DELETE /actions/watch?channel_ids=`."""
    ids = [one for one in call.one("channel_ids").split(",") if one]
    if not ids or any(one not in call.org.channels for one in ids):
        raise bad("INVALID_DATA", "invalid data", param_name="channel_ids")
    for one in ids:
        del call.org.channels[one]
    message = "Successfully un-subscribed for actions-watch of the given module"
    done = [{"code": "SUCCESS", "details": {"channel_id": one}, "message": message, "status": "success"} for one in ids]
    return ok({"watch": done})


def _subscribe(org: Org, given: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    for name in ("channel_id", "events", "notify_url"):
        if not given.get(name):
            raise not_given(name, f"{path}.{name}")
    if len(str(given.get("token") or "")) > LONGEST_TOKEN:
        raise invalid_value("token", f"{path}.token", maximum_length=LONGEST_TOKEN)
    now, asked = org.now(), parse(str(given.get("channel_expiry") or ""))
    ends = min(now + _LASTS_S if asked is None else asked, now + _LASTS_AT_MOST_S)
    events = [_event(org, str(name), str(given["channel_id"]), ends, path) for name in given["events"]]
    org.channels[str(given["channel_id"])] = {"ends": ends, "events": events}
    return events


def _event(org: Org, name: str, channel: str, ends: int, path: str) -> dict[str, Any]:
    module, _, operation = name.partition(".")
    if module not in org.modules or operation not in _OPERATIONS:
        raise invalid_value("events", f"{path}.events")
    return {
        "channel_id": channel,
        "channel_expiry": org.local(ends),
        "resource_name": module,
        "resource_id": org.modules[module].id,
        "resource_uri": f"/crm/v8/{module}",
    }
