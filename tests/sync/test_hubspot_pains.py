"""What users of other tools suffered from with HubSpot, tried on the whole chain over HTTP."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.serve import Sandbox
from state.model import RunState
from sync.app import App
from sync.config import parse_config
from sync.demo import configuration
from sync.engine import Ending, run_sync
from sync.fields import missing_fields

PERSON = {
    "email": "ana@bodegas.example",
    "firstname": "Ana",
    "lifecyclestage": "lead",
    "country": "ES",
    "jobtitle": "Directora",
}


class Account:
    """One contact in an account of its own, and the application over it."""

    def __init__(self, crm: Sandbox, folder: Path) -> None:
        self.crm = crm
        (self.id,) = crm.load(objects={"contacts": [{"properties": PERSON}]})["contacts"]
        self._text = configuration(crm.url, crm.token).replace(
            "sqlite:///relevo.db", f"sqlite:///{folder / 'relevo.db'}"
        )
        with self.open() as app:
            app.connector("hubspot").provision(missing_fields(app, "hubspot"))
        crm.clear_ledger()

    def open(self) -> App:
        return App.open(parse_config(self._text, {}), sleep=lambda _seconds: None)

    def edit(self, **properties: str) -> None:
        """As a person does in the CRM's pages."""
        assert self.crm.api("PATCH", f"/crm/v3/objects/contacts/{self.id}", {"properties": properties}).status == 200

    def held(self, name: str) -> str | None:
        path = f"/crm/v3/objects/contacts/{self.id}?properties={name}"
        value: str | None = self.crm.api("GET", path).json["properties"][name]
        return value

    def writes_of(self, name: str) -> list[str | None]:
        return [row["value"] for row in self.crm.ledger()["writes"] if row["property"] == name]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with Sandbox.start(limits=False) as crm:
        yield Account(crm, tmp_path)


def test_pain_11_a_property_that_is_gone_is_named_and_nulls_nothing(account: Account) -> None:
    with account.open() as app:
        run_sync(app, "hubspot")
    assert account.crm.api("DELETE", "/crm/v3/properties/contacts/relevo_fit").status == 204
    with account.open() as app:
        report = run_sync(app, "hubspot")
    assert report.run.state is RunState.PARTIAL
    assert "relevo_fit" in report.message


def test_pains_17_and_22_a_rejected_row_stays_until_it_can_be_read_and_is_then_settled(account: Account) -> None:
    account.edit(numemployees="sobre 40")
    with account.open() as app:
        run_sync(app, "hubspot")
        (row,) = app.store.rejected()
        assert (row.rejection.field, row.rejection.raw) == ("employees", "sobre 40")
        account.edit(numemployees="40")
        run_sync(app, "hubspot")
        assert app.store.rejected() == []
        assert app.store.people_count().people == 1


def test_pain_18_a_write_whose_answer_was_lost_is_not_made_twice(account: Account) -> None:
    account.crm.faults(
        [{"effect": "drop", "route": "POST /crm/objects/contacts/batch/update", "times": 1, "applied": True}]
    )
    with account.open() as app:
        assert run_sync(app, "hubspot").ending is Ending.COMPLETE
    changed = Counter((row["id"], row["property"]) for row in account.crm.ledger()["writes"] if row["changed"])
    assert changed
    assert set(changed.values()) == {1}


def test_pain_19_our_own_writes_come_back_and_cause_no_other(account: Account) -> None:
    with account.open() as app:
        for _ in range(4):
            run_sync(app, "hubspot")
    assert len(account.writes_of("relevo_score")) == 1


def test_pain_20_a_persons_edit_of_our_field_is_kept_and_shown(account: Account) -> None:
    with account.open() as app:
        run_sync(app, "hubspot")
        account.edit(relevo_score="99")
        account.edit(numemployees="120")
        run_sync(app, "hubspot")
        assert account.held("relevo_score") == "99"
        assert [recorded.conflict.theirs for recorded in app.store.conflicts()] == ["99"]


def test_pain_21_the_lifecycle_stage_is_read_and_never_written(account: Account) -> None:
    account.edit(lifecyclestage="opportunity")
    account.crm.clear_ledger()
    with account.open() as app:
        run_sync(app, "hubspot")
        (row,) = app.store.find_person(PERSON["email"])
        (known,) = app.store.facts_of([row.person]).values()
    assert [fact.values["stage"] for fact in known.facts if fact.ref.object == "contacts"] == ["opportunity"]
    assert account.writes_of("lifecyclestage") == []
