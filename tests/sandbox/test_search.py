"""CRM search: its limits, its filters, its lag."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.hubspot.account import Account
from sandbox.hubspot.kinds import kind_named
from sandbox.hubspot.load import load
from sandbox.hubspot.search import parse_query, run_search
from sandbox.serve import Reply, Sandbox

CONTACTS = "/crm/objects/2026-03/contacts"


def search(sandbox: Sandbox, *filters: dict[str, Any], **more: Any) -> Reply:
    return sandbox.api("POST", f"{CONTACTS}/search", {"filterGroups": [{"filters": list(filters)}], **more})


def found(sandbox: Sandbox, name: str, operator: str, **value: Any) -> list[str]:
    told = search(sandbox, {"propertyName": name, "operator": operator, **value}, limit=200)
    assert told.status == 200, told.body
    return [row["id"] for row in told.json["results"]]


@pytest.fixture
def people(sandbox: Sandbox) -> Sandbox:
    rows: list[dict[str, Any]] = [
        {
            "properties": {
                "email": "ana@acme.es",
                "firstname": "Ana María",
                "lifecyclestage": "lead",
                "hubspotscore": "9",
            },
            "modified": "2026-01-01T00:00:00.001Z",
        },
        {
            "properties": {
                "email": "bea@acme.es",
                "firstname": "Bea",
                "lifecyclestage": "customer",
                "hubspotscore": "80",
            },
            "modified": "2026-01-02T00:00:00Z",
        },
        {"properties": {"firstname": "Carlos"}, "modified": "2026-01-03T00:00:00Z"},
    ]
    sandbox.load(objects={"contacts": rows})
    return sandbox


@pytest.mark.parametrize(
    ("name", "operator", "value", "ids"),
    [
        ("firstname", "EQ", {"value": "bea"}, ["2"]),
        ("firstname", "NEQ", {"value": "Bea"}, ["1", "3"]),
        ("firstname", "IN", {"values": ["bea", "carlos"]}, ["2", "3"]),
        ("firstname", "IN", {"values": ["Bea"]}, []),
        ("firstname", "NOT_IN", {"values": ["bea"]}, ["1", "3"]),
        ("firstname", "CONTAINS_TOKEN", {"value": "mar*"}, ["1"]),
        ("email", "CONTAINS_TOKEN", {"value": "acme"}, ["1", "2"]),
        ("lifecyclestage", "EQ", {"value": "Lead"}, []),
        ("lifecyclestage", "EQ", {"value": "lead"}, ["1"]),
        ("hubspotscore", "GT", {"value": "10"}, ["2"]),
        ("hubspotscore", "BETWEEN", {"value": "9", "highValue": "80"}, ["1", "2"]),
        ("email", "HAS_PROPERTY", {}, ["1", "2"]),
        ("email", "NOT_HAS_PROPERTY", {}, ["3"]),
        ("hs_object_id", "GT", {"value": "2"}, ["3"]),
        ("hs_object_id", "IN", {"values": ["1", "3"]}, ["1", "3"]),
        ("lastmodifieddate", "GTE", {"value": "2026-01-02T00:00:00Z"}, ["2", "3"]),
        ("lastmodifieddate", "GT", {"value": "1767312000000"}, ["3"]),
        ("lastmodifieddate", "LTE", {"value": "1767225600001"}, ["1"]),
        ("lastmodifieddate", "LT", {"value": "1767225600001"}, []),
    ],
)
def test_a_filter_finds(people: Sandbox, name: str, operator: str, value: dict[str, Any], ids: list[str]) -> None:
    assert found(people, name, operator, **value) == ids


OPERATORS = {"EQ": "__eq__", "LT": "__lt__", "LTE": "__le__", "GT": "__gt__", "GTE": "__ge__"}
FILTERS = st.tuples(st.sampled_from(list(OPERATORS)), st.integers(0, 9))


@given(st.lists(st.lists(FILTERS, min_size=1, max_size=3), max_size=3), st.booleans(), st.integers(0, 3))
def test_bounding_the_modified_time_loses_and_adds_nothing(
    groups: list[list[tuple[str, int]]], by_time: bool, after: int
) -> None:
    account = Account()
    load(account, {"objects": {"contacts": [{"properties": {"firstname": "P"}, "modified": n} for n in range(10)]}})
    filters = [
        {"filters": [{"propertyName": "lastmodifieddate", "operator": name, "value": str(at)} for name, at in group]}
        for group in groups
    ]
    contacts = kind_named("contacts")
    body = {"filterGroups": filters, "limit": 4, "after": after, "sorts": ["lastmodifieddate"] if by_time else []}
    page, total = run_search(account, contacts, parse_query(account, contacts, b"", body))
    held = [all(getattr(n, OPERATORS[name])(at) for name, at in group) for n in range(10) for group in groups]
    wanted = [n for n in range(10) if not groups or any(held[n * len(groups) : (n + 1) * len(groups)])]
    assert ([record.updated for record in page], total) == (wanted[after : after + 4], len(wanted))


def test_groups_are_alternatives_and_filters_in_one_all_hold(people: Sandbox) -> None:
    acme = {"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "acme"}
    lead = {"propertyName": "lifecyclestage", "operator": "EQ", "value": "lead"}
    nobody = {"propertyName": "email", "operator": "NOT_HAS_PROPERTY"}
    told = people.api(
        "POST", f"{CONTACTS}/search", {"filterGroups": [{"filters": [acme, lead]}, {"filters": [nobody]}]}
    ).json
    assert [row["id"] for row in told["results"]] == ["1", "3"]
    assert told["total"] == 2


def test_the_association_pseudo_property(people: Sandbox) -> None:
    people.load(
        objects={"companies": [{"properties": {"name": "Acme"}}]}, associations=[["contacts", 2, "companies", 1]]
    )
    assert found(people, "associations.company", "EQ", value="1") == ["2"]
    people.load(associations=[["contacts", 3, "companies", 1]])
    assert found(people, "associations.company", "EQ", value="1") == ["2", "3"]


def test_full_text(people: Sandbox) -> None:
    assert [row["id"] for row in people.api("POST", f"{CONTACTS}/search", {"query": "acme BEA"}).json["results"]] == [
        "2"
    ]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"limit": 201}, "more than 200 a page"),
        ({"after": "x"}, "after is no integer"),
        ({"after": "9900", "limit": 200}, "past 10,000"),
        ({"sorts": ["email", "firstname"]}, "two sorts"),
        ({"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}]}] * 6}, "six groups"),
        ({"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}] * 7}]}, "seven filters"),
        (
            {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}] * 6}] * 4},
            "24 filters",
        ),
        (
            {"filterGroups": [{"filters": [{"propertyName": "nonsense", "operator": "EQ", "value": "1"}]}]},
            "unknown property",
        ),
        (
            {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "LIKE", "value": "1"}]}]},
            "unknown operator",
        ),
        (
            {"filterGroups": [{"filters": [{"propertyName": "lastmodifieddate", "operator": "GT", "value": "soon"}]}]},
            "no instant",
        ),
        ({"query": "x" * 3000}, "a body over 3,000 characters"),
    ],
)
def test_what_search_refuses(sandbox: Sandbox, body: dict[str, Any], why: str) -> None:
    assert sandbox.api("POST", f"{CONTACTS}/search", body).status == 400, why


def test_sorting_by_id_is_textual_unless_so_set(sandbox: Sandbox) -> None:
    sandbox.load(objects={"contacts": [{"properties": {"firstname": "P"}} for _ in range(11)]})
    by_id = {"sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}], "limit": 4}
    assert [row["id"] for row in search(sandbox, **by_id).json["results"]] == ["1", "10", "11", "2"]
    sandbox.config(search_ids_as_text=False)
    assert [row["id"] for row in search(sandbox, **by_id).json["results"]] == ["1", "2", "3", "4"]


def test_sorting_puts_what_has_no_value_last(people: Sandbox) -> None:
    told = search(people, sorts=["email"]).json
    assert [row["id"] for row in told["results"]] == ["1", "2", "3"]


def test_pages_follow_an_integer_and_stop_at_ten_thousand(sandbox: Sandbox) -> None:
    sandbox.load(objects={"contacts": [{"properties": {"firstname": "P"}} for _ in range(10_201)]})
    seen: list[str] = []
    after = "0"
    while int(after) < 10_000:
        told = search(sandbox, limit=200, after=after).json
        assert told["total"] == 10_201
        seen += [row["id"] for row in told["results"]]
        after = told["paging"]["next"]["after"]
    assert len(set(seen)) == 10_000
    assert search(sandbox, limit=200, after=after).status == 400


def test_a_change_shows_in_search_only_after_the_lag(people: Sandbox) -> None:
    """I4: what a client's second pass is for."""
    people.config(search_lag_s=30.0, clock={"frozen": "2026-06-01T00:00:00Z"})
    people.api("PATCH", f"{CONTACTS}/3", {"properties": {"lifecyclestage": "lead"}})
    people.api("POST", CONTACTS, {"properties": {"email": "new@example.com", "lifecyclestage": "lead"}})
    people.config(clock={"frozen": "2026-06-01T00:00:29.999Z"})
    assert found(people, "lifecyclestage", "EQ", value="lead") == ["1"]
    assert people.api("GET", f"{CONTACTS}/4").status == 200
    people.config(clock={"frozen": "2026-06-01T00:00:30Z"})
    assert found(people, "lifecyclestage", "EQ", value="lead") == ["1", "3", "4"]


def test_archived_and_merged_records_leave_search(people: Sandbox) -> None:
    people.api("DELETE", f"{CONTACTS}/1")
    people.api("POST", f"{CONTACTS}/merge", {"primaryObjectId": "2", "objectIdToMerge": "3"})
    assert [row["id"] for row in search(people).json["results"]] == ["2"]


def test_an_answer_holds_the_asked_properties_and_no_limit_headers(people: Sandbox) -> None:
    told = search(people, properties=["email", "nonsense"])
    assert set(told.json["results"][0]["properties"]) == {"email", "createdate", "lastmodifieddate", "hs_object_id"}
    assert not [name for name in told.headers if name.startswith("x-hubspot-ratelimit")]
