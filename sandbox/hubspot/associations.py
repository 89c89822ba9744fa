"""Association endpoints (v4 and dated). Batch read takes 1,000 ids, create 2,000 pairs, archive 100 from-ids.

v4 writes `toObjectId` as a number, the dated paths as text (their schema says string).
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

import orjson

from sandbox.common.wire import Answer, ok
from sandbox.hubspot.batch import batch_answer, error_row, inputs
from sandbox.hubspot.call import Call, next_page
from sandbox.hubspot.errors import Refusal, bad_request, not_found
from sandbox.hubspot.kinds import Kind, kind_named
from sandbox.hubspot.links import Links, TypeId, types_between
from sandbox.hubspot.store import RecordId

MOST_READ, MOST_CREATED, MOST_ARCHIVED, PAGE = 1_000, 2_000, 100, 500


def _pair(call: Call) -> tuple[Kind, Kind]:
    left, right = kind_named(call.params["from"]), kind_named(call.params["to"])
    types_between(left, right)
    return left, right


def _end(call: Call, kind: Kind, text: str) -> RecordId:
    if call.account.stores[kind.name].find(text) is None:
        raise not_found(f"{kind.singular} with ID {text} does not exist", id=[text])
    return RecordId(int(text))


def _shown(call: Call, left: Kind, right: Kind, links: Links) -> list[dict[str, Any]]:
    labels = {one.id: one.label for one in types_between(left, right)}
    return [
        {
            "toObjectId": str(id_) if call.dated else id_,
            "associationTypes": [
                {"category": "HUBSPOT_DEFINED", "typeId": type_, "label": labels[type_]} for type_ in sorted(types)
            ],
        }
        for id_, types in links.items()
    ]


def _page(
    call: Call, left: Kind, right: Kind, id_: RecordId, after: int, limit: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Links with an id above `after`, and the `paging` of the answer (empty on the last page)."""
    rest = {other: types for other, types in call.account.links.of(left, id_, right).items() if other > after}
    page = dict(islice(rest.items(), limit))
    paging = {"paging": next_page(str(max(page)))} if len(rest) > limit else {}
    return _shown(call, left, right, page), paging


def read_batch(call: Call) -> Answer:
    """`POST …/batch/read`: one result for each id that has links; the others are errors of a 207."""
    left, right = _pair(call)
    results, errors = [], []
    for one in inputs(call, MOST_READ):
        text, after = str(one.get("id", "")), str(one.get("after") or 0)
        id_ = RecordId(int(text)) if text.isdecimal() else RecordId(-1)
        told, paging = _page(call, left, right, id_, int(after) if after.isdecimal() else 0, PAGE)
        if told:
            results.append({"from": {"id": text}, "to": told, **paging})
        else:
            errors.append(_none_found(left, right, text))
    return batch_answer(call, results, errors)


def _none_found(left: Kind, right: Kind, text: str) -> dict[str, Any]:
    refusal = Refusal(
        404,
        "OBJECT_NOT_FOUND",
        f"No {right.singular} is associated with {left.singular} {text}.",
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
    )
    return error_row(refusal, fromObjectId=[text], fromObjectType=[left.singular], toObjectType=[right.singular])


def create_batch(call: Call) -> Answer:
    """`POST …/batch/create`: 201, or 207 with the pairs that do not exist."""
    left, right = _pair(call)
    results, errors = [], []
    for one in inputs(call, MOST_CREATED):
        try:
            results.append(_linked(call, left, right, one, _types(one.get("types"))))
        except Refusal as refusal:
            errors.append(error_row(refusal))
    return batch_answer(call, results, errors, 201)


def associate_default_batch(call: Call) -> Answer:
    """`POST …/batch/associate/default`: the unlabelled type."""
    left, right = _pair(call)
    results, errors = [], []
    for one in inputs(call, MOST_CREATED):
        try:
            _linked(call, left, right, one, set())
        except Refusal as refusal:
            errors.append(error_row(refusal))
        else:
            results.append(_default(left, right, one["from"], one["to"]))
    return batch_answer(call, results, errors)


def _default(left: Kind, right: Kind, a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": types_between(left, right)[0].id}
    return {"from": {"id": str(a["id"])}, "to": {"id": str(b["id"])}, "associationSpec": spec}


def _types(given: Any) -> set[TypeId]:
    if not isinstance(given, list) or not given:
        raise bad_request("Some required fields were not set: [types]")
    return {TypeId(int(one["associationTypeId"])) for one in given}


def _linked(call: Call, left: Kind, right: Kind, one: Mapping[str, Any], types: set[TypeId]) -> dict[str, Any]:
    ends = one.get("from"), one.get("to")
    if not all(isinstance(end, dict) and "id" in end for end in ends):
        raise bad_request("Some required fields were not set: [from, to]")
    a, b = _end(call, left, str(one["from"]["id"])), _end(call, right, str(one["to"]["id"]))
    held = call.account.links.add(left, a, right, b, types)
    labels = [kind.label for kind in types_between(left, right) if kind.id in held and kind.label]
    return {
        "fromObjectTypeId": left.type_id,
        "fromObjectId": str(a) if call.dated else a,
        "toObjectTypeId": right.type_id,
        "toObjectId": str(b) if call.dated else b,
        "labels": labels,
    }


def archive_batch(call: Call) -> Answer:
    """`POST …/batch/archive`: 204 on v4, a batch answer on the dated paths."""
    left, right = _pair(call)
    for one in inputs(call, MOST_ARCHIVED):
        for to in one.get("to", ()):
            a, b = str(one.get("from", {}).get("id", "")), str(to.get("id", ""))
            if a.isdecimal() and b.isdecimal():
                call.account.links.remove(left, RecordId(int(a)), right, RecordId(int(b)))
    return batch_answer(call, []) if call.dated else Answer(204)


def read_labels(call: Call) -> Answer:
    """`GET …/labels`: the types between two kinds."""
    types = types_between(*_pair(call))
    return ok({"results": [{"category": "HUBSPOT_DEFINED", "typeId": one.id, "label": one.label} for one in types]})


def list_links(call: Call) -> Answer:
    """`GET /{object}/{id}/associations/{to}`: at most 500 a page."""
    left, right = call.kind, kind_named(call.params["to"])
    id_ = _end(call, left, call.params["id"])
    told, paging = _page(call, left, right, id_, call.after_number(), call.limit(PAGE, PAGE))
    return ok({"results": told, **paging})


def put_link(call: Call) -> Answer:
    """`PUT /{object}/{id}/associations/{to}/{to_id}` with a list of types: 201."""

    one = {"from": {"id": call.params["id"]}, "to": {"id": call.params["to_id"]}}
    return ok(
        _linked(call, call.kind, kind_named(call.params["to"]), one, _types(orjson.loads(call.body or b"null"))), 201
    )


def put_default_link(call: Call) -> Answer:
    """`PUT /{object}/{id}/associations/default/{to}/{to_id}`."""
    left, right = call.kind, kind_named(call.params["to"])
    one = {"from": {"id": call.params["id"]}, "to": {"id": call.params["to_id"]}}
    _linked(call, left, right, one, set())
    return batch_answer(call, [_default(left, right, one["from"], one["to"])])


def delete_link(call: Call) -> Answer:
    """`DELETE /{object}/{id}/associations/{to}/{to_id}`: 204."""
    a, b = call.params["id"], call.params["to_id"]
    if a.isdecimal() and b.isdecimal():
        call.account.links.remove(call.kind, RecordId(int(a)), kind_named(call.params["to"]), RecordId(int(b)))
    return Answer(204)
