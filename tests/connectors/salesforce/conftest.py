"""A Salesforce sandbox for the tests of this folder, and the Salesforce connector on its bench."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from connectors.base import Connector, Cursor, Field, FieldKind, Selection
from connectors.plugin import Ports
from connectors.salesforce import Salesforce
from connectors.salesforce.cursor import dump
from connectors.salesforce.stream import begin
from connectors.testing import RETRY_AFTER, Bench, Fault
from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.salesforce.settings import Settings

FAR = "2999-01-01T00:00:00.000Z"
RULES: Mapping[Fault, Mapping[str, Any]] = {
    Fault.REJECTED: {"effect": "status", "status": 401},
    Fault.THROTTLED: {"effect": "status", "status": 429, "headers": {"Retry-After": str(int(RETRY_AFTER))}},
    Fault.DOWN: {"effect": "status", "status": 503},
    Fault.LISTLESS: {"effect": "no_records"},
    Fault.NOT_JSON: {"effect": "html"},
    Fault.ANSWER_LOST: {"effect": "drop", "applied": True},
}
DATA = "* /[cjqt]*"
"""Every call but those that log in."""


class SalesforceBench:
    """Contacts of a sandbox, read by an app that runs as the integration user. Stamps have seconds: each edit takes some."""

    selection = Selection("Contact", ("FirstName",), links=("Account",))
    refused: Mapping[str, Any] = {"Relevo_Bench__c": "no such option"}
    schema: Mapping[str, Field] = {
        "Relevo_Bench__c": Field("Relevo_Bench__c", "Bench", FieldKind.ENUM, options=("a", "b")),
        "FirstName": Field("FirstName", "First Name", FieldKind.TEXT),
        "CreatedDate": Field("CreatedDate", "Created Date", FieldKind.DATETIME, writable=False),
    }
    many = 230
    new_field = "Relevo_Contract__c"

    def __init__(self, sandbox: SalesforceSandbox) -> None:
        self._sandbox = sandbox
        self._ahead = 0
        self.secrets: tuple[str, ...] = (sandbox.client_secret, "!AQ0")
        bench = {
            "name": "Relevo_Bench__c",
            "type": "picklist",
            "label": "Bench",
            "options": ["a", "b"],
            "restricted": True,
        }
        sandbox.load(fields={"Contact": [bench]})
        sandbox.config(page_size=100)

    def connect(self, ports: Ports) -> Connector:
        auth = {"client_id": self._sandbox.client_id, "client_secret": self._sandbox.client_secret}
        options = {"auth": auth, "host": self._sandbox.url, "deletions_every": "0s"}
        return Salesforce(Salesforce.Options.model_validate(options), ports)

    def add(self, count: int, at: datetime | None = None) -> list[str]:
        stamp = {} if at is None else {"SystemModstamp": (at + timedelta(seconds=self._ahead)).isoformat()}
        return self._load([{"FirstName": f"name {n}", "LastName": "Gil", **stamp} for n in range(count)])

    def change(self, id: str, value: str) -> None:  # noqa: A002
        self._load([{"Id": id, "FirstName": value}])

    def held(self, id: str) -> Any:  # noqa: A002
        answer = self._sandbox.api("GET", f"/services/data/v64.0/sobjects/Contact/{id}?fields=FirstName")
        return orjson.loads(answer.body)["FirstName"]

    def delete(self, id: str) -> None:  # noqa: A002
        self._sandbox.delete([id])
        self._tick()

    def merge(self, lost: str, into: str) -> None:
        self._sandbox.merge(into, [lost])
        self._tick()

    def link(self, id: str) -> str:  # noqa: A002
        (account,) = self._sandbox.load(objects={"Account": [{"Name": "Acme"}]})["Account"]
        self._load([{"Id": id, "AccountId": account}])
        return account

    def future(self) -> Cursor:
        return dump(begin(FAR, FAR))

    def inject(self, fault: Fault, times: int | None = None) -> None:
        self._sandbox.faults([{**RULES[fault], "route": DATA, "times": times or 0}])

    def logins(self) -> int:
        return int(self._sandbox.ledger(writes=False)["logins"])

    def _load(self, rows: list[dict[str, Any]]) -> list[str]:
        ids = self._sandbox.load(objects={"Contact": rows})["Contact"]
        self._tick()
        return ids

    def _tick(self) -> None:
        self._ahead += 5
        self._sandbox.config(clock={"offset_s": self._ahead})


@pytest.fixture(scope="session")
def served() -> Iterator[SalesforceSandbox]:
    with SalesforceSandbox.start(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def org(served: SalesforceSandbox) -> SalesforceSandbox:
    """An empty org without faults or limits, ten minutes old."""
    served.config(**asdict(Settings(limits=False)), clock={})
    served.reset()
    return served


@pytest.fixture
def bench(org: SalesforceSandbox) -> Bench:
    return SalesforceBench(org)


Connect = Callable[..., Salesforce]


@pytest.fixture
def connect(org: SalesforceSandbox, ports: Ports) -> Connect:
    """Makes a connector for the org with a session that never ends; takes options."""

    def make(**options: Any) -> Salesforce:
        given = {"auth": {"session_id": org.token}, "host": org.url, **options}
        return Salesforce(Salesforce.Options.model_validate(given), ports)

    return make


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
