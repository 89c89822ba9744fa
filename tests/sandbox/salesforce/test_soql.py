"""SOQL: what a query finds, in which order, and how the vendor refuses what is none."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.common.times import Clock, Millis
from sandbox.salesforce.errors import Refusal
from sandbox.salesforce.load import load
from sandbox.salesforce.org import Org
from sandbox.salesforce.soql.execution import run

ROOT = "/services/data/v62.0"
NOW = Millis(1_795_514_400_000)  # 2026-11-24T10:00Z
Ask = Callable[[str], list[dict[str, Any]]]

LEADS: list[dict[str, Any]] = [
    {"LastName": "Gil", "Company": "ACME", "Email": "Gil@ACME.example", "NumberOfEmployees": 50, "CreatedDate": "2026-11-24T08:00:00Z"},
    {"LastName": "Ávila", "Company": "ACME", "NumberOfEmployees": 5, "CreatedDate": "2026-11-22T08:00:00Z", "Rating": "Hot"},
    {"LastName": "Soto", "Company": "Béta", "Email": "soto@beta.example", "CreatedDate": "2026-10-02T08:00:00Z", "Rating": "Cold"},
]  # fmt: skip


def new_org() -> Org:
    """An org whose clock stands still."""
    return Org(clock=Clock(source=lambda: NOW))


@pytest.fixture
def org() -> Org:
    """Three leads, and an opportunity with a contact of an account."""
    org = new_org()
    ids = load(org, {"objects": {"Lead": LEADS, "Account": [{"Name": "Beta", "Industry": "Retail"}]}})
    account = ids["Account"][0]
    contact = {"LastName": "Ruiz", "Email": "ruiz@beta.example", "AccountId": account}
    ids |= load(org, {"objects": {"Contact": [contact]}})
    sale = {
        "Name": "Licencia",
        "AccountId": account,
        "StageName": "Prospecting",
        "CloseDate": "2026-12-01",
        "Amount": 100.0,
    }
    ids |= load(org, {"objects": {"Opportunity": [sale]}})
    role = {"OpportunityId": ids["Opportunity"][0], "ContactId": ids["Contact"][0], "IsPrimary": True}
    task = {"Subject": "Call", "WhoId": ids["Contact"][0], "Status": "Completed"}
    load(
        org,
        {"objects": {"OpportunityContactRole": [role], "Task": [task, {"Subject": "Call", "WhoId": ids["Lead"][0]}]}},
    )
    return org


def ask(org: Org, query: str, *, deleted: bool = False) -> list[dict[str, Any]]:
    """The records of the answer, without their attributes."""
    result = run(org, org.integration, query, ROOT, deleted=deleted)
    if result.selection is None:
        return [{name: value for name, value in group.items() if name != "attributes"} for group in result.groups or ()]
    return [{n: v for n, v in result.selection.shape(row).items() if n != "attributes"} for row in result.rows]


def leads(fields: str, *rest: str) -> str:
    """A query for leads."""
    return " ".join(("SELECT", fields, "FROM Lead", *rest))


def names(org: Org, where: str) -> list[object]:
    """The last names that a condition finds."""
    return [row["LastName"] for row in ask(org, leads("LastName", "WHERE", where))]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("Company = 'acme'", ["Gil", "Ávila"]),
        ("company != 'ACME'", ["Soto"]),
        ("Email = null", ["Ávila"]),
        ("Email != null", ["Gil", "Soto"]),
        ("Email = 'gil@acme.EXAMPLE'", ["Gil"]),
        ("Rating != 'Hot'", ["Gil", "Soto"]),
        ("Rating IN ('hot', 'COLD')", ["Ávila", "Soto"]),
        ("Rating NOT IN ('Hot')", ["Gil", "Soto"]),
        ("LastName LIKE '%il%'", ["Gil", "Ávila"]),
        ("LastName LIKE 'S_to'", ["Soto"]),
        ("NumberOfEmployees > 5", ["Gil"]),
        ("NumberOfEmployees <= 50.0", ["Gil", "Ávila"]),
        ("NumberOfEmployees < 1", []),
        ("IsConverted = false AND (Rating = 'Hot' OR Rating = 'Cold')", ["Ávila", "Soto"]),
        ("NOT Company = 'ACME'", ["Soto"]),
        ("NOT (Company = 'ACME' AND Rating = null)", ["Ávila", "Soto"]),
        ("CreatedDate > 2026-11-01T00:00:00Z", ["Gil", "Ávila"]),
        ("CreatedDate = 2026-11-24T09:00:00+01:00", ["Gil"]),
        ("CreatedDate = TODAY", ["Gil"]),
        ("CreatedDate = LAST_N_DAYS:2", ["Gil", "Ávila"]),
        ("CreatedDate < TODAY", ["Ávila", "Soto"]),
        ("CreatedDate >= THIS_MONTH", ["Gil", "Ávila"]),
        ("CreatedDate = LAST_MONTH", ["Soto"]),
        ("Owner.Name = 'Admin' AND Company = 'Béta'", ["Soto"]),
    ],
)
def test_a_condition_finds_what_fits_and_nothing_else(org: Org, where: str, found: list[str]) -> None:
    """Texts are compared without regard to case, null is a value to be asked for, a period is whole days in the org's zone."""
    assert names(org, where) == found


