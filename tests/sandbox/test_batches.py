"""Batch endpoints: how much they take and how they fail."""

import pytest

from sandbox.serve import Reply, Sandbox

CONTACTS = "/crm/objects/2026-03/contacts"


def fill(sandbox: Sandbox, n: int) -> None:
    sandbox.load(
        objects={"contacts": [{"properties": {"email": f"p{i}@example.com", "firstname": "P"}} for i in range(n)]}
    )


def update(sandbox: Sandbox, *inputs: tuple[str, dict[str, object]]) -> Reply:
    return sandbox.api(
        "POST", f"{CONTACTS}/batch/update", {"inputs": [{"id": id_, "properties": given} for id_, given in inputs]}
    )


@pytest.mark.parametrize("verb", ["read", "update", "create", "archive"])
def test_a_batch_takes_a_hundred_inputs(sandbox: Sandbox, verb: str) -> None:
    inputs = [{"id": str(n), "properties": {"city": "Vigo"}} for n in range(101)]
    assert sandbox.api("POST", f"{CONTACTS}/batch/{verb}", {"inputs": inputs}).status == 400
    assert sandbox.api("POST", f"{CONTACTS}/batch/{verb}", {"inputs": []}).status == 400
    assert sandbox.api("POST", f"{CONTACTS}/batch/{verb}", {"inputs": inputs[:100]}).status < 300


def test_a_batch_read_with_history_takes_fifty(sandbox: Sandbox) -> None:
    inputs = [{"id": str(n)} for n in range(51)]
    body = {"inputs": inputs, "properties": [], "propertiesWithHistory": ["email"]}
    assert sandbox.api("POST", f"{CONTACTS}/batch/read", body).status == 400


def test_a_batch_read_names_missing_ids_beside_what_it_found(sandbox: Sandbox) -> None:
    fill(sandbox, 2)
    told = sandbox.api(
        "POST", f"{CONTACTS}/batch/read", {"inputs": [{"id": "2"}, {"id": "77"}, {"id": "88"}], "properties": ["email"]}
    )
    assert told.status == 207
    assert [row["id"] for row in told.json["results"]] == ["2"]
    assert told.json["numErrors"] == 1
    assert told.json["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert told.json["errors"][0]["context"] == {"ids": ["77", "88"]}


def test_a_batch_read_by_email(sandbox: Sandbox) -> None:
    fill(sandbox, 2)
    body = {"inputs": [{"id": "p1@example.com"}], "idProperty": "email", "properties": ["email"]}
    assert [row["id"] for row in sandbox.api("POST", f"{CONTACTS}/batch/read", body).json["results"]] == ["2"]


def test_a_batch_update_writes_what_is_there_and_names_what_is_not(sandbox: Sandbox) -> None:
    fill(sandbox, 2)
    told = update(sandbox, ("1", {"city": "Vigo"}), ("99", {"city": "Vigo"}))
    assert (told.status, [row["id"] for row in told.json["results"]]) == (207, ["1"])
    assert told.json["errors"][0]["context"] == {"ids": ["99"]}
    assert [(one["id"], one["property"], one["value"]) for one in sandbox.ledger()["writes"]] == [("1", "city", "Vigo")]


@pytest.mark.parametrize("bad", [{"nonsense": "x"}, {"lifecyclestage": "x"}, {"createdate": "2026-01-01"}, {}])
def test_one_bad_value_fails_the_whole_batch_and_writes_nothing(sandbox: Sandbox, bad: dict[str, object]) -> None:
    fill(sandbox, 3)
    told = update(sandbox, ("1", {"city": "Vigo"}), ("2", bad), ("3", {"city": "Vigo"}))
    assert (told.status, told.json["category"]) == (400, "VALIDATION_ERROR")
    assert "results" not in told.json
    assert sandbox.ledger()["writes"] == []


def test_a_taken_email_fails_the_whole_batch_with_409(sandbox: Sandbox) -> None:
    fill(sandbox, 2)
    told = update(sandbox, ("1", {"city": "Vigo"}), ("2", {"email": "p0@example.com"}))
    assert told.status == 409
    assert sandbox.ledger()["writes"] == []


def test_the_same_id_twice_is_refused(sandbox: Sandbox) -> None:
    fill(sandbox, 1)
    assert update(sandbox, ("1", {"city": "Vigo"}), ("1", {"city": "Lugo"})).status == 400


def test_a_batch_create_without_traces_is_all_or_nothing(sandbox: Sandbox) -> None:
    inputs = [{"properties": {"email": email}} for email in ("a@example.com", "not an address")]
    assert sandbox.api("POST", f"{CONTACTS}/batch/create", {"inputs": inputs}).status == 400
    twins = [{"properties": {"email": "a@example.com"}}] * 2
    assert sandbox.api("POST", f"{CONTACTS}/batch/create", {"inputs": twins}).status == 409
    assert sandbox.api("GET", CONTACTS).json["results"] == []


def test_a_batch_create_that_lacks_a_contact_makes_no_lead(sandbox: Sandbox) -> None:
    fill(sandbox, 1)
    link = [{"to": {"id": "1"}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 578}]}]
    inputs = [{"properties": {"hs_lead_name": "A"}, "associations": link}, {"properties": {"hs_lead_name": "B"}}]
    leads = "/crm/objects/2026-03/leads"
    assert sandbox.api("POST", f"{leads}/batch/create", {"inputs": inputs}).status == 400
    assert sandbox.api("GET", leads).json["results"] == []


def test_a_batch_create_with_unique_traces_tells_rows_apart(sandbox: Sandbox) -> None:
    inputs = [
        {"properties": {"email": "a@example.com"}, "objectWriteTraceId": "t1"},
        {"properties": {"email": "bad"}, "objectWriteTraceId": "t2"},
        {"properties": {"email": "a@example.com"}, "objectWriteTraceId": "t3"},
    ]
    told = sandbox.api("POST", f"{CONTACTS}/batch/create", {"inputs": inputs})
    assert told.status == 207
    assert [row["objectWriteTraceId"] for row in told.json["results"]] == ["t1"]
    failed = [(one["context"]["objectWriteTraceId"], one["category"]) for one in told.json["errors"]]
    assert failed == [(["t2"], "VALIDATION_ERROR"), (["t3"], "CONFLICT")]


def test_an_upsert_tells_new_from_old(sandbox: Sandbox) -> None:
    fill(sandbox, 1)
    emails = ("p0@example.com", "new@example.com")
    inputs = [{"id": email, "idProperty": "email", "properties": {"city": "Vigo"}} for email in emails]
    told = sandbox.api("POST", f"{CONTACTS}/batch/upsert", {"inputs": inputs})
    assert [(row["id"], row["new"]) for row in told.json["results"]] == [("1", False), ("2", True)]
    assert sandbox.api("GET", f"{CONTACTS}/2?properties=email").json["properties"]["email"] == "new@example.com"
    wrong = [{"id": "P", "idProperty": "firstname", "properties": {"city": "Vigo"}}]
    assert sandbox.api("POST", f"{CONTACTS}/batch/upsert", {"inputs": wrong}).status == 400


def test_a_batch_archive_answers_204_for_ids_that_are_gone_too(sandbox: Sandbox) -> None:
    fill(sandbox, 2)
    assert sandbox.api("POST", f"{CONTACTS}/batch/archive", {"inputs": [{"id": "1"}, {"id": "77"}]}).status == 204
    assert [row["id"] for row in sandbox.api("GET", CONTACTS).json["results"]] == ["2"]
