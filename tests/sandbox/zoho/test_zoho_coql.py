"""The query language: what it finds, and what it refuses."""
# ruff: noqa: S608 (the language has no placeholders)

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.zoho.coql.parse import parse
from sandbox.zoho.errors import Refusal
from sandbox.zoho.serve import ZohoSandbox

ROWS: list[dict[str, Any]] = [
    {"Last_Name": "Gil", "City": "Vigo", "No_of_Employees": 5, "Email_Opt_Out": True},
    {"Last_Name": "gil", "City": "Lugo", "No_of_Employees": 50, "Email": "a@b.es"},
    {"Last_Name": "Pérez", "No_of_Employees": 500, "Lead_Source": "Webinar"},
    {"Last_Name": "O'Hara", "City": "Vigo", "Description": "long"},
]


@pytest.fixture
def leads(zoho: ZohoSandbox) -> list[str]:
    """Four leads, created a second apart from 2026-11-24T10:00:00Z."""
    rows = [{"values": row, "created": f"2026-11-24T10:00:0{n}Z"} for n, row in enumerate(ROWS)]
    return zoho.load(objects={"Leads": rows})["Leads"]


def query(zoho: ZohoSandbox, text: str) -> Any:
    told = zoho.api("POST", "coql", {"select_query": text})
    assert told.status in {200, 204}, told.body
    return told.json["data"] if told.status == 200 else []


def refusal(zoho: ZohoSandbox, text: str) -> dict[str, Any]:
    told = zoho.api("POST", "coql", {"select_query": text})
    assert told.status == 400
    body: dict[str, Any] = told.json
    return body


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Last_Name = 'GIL'", [0, 1]),
        ("Last_Name != 'gil'", [2, 3]),
        ("Last_Name = 'O''Hara'", [3]),
        ('Last_Name = "O\'Hara"', [3]),
        ("Last_Name like 'P%'", [2]),
        ("Last_Name like '%ar%'", [3]),
        ("Last_Name like '%ez'", [2]),
        ("Last_Name not like 'g%'", [2, 3]),
        ("City in ('vigo', 'madrid')", [0, 3]),
        ("City not in ('Vigo')", [1, 2]),
        ("City is null", [2]),
        ("City is not null", [0, 1, 3]),
        ("No_of_Employees > 5", [1, 2]),
        ("No_of_Employees <= 50", [0, 1]),
        ("No_of_Employees between 50 and 500", [1, 2]),
        ("No_of_Employees not between 50 and 500", [0]),
        ("Email_Opt_Out = true", [0]),
        ("Created_Time >= '2026-11-24T11:00:02+01:00'", [2, 3]),
        ("Modified_Time between '2026-11-24T10:00:01+00:00' and '2026-11-24T10:00:02+00:00'", [1, 2]),
        ("(City = 'Vigo' and (No_of_Employees < 9 or Last_Name = 'x'))", [0]),
        ("((City = 'Vigo' or City = 'Lugo') and Email is null)", [0, 3]),
        ("Owner.email like '%ibertech%'", [0, 1, 2, 3]),
        ("Owner.first_name = 'nobody'", []),
    ],
)
def test_a_condition_finds_what_it_says(zoho: ZohoSandbox, leads: list[str], where: str, found: list[int]) -> None:
    rows = query(zoho, f"select id from Leads where {where}")
    assert [leads.index(row["id"]) for row in rows] == found


def test_a_row_has_the_columns_asked_for_lookups_as_ids_and_always_the_id(zoho: ZohoSandbox) -> None:
    (parent,) = zoho.load(objects={"Accounts": [{"values": {"Account_Name": "Holding"}}]})["Accounts"]
    accounts = [{"Account_Name": "Acme", "Parent_Account": parent}, {"Account_Name": "Alone"}]
    account, alone = zoho.load(objects={"Accounts": [{"values": values} for values in accounts]})["Accounts"]
    contacts = [{"Last_Name": "A", "Account_Name": account}, {"Last_Name": "B", "Account_Name": alone}]
    zoho.load(objects={"Contacts": [{"values": values} for values in contacts]})
    path = "Account_Name.Parent_Account.Account_Name"
    columns = f"Account_Name, Account_Name.Account_Name as Firm, {path}"
    one, two = query(zoho, f"select {columns} from Contacts where Last_Name is not null")
    assert (one["Account_Name"], one["Firm"], one[path]) == ({"id": account}, "Acme", "Holding")
    assert (two[path], "id" in two) == (None, True)