def test_names_may_be_written_in_any_case_and_come_back_as_the_org_writes_them(org: Org) -> None:
    """Field and object names are not case-sensitive."""
    assert ask(org, "select lastname, NUMBEROFEMPLOYEES from lead limit 1") == [
        {"LastName": "Gil", "NumberOfEmployees": 50}
    ]


def test_a_path_over_lookups_is_nested_and_null_where_it_breaks(org: Org) -> None:
    """One lookup gives an object, a missing one null, and a lookup to several objects shows only what all of them have."""
    (contact,) = ask(org, "SELECT Account.Name, Account.Owner.Username FROM Contact")
    assert contact["Account"]["Name"] == "Beta"
    assert contact["Account"]["Owner"]["Username"] == "admin@acme.example"
    tasks = ask(org, "SELECT Who.Name, Who.Type, What.Name FROM Task ORDER BY Id")
    assert [task["Who"]["Type"] for task in tasks] == ["Contact", "Lead"]
    assert tasks[0]["Who"]["attributes"]["type"] == "Name"
    assert tasks[0]["What"] is None
    with pytest.raises(Refusal, match="No such column 'Company' on entity 'Name'"):
        ask(org, "SELECT Who.Company FROM Task")


def test_children_come_as_a_result_of_their_own_or_null(org: Org) -> None:
    """A sub-select over a child relationship."""
    query = "SELECT Name, (SELECT ContactId, IsPrimary FROM OpportunityContactRoles) FROM Opportunity"
    (sale,) = ask(org, query)
    assert sale["OpportunityContactRoles"]["totalSize"] == 1
    (account,) = ask(org, "SELECT (SELECT Id FROM Contacts WHERE Email = null) FROM Account")
    assert account["Contacts"] is None


def test_nulls_come_first_unless_told_otherwise_whichever_the_direction(org: Org) -> None:
    """ORDER BY over a field that is not always set."""
    assert [row["LastName"] for row in ask(org, "SELECT LastName FROM Lead ORDER BY Rating, LastName")] == [
        "Gil",
        "Soto",
        "Ávila",
    ]
    assert [row["LastName"] for row in ask(org, "SELECT LastName FROM Lead ORDER BY Rating DESC")] == [
        "Gil",
        "Ávila",
        "Soto",
    ]
    found = ask(org, "SELECT LastName FROM Lead ORDER BY Rating DESC NULLS LAST, LastName")
    assert [row["LastName"] for row in found] == ["Ávila", "Soto", "Gil"]


def test_limit_and_offset_cut_after_sorting(org: Org) -> None:
    """The second of three by number of employees, nulls first."""
    found = ask(org, "SELECT LastName FROM Lead ORDER BY NumberOfEmployees LIMIT 1 OFFSET 1")
    assert [row["LastName"] for row in found] == ["Ávila"]


def test_counts_and_groups(org: Org) -> None:
    """COUNT() answers with a total, COUNT(Id) with a record, GROUP BY with one per group."""
    assert run(org, org.integration, "SELECT COUNT() FROM Lead", ROOT).total == 3
    assert run(org, org.integration, "SELECT COUNT() FROM Lead LIMIT 2", ROOT).total == 2
    assert ask(org, "SELECT COUNT(Id) FROM Lead WHERE Company = 'None'") == [{"expr0": 0}]
    grouped = ask(org, "SELECT Company, COUNT(Id) n, MAX(NumberOfEmployees) FROM Lead GROUP BY Company")
    assert grouped == [{"Company": "ACME", "n": 2, "expr0": 50}, {"Company": "Béta", "n": 1, "expr0": None}]


