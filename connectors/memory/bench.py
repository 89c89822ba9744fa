"""The in-memory connector on its bench: how to write a `Bench`, in the shortest case."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from connectors.base import Connector, Cursor, Field, FieldKind, Selection
from connectors.bench import RETRY_AFTER, Fault
from connectors.http import Response
from connectors.memory import Memory
from connectors.memory.world import Fault as WorldFault
from connectors.memory.world import World
from connectors.plugin import Ports

_SERIAL = count(1)
_ANSWERS: Mapping[Fault, Response | None] = {
    Fault.REJECTED: Response(401),
    Fault.THROTTLED: Response(429, {"retry-after": str(RETRY_AFTER)}),
    Fault.DOWN: Response(503),
    Fault.LISTLESS: Response(200, body=b"{}"),
    Fault.NOT_JSON: Response(200, body=b"<html>Back soon</html>"),
    Fault.ANSWER_LOST: None,
}


class MemoryBench:
    """A world of its own for each bench; `connector` may be a subclass of `Memory`."""

    selection = Selection("contacts", ("name",), links=("companies",), history=("name",))
    refused: Mapping[str, Any] = {"stage": "no such stage"}
    schema: Mapping[str, Field] = {
        "stage": Field("stage", "Stage", FieldKind.ENUM, options=("lead", "customer")),
        "age": Field("age", "Age", FieldKind.NUMBER, writable=False, calculated=True),
    }
    secrets: tuple[str, ...] = ("a-refresh-secret", "access-1", "access-2")
    many = 25

    def __init__(self, connector: type[Memory] = Memory) -> None:
        self._class = connector
        self._name = f"bench-{next(_SERIAL)}"
        self.world = World.named(self._name)
        self.world.fields["contacts"] = {"name": Field("name", "Name", FieldKind.TEXT), **self.schema}
        self._ids = count(1)

    def connect(self, ports: Ports) -> Connector:
        options = {"world": self._name, "secret": self.secrets[0], "page": 10}
        return self._class(self._class.Options.model_validate(options), ports)

    def add(self, count: int, at: datetime | None = None) -> list[str]:
        ids = [str(next(self._ids)) for _ in range(count)]
        for id_ in ids:
            self.world.put("contacts", id_, {"name": f"name {id_}"}, at)
        return ids

    def change(self, id: str, value: str) -> None:  # noqa: A002
        self.world.put("contacts", id, {"name": value})

    def held(self, id: str) -> Any:  # noqa: A002
        return self.world.rows["contacts"][id]["fields"].get("name")

    def delete(self, id: str) -> None:  # noqa: A002
        self.world.delete("contacts", id)

    def merge(self, lost: str, into: str) -> None:
        self.world.delete("contacts", lost, merged_into=into)

    def link(self, id: str) -> str:  # noqa: A002
        self.world.link("contacts", id, "companies", "c1")
        return "c1"

    def future(self) -> Cursor:
        return Cursor(orjson.dumps({"after": 10**9, "since": datetime(2999, 1, 1, tzinfo=UTC).isoformat()}).decode())

    def inject(self, fault: Fault, times: int | None = None) -> None:
        self.world.faults.append(WorldFault(_ANSWERS[fault], times))

    def logins(self) -> int:
        return self.world.renewals
