"""Lists, single records and deleted ones."""

from typing import Any

import pytest

from sandbox.serve import Reply
from sandbox.zoho.serve import ZohoSandbox

SECOND = 1_760_000_000


def load(zoho: ZohoSandbox, n: int, per_second: int = 1) -> list[str]:
    rows = [{"values": {"Last_Name": f"L{k}"}, "created": SECOND + k // per_second} for k in range(n)]
    return zoho.load(objects={"Leads": rows})["Leads"]


def pages(zoho: ZohoSandbox, query: str, **headers: str) -> list[list[dict[str, Any]]]:
    """All pages of a list, by page tokens."""
    found: list[list[dict[str, Any]]] = []
    token = ""
    while True:
        told = zoho.api("GET", f"Leads?{query}{token}", headers=headers)
        assert told.status == 200, told.body
        found.append(told.json["data"])
        following = told.json["info"]["next_page_token"]
        assert (following is not None) == told.json["info"]["more_records"]
        if following is None:
            return found
        token = f"&page_token={following}"


def ids(rows: list[list[dict[str, Any]]]) -> list[str]:
    return [row["id"] for page in rows for row in page]


def code(told: Reply) -> tuple[int, str]:
    return told.status, told.json["code"]


def test_the_newest_id_comes_first_and_an_info_block_tells_the_page(zoho: ZohoSandbox) -> None:
    made = load(zoho, 3)
    told = zoho.api("GET", "Leads?fields=Last_Name&per_page=2").json
    assert [row["id"] for row in told["data"]] == made[:0:-1]
    info = told["info"]
    assert (info["per_page"], info["count"], info["page"], info["more_records"]) == (2, 2, 1, True)
    assert (info["sort_by"], info["sort_order"]) == ("id", "desc")


def test_only_the_fields_asked_for_come_and_always_the_id(zoho: ZohoSandbox) -> None:
    """Pain 11: a name that does not exist, or that the profile hides, is left out in silence."""
    zoho.load(
        objects={"Leads": [{"values": {"Last_Name": "Gil", "Phone": "1", "Email": "a@b.es"}}]},
        hidden={"Leads": ["Phone"]},
    )
    (row,) = zoho.api("GET", "Leads?fields=Last_Name,Phone,Nothing,City").json["data"]
    assert set(row) == {"id", "Last_Name", "City"}
    assert row["City"] is None


def test_times_carry_the_organisations_offset_in_whole_seconds(zoho: ZohoSandbox) -> None:
    """Pain 23: summer and winter differ."""
    zoho.load(
        objects={
            "Leads": [
                {"values": {"Last_Name": "Gil"}, "created": "2026-07-01T10:00:00Z", "modified": "2026-12-01T10:00:00Z"}
            ]
        }
    )
    (row,) = zoho.api("GET", "Leads?fields=Created_Time,Modified_Time").json["data"]
    assert (row["Created_Time"], row["Modified_Time"]) == ("2026-07-01T12:00:00+02:00", "2026-12-01T11:00:00+01:00")


def test_owners_and_lookups_are_objects_with_a_name(zoho: ZohoSandbox) -> None:
    zoho.load(users=[{"id": "77", "email": "l@x.es", "first_name": "Lucía", "last_name": "Gil"}])
    (account,) = zoho.load(objects={"Accounts": [{"values": {"Account_Name": "Acme"}}]})["Accounts"]
    zoho.load(objects={"Contacts": [{"values": {"Last_Name": "Pérez", "Account_Name": account, "Owner": "77"}}]})
    (row,) = zoho.api("GET", "Contacts?fields=Owner,Account_Name").json["data"]
    assert row["Owner"] == {"name": "Lucía Gil", "id": "77", "email": "l@x.es"}
    assert row["Account_Name"] == {"name": "Acme", "id": account}


@pytest.mark.parametrize("sort_by", ["id", "Created_Time", "Modified_Time"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_every_order_walks_all_records_once_though_many_share_a_second(
    zoho: ZohoSandbox, sort_by: str, order: str
) -> None:
    """Pain 2."""
    made = load(zoho, 450, per_second=450)
    seen = ids(pages(zoho, f"fields=id&sort_by={sort_by}&sort_order={order}"))
    assert seen == (made if order == "asc" else made[::-1])


def test_a_page_number_reaches_two_thousand_records_and_a_token_a_hundred_thousand(zoho: ZohoSandbox) -> None:
    load(zoho, 100_300, per_second=10)
    assert zoho.api("GET", "Leads?fields=id&page=10").json["info"]["more_records"]
    assert code(zoho.api("GET", "Leads?fields=id&page=11")) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED")
    told, n = zoho.api("GET", "Leads?fields=id"), 0
    while told.status == 200:
        n += len(told.json["data"])
        told = zoho.api("GET", f"Leads?fields=id&page_token={told.json['info']['next_page_token']}")
    assert (n, *code(told)) == (100_000, 400, "PAGINATION_LIMIT_EXCEEDED")


def test_a_page_token_is_bound_to_its_question(zoho: ZohoSandbox) -> None:
    load(zoho, 3)
    token = zoho.api("GET", "Leads?fields=id&per_page=1").json["info"]["next_page_token"]
    mismatched = [
        f"Leads?fields=id,Email&per_page=1&page_token={token}",
        f"Leads?fields=id&per_page=2&page_token={token}",
        f"Contacts?fields=id&per_page=1&page_token={token}",
        "Leads?fields=id&per_page=1&page_token=made-up",
    ]
    for path in mismatched:
        assert code(zoho.api("GET", path)) == (400, "TOKEN_BOUND_DATA_MISMATCH")
    since = {"if-modified-since": "2020-01-01T00:00:00+00:00"}
    assert code(zoho.api("GET", f"Leads?fields=id&per_page=1&page_token={token}", headers=since))[0] == 400
    both = zoho.api("GET", f"Leads?fields=id&per_page=1&page=2&page_token={token}")
    assert code(both) == (400, "AMBIGUITY_DURING_PROCESSING")


def test_a_page_token_ends(zoho: ZohoSandbox) -> None:
    load(zoho, 3)
    token = zoho.api("GET", "Leads?fields=id&per_page=1").json["info"]["next_page_token"]
    zoho.config(clock={"offset_s": 86_400})
    told = zoho.api("GET", f"Leads?fields=id&per_page=1&page_token={token}")
    assert code(told) == (400, "EXPIRED_VALUE")


def test_records_that_come_while_paging_disturb_nothing_that_is_still_to_come(zoho: ZohoSandbox) -> None:
    made = load(zoho, 4)
    first = zoho.api("GET", "Leads?fields=id&per_page=2&sort_by=Modified_Time&sort_order=asc").json
    zoho.load(objects={"Leads": [{"values": {"Last_Name": "Early"}, "created": SECOND - 5}]})
    token = first["info"]["next_page_token"]
    second = zoho.api("GET", f"Leads?fields=id&per_page=2&sort_by=Modified_Time&sort_order=asc&page_token={token}").json
    assert [row["id"] for row in second["data"]] == made[2:]


@pytest.mark.parametrize(
    ("query", "code_", "details"),
    [
        ("", "REQUIRED_PARAM_MISSING", {"param_name": "fields"}),
        ("fields=" + ",".join(f"F{n}" for n in range(51)), "LIMIT_EXCEEDED", {"limit": 50, "param_name": "fields"}),
        ("fields=id&per_page=201", "INVALID_DATA", {"param_name": "per_page"}),
        ("fields=id&page=0", "INVALID_DATA", {"param_name": "page"}),
        ("fields=id&cvid=1", "INVALID_DATA", {"param_name": "cvid"}),
    ],
)
def test_what_a_list_will_not_take(zoho: ZohoSandbox, query: str, code_: str, details: dict[str, Any]) -> None:
    """Pain 10: fields past the fiftieth are refused, not cut."""
    told = zoho.api("GET", f"Leads?{query}")
    assert (told.status, told.json["code"], told.json["details"]) == (400, code_, details)


def test_a_sort_by_another_field_names_the_ones_there_are(zoho: ZohoSandbox) -> None:
    told = zoho.api("GET", "Leads?fields=id&sort_by=Email").json
    assert told["details"] == {"param_name": "sort_by", "supported_values": ["id", "Created_Time", "Modified_Time"]}


def test_nothing_is_a_204_without_a_body(zoho: ZohoSandbox) -> None:
    for path in ("Leads?fields=id", "Leads/5725767000001000001", "Leads/deleted?type=all"):
        told = zoho.api("GET", path)
        assert (told.status, told.body, "content-type" in told.headers) == (204, b"", False)


def test_if_modified_since_is_strictly_later_unless_set_otherwise_and_304_when_nothing_is(zoho: ZohoSandbox) -> None:
    """Pain 4: an equal second is lost on whoever resumes at it."""
    made = load(zoho, 3)
    since = {"if-modified-since": "2025-10-09T08:53:21+00:00"}  # SECOND + 1
    assert ids([zoho.api("GET", "Leads?fields=id", headers=since).json["data"]]) == made[2:]
    zoho.config(since_inclusive=True)
    assert ids([zoho.api("GET", "Leads?fields=id", headers=since).json["data"]]) == made[:0:-1]
    unmodified = zoho.api("GET", "Leads?fields=id", headers={"if-modified-since": "2030-01-01T00:00:00+01:00"})
    assert (unmodified.status, unmodified.body) == (304, b"")


@pytest.mark.parametrize("text", ["2025-10-09T08:53:21Z", "2025-10-09T08:53:21.000+00:00", "2025-10-09", "yesterday"])
def test_an_instant_in_another_format_is_refused(zoho: ZohoSandbox, text: str) -> None:
    """Pain 23."""
    assert code(zoho.api("GET", "Leads?fields=id", headers={"if-modified-since": text})) == (400, "INVALID_DATA")


@pytest.mark.parametrize("changed", [300, 5_400])
def test_if_modified_since_pages_through_few_and_many_changes_alike(zoho: ZohoSandbox, changed: int) -> None:
    made = load(zoho, 6_000)
    at = f"2025-10-09T{8 + (3_200 + 5_999 - changed) // 3_600:02d}:"  # SECOND is 08:53:20
    seconds = (3_200 + 5_999 - changed) % 3_600
    since = f"{at}{seconds // 60:02d}:{seconds % 60:02d}+00:00"
    found = ids(pages(zoho, "fields=id&sort_by=id&sort_order=asc", **{"if-modified-since": since}))
    assert found == made[-changed:]


def test_a_converted_lead_is_hidden_until_it_is_asked_for(zoho: ZohoSandbox) -> None:
    """Pain 8."""
    lead, other = zoho.load(
        objects={"Leads": [{"values": {"Last_Name": "A", "Converted__s": True}}, {"values": {"Last_Name": "B"}}]}
    )["Leads"]
    for wanted, expected in (("false", [other]), ("true", [lead]), ("both", [other, lead])):
        assert ids([zoho.api("GET", f"Leads?fields=id&converted={wanted}").json["data"]]) == expected
    assert zoho.api("GET", f"Leads/{lead}").status == 204
    (row,) = zoho.api("GET", f"Leads/{lead}?converted=true").json["data"]
    assert (row["$converted"], row["Converted__s"]) == (True, True)
    assert zoho.api("GET", "Leads/actions/count").json == {"count": 1}


def test_one_record_comes_with_all_its_fields(zoho: ZohoSandbox) -> None:
    (lead,) = zoho.load(objects={"Leads": [{"values": {"Last_Name": "Gil", "First_Name": "Ana"}}]})["Leads"]
    (row,) = zoho.api("GET", f"Leads/{lead}").json["data"]
    assert (row["Full_Name"], row["Email"], row["id"]) == ("Ana Gil", None, lead)
    assert code(zoho.api("GET", "Leads/abc")) == (400, "INVALID_DATA")


def test_pain_6_deleted_records_are_told_by_kind_and_time(zoho: ZohoSandbox) -> None:
    zoho.config(clock={"frozen": "2026-11-24T10:00:00Z"})
    recycled, lost, kept = zoho.load(
        objects={
            "Leads": [
                {"values": {"Last_Name": "R"}, "deleted": "recycle", "modified": "2026-11-20T10:00:00Z"},
                {"values": {"Last_Name": "P"}, "deleted": "permanent", "modified": "2026-11-21T10:00:00Z"},
                {"values": {"Last_Name": "K"}},
            ]
        }
    )["Leads"]
    zoho.api("DELETE", f"Leads?ids={kept}")
    told = zoho.api("GET", "Leads/deleted?type=all").json
    assert [(row["id"], row["type"], row["display_name"]) for row in told["data"]] == [
        (kept, "recycle", "K"),
        (lost, "permanent", None),
        (recycled, "recycle", "R"),
    ]
    assert told["data"][0]["deleted_time"] == "2026-11-24T11:00:00+01:00"
    assert told["data"][1]["deleted_by"] is None
    since = {"if-modified-since": "2026-11-20T11:00:00+01:00"}
    assert ids([zoho.api("GET", "Leads/deleted?type=all", headers=since).json["data"]]) == [kept, lost]
    assert ids([zoho.api("GET", "Leads/deleted?type=permanent").json["data"]]) == [lost]
    page = zoho.api("GET", "Leads/deleted?type=all&per_page=2&page=2").json
    assert (ids([page["data"]]), page["info"]["more_records"]) == ([recycled], False)
    assert code(zoho.api("GET", "Leads/deleted?type=some")) == (400, "PATTERN_NOT_MATCHED")


def test_a_value_that_is_not_of_its_fields_type_is_told_as_it_is(zoho: ZohoSandbox) -> None:
    """I6: what the vendor's own SDK loses a whole page over."""
    zoho.load(objects={"Leads": [{"values": {"Last_Name": "Gil", "No_of_Employees": "n/a"}}]})
    assert zoho.api("GET", "Leads?fields=No_of_Employees").json["data"][0]["No_of_Employees"] == "n/a"
