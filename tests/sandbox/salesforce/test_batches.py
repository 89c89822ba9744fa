"""sObject Collections and composite calls."""

from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.salesforce.serve import SalesforceSandbox

API = "/services/data/v62.0"


def leads(sandbox: SalesforceSandbox, count: int) -> list[str]:
    """Ids of so many leads."""
    return sandbox.load(objects={"Lead": [{"LastName": f"L{n}", "Company": "x"} for n in range(count)]})["Lead"]


def update(id_: str, kind: str = "Lead", **fields: object) -> dict[str, object]:
    """One record of a collection."""
    return {"attributes": {"type": kind}, "id": id_, **fields}


def patch(sandbox: SalesforceSandbox, records: list[dict[str, object]], **more: object) -> Any:
    """Status and body of an update of many."""
    reply = sandbox.api("PATCH", f"{API}/composite/sobjects", {"records": records, **more})
    return reply.status, reply.json


def test_pain_16_each_record_has_a_result_of_its_own_in_order(salesforce: SalesforceSandbox) -> None:
    """200 for the call, `statusCode` inside; the good ones are written although others are not."""
    ids = leads(salesforce, 4)
    salesforce.delete([ids[1]])
    salesforce.convert(ids[2])
    records = [
        update(ids[0], Title="a"),
        update(ids[1], Title="b"),
        update(ids[2], Title="c"),
        update("00Q5g00000zzzzz", Title="d"),
    ]
    records += [update(ids[3], Title="e" * 129), update("nonsense", Title="f"), update(ids[3], Title="g")]
    status, results = patch(salesforce, records)
    assert status == 200
    assert [one["success"] for one in results] == [True, False, False, False, False, False, True]
    assert [one["errors"][0]["statusCode"] for one in results if not one["success"]] == [
        "ENTITY_IS_DELETED",
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "INVALID_CROSS_REFERENCE_KEY",
        "STRING_TOO_LONG",
        "MALFORMED_ID",
    ]
    written = [(one["id"], one["value"]) for one in salesforce.ledger()["writes"]]
    assert written == [(ids[0], "a"), (ids[3], "g")]


def test_pain_16_a_value_that_cannot_be_parsed_fails_the_whole_call(salesforce: SalesforceSandbox) -> None:
    """One text in a number field, or one unknown field, and none of the records is written: the client has to bisect."""
    ids = leads(salesforce, 2)
    for bad, code in ({"NumberOfEmployees": "pyme"}, "JSON_PARSER_ERROR"), ({"Nix__c": 1}, "INVALID_FIELD"):
        status, body = patch(salesforce, [update(ids[0], Title="a"), update(ids[1], **bad)])
        assert (status, body[0]["errorCode"]) == (400, code)
    assert salesforce.ledger()["totals"]["writes"] == 0


def test_all_or_none_undoes_what_was_written(salesforce: SalesforceSandbox) -> None:
    """The good ones say that they were rolled back; state and ledger are as before."""
    ids = leads(salesforce, 2)
    before = salesforce.dump()
    status, (first, second) = patch(salesforce, [update(ids[0], Title="a"), update(ids[1], Email="x")], allOrNone=True)
    assert status == 200
    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert second["errors"][0]["statusCode"] == "INVALID_EMAIL_ADDRESS"
    assert salesforce.dump() == before
    assert salesforce.ledger()["totals"]["writes"] == 0


