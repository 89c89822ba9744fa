"""Batch endpoints: at most 100 inputs, 50 with history.

What fails how (developers.hubspot.com/docs/api-reference/latest/error-handling, "multi-status errors"): a bad property value fails the whole
batch with 400; ids that are not there come back in a 207 beside what worked; a batch create tells rows apart only when every input
has its own `objectWriteTraceId`, else its first failure fails all.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.common.times import iso
from sandbox.common.wire import Answer, ok
from sandbox.hubspot.account import Values
from sandbox.hubspot.call import Call
from sandbox.hubspot.errors import Refusal, bad_request, conflict, invalid_values
from sandbox.hubspot.objects import MOST_LISTED, MOST_WITH_HISTORY, Draft, create, draft
from sandbox.hubspot.rows import Shape, row, shape
from sandbox.hubspot.store import Record

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Input:
    """One input of an update or upsert."""

    id: str
    id_property: str | None
    properties: Mapping[str, Any]
    trace: str | None


def batch_answer(call: Call, results: Sequence[Any], errors: Sequence[Any] = (), status: int = 200) -> Answer:
    """The envelope of every batch answer; 207 once there are errors."""
    now = iso(call.account.clock.now())
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return ok(body, 207 if errors else status)


def inputs(call: Call, most: int) -> Rows:
    """The inputs of a batch body; none, or too many, is a 400."""
    given = call.json().get("inputs")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise bad_request("Some required fields were not set: [inputs]")
    if len(given) > most:
        raise bad_request(
            f"The maximum number of inputs supported in a batch request is {most}, but {len(given)} were given"
        )
    return given


def _parsed(call: Call) -> list[_Input]:
    return [
        _Input(
            str(one.get("id", "")), one.get("idProperty"), one.get("properties") or {}, one.get("objectWriteTraceId")
        )
        for one in inputs(call, MOST_LISTED)
    ]


def read_batch(call: Call) -> Answer:
    """`POST /{object}/batch/read`: what is there in the order asked, once each; what is not, named in one error."""
    body = call.json()
    history = list(body.get("propertiesWithHistory") or ())
    given = inputs(call, MOST_WITH_HISTORY if history else MOST_LISTED)
    wanted = shape(call.account, call.kind, list(body.get("properties") or ()), history)
    id_property, archived = body.get("idProperty"), call.flag("archived")
    found: dict[int, Record] = {}
    missing: list[str] = []
    for one in given:
        text = str(one.get("id", ""))
        record = call.store.find(text, id_property, archived)
        if record is None:
            missing.append(text)
        else:
            found[record.id] = record
    rows = [row(call.account, record, wanted) for record in found.values()]
    return batch_answer(call, rows, _missing(call, missing))


def update_batch(call: Call) -> Answer:
    """`POST /{object}/batch/update`: checked as a whole, then written one by one."""
    given = _parsed(call)
    rows, missing, shapes = [], [], Shapes(call)
    for one, values in zip(given, _checked(call, given), strict=True):
        record = call.store.find(one.id, one.id_property)
        if record is None:
            missing.append(one.id)
        else:
            rows.append(_updated(call, record, one, values, shapes))
    return batch_answer(call, rows, _missing(call, missing))


def upsert_batch(call: Call) -> Answer:
    """`POST /{object}/batch/upsert`: by a unique property; `new` tells created from updated."""
    given, shapes = _parsed(call), Shapes(call)
    wrong = next((one for one in given if one.id_property not in call.store.unique), None)
    if wrong is not None:
        raise bad_request(f"Upsert needs a unique idProperty; {wrong.id_property} is not one")
    rows = [_upserted(call, one, values, shapes) for one, values in zip(given, _checked(call, given), strict=True)]
    return batch_answer(call, rows)


def create_batch(call: Call) -> Answer:
    """`POST /{object}/batch/create`: 201; rows are told apart only by traces."""
    given = inputs(call, MOST_LISTED)
    traces = Counter(one.get("objectWriteTraceId") for one in given)
    if None in traces or len(traces) < len(given):
        rows = [_created(call, one, new) for one, new in zip(given, _drafts(call, given), strict=True)]
        return batch_answer(call, rows, status=201)
    rows, errors = _each(given, lambda one: _created(call, one, draft(call, one)))
    return batch_answer(call, rows, errors, 201)


def archive_batch(call: Call) -> Answer:
    """`POST /{object}/batch/archive`: 204, ids that are not there included."""
    for one in inputs(call, MOST_LISTED):
        record = call.store.find(str(one.get("id", "")))
        if record is not None:
            call.account.archive(call.kind, record)
    return Answer(204)


class Shapes:
    """The shapes of a batch's rows: each shows what it set, and most set the same."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[tuple[str, ...], Shape] = {}

    def of(self, properties: Mapping[str, Any]) -> Shape:
        """The shape that shows these properties."""
        names = tuple(properties)
        if names not in self._known:
            self._known[names] = shape(self._call.account, self._call.kind, names)
        return self._known[names]


