"""The other side of the in-memory connector: a CRM that lives in this process, and misbehaves when told to."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any, ClassVar

import orjson

from connectors.base import Field, FieldKind
from connectors.http import NoAnswer, Request, Response

Row = dict[str, Any]
BIRTH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Fault:
    """Answers `response` instead of serving (None: serves, and loses the answer), `times` times; None: until healed.

    `only` is a part of the routes that are hit; the token endpoint never is.
    """

    response: Response | None
    times: int | None = None
    only: str = ""


@dataclass(slots=True)
class World:
    """A CRM's records by object and id, each kept at the place of its last change.

    `now` is this CRM's clock; by default each change is a millisecond after the one before. A field exists once a record
    has it or `fields` declares it. `World.named` gives every caller the same world, so that a configuration can name it.
    """

    now: Callable[[], datetime] | None = None
    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    fields: dict[str, dict[str, Field]] = field(default_factory=lambda: defaultdict(dict))
    faults: list[Fault] = field(default_factory=list)
    renewals: int = 0
    changes: int = 0
    lock: RLock = field(default_factory=RLock)

    _named: ClassVar[dict[str, "World"]] = {}

    @classmethod
    def named(cls, name: str) -> "World":
        """The world of that name, made at first sight."""
        return cls._named.setdefault(name, cls())

    def put(self, object: str, id: str, fields: Mapping[str, Any], at: datetime | None = None) -> Row:  # noqa: A002
        """Create the record or set some of its fields; returns its row."""
        with self.lock:
            for name in fields:
                self.fields[object].setdefault(name, Field(name, name, FieldKind.TEXT))
            row = self._touched(object, id, at)
            for name, value in fields.items():
                row["history"].setdefault(name, []).append([value, row["modified"]])
            row["fields"] = {**row["fields"], **fields}
            return row

    def link(self, object: str, id: str, other: str, other_id: str) -> None:  # noqa: A002
        """Link the record to a record of another object."""
        with self.lock:
            self._touched(object, id)["links"].setdefault(other, []).append(other_id)

    def delete(
        self,
        object: str,  # noqa: A002
        id: str,  # noqa: A002
        merged_into: str | None = None,
        merged_object: str | None = None,
    ) -> None:
        """Remove the record, merge it into another one, or convert it into a record of another object."""
        with self.lock:
            row = self._touched(object, id)
            row.update(fields={}, links={}, history={}, deleted=True)
            row.update(merged_into=merged_into, merged_object=merged_object)

    def _touched(self, object: str, id: str, at: datetime | None = None) -> Row:  # noqa: A002
        self.changes += 1
        at = at or (self.now() if self.now else BIRTH + timedelta(milliseconds=self.changes))
        blank: Row = {"id": id, "fields": {}, "links": {}, "history": {}, "deleted": False}
        blank |= {"merged_into": None, "merged_object": None}
        row = self.rows[object].pop(id, blank)
        row.update(change=self.changes, modified=at.isoformat())
        self.rows[object][id] = row
        return row

    def answer(self, request: Request, token: str | None) -> Response:
        """Serve a request: this CRM's HTTP API, without the HTTP."""
        with self.lock:
            if request.route == "/token":
                self.renewals += 1
                return _json({"access_token": f"access-{self.renewals}"})
            fault = self._fault(request)
            if fault and fault.response:
                return fault.response
            if token is None:
                return Response(401)
            served = self._served(request, request.parts.get("object", ""))
        if fault:
            raise NoAnswer("the connection was lost")
        return served

    def _fault(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if fault.only in request.route and fault.times != 0:
                fault.times = None if fault.times is None else fault.times - 1
                return fault
        return None

    def _served(self, request: Request, object: str) -> Response:  # noqa: A002
        rows, query, body = self.rows[object], dict(request.query), request.body or {}
        match request.method, request.route:
            case "GET", "/{object}/changes":
                after, since = int(query["after"]), query["since"]
                found = [row for row in rows.values() if row["change"] > after and row["modified"] >= since]
                return _json({"results": found[: int(query["limit"])], "more": len(found) > int(query["limit"])})
            case "POST", "/{object}/read":
                return _json({"results": [rows[id_] for id_ in body["ids"] if id_ in rows]})
            case "POST", "/{object}/update":
                return _json({"results": [self._updated(object, item) for item in body["inputs"]]})
            case "GET", "/{object}/count":
                live = (row["modified"] for row in rows.values() if not row["deleted"])
                return _json({"total": sum(query["since"] <= modified < query["until"] for modified in live)})
            case "POST", "/{object}/fields" if body["name"] in self.fields[object]:
                return _json({"message": "exists"}, 409)
            case "POST", "/{object}/fields":
                kind = FieldKind(body["kind"])
                self.fields[object][body["name"]] = Field(
                    body["name"], body["label"], kind, options=tuple(body["options"])
                )
        return _json({"fields": list(self.fields[object].values())})

    def _updated(self, object: str, item: Mapping[str, Any]) -> Row:  # noqa: A002
        row = self.rows[object].get(item["id"])
        if row is None or row["deleted"]:
            return {"code": "NOT_FOUND", "reason": "There is no such record."}
        if item["version"] not in (None, str(row["change"])):
            return {"code": "STALE", "reason": "The record has moved on."}
        for name, value in item["fields"].items():
            known = self.fields[object].get(name)
            if known is None or not known.writable:
                return {"code": "NO_SUCH_FIELD", "reason": f"The field {name!r} cannot be written."}
            if known.options and value not in known.options:
                return {"code": "INVALID_OPTION", "reason": f"The field {name!r} has no such option."}
        if any(row["fields"].get(name) != value for name, value in item["fields"].items()):
            row = self.put(object, item["id"], item["fields"])
        return {"version": str(row["change"])}


def _json(data: Any, status: int = 200) -> Response:
    return Response(status, {}, orjson.dumps(data))