def test_two_hundred_and_one_records_are_too_many(salesforce: SalesforceSandbox) -> None:
    """200 are taken."""
    ids = leads(salesforce, 201)
    assert patch(salesforce, [update(id_, Title="x") for id_ in ids[:200]])[0] == 200
    status, body = patch(salesforce, [update(id_, Title="x") for id_ in ids])
    assert (status, body[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")


def test_more_than_ten_changes_of_object_are_too_many(salesforce: SalesforceSandbox) -> None:
    """Records are written in chunks of one object."""
    (lead,) = leads(salesforce, 1)
    (account,) = salesforce.load(objects={"Account": [{"Name": "A"}]})["Account"]
    mixed = [update(lead, Title="x"), update(account, "Account", Name="y")] * 6
    assert patch(salesforce, mixed[:10])[0] == 200
    assert patch(salesforce, mixed)[1][0]["errorCode"] == "LIMIT_EXCEEDED"


def test_a_locked_row_fails_alone_and_only_for_a_while(salesforce: SalesforceSandbox) -> None:
    """UNABLE_TO_LOCK_ROW is worth another attempt."""
    ids = leads(salesforce, 3)
    salesforce.faults([{"effect": "lock_row", "ids": [ids[1]], "times": 1}])
    records = [update(id_, Title="x") for id_ in ids]
    results = patch(salesforce, records)[1]
    assert [one["success"] for one in results] == [True, False, True]
    assert results[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert all(one["success"] for one in patch(salesforce, records)[1])


def test_many_are_created_upserted_read_and_deleted(salesforce: SalesforceSandbox) -> None:
    """The other verbs of the collection."""
    salesforce.load(fields={"Lead": [{"name": "Ext__c", "length": 20, "external_id": True}]})
    where = f"{API}/composite/sobjects"
    new = {"attributes": {"type": "Lead"}, "LastName": "N", "Company": "x"}
    made = salesforce.api("POST", where, {"records": [new, {"attributes": {"type": "Lead"}, "LastName": "N"}]}).json
    assert [one["success"] for one in made] == [True, False]
    keyed = [{**new, "Ext__c": "a"}, {**new, "Ext__c": "b"}]
    assert [one["created"] for one in salesforce.api("PATCH", f"{where}/Lead/Ext__c", {"records": keyed}).json] == [
        True
    ] * 2
    assert [one["created"] for one in salesforce.api("PATCH", f"{where}/Lead/Ext__c", {"records": keyed}).json] == [
        False
    ] * 2
    id_ = made[0]["id"]
    read = salesforce.api("GET", f"{where}/Lead?ids={id_},00Q5g00000zzzzz&fields=LastName").json
    assert [row and row["LastName"] for row in read] == ["N", None]
    gone = salesforce.api("DELETE", f"{where}?ids={id_},{id_}").json
    assert [one["success"] for one in gone] == [True, False]


def composite(sandbox: SalesforceSandbox, *calls: Mapping[str, object], **more: object) -> list[dict[str, Any]]:
    """The answers inside a composite answer."""
    body = {"compositeRequest": [{"referenceId": f"r{n}", **call} for n, call in enumerate(calls)], **more}
    told: list[dict[str, Any]] = sandbox.api("POST", f"{API}/composite", body).json["compositeResponse"]
    return told


def test_a_composite_call_has_a_status_for_each_of_its_parts(salesforce: SalesforceSandbox) -> None:
    """Later parts refer to earlier answers; errors stand inside a 200."""
    make = {"method": "POST", "url": f"{API}/sobjects/Account", "body": {"Name": "A"}}
    read = {"method": "GET", "url": f"{API}/sobjects/Account/@{{r0.id}}?fields=Name"}
    nothing = {"method": "GET", "url": f"{API}/sobjects/Sheep"}
    made, held, lost = composite(salesforce, make, read, nothing)
    assert [one["httpStatusCode"] for one in (made, held, lost)] == [201, 200, 404]
    assert held["body"]["Name"] == "A"
    assert lost["body"][0]["errorCode"] == "NOT_FOUND"


def test_a_composite_call_of_all_or_none_leaves_nothing_behind(salesforce: SalesforceSandbox) -> None:
    """The parts that were done say that processing was halted."""
    make = {"method": "POST", "url": f"{API}/sobjects/Account", "body": {"Name": "A"}}
    bad = {"method": "POST", "url": f"{API}/sobjects/Account", "body": {}}
    first, second = composite(salesforce, make, bad, allOrNone=True)
    assert first["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert second["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert salesforce.health()["records"]["Account"] == 0


def test_a_composite_call_undoes_collections_within_it(salesforce: SalesforceSandbox) -> None:
    """What an inner call had committed is undone with the rest."""
    ids = leads(salesforce, 2)
    before = salesforce.dump()
    many = {"method": "PATCH", "url": f"{API}/composite/sobjects", "body": {"records": [update(ids[0], Title="a")]}}
    one = {"method": "PATCH", "url": f"{API}/sobjects/Lead/{ids[1]}", "body": {"Title": "b"}}
    bad = {"method": "PATCH", "url": f"{API}/sobjects/Lead/{ids[1]}", "body": {"Email": "x"}}
    told = composite(salesforce, one, many, bad, allOrNone=True)
    assert [part["httpStatusCode"] for part in told] == [400, 400, 400]
    assert salesforce.dump() == before


@pytest.mark.parametrize("count", [0, 26])
def test_a_composite_call_has_between_one_and_twenty_five_parts(salesforce: SalesforceSandbox, count: int) -> None:
    """Anything else is a 400."""
    part = {"method": "GET", "url": f"{API}/limits", "referenceId": "x"}
    assert salesforce.api("POST", f"{API}/composite", {"compositeRequest": [part] * count}).status == 400