def test_rows_come_by_id_unless_ordered_and_pages_by_limit_and_offset(zoho: ZohoSandbox, leads: list[str]) -> None:
    told = zoho.api("POST", "coql", {"select_query": "select id from Leads where id is not null limit 3"}).json
    assert ([row["id"] for row in told["data"]], told["info"]) == (leads[:3], {"count": 3, "more_records": True})
    rest = zoho.api("POST", "coql", {"select_query": "select id from Leads where id is not null limit 3 offset 3"}).json
    assert ([row["id"] for row in rest["data"]], rest["info"]["more_records"]) == (leads[3:], False)
    assert query(zoho, "select id from Leads where id is not null limit 3 offset 4") == []
    by_size = query(zoho, "select id from Leads where id is not null order by No_of_Employees desc, id")
    assert [leads.index(row["id"]) for row in by_size] == [2, 1, 0, 3]
    by_time = query(zoho, "SELECT id FROM Leads WHERE id is not null ORDER BY Modified_Time DESC LIMIT 1")
    assert by_time == [{"id": leads[3]}]


def test_counting_counts(zoho: ZohoSandbox, leads: list[str]) -> None:
    assert query(zoho, "select COUNT(id) from Leads where City = 'Vigo'") == [{"COUNT(id)": 2}]
    assert query(zoho, "select count(id) as n from Leads where City = 'nowhere'") == [{"n": 0}]


def test_pain_8_converted_leads_are_found_by_whoever_speaks_of_them(zoho: ZohoSandbox) -> None:
    rows: list[dict[str, Any]] = [{"values": {"Last_Name": "A", "Converted__s": True}}, {"values": {"Last_Name": "B"}}]
    converted, other = zoho.load(objects={"Leads": rows})["Leads"]
    assert query(zoho, "select id from Leads where id is not null") == [{"id": other}]
    assert query(zoho, "select id from Leads where Converted__s = true") == [{"id": converted}]
    both = query(zoho, "select id from Leads where (Converted__s = true or Converted__s = false)")
    assert [row["id"] for row in both] == [converted, other]


@pytest.mark.parametrize(
    ("text", "code", "details"),
    [
        ("select id from Leads", "SYNTAX_ERROR", {"clause": "where"}),
        ("select id from Leads where a = 1 and b = 2 and c = 3", "SYNTAX_ERROR", {"near": "and"}),
        ("select id from Leads where (City = 'a' or City = 'b' or City = 'c')", "SYNTAX_ERROR", {"near": "or"}),
        ("delete from Leads where id is not null", "SYNTAX_ERROR", {}),
        ("select id, from Leads where id is not null", "SYNTAX_ERROR", {"line": 1, "column": 17, "near": "Leads"}),
        ("select id from Leads where City ~ 'a'", "SYNTAX_ERROR", {"near": "~ 'a'"}),
        ("select id from Leads where City not 'a'", "SYNTAX_ERROR", {"operator": "not 'a'"}),
        ("select id from Leads where id is not null limit 0", "INVALID_DATA", {}),
        ("select id from Leads where id is not null limit 2001", "INVALID_QUERY", {"limit": 2001}),
        ("select id from Leads where id is not null limit x", "INVALID_QUERY", {"limit": "x"}),
        ("select id from Leads where id is not null limit 200 offset 99801", "INVALID_QUERY", {"offset": 99801}),
        ("select id from Unicorns where id is not null", "INVALID_MODULE", {}),
        ("select id, id from Leads where id is not null", "DUPLICATE_DATA", {"column_name": "id"}),
        ("select Nothing from Leads where id is not null", "INVALID_QUERY", None),
        ("select id from Leads where Nothing = 1", "INVALID_QUERY", None),
        (
            "select id from Leads where Description = 'long'",
            "INVALID_QUERY",
            {"column_name": "Description", "operator": "="},
        ),
        ("select id from Leads where City > 'a'", "INVALID_QUERY", None),
        ("select id from Leads where No_of_Employees = 'five'", "INVALID_QUERY", None),
        ("select id from Leads where Created_Time > '2026-11-24T10:00:00Z'", "INVALID_QUERY", None),
        ("select SUM(No_of_Employees) from Leads where id is not null", "INVALID_DATA", None),
        ("select id from Leads where id is not null order by id nonsense", "SYNTAX_ERROR", None),
    ],
)
def test_what_is_not_of_the_language_is_refused(
    zoho: ZohoSandbox, leads: list[str], text: str, code: str, details: dict[str, Any] | None
) -> None:
    told = refusal(zoho, text)
    assert told["code"] == code
    assert details is None or told["details"] == details


