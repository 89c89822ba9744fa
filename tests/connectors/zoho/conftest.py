"""A Zoho CRM sandbox for the tests of this folder, and the Zoho connector on its benches."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import Connector, Cursor, Field, FieldKind, Selection
from connectors.plugin import Ports
from connectors.testing import RETRY_AFTER, Bench, Fault
from connectors.zoho import Zoho
from connectors.zoho.cursor import Edge, Live, dump
from sandbox.zoho.serve import ZohoSandbox

FAR = round(datetime(2999, 1, 1, tzinfo=UTC).timestamp())
RULES: Mapping[Fault, Mapping[str, Any]] = {
    Fault.REJECTED: {"effect": "status", "status": 401},
    Fault.THROTTLED: {"effect": "status", "status": 429, "headers": {"Retry-After": str(int(RETRY_AFTER))}},
    Fault.DOWN: {"effect": "status", "status": 503},
    Fault.LISTLESS: {"effect": "no_results"},
    Fault.NOT_JSON: {"effect": "html"},
    Fault.ANSWER_LOST: {"effect": "drop", "applied": True},
}


def options(sandbox: ZohoSandbox, **more: Any) -> Any:
    """The options of a connector for the sandbox."""
    auth = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
    }
    given = {"auth": auth, "data_centre": "eu", "host": sandbox.url, "deleted_every": "0s", **more}
    return Zoho.Options.model_validate(given)


class ZohoBench:
    """Contacts of a sandbox, which belong to accounts."""

    selection = Selection("Contacts", ("First_Name",), links=("Accounts",))
    base: Mapping[str, Any] = {"Last_Name": "Pérez"}
    refused: Mapping[str, Any] = {"Email": "no address"}
    schema: Mapping[str, Field] = {
        "Bench": Field("Bench", "Bench", FieldKind.ENUM, options=("a", "b")),
        "First_Name": Field("First_Name", "First Name", FieldKind.TEXT),
        "Created_Time": Field("Created_Time", "Created Time", FieldKind.DATETIME, writable=False),
        "Account_Name.name": Field("Account_Name.name", "Account Name: name", FieldKind.TEXT, writable=False),
    }
    many = 430

    def __init__(self, sandbox: ZohoSandbox) -> None:
        self._sandbox = sandbox
        self.secrets: tuple[str, ...] = (sandbox.client_secret, sandbox.refresh_token, "1000.access.")
        listed = [{"display_value": value, "actual_value": value} for value in ("a", "b")]
        bench = {"field_label": "Bench", "data_type": "picklist", "pick_list_values": listed}
        sandbox.load(fields={self.selection.object: [bench]})

    def connect(self, ports: Ports) -> Connector:
        return Zoho(options(self._sandbox), ports)

    def add(self, count: int, at: datetime | None = None) -> list[str]:
        # A minute old: settled.
        modified = round((at or datetime.now(UTC)).timestamp()) - (0 if at else 60)
        name, field = self.selection.object, self.selection.fields[0]
        rows = [
            {"values": {**self.base, field: f"name {n}"}, "created": modified - 60, "modified": modified}
            for n in range(count)
        ]
        return self._sandbox.load(objects={name: rows})[name]

    def change(self, id: str, value: str) -> None:  # noqa: A002
        self._api("PUT", "", {"data": [{"id": id, self.selection.fields[0]: value}], "trigger": []})

    def held(self, id: str) -> Any:  # noqa: A002
        field = self.selection.fields[0]
        return self._api("GET", f"/{id}?fields={field}")["data"][0][field]

    def delete(self, id: str) -> None:  # noqa: A002
        self._api("DELETE", f"/{id}")

    def merge(self, lost: str, into: str) -> None:
        self._api("POST", f"/{into}/actions/merge", {"merge": [{"data": [{"id": lost}]}]})

    def link(self, id: str) -> str:  # noqa: A002
        (account,) = self._sandbox.load(objects={"Accounts": [{"values": {"Account_Name": "Acme"}}]})["Accounts"]
        self._sandbox.load(objects={"Contacts": [{"id": id, "values": {"Account_Name": account}}]})
        return account

    def future(self) -> Cursor:
        return dump(Live(Edge(FAR), FAR))

    def inject(self, fault: Fault, times: int | None = None) -> None:
        # Every route but the token's.
        self._sandbox.faults([{**RULES[fault], "route": "* /[!o]*", "times": times or 0}])

    def logins(self) -> int:
        return int(self._sandbox.ledger(writes=False)["calls"].get("POST /oauth/v2/token", 0))

    def _api(self, method: str, path: str, body: object = None) -> Any:
        answer = self._sandbox.api(method, f"{self.selection.object}{path}", body)
        assert answer.status in (200, 201), answer.body
        return answer.json


class DealBench(ZohoBench):
    """Deals, whose stages have a history; any text is a stage."""

    selection = Selection("Deals", ("Stage",), history=("Stage",))
    base: Mapping[str, Any] = {"Deal_Name": "Obra"}
    refused: Mapping[str, Any] = {"Amount": "plenty"}
    schema: Mapping[str, Field] = {
        "Bench": Field("Bench", "Bench", FieldKind.ENUM, options=("a", "b")),
        "Amount": Field("Amount", "Amount", FieldKind.NUMBER),
        "Created_Time": Field("Created_Time", "Created Time", FieldKind.DATETIME, writable=False),
    }

    def __init__(self, sandbox: ZohoSandbox) -> None:
        super().__init__(sandbox)
        sandbox.config(strict_picklists=False)


@pytest.fixture(scope="session")
def served() -> Iterator[ZohoSandbox]:
    with ZohoSandbox.start(limits=False) as sandbox:
        yield sandbox


DEFAULTS: Mapping[str, Any] = {
    "limits": False,
    "credits": 70_000,
    "credits_used": 0,
    "latency_s": 0.0,
    "token_life_s": 3600,
    "tokens_per_window": 10,
    "api_domain": "",
    "since_inclusive": False,
    "touch_unchanged": True,
    "strict_picklists": True,
    "merged_are_deleted": True,
    "bulk_read_s": 0.0,
    "bulk_page": 200_000,
    "denied": "",
    "clock": {},
}


@pytest.fixture
def sandbox(served: ZohoSandbox) -> ZohoSandbox:
    """An empty organisation without faults or limits."""
    served.config(**DEFAULTS)
    served.reset()
    served.faults([])
    served.clear_ledger()
    return served


Connect = Callable[..., Zoho]


@pytest.fixture
def connect(sandbox: ZohoSandbox, ports: Ports) -> Connect:
    """Makes a Zoho connector for the sandbox; takes options."""
    return lambda **more: Zoho(options(sandbox, **more), ports)


@pytest.fixture
def zoho_bench(sandbox: ZohoSandbox) -> Bench:
    return ZohoBench(sandbox)


@pytest.fixture
def deal_bench(sandbox: ZohoSandbox) -> Bench:
    return DealBench(sandbox)
