"""simple-salesforce itself, unmodified but for the address."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
)

from sandbox.salesforce.serve import SalesforceSandbox


class Local(HTTPAdapter):
    """Sends what is meant for https://…salesforce.com to the sandbox; the Host header stays."""

    def __init__(self, target: str) -> None:
        self._target = target
        super().__init__()

    def send(self, request: requests.PreparedRequest, *rest: Any, **more: Any) -> requests.Response:
        """Rewrite the address."""
        parts = urlsplit(str(request.url))
        request.headers["Host"] = parts.netloc
        request.url = f"{self._target}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *rest, **more)


@pytest.fixture
def session(salesforce: SalesforceSandbox) -> requests.Session:
    """A session that ends up at the sandbox."""
    session = requests.Session()
    session.mount("https://", Local(salesforce.url))
    return session


@pytest.fixture
def sdk(salesforce: SalesforceSandbox, session: requests.Session) -> Salesforce:
    """Signed in by session id."""
    return Salesforce(session_id=salesforce.token, instance_url="https://acme.my.salesforce.com", session=session)


def leads(sandbox: SalesforceSandbox, count: int) -> list[str]:
    """Ids of so many leads."""
    return sandbox.load(objects={"Lead": [{"LastName": f"L{n}", "Company": "x"} for n in range(count)]})["Lead"]


def test_every_way_of_signing_in_works(
    salesforce: SalesforceSandbox, session: requests.Session, keys: tuple[str, str]
) -> None:
    """JWT bearer, client credentials, password, and SOAP where it is switched on."""
    salesforce.app(certificate=keys[1])
    salesforce.config(soap_login=True)
    app = {"consumer_key": salesforce.client_id, "consumer_secret": salesforce.client_secret}
    user = {"username": salesforce.username, "password": salesforce.password}
    flows: list[dict[str, Any]] = [
        {"username": salesforce.username, "consumer_key": salesforce.client_id, "privatekey": keys[0]},
        {"domain": "acme.my", **app},
        {**user, **app},
        {**user, "security_token": "sandboxtoken"},
    ]
    for given in flows:
        sdk = Salesforce(session=session, **given)
        assert sdk.sf_instance == "acme.my.salesforce.com"
        assert sdk.limits()["DailyApiRequests"]["Max"] == 110_000
    with pytest.raises(SalesforceAuthenticationFailed, match="client identifier invalid"):
        Salesforce(session=session, username=salesforce.username, consumer_key="nobody", privatekey=keys[0])


def test_it_reads_all_pages_and_the_usage(salesforce: SalesforceSandbox, sdk: Any) -> None:
    """query_all_iter, include_deleted, api_usage."""
    ids = leads(salesforce, 4_100)
    salesforce.delete(ids[:1])
    assert [row["Id"] for row in sdk.query_all_iter("SELECT Id FROM Lead")] == ids[1:]
    assert len(list(sdk.query_all_iter("SELECT Id FROM Lead", include_deleted=True))) == 4_100
    assert sdk.api_usage["api-usage"].total == 110_000
    with pytest.raises(SalesforceMalformedRequest, match="MALFORMED_QUERY"):
        sdk.query("SELECT nothing")


def test_it_describes_and_replicates(salesforce: SalesforceSandbox, sdk: Any) -> None:
    """describe, updated, deleted."""
    ids = leads(salesforce, 2)
    salesforce.delete(ids[:1])
    assert "Email" in {field["name"] for field in sdk.Lead.describe()["fields"]}
    start, end = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(minutes=1)
    assert sdk.Lead.updated(start, end)["ids"] == ids[1:]
    assert [row["id"] for row in sdk.Lead.deleted(start, end)["deletedRecords"]] == ids[:1]


def test_it_writes_one_and_many(salesforce: SalesforceSandbox, sdk: Any) -> None:
    """create, update, upsert, collections by restful."""
    salesforce.load(fields={"Lead": [{"name": "Ext__c", "length": 20, "external_id": True}]})
    id_ = sdk.Lead.create({"LastName": "A", "Company": "x", "Ext__c": "k"})["id"]
    assert sdk.Lead.update(id_, {"Title": "CEO"}) == 204
    assert sdk.Lead.upsert("Ext__c/k", {"Title": "CTO"}) == 200
    assert sdk.Lead.get_by_custom_id("Ext__c", "k")["Title"] == "CTO"
    records = [{"attributes": {"type": "Lead"}, "id": id_, "Title": title} for title in ("ok", "x" * 129)]
    results = sdk.restful("composite/sobjects", method="PATCH", json={"records": records})
    assert [one["success"] for one in results] == [True, False]


def test_its_bulk2_reads_and_writes(salesforce: SalesforceSandbox, sdk: Any) -> None:
    """query by locators, update with failed and successful records."""
    ids = leads(salesforce, 25)
    pages = list(sdk.bulk2.Lead.query("SELECT Id FROM Lead", max_records=10, wait=0))
    assert [page.count("\n") - 1 for page in pages] == [10, 10, 5]
    records = [{"Id": ids[0], "Title": "CEO"}, {"Id": ids[1], "Title": "x" * 129}]
    (told,) = sdk.bulk2.Lead.update(records=records, wait=0)
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (2, 1)
    assert "STRING_TOO_LONG" in sdk.bulk2.Lead.get_failed_records(told["job_id"])


def test_it_makes_fields_by_the_tooling_api(sdk: Any) -> None:
    """toolingexecute."""
    body = {"FullName": "Lead.Score__c", "Metadata": {"type": "Number", "label": "Score", "precision": 5, "scale": 0}}
    assert sdk.toolingexecute("sobjects/CustomField", method="POST", data=body)["success"]


def test_it_tells_refusals_apart(salesforce: SalesforceSandbox, sdk: Any) -> None:
    """403 over the limit."""
    salesforce.config(limits=True, daily=1, used=1)
    with pytest.raises(SalesforceRefusedRequest, match="REQUEST_LIMIT_EXCEEDED"):
        sdk.query("SELECT Id FROM Lead")


def test_it_signs_in_again_when_the_session_is_dead(salesforce: SalesforceSandbox, session: requests.Session) -> None:
    """401 INVALID_SESSION_ID sends it back to the token endpoint."""
    app: dict[str, Any] = {"consumer_key": salesforce.client_id, "consumer_secret": salesforce.client_secret}
    sdk = Salesforce(session=session, domain="acme.my", **app)
    salesforce.clear_ledger()
    salesforce.expire()
    assert sdk.query("SELECT COUNT() FROM Lead")["totalSize"] == 0
    assert salesforce.ledger()["logins"] == 1