def test_the_sizes_of_a_query_are_limited(zoho: ZohoSandbox) -> None:
    for columns, values in ((50, 50), (51, 1), (1, 51)):
        chosen = ", ".join(f"City as c{n}" for n in range(columns))
        listed = ", ".join(f"'v{n}'" for n in range(values))
        told = zoho.api("POST", "coql", {"select_query": f"select {chosen} from Leads where City in ({listed})"})
        assert told.status == (204 if columns == values else 400)
    deep = "City = 'x'"
    for _ in range(25):
        deep = f"({deep} or City = 'x')"
    assert refusal(zoho, f"select id from Leads where {deep}")["code"] == "LIMIT_EXCEEDED"


def test_a_query_costs_by_its_limit(zoho: ZohoSandbox) -> None:
    for limit, price in (("", 1), (" limit 200", 1), (" limit 201", 2), (" limit 1000", 2), (" limit 2000", 3)):
        zoho.clear_ledger()
        zoho.api("POST", "coql", {"select_query": f"select id from Leads where id is not null{limit}"})
        assert zoho.ledger()["credits"] == {"POST /coql": price}


def test_keyset_pages_find_each_of_many_records_in_one_second(zoho: ZohoSandbox) -> None:
    """Pain 2, and I4: (modified, id) is a total order."""
    made = zoho.load(
        objects={"Leads": [{"values": {"Last_Name": "L"}, "created": 1_760_000_000 + n // 900} for n in range(2_500)]}
    )["Leads"]
    seen: list[str] = []
    where = "Modified_Time >= '2025-01-01T00:00:00+00:00'"
    while rows := query(zoho, f"select Modified_Time from Leads where {where} order by Modified_Time, id limit 400"):
        seen += [row["id"] for row in rows]
        last = rows[-1]
        where = f"(Modified_Time > '{last['Modified_Time']}' or (Modified_Time = '{last['Modified_Time']}' and id > {last['id']}))"
    assert seen == made


CONDITIONS: dict[str, Callable[[int, int], bool]] = {
    "id > {low} and id <= {high}": lambda low, n: low < n <= low + 60,
    "(id >= {low} or Modified_Time < '{at}')": lambda low, n: n >= low or n // 7 < 10,
    "(Modified_Time >= '{at}' and (id < {high} or No_of_Employees = 3))": lambda low, n: (
        n // 7 >= 10 and (n < low + 60 or n % 10 == 3)
    ),
    "Modified_Time > '{at}'": lambda low, n: n // 7 > 10,
    "id in ({low}, {high})": lambda low, n: n in {low, low + 60},
}


@pytest.mark.parametrize(
    "order", ["", " order by id desc", " order by Modified_Time, id", " order by No_of_Employees, id desc"]
)
@pytest.mark.parametrize("where", CONDITIONS)
def test_the_way_a_query_is_run_never_changes_its_answer(zoho: ZohoSandbox, where: str, order: str) -> None:
    start = random.Random(where + order).randrange(1, 300)  # noqa: S311
    base = int(
        zoho.load(
            objects={
                "Leads": [
                    {"values": {"Last_Name": "L", "No_of_Employees": n % 10}, "created": 1_760_000_000 + n // 7}
                    for n in range(420)
                ]
            }
        )["Leads"][0]
    )
    text = where.format(low=base + start, high=base + start + 60, at="2025-10-09T08:53:30+00:00")
    found = [int(row["id"]) - base for row in query(zoho, f"select id from Leads where {text}{order} limit 2000")]
    expected = [n for n in range(420) if CONDITIONS[where](start, n)]
    if order.endswith("id desc"):
        expected.sort(reverse=True)
        if "Employees" in order:
            expected.sort(key=lambda n: n % 10)
    assert found == expected


def test_a_reserved_word_stands_in_quotes() -> None:
    query_ = parse("select 'External' from Leads where \"External\" is not null", 50, 50)
    assert query_.columns[0].path == ("External",)


WORDS = [
    "select",
    "id",
    ",",
    "from",
    "Leads",
    "where",
    "(",
    ")",
    "=",
    "'a'",
    "1",
    "and",
    "or",
    "in",
    "not",
    "is",
    "null",
    "'",
    "%",
]


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_garbled_queries_are_refused_and_nothing_else(text: str) -> None:
    try:
        parse(text, 50, 50)
    except Refusal as refused:
        assert refused.code in {"SYNTAX_ERROR", "INVALID_QUERY", "INVALID_DATA", "DUPLICATE_DATA"}  # noqa: PT017
