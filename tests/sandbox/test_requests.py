"""Whatever a client sends, the server answers as the vendor would: never with a traceback."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.hubspot.account import Account
from sandbox.hubspot.call import Call
from sandbox.hubspot.load import load
from sandbox.hubspot.routes import ENDPOINTS
from sandbox.hubspot.server import Door, Server
from sandbox.hubspot.settings import Settings
from sandbox.hubspot.tokens import SERVICE_KEY
from sandbox.serve import Sandbox

WORDS = st.sampled_from(
    [
        "inputs",
        "id",
        "properties",
        "filterGroups",
        "filters",
        "propertyName",
        "operator",
        "value",
        "values",
        "email",
        "EQ",
        "IN",
        "1",
        "from",
        "to",
        "types",
        "sorts",
        "limit",
        "after",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-5, 300) | st.floats(allow_nan=False) | WORDS | st.text(max_size=5)
BODIES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)
PARAMS = {
    "object": "contacts",
    "from": "contacts",
    "to": "companies",
    "id": "1",
    "to_id": "1",
    "name": "email",
    "item": "1",
    "token": "x",
}
HEADERS = {b"authorization": f"Bearer {SERVICE_KEY}".encode(), b"content-type": b"application/json"}


@settings(max_examples=150, deadline=None)
@given(BODIES, st.booleans())
def test_any_json_gets_an_answer_of_the_api(body: Any, wrapped: bool) -> None:
    """I3: an error is told as one."""
    account = Account(Settings(limits=False))
    load(
        account,
        {
            "objects": {
                "contacts": [{"properties": {"email": "a@example.com"}}],
                "companies": [{"properties": {"name": "A"}}],
            }
        },
    )
    sent = orjson.dumps({"inputs": [body], "filterGroups": [body], "properties": body} if wrapped else body)
    server = Server(account)
    for endpoint in ENDPOINTS:
        answer = Door(server, endpoint, dated=True).answer(
            Call(account, endpoint.method, PARAMS, {}, HEADERS, sent, True)
        )
        assert answer.status in {200, 201, 204, 207, 400, 404, 409}, endpoint.template
        if answer.body:
            assert isinstance(orjson.loads(answer.body), dict)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("PUT", "/crm/objects/2026-03/contacts", 405), ("GET", "/crm/v1/contacts", 404)]
)
def test_what_is_not_served_is_counted_all_the_same(sandbox: Sandbox, method: str, path: str, status: int) -> None:
    assert sandbox.api(method, path).status == status
    assert sandbox.ledger()["statuses"] == {str(status): 1}
