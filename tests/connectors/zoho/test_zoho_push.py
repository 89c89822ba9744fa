"""Zoho CRM's push: what became of every single write."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Outcome, Refused, Selection, Write, Written
from connectors.zoho import Zoho
from connectors.zoho.values import encoded, same
from sandbox.zoho.serve import ZohoSandbox

Connect = Callable[..., Zoho]
UPDATE = "PUT /Leads"
LEADS = Selection("Leads", ("Last_Name",))


def leads(sandbox: ZohoSandbox, count: int) -> list[str]:
    at = round(datetime.now(UTC).timestamp()) - 600
    rows = [{"values": {"Last_Name": f"n{n}"}, "modified": at + n % 7} for n in range(count)]
    return sandbox.load(objects={"Leads": rows})["Leads"]


def named(id_: str, value: Any = "new", field: str = "Last_Name", version: str | None = None) -> Write:
    return Write("Leads", id_, {field: value}, version)


def pushed(zoho: Zoho, *writes: Write) -> list[Outcome]:
    return list(zoho.push(writes))


def edit(sandbox: ZohoSandbox, id_: str, value: str) -> None:
    assert sandbox.api("PUT", "Leads", {"data": [{"id": id_, "Last_Name": value}]}).status == 200


@pytest.mark.parametrize("bad", [1, 50, 99, 100])
def test_pain_16_whichever_rows_of_a_hundred_are_bad_the_others_are_written_once(
    sandbox: ZohoSandbox, connect: Connect, bad: int
) -> None:
    """I5; I2: Zoho answers 207, and 400 when all are bad."""
    ids = leads(sandbox, 100)
    spoilt = set(random.Random(bad).sample(ids, bad))  # noqa: S311 (which rows does not matter)
    outcomes = pushed(connect(), *(named(id_, "x@", "Email") if id_ in spoilt else named(id_) for id_ in ids))
    assert {outcome.id for outcome in outcomes if isinstance(outcome, Refused)} == spoilt
    assert [outcome.id for outcome in outcomes] == ids
    assert sorted({write["id"] for write in sandbox.ledger()["writes"]}) == sorted(set(ids) - spoilt)
    assert sandbox.ledger()["calls"][UPDATE] == 1


def test_each_bad_row_says_what_is_wrong_with_it(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I5: an absent record, a value that is none, a field that is not there or is Zoho's own, a locked record."""
    one, two, three, four, locked = leads(sandbox, 5)
    sandbox.load(objects={"Leads": [{"id": locked, "values": {}, "locked": True}]})
    outcomes = pushed(
        connect(),
        named("5725767000009999999"),
        named(one, "plenty", "No_of_Employees"),
        named(two, "x", "No_Such_Field"),
        named(three, True, "Converted__s"),
        named(locked),
        named(four),
    )
    told = [(o.code, o.retryable) if isinstance(o, Refused) else o.id for o in outcomes]
    assert told == [
        ("INVALID_DATA", False),
        ("INVALID_DATA", False),
        ("NO_SUCH_FIELD", False),
        ("NO_SUCH_FIELD", False),
        ("RECORD_LOCKED", True),
        four,
    ]
    assert isinstance(outcomes[1], Refused)
    assert "No_of_Employees" in outcomes[1].reason
    assert "plenty" not in outcomes[1].reason


