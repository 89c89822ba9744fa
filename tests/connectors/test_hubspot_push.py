"""HubSpot's push: what became of every single write."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from connectors.base import Outcome, Refused, Selection, Write, Written
from connectors.hubspot import HubSpot
from connectors.hubspot.writes import encoded
from sandbox.serve import Sandbox

Connect = Callable[..., HubSpot]

UPDATE = "POST /crm/objects/contacts/batch/update"


def contacts(sandbox: Sandbox, count: int) -> list[str]:
    return sandbox.load(objects={"contacts": [{"properties": {"firstname": f"n{n}"}} for n in range(count)]})[
        "contacts"
    ]


def named(id_: str, value: Any = "new", field: str = "firstname") -> Write:
    return Write("contacts", id_, {field: value})


def pushed(hubspot: HubSpot, *writes: Write) -> list[Outcome]:
    return list(hubspot.push(writes))


def test_ids_that_are_missing_are_refused_row_by_row(sandbox: Sandbox, connect: Connect) -> None:
    """I5: status 207."""
    one, two = contacts(sandbox, 2)
    outcomes = pushed(connect(), named(one), named("999999"), named(two))
    assert [type(outcome) for outcome in outcomes] == [Written, Refused, Written]
    assert isinstance(outcomes[1], Refused)
    assert (outcomes[1].id, outcomes[1].code) == ("999999", "OBJECT_NOT_FOUND")


def test_pain_16_a_batch_that_is_refused_whole_is_halved_until_the_bad_rows_are_alone(
    sandbox: Sandbox, connect: Connect
) -> None:
    """I5: three bad rows of 100, one of them missing altogether; each says what is wrong with it."""
    ids = contacts(sandbox, 100)
    writes = [named(id_) for id_ in ids]
    writes[3] = named(ids[3], "no such stage", "lifecyclestage")
    writes[50] = named("999999")
    writes[97] = named(ids[97], "many", "numberofemployees_that_is_not_there")
    outcomes = pushed(connect(), *writes)
    refused = {n: outcome for n, outcome in enumerate(outcomes) if isinstance(outcome, Refused)}
    assert set(refused) == {3, 50, 97}
    assert len({outcome.code for outcome in refused.values()}) == 3
    assert [outcome.id for outcome in outcomes] == [write.id for write in writes]
    assert int(sandbox.ledger()["calls"][UPDATE]) < 40


@pytest.mark.parametrize("bad", [1, 10, 50, 99, 100])
def test_whichever_rows_of_a_hundred_are_bad_the_others_are_written_once(
    sandbox: Sandbox, connect: Connect, bad: int
) -> None:
    """I5; I2."""
    ids = contacts(sandbox, 100)
    spoilt = set(random.Random(bad).sample(ids, bad))  # noqa: S311 (which rows does not matter)
    writes = [named(id_, "no such stage", "lifecyclestage") if id_ in spoilt else named(id_) for id_ in ids]
    outcomes = pushed(connect(), *writes)
    assert {outcome.id for outcome in outcomes if isinstance(outcome, Refused)} == spoilt
    assert [outcome.id for outcome in outcomes] == ids
    assert sorted(write["id"] for write in sandbox.ledger()["writes"]) == sorted(set(ids) - spoilt)


def test_the_version_of_a_write_is_the_one_the_next_pull_gives(sandbox: Sandbox, connect: Connect) -> None:
    """I8: our own write is known again when it comes back."""
    (id_,) = contacts(sandbox, 1)
    hubspot = connect()
    (outcome,) = pushed(hubspot, named(id_))
    (change,) = hubspot.read(Selection("contacts", ("firstname",)), [id_])
    assert outcome == Written(id_, change.version)


def test_an_id_twice_is_written_twice_in_order(sandbox: Sandbox, connect: Connect) -> None:
    one, two = contacts(sandbox, 2)
    outcomes = pushed(connect(), named(one, "first"), named(two), named(one, "second"))
    assert [(type(outcome), outcome.id) for outcome in outcomes] == [(Written, one), (Written, two), (Written, one)]
    ledger = sandbox.ledger()
    assert [write["value"] for write in ledger["writes"] if write["id"] == one] == ["first", "second"]
    assert int(ledger["calls"][UPDATE]) == 2


def test_writes_to_several_objects_keep_their_order(sandbox: Sandbox, connect: Connect) -> None:
    one, two = contacts(sandbox, 2)
    (company,) = sandbox.load(objects={"companies": [{"properties": {"name": "Acme"}}]})["companies"]
    outcomes = pushed(connect(), named(one), Write("companies", company, {"name": "Acme SA"}), named(two))
    assert [(type(outcome), outcome.id) for outcome in outcomes] == [(Written, one), (Written, company), (Written, two)]


def test_pain_16_a_write_that_the_answer_does_not_speak_of_is_looked_up(sandbox: Sandbox, connect: Connect) -> None:
    """Taken if HubSpot holds our value, and otherwise to be tried again; never taken on trust."""
    held, not_held = contacts(sandbox, 2)
    pushed(connect(), named(held))
    silent = {"status": "COMPLETE", "results": [], "startedAt": "", "completedAt": ""}
    sandbox.faults([{"effect": "status", "status": 200, "body": silent, "route": UPDATE}])
    outcomes = pushed(connect(), named(held), named(not_held))
    assert isinstance(outcomes[0], Written)
    assert isinstance(outcomes[1], Refused)
    assert (outcomes[1].code, outcomes[1].retryable) == ("NO_OUTCOME", True)


def test_lists_cannot_be_written(connect: Connect) -> None:
    (outcome,) = pushed(connect(), Write("owners", "1", {"email": "x"}))
    assert isinstance(outcome, Refused)


def test_a_hundred_thousand_bytes_of_writes_are_a_call_for_each_hundred(sandbox: Sandbox, connect: Connect) -> None:
    ids = contacts(sandbox, 350)
    pushed(connect(), *(named(id_) for id_ in ids))
    assert int(sandbox.ledger()["calls"][UPDATE]) == 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (70, "70"),
        (0.1, "0.1"),
        (1e21, "1000000000000000000000"),
        (Decimal("1.50"), "1.5"),
        (Decimal(100), "100"),
        ("text", "text"),
        (("a", "b"), "a;b"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=1))), "2026-03-01T08:30:00.000Z"),
        (datetime(2026, 3, 1, 9, 30, 0, 1_500, tzinfo=UTC), "2026-03-01T09:30:00.001Z"),
    ],
)
def test_values_are_written_as_hubspot_reads_them(value: object, text: str) -> None:
    assert encoded(value) == text
