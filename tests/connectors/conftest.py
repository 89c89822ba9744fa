"""A HubSpot sandbox for the tests of this folder, and the HubSpot connector on its bench."""

# ruff: noqa: E402 (the contract kit's asserts can only be made to explain themselves before it is imported)

import pytest

pytest.register_assert_rewrite("connectors.testing")

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import urllib3

from connectors.base import Connector, Cursor, Field, FieldKind, Selection
from connectors.hubspot import HubSpot
from connectors.hubspot.cursor import Edge, Live, dump
from connectors.plugin import Ports
from connectors.testing import RETRY_AFTER, Bench, Clock, Fault
from sandbox.serve import Sandbox

FAR = round(datetime(2999, 1, 1, tzinfo=UTC).timestamp() * 1000)
RULES: Mapping[Fault, Mapping[str, Any]] = {
    Fault.REJECTED: {"effect": "status", "status": 401},
    Fault.THROTTLED: {"effect": "status", "status": 429, "headers": {"Retry-After": str(int(RETRY_AFTER))}},
    Fault.DOWN: {"effect": "status", "status": 503},
    Fault.LISTLESS: {"effect": "no_results"},
    Fault.NOT_JSON: {"effect": "html"},
    Fault.ANSWER_LOST: {"effect": "drop", "applied": True},
}


class HubSpotBench:
    """Contacts of a sandbox, read by an OAuth app."""

    selection = Selection("contacts", ("firstname",), links=("companies",), history=("firstname",))
    refused: Mapping[str, Any] = {"relevo_bench": "no such option"}
    schema: Mapping[str, Field] = {
        "relevo_bench": Field("relevo_bench", "Bench", FieldKind.ENUM, options=("a", "b")),
        "firstname": Field("firstname", "First name", FieldKind.TEXT),
        "createdate": Field("createdate", "Created", FieldKind.DATETIME, writable=False),
    }
    many = 230

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.secrets: tuple[str, ...] = (sandbox.client_secret, sandbox.refresh_token)
        options = [{"label": value, "value": value} for value in ("a", "b")]
        bench = {
            "name": "relevo_bench",
            "label": "Bench",
            "type": "enumeration",
            "fieldType": "select",
            "options": options,
        }
        sandbox.load(properties={"contacts": [bench]})

    def connect(self, ports: Ports) -> Connector:
        auth = {
            "client_id": self._sandbox.client_id,
            "client_secret": self._sandbox.client_secret,
            "refresh_token": self._sandbox.refresh_token,
        }
        return HubSpot(
            HubSpot.Options.model_validate({"auth": auth, "host": self._sandbox.url, "archived_every": "0s"}), ports
        )

    def add(self, count: int, at: datetime | None = None) -> list[str]:
        times = {} if at is None else {"modified": round(at.timestamp() * 1000)}
        rows = [{"properties": {"firstname": f"name {n}"}, **times} for n in range(count)]
        return self._sandbox.load(objects={"contacts": rows})["contacts"]

    def change(self, id: str, value: str) -> None:  # noqa: A002
        self._api("PATCH", f"/{id}", {"properties": {"firstname": value}})

    def held(self, id: str) -> Any:  # noqa: A002
        return self._api("GET", f"/{id}?properties=firstname")["properties"]["firstname"]

    def delete(self, id: str) -> None:  # noqa: A002
        self._api("DELETE", f"/{id}")

    def merge(self, lost: str, into: str) -> None:
        self._api("POST", "/merge", {"primaryObjectId": into, "objectIdToMerge": lost})

    def link(self, id: str) -> str:  # noqa: A002
        (company,) = self._sandbox.load(objects={"companies": [{"properties": {"name": "Acme"}}]})["companies"]
        self._sandbox.load(associations=[["contacts", id, "companies", company]])
        return company

    def future(self) -> Cursor:
        return dump(Live(Edge(FAR), Edge(FAR), swept=FAR))

    def inject(self, fault: Fault, times: int | None = None) -> None:
        self._sandbox.faults([{**RULES[fault], "route": "* /crm/*", "times": times or 0}])

    def logins(self) -> int:
        return int(self._sandbox.ledger(writes=False)["calls"].get("POST /oauth/token", 0))

    def _api(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self._sandbox.token}", "Content-Type": "application/json"}
        url = f"{self._sandbox.url}/crm/objects/2026-03/contacts{path}"
        with urllib3.PoolManager() as pool:
            answer = pool.request(method, url, headers=headers, body=orjson.dumps(body) if body else None)
        assert answer.status < 300, answer.data
        return orjson.loads(answer.data) if answer.data else None


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    with Sandbox.start(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """An empty account without faults or rate limits."""
    served.reset()
    served.faults([])
    served.config(limits=False, search_lag_s=0.0, merge_new_id=False, search_ids_as_text=True, clock={})
    served.clear_ledger()
    return served


Connect = Callable[..., HubSpot]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ports(clock: Clock) -> Ports:
    return Ports(clock.now, clock.sleep)


@pytest.fixture
def connect(sandbox: Sandbox, ports: Ports) -> Connect:
    """Makes a HubSpot connector for the sandbox with a static token; takes options."""

    def make(**options: Any) -> HubSpot:
        given = {"auth": {"token": sandbox.token}, "host": sandbox.url, **options}
        return HubSpot(HubSpot.Options.model_validate(given), ports)

    return make


@pytest.fixture
def hubspot_bench(sandbox: Sandbox) -> Bench:
    return HubSpotBench(sandbox)