def test_pain_20_of_a_hundred_only_those_that_moved_on_are_stale(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I7: versions differ from row to row, though Zoho's guard is one time for a call."""
    ids = leads(sandbox, 100)
    zoho = connect()
    versions = {change.id: change.version for page in zoho.pull(LEADS, None) for change in page.changes}
    for id_ in ids[10:13]:
        edit(sandbox, id_, "theirs")
    sandbox.clear_ledger()
    outcomes = pushed(zoho, *(named(id_, "ours", version=versions[id_]) for id_ in ids))
    stale = [outcome.id for outcome in outcomes if isinstance(outcome, Refused) and outcome.stale]
    assert (stale, sum(isinstance(outcome, Written) for outcome in outcomes)) == (ids[10:13], 97)
    assert sandbox.ledger(writes=False)["calls"] == {"GET /settings/fields": 1, "GET /Leads": 1, UPDATE: 1}
    assert sandbox.api("GET", f"Leads/{ids[10]}?fields=Last_Name").json["data"][0]["Last_Name"] == "theirs"


def test_pain_20_an_edit_between_the_look_and_the_write_is_stale_too(
    sandbox: ZohoSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I7: the guard in the call itself."""
    (id_,) = leads(sandbox, 1)
    zoho = connect()
    (change,) = zoho.read(LEADS, [id_])

    def nothing_yet(*_: object) -> dict[str, Outcome]:
        edit(sandbox, id_, "theirs")
        return {}

    monkeypatch.setattr("connectors.zoho.writes._moved_on", nothing_yet)
    (outcome,) = pushed(zoho, named(id_, "ours", version=change.version))
    assert isinstance(outcome, Refused)
    assert (outcome.stale, outcome.code) == (True, "ALREADY_MODIFIED")


def test_pain_18_a_guarded_write_whose_answer_was_lost_is_no_conflict(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I2: sent again it is refused as stale, though the change was our own."""
    ids = leads(sandbox, 3)
    zoho = connect()
    versions = {change.id: change.version for change in zoho.read(LEADS, ids)}
    sandbox.faults([{"effect": "drop", "applied": True, "route": UPDATE, "times": 1}])
    outcomes = pushed(zoho, *(named(id_, "ours", version=versions[id_]) for id_ in ids))
    assert [(type(outcome), outcome.id) for outcome in outcomes] == [(Written, id_) for id_ in ids]
    assert len(sandbox.ledger()["writes"]) == 3


def test_the_version_of_a_write_is_the_one_the_next_pull_gives(sandbox: ZohoSandbox, connect: Connect) -> None:
    """I8: our own write is known again when it comes back."""
    (id_,) = leads(sandbox, 1)
    zoho = connect()
    (outcome,) = pushed(zoho, named(id_))
    (change,) = zoho.read(LEADS, [id_])
    assert outcome == Written(id_, change.version)


def test_an_id_twice_is_written_twice_in_order(sandbox: ZohoSandbox, connect: Connect) -> None:
    one, two = leads(sandbox, 2)
    outcomes = pushed(connect(), named(one, "first"), named(two), named(one, "second"))
    assert [(type(outcome), outcome.id) for outcome in outcomes] == [(Written, one), (Written, two), (Written, one)]
    assert [write["value"] for write in sandbox.ledger()["writes"] if write["id"] == one] == ["first", "second"]


def test_pain_16_an_answer_with_fewer_rows_than_writes_is_taken_for_none_of_them(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """I5: never taken on trust."""
    one, two = leads(sandbox, 2)
    row = {"code": "SUCCESS", "details": {"id": one, "Modified_Time": "2026-03-01T10:00:00+01:00"}}
    sandbox.faults([{"effect": "status", "status": 200, "body": {"data": [row]}, "route": UPDATE}])
    outcomes = pushed(connect(), named(one), named(two))
    assert all(isinstance(outcome, Refused) and outcome.retryable for outcome in outcomes)


def test_pain_8_a_write_to_a_converted_lead_is_refused(sandbox: ZohoSandbox, connect: Connect) -> None:
    (id_,) = leads(sandbox, 1)
    zoho = connect()
    (change,) = zoho.read(LEADS, [id_])
    assert sandbox.api("POST", f"Leads/{id_}/actions/convert", {"data": [{}]}).status == 200
    outcomes = pushed(zoho, named(id_), named(id_, version=change.version))
    assert all(isinstance(outcome, Refused) and not outcome.retryable for outcome in outcomes)


def test_users_cannot_be_written(connect: Connect) -> None:
    (outcome,) = pushed(connect(), Write("Users", "1", {"email": "x"}))
    assert isinstance(outcome, Refused)


def test_pain_23_a_time_is_written_at_its_instant(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Whatever the offset, and cleared by None."""
    (id_,) = leads(sandbox, 1)
    sandbox.load(fields={"Leads": [{"field_label": "Due", "data_type": "datetime"}]})
    zoho, selection = connect(), Selection("Leads", ("Due",))
    due = datetime(2026, 10, 25, 2, 30, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    pushed(zoho, named(id_, due, "Due"))
    (change,) = zoho.read(selection, [id_])
    pushed(zoho, named(id_, None, "Due"))
    (cleared,) = zoho.read(selection, [id_])
    assert (datetime.fromisoformat(change.fields["Due"]), cleared.fields["Due"]) == (due, None)


@pytest.mark.parametrize(
    ("value", "data_type", "expected"),
    [
        (None, "text", None),
        ("", "integer", None),
        ("7", "integer", 7),
        (7.0, "integer", 7),
        (7.5, "integer", 7.5),
        (Decimal("1.50"), "currency", 1.5),
        ("n/a", "double", "n/a"),
        (70, "text", "70"),
        (70.0, "textarea", "70"),
        (True, "text", "true"),
        (True, "boolean", True),
        (True, "integer", True),
        (("a", "b"), "multiselectpicklist", ["a", "b"]),
        ("a;b", "multiselectpicklist", ["a", "b"]),
        (("a", "b"), "text", "a;b"),
        (date(2026, 3, 1), "date", "2026-03-01"),
        (datetime(2026, 3, 1, 9, 30, 0, 7, tzinfo=UTC), "date", "2026-03-01"),
        (datetime(2026, 3, 1, 9, 30, 0, 7, tzinfo=UTC), "datetime", "2026-03-01T09:30:00+00:00"),
        (datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "text", "2026-03-01T09:30:00+00:00"),
    ],
)
def test_values_are_written_as_zoho_reads_them(value: object, data_type: str, expected: object) -> None:
    found = encoded(value, data_type)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("ours", "theirs", "data_type", "alike"),
    [
        (None, "", "text", True),
        ("x", None, "text", False),
        (70, 70.0, "double", True),
        ("2026-03-01T09:30:00+00:00", "2026-03-01T10:30:00+01:00", "datetime", True),
        ("2026-03-01T09:30:00+00:00", "soon", "datetime", False),
        ("17", {"id": "17", "name": "Acme"}, "lookup", True),
    ],
)
def test_what_zoho_holds_is_known_for_what_we_wrote(ours: Any, theirs: Any, data_type: str, *, alike: bool) -> None:
    assert same(ours, theirs, data_type) is alike