def _checked(call: Call, given: Sequence[_Input]) -> list[Values]:
    """Each input's values; refuses the whole batch for any that does not fit. The answer names the values, not the rows."""
    account, kind, problems, checked = call.account, call.kind, [], []
    twice = [id_ for id_, times in Counter(one.id for one in given).items() if times > 1]
    if twice:
        raise bad_request(f"Duplicate IDs found in batch input: {twice}")
    for one in given:
        if not one.properties:
            raise bad_request("No properties found to update, please provide at least one.")
        values, wrong = account.taken(kind, one.properties)
        checked.append(values)
        problems += wrong
    if problems:
        raise invalid_values(problems, account.settings.portal_id)
    for one, values in zip(given, checked, strict=True):
        if call.store.unique.keys() & values.keys():
            record = call.store.find(one.id, one.id_property)
            account.check_unique(kind, values, None if record is None else record.id)
    return checked


def _updated(call: Call, record: Record, one: _Input, values: Values, shapes: Shapes) -> dict[str, Any]:
    told = row(call.account, call.account.update(call.kind, record, values), shapes.of(one.properties))
    return told | {"objectWriteTraceId": one.trace} if one.trace else told


def _upserted(call: Call, one: _Input, values: Values, shapes: Shapes) -> dict[str, Any]:
    record = call.store.find(one.id, one.id_property)
    if record is not None:
        return _updated(call, record, one, values, shapes) | {"new": False}
    given = {"properties": {str(one.id_property): one.id, **one.properties}, "objectWriteTraceId": one.trace}
    return _created(call, given, draft(call, given)) | {"new": True}


def _created(call: Call, given: dict[str, Any], new: Draft) -> dict[str, Any]:
    record = create(call, new)
    told = row(call.account, record, shape(call.account, call.kind, list(given["properties"])))
    trace = given.get("objectWriteTraceId")
    return told | {"objectWriteTraceId": trace} if trace else told


def _drafts(call: Call, given: Rows) -> list[Draft]:
    """All inputs checked before anything is written, unique values within the batch too."""
    taken: set[tuple[str, str]] = set()
    drafts = [draft(call, one) for one in given]
    for new in drafts:
        for name in call.store.unique.keys() & new.values.keys():
            value = (name, (new.values[name] or "").lower())
            if value in taken:
                raise conflict(f"{call.kind.singular.capitalize()} already exists. Duplicate {name} in the batch")
            taken.add(value)
    return drafts


def _each(given: Rows, make: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[Rows, Rows]:
    rows: Rows = []
    errors: Rows = []
    for one in given:
        try:
            rows.append(make(one))
        except Refusal as refusal:
            errors.append(error_row(refusal, objectWriteTraceId=[one["objectWriteTraceId"]]))
    return rows, errors


def error_row(refusal: Refusal, **context: Sequence[str]) -> dict[str, Any]:
    """An entry of a 207's `errors`."""
    told = refusal.body("")
    del told["correlationId"]
    return told | {"context": {**refusal.context, **context}}


def _missing(call: Call, ids: Sequence[str]) -> Rows:
    if not ids:
        return []
    message = f"Could not get some {call.kind.singular.upper()} objects, they may be deleted or not exist. Check that ids are valid."
    return [error_row(Refusal(404, "OBJECT_NOT_FOUND", message), ids=ids)]