def test_all_fields_at_once_need_a_limit(org: Org) -> None:
    """FIELDS(ALL) is for looking, not for pulling."""
    (row,) = ask(org, "SELECT FIELDS(ALL) FROM Account LIMIT 200")
    assert {"Id", "Name", "BillingAddress", "SystemModstamp"} <= set(row)
    with pytest.raises(Refusal, match="LIMIT of at most 200"):
        ask(org, "SELECT FIELDS(ALL) FROM Account")


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported"),
        ("SELECT Nix FROM Lead", "INVALID_FIELD", "No such column 'Nix' on entity 'Lead'"),
        ("SELECT Nix.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Nix' in field path"),
        ("SELECT Id FROM Lead WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: x"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'", "INVALID_FIELD", "must be of type dateTime and should not"),
        ("SELECT Id FROM Lead WHERE CreatedDate > 2026-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "must be of type string and should be enclosed"),
        ("SELECT Id FROM Lead WHERE NumberOfEmployees = '5'", "INVALID_FIELD", "must be of type double"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered in a query call"),
        ("SELECT Id FROM Lead ORDER BY Description", "INVALID_FIELD", "can not be sorted in a query call"),
        ("SELECT Id FROM Lead WHERE IsConverted > true", "INVALID_QUERY_FILTER_OPERATOR", "invalid operator on field"),
        ("SELECT Id, id FROM Lead", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT FROM Lead", "MALFORMED_QUERY", "unexpected token: 'FROM'"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY", "unexpected token: '*'"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Lead WHERE Id = null OR Id = null AND Id = null", "MALFORMED_QUERY", "unexpected token: 'AND'"),
        ("SELECT Id FROM Lead LIMIT -1", "MALFORMED_QUERY", "unexpected token: '-1'"),
        ("SELECT Id FROM Lead; DELETE", "MALFORMED_QUERY", "unexpected token: ';'"),
        ("SELECT COUNT(Id), LastName FROM Lead", "MALFORMED_QUERY", "must be grouped or aggregated: LastName"),
        ("SELECT SUM(LastName) FROM Lead", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT (SELECT Id FROM Sheep) FROM Lead", "INVALID_TYPE", "Didn't understand relationship 'Sheep' in FROM part"),
        (leads("Id", "WHERE LastName =", f"'{'x' * 100_000}'"), "MALFORMED_QUERY", "cannot be longer than 100000"),
    ],
)  # fmt: skip
def test_what_is_no_query_is_refused_in_the_vendors_words(org: Org, query: str, code: str, words: str) -> None:
    """Every refusal is a 400 with the vendor's code."""
    with pytest.raises(Refusal) as caught:
        ask(org, query)
    (problem,) = caught.value.problems
    assert (caught.value.status, problem.code) == (400, code)
    assert words in problem.message


def test_a_refusal_points_at_the_place(org: Org) -> None:
    """The caret stands under the token, rows and columns count from 1 (as in recorded answers)."""
    with pytest.raises(Refusal) as caught:
        ask(org, "select count() from XYZZY")
    message = caught.value.problems[0].message
    assert message.startswith(
        "\nselect count() from XYZZY\n                    ^\nERROR at Row:1:Column:21\nsObject type"
    )


def test_records_are_found_by_id_of_either_length_and_only_if_all_else_fits(org: Org) -> None:
    """15 letters are as good as 18; an id that is not there is no error."""
    first, second, _ = (str(row["Id"]) for row in ask(org, leads("Id")))
    listed = f"Id IN ('{second[:15]}', '{first}', '00Q5g00000zzzzz')"
    assert names(org, listed) == ["Gil", "Ávila"]
    assert names(org, f"{listed} AND Rating = 'Hot'") == ["Ávila"]
    assert names(org, f"NOT Id = '{first}'") == ["Ávila", "Soto"]


TIMES = st.integers(0, 9).map(lambda n: f"2026-11-{n + 1:02d}T00:00:00Z")
SIMPLE = st.one_of(
    st.builds("SystemModstamp {} {}".format, st.sampled_from(["=", "<", "<=", ">", ">=", "!="]), TIMES),
    st.lists(TIMES, min_size=1, max_size=3).map(lambda times: f"SystemModstamp IN ({', '.join(times)})"),
    st.builds("Rating {} 'Hot'".format, st.sampled_from(["=", "!="])),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " AND ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")"),
        inner.map(lambda part: f"(NOT {part})"),
    ),
    max_leaves=6,
)
SHARED = new_org()
load(
    SHARED,
    {"objects": {"Lead": [
        {"LastName": str(n), "Company": "x", "SystemModstamp": f"2026-11-{n % 10 + 1:02d}T00:00:00Z", "Rating": "Hot" if n % 3 else "Cold"}
        for n in range(40)
    ]}},
)  # fmt: skip


@given(condition=CONDITIONS)
def test_an_index_never_hides_a_record(condition: str) -> None:
    """A condition finds the same records through the index of changes as one by one, where no index can help."""
    whole = {row["Id"] for row in ask(SHARED, leads("Id", "WHERE", condition))}
    rest = {row["Id"] for row in ask(SHARED, leads("Id", "WHERE NOT", condition))}
    assert whole.isdisjoint(rest)
    assert len(whole | rest) == 40


def test_a_keyset_walk_over_one_second_finds_every_record() -> None:
    """(SystemModstamp, Id) pages of seven through records that share seconds."""
    seen: list[object] = []
    where = ""
    while True:
        page = ask(SHARED, leads("Id, SystemModstamp", where, "ORDER BY SystemModstamp, Id LIMIT 7"))
        if not page:
            break
        seen += [row["Id"] for row in page]
        at, last = str(page[-1]["SystemModstamp"]).replace("+0000", "Z"), page[-1]["Id"]
        where = f"WHERE SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > '{last}')"
    assert len(seen) == len(set(seen)) == 40


def test_ids_are_put_in_order_letter_by_letter_whatever_else_is_asked() -> None:
    """Capitals before small letters, as an index of ids has them; other texts know no case."""
    org = new_org()
    ids = load(org, {"objects": {"Lead": [{"LastName": "Gil", "Company": "ACME"}] * 62}})["Lead"]
    found = run(org, org.admin, "SELECT Id FROM Lead WHERE SystemModstamp > 2000-01-01T00:00:00Z ORDER BY Id", ROOT)
    assert [row["Id"] for row in found.rows] == sorted(ids)
