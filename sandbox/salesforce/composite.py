"""Composite: up to 25 calls in one, each with its own status inside a 200, later ones referring to earlier answers.

Source: developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm.
"""

import re
from typing import Any

import orjson

from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.errors import refuse
from sandbox.salesforce.rollback import Savepoint

MOST_CALLS = 25
_REFERENCE = re.compile(r"@\{(\w+)\.([\w.\[\]]+)\}")
_HALTED = [{"errorCode": "PROCESSING_HALTED", "message": "The transaction was rolled back since another operation in the same transaction failed."}]  # fmt: skip


def composite(call: Call) -> Answer:
    """`POST /composite` {allOrNone?, compositeRequest: [{method, url, referenceId, body?}]}."""
    given = call.object()
    calls = given.get("compositeRequest")
    if not isinstance(calls, list) or not calls:
        raise refuse(400, "REQUIRED_FIELD_MISSING", "compositeRequest is required")
    if len(calls) > MOST_CALLS:
        raise refuse(400, "LIMIT_EXCEEDED", f"Limit of {MOST_CALLS} subrequests exceeded: {len(calls)}")
    savepoint, told, answers = Savepoint(call.org), list[dict[str, Any]](), dict[str, Any]()
    for one in calls:
        told.append(_one(call, one, answers))
        if given.get("allOrNone") and told[-1]["httpStatusCode"] >= 400:
            savepoint.restore()
            return ok({"compositeResponse": _halted(calls, told)})
    savepoint.release()
    return ok({"compositeResponse": told})


def _one(call: Call, one: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    reference = str(one.get("referenceId", ""))
    url = _filled(str(one.get("url", "")), answers)
    body = _filled(orjson.dumps(one.get("body")).decode(), answers).encode() if "body" in one else b""
    answer = call.dispatch(call, str(one.get("method", "")).upper(), url, body)
    shown = orjson.loads(answer.body) if answer.body else None
    answers[reference] = shown
    return {
        "body": shown,
        "httpHeaders": dict(answer.headers),
        "httpStatusCode": answer.status,
        "referenceId": reference,
    }


def _filled(text: str, answers: dict[str, Any]) -> str:
    return _REFERENCE.sub(lambda found: str(_reached(answers, found[1], found[2])), text)


def _reached(answers: dict[str, Any], reference: str, path: str) -> Any:
    at: Any = answers.get(reference)
    for part in re.findall(r"\w+", path):
        try:
            at = at[int(part)] if isinstance(at, list) else at[part]
        except (IndexError, KeyError, TypeError, ValueError):
            message = f"Invalid reference specified. No value for {reference}.{path} found"
            raise refuse(400, "PROCESSING_HALTED", message) from None
    return at


def _halted(calls: list[dict[str, Any]], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every answer but the failed one is that its effect was undone."""
    failed = len(told) - 1
    halted = {"body": _HALTED, "httpHeaders": {}, "httpStatusCode": 400}
    return [
        told[n] if n == failed else {**halted, "referenceId": str(one.get("referenceId", ""))}
        for n, one in enumerate(calls)
    ]
