"""What hangs on a record: a deal's stage history, e-mails, the timeline.

zoho.com/crm/developer/docs/api/v8/get-related-records.html, get-email-rel-list.html, timeline-of-a-record.html.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import MOST_PER_PAGE, Call, nothing
from sandbox.zoho.errors import bad, invalid_id, invalid_param, no_such_path
from sandbox.zoho.org import Org
from sandbox.zoho.store import Record, StageVisit
from sandbox.zoho.times import DAY

EMAILS_PER_PAGE = 10
_ROW_ID_STEP = 10**10
"""Rows of a history have ids of their own, this far from their record's and from each other's."""


def stage_history(call: Call) -> Answer:
    """`GET /Deals/{id}/Stage_History?fields=`: newest first."""
    if call.params["module"] != "Deals":
        raise no_such_path()
    record = _record(call)
    names = [name for name in call.one("fields").split(",") if name]
    if not names:
        raise bad("REQUIRED_PARAM_MISSING", "required param is missing", param_name="fields")
    size, number = call.number("per_page", MOST_PER_PAGE, MOST_PER_PAGE), call.number("page", 1, 2**31)
    rows = [_stage_row(call.org, record, n) for n in range(len(record.stages))][::-1]
    shown = [{name: row[name] for name in (*names, "id") if name in row} for row in rows]
    shown = shown[(number - 1) * size : number * size]
    if not shown:
        return nothing()
    info = {"per_page": size, "count": len(shown), "page": number, "more_records": len(rows) > number * size}
    return ok({"data": shown, "info": info})


def emails(call: Call) -> Answer:
    """`GET /{module}/{id}/Emails`: newest first, ten a page; the next page by `index`."""
    record = _record(call)
    index = call.one("index", "0")
    if not index.isdecimal():
        raise invalid_param("index")
    mails = sorted(call.org.emails.get((call.module.api_name, record.id), ()), key=lambda one: -int(one["time"]))
    start = int(index)
    shown = mails[start : start + EMAILS_PER_PAGE]
    if not shown:
        return nothing()
    more = len(mails) > start + EMAILS_PER_PAGE
    info = {
        "count": len(shown),
        "per_page": EMAILS_PER_PAGE,
        "next_index": str(start + EMAILS_PER_PAGE) if more else None,
        "prev_index": str(start - EMAILS_PER_PAGE) if start else None,
        "more_records": more,
    }
    return ok({"Emails": [_email(call, record, one) for one in shown], "info": info})


def timeline(call: Call) -> Answer:
    """`GET /{module}/{id}/__timeline`: when the record was added, and each change of a deal's stage, newest first."""
    record, org = _record(call), call.org
    entries = [_entry(org, record, 0, "added", record.created, str(record.values.get("Created_By")), None)]
    for n, (before, after) in enumerate(pairwise(record.stages), 1):
        value = {"old": before.stage, "new": after.stage}
        history = [{"api_name": "Stage", "field_label": "Stage", "data_type": "picklist", "_value": value}]
        entries.append(_entry(org, record, n, "updated", after.at, after.by, history))
    info = {"per_page": 200, "count": len(entries), "page": 1, "more_records": False, "next_page_token": None}
    return ok({"__timeline": entries[::-1], "info": info})


def _record(call: Call) -> Record:
    call.allow("View")
    record = call.store.get(call.params["id"])
    if record is None:
        raise invalid_id()
    return record


def _stage_row(org: Org, record: Record, number: int) -> Mapping[str, Any]:
    visit: StageVisit = record.stages[number]
    until = record.stages[number + 1].at if number + 1 < len(record.stages) else org.now()
    return {
        "Stage": visit.stage,
        "Amount": visit.amount,
        "Close_Date": visit.closing,
        "Duration_Days": (until - visit.at) // DAY,
        "Modified_Time": org.local(visit.at),
        "Modified_By": _person(org, visit.by),
        "id": str(record.id + (number + 1) * _ROW_ID_STEP),
    }


def _email(call: Call, record: Record, held: Mapping[str, Any]) -> dict[str, Any]:
    org, at = call.org, call.org.local(held["time"])
    owner = _person(org, str(held.get("owner") or record.values.get("Owner")))
    linked = {"module": {"api_name": call.module.api_name, "id": call.module.id}, "id": str(record.id)}
    name = org.display_name(call.module, record.values)
    return {
        "message_id": held.get("message_id") or f"{record.id}.{held['time']}",
        "subject": held.get("subject"),
        "from": held.get("from"),
        "to": held.get("to") or [],
        "cc": None,
        "time": at,
        "sent_time": at,
        "sent": bool(held.get("sent", True)),
        "read": True,
        "source": held.get("source", "crm"),
        "status": held.get("status") or [{"type": "sent"}],
        "owner": owner,
        "linked_record": {**linked, "name": name},
        "summary": None,
        "activity_info": None,
        "intent": None,
        "sentiment_info": None,
        "emotion": None,
        "has_attachment": False,
        "has_thread_attachment": False,
    }


def _entry(org: Org, record: Record, number: int, action: str, at: int, by: str, history: Any) -> dict[str, Any]:
    return {
        "id": str(record.id + (number + 1) * _ROW_ID_STEP),
        "action": action,
        "audited_time": org.local(at),
        "done_by": _person(org, by),
        "field_history": history,
        "source": "crm_ui",
        "type": "record_action",
        "record": {"id": str(record.id)},
        "related_record": None,
        "automation_details": None,
    }


def _person(org: Org, id_: str) -> dict[str, str]:
    known = org.users.get(id_)
    return {"name": "" if known is None else known.full_name, "id": id_}
