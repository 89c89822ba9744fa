"""The vendor's own Python SDK, unmodified but for its host, finds what it expects."""

from typing import Any

import pytest
from hubspot import HubSpot

from sandbox.serve import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    sandbox.load(
        objects={
            "contacts": [{"properties": {"email": f"p{n}@example.com", "firstname": f"P{n}"}} for n in range(25)],
            "companies": [{"properties": {"name": "Acme"}}],
        },
        associations=[["contacts", 1, "companies", 1, 1]],
        owners=[{"id": 5, "email": "o@example.com", "firstName": "Olga"}],
    )
    return HubSpot(access_token=sandbox.token, host=sandbox.url, base_url=sandbox.url, retry=False)


def test_it_walks_all_pages(client: Any) -> None:
    assert [one.properties["email"] for one in client.crm.contacts.get_all(properties=["email"])] == [
        f"p{n}@example.com" for n in range(25)
    ]
    page = client.crm.contacts.basic_api.get_page(limit=10, associations=["companies"])
    assert page.results[0].associations["companies"].results[0].type == "contact_to_company"
    assert page.paging.next.after


def test_it_searches(client: Any) -> None:
    filters = [{"propertyName": "email", "operator": "EQ", "value": "p7@example.com"}]
    told = client.crm.contacts.search_api.do_search(
        {"filterGroups": [{"filters": filters}], "properties": ["email"], "limit": 200}
    )
    assert (told.total, told.results[0].id) == (1, "8")


def test_it_reads_a_mixed_batch(client: Any) -> None:
    inputs = [{"id": "1", "properties": {"city": "Vigo"}}, {"id": "99", "properties": {"city": "Vigo"}}]
    told = client.crm.contacts.batch_api.update({"inputs": inputs})
    assert (told.num_errors, told.results[0].properties["city"], told.errors[0].context) == (1, "Vigo", {"ids": ["99"]})


def test_it_reads_associations(client: Any) -> None:
    told = client.crm.associations.v4.batch_api.get_page(
        "contacts", "companies", {"inputs": [{"id": "1"}, {"id": "2"}]}
    )
    assert [kind.type_id for kind in told.results[0].to[0].association_types] == [1, 279]
    assert told.errors[0].category == "OBJECT_NOT_FOUND"


def test_it_creates_a_property(client: Any) -> None:
    new = {
        "name": "relevo_score",
        "label": "Score",
        "type": "number",
        "fieldType": "number",
        "groupName": "contactinformation",
    }
    assert client.crm.properties.core_api.create("contacts", new).name == "relevo_score"
    with pytest.raises(Exception, match="already exists"):
        client.crm.properties.core_api.create("contacts", new)


def test_it_lists_owners_and_pipelines(client: Any) -> None:
    assert [one.first_name for one in client.crm.owners.owners_api.get_page().results] == ["Olga"]
    assert client.crm.pipelines.pipelines_api.get_all("deals").results[0].stages[0].metadata["isClosed"] == "false"


def test_it_refreshes_a_token(client: Any, sandbox: Sandbox) -> None:
    told = client.oauth.tokens_api.create(
        grant_type="refresh_token",
        refresh_token=sandbox.refresh_token,
        client_id=sandbox.client_id,
        client_secret=sandbox.client_secret,
    )
    api = client.crm.contacts.basic_api
    api.api_client.configuration.access_token = told.access_token
    assert (told.expires_in, len(api.get_page(limit=5).results)) == (1800, 5)
