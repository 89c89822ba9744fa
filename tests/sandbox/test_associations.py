"""Associations, on v4 and dated paths."""

from typing import Any

import pytest

from sandbox.serve import Sandbox

LINKED: dict[str, Any] = {
    "objects": {
        "contacts": [{"properties": {"email": f"p{n}@example.com"}} for n in range(3)],
        "companies": [{"properties": {"name": name}} for name in ("Acme", "Bolt")],
    },
    "associations": [["contacts", 1, "companies", 1, 1], ["contacts", 1, "companies", 2]],
}


@pytest.mark.parametrize(("prefix", "kind"), [("/crm/v4/associations", int), ("/crm/associations/2026-03", str)])
def test_batch_read_tells_links_by_type_and_misses_by_id(sandbox: Sandbox, prefix: str, kind: type) -> None:
    sandbox.load(**LINKED)
    told = sandbox.api("POST", f"{prefix}/contacts/companies/batch/read", {"inputs": [{"id": "1"}, {"id": "2"}]})
    assert told.status == 207
    (result,) = told.json["results"]
    assert result["from"] == {"id": "1"}
    assert [one["toObjectId"] for one in result["to"]] == [kind(1), kind(2)]
    types = [[(one["typeId"], one["label"]) for one in link["associationTypes"]] for link in result["to"]]
    assert types == [[(1, "Primary"), (279, None)], [(279, None)]]
    (missed,) = told.json["errors"]
    assert missed["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert missed["context"]["fromObjectId"] == ["2"]


def test_the_other_direction_has_its_own_types(sandbox: Sandbox) -> None:
    sandbox.load(**LINKED)
    told = sandbox.api("GET", "/crm/v4/objects/companies/1/associations/contacts").json
    assert [(one["toObjectId"], [kind["typeId"] for kind in one["associationTypes"]]) for one in told["results"]] == [
        (1, [2, 280])
    ]


def test_batch_create_links_pairs_and_names_those_that_cannot_be(sandbox: Sandbox) -> None:
    sandbox.load(**LINKED)
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    pairs = [
        {"from": {"id": "2"}, "to": {"id": "2"}, "types": types},
        {"from": {"id": "2"}, "to": {"id": "9"}, "types": types},
    ]
    told = sandbox.api("POST", "/crm/associations/2026-03/contacts/companies/batch/create", {"inputs": pairs})
    assert told.status == 207
    assert told.json["results"] == [
        {
            "fromObjectTypeId": "0-1",
            "fromObjectId": "2",
            "toObjectTypeId": "0-2",
            "toObjectId": "2",
            "labels": ["Primary"],
        }
    ]
    assert told.json["errors"][0]["category"] == "OBJECT_NOT_FOUND"


def test_a_second_primary_takes_the_place_of_the_first(sandbox: Sandbox) -> None:
    sandbox.load(**LINKED)
    sandbox.load(associations=[["contacts", 1, "companies", 2, 1]])
    told = sandbox.api("GET", "/crm/v4/objects/contacts/1/associations/companies").json["results"]
    assert [[kind["typeId"] for kind in one["associationTypes"]] for one in told] == [[279], [1, 279]]


def test_single_links_are_put_and_deleted(sandbox: Sandbox) -> None:
    sandbox.load(**LINKED)
    path = "/crm/objects/2026-03/contacts/3/associations"
    assert sandbox.api("PUT", f"{path}/default/companies/1").status == 200
    assert (
        sandbox.api(
            "PUT", f"{path}/companies/2", [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
        ).status
        == 201
    )
    assert [one["toObjectId"] for one in sandbox.api("GET", f"{path}/companies").json["results"]] == ["1", "2"]
    assert sandbox.api("DELETE", f"{path}/companies/1").status == 204
    assert [one["toObjectId"] for one in sandbox.api("GET", f"{path}/companies").json["results"]] == ["2"]


@pytest.mark.parametrize(("prefix", "status"), [("/crm/v4/associations", 204), ("/crm/associations/2026-03", 200)])
def test_batch_archive(sandbox: Sandbox, prefix: str, status: int) -> None:
    sandbox.load(**LINKED)
    body = {"inputs": [{"from": {"id": "1"}, "to": [{"id": "1"}, {"id": "2"}]}]}
    assert sandbox.api("POST", f"{prefix}/contacts/companies/batch/archive", body).status == status
    assert sandbox.api("GET", "/crm/v4/objects/contacts/1/associations/companies").json["results"] == []


def test_a_link_moves_no_modified_time(sandbox: Sandbox) -> None:
    sandbox.load(**LINKED)
    before = sandbox.api("GET", "/crm/v3/objects/contacts/3").json["updatedAt"]
    sandbox.api("PUT", "/crm/v4/objects/contacts/3/associations/default/companies/1")
    assert sandbox.api("GET", "/crm/v3/objects/contacts/3").json["updatedAt"] == before


def test_what_is_archived_is_linked_to_nothing(sandbox: Sandbox) -> None:
    sandbox.load(**LINKED)
    sandbox.api("DELETE", "/crm/v3/objects/companies/1")
    told = sandbox.api("GET", "/crm/v4/objects/contacts/1/associations/companies").json["results"]
    assert [one["toObjectId"] for one in told] == [2]


def test_many_links_come_in_pages_of_five_hundred(sandbox: Sandbox) -> None:
    sandbox.load(
        objects={
            "companies": [{"properties": {"name": "Acme"}}],
            "contacts": [{"properties": {"firstname": "P"}} for _ in range(600)],
        },
        associations=[["companies", 1, "contacts", n] for n in range(1, 601)],
    )
    path = "/crm/v4/associations/companies/contacts/batch/read"
    first = sandbox.api("POST", path, {"inputs": [{"id": "1"}]}).json["results"][0]
    second = sandbox.api("POST", path, {"inputs": [{"id": "1", "after": first["paging"]["next"]["after"]}]}).json[
        "results"
    ][0]
    assert [len(first["to"]), len(second["to"])] == [500, 100]
    assert "paging" not in second


def test_kinds_without_a_type_between_them_are_refused(sandbox: Sandbox) -> None:
    assert (
        sandbox.api("POST", "/crm/v4/associations/users/contacts/batch/read", {"inputs": [{"id": "1"}]}).status == 400
    )
    assert (
        sandbox.api(
            "POST", "/crm/v4/associations/contacts/companies/batch/read", {"inputs": [{"id": "1"}] * 1001}
        ).status
        == 400
    )


def test_labels_are_listed(sandbox: Sandbox) -> None:
    told = sandbox.api("GET", "/crm/v4/associations/deals/contacts/labels").json["results"]
    assert [(one["typeId"], one["label"]) for one in told] == [(3, None)]
