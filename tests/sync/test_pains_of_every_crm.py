"""What users of other tools suffered from with any CRM, tried on the whole chain over HTTP with each of them (docs/pains.md)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Selection, Window
from sandbox.common.stand_in import StandIn
from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.salesforce.settings import Settings
from sandbox.serve import Sandbox
from sandbox.zoho.serve import ZohoSandbox
from state.model import RunState
from sync.app import App
from sync.config import Config, parse_config
from sync.config_errors import ConfigErrors
from sync.demo_crms import local_config
from sync.engine import Ending, run_sync, undo
from sync.fields import missing_fields
from sync.undo import UndoPlan

EMAIL = "ana@bodegas.example"
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """What a CRM calls the things that these tests are about. `stage` is what sales moves by hand, `moved` where to."""

    object: str
    person: Values
    employees: str
    score: str
    fit: str
    stage: str
    moved: str
    update: str


WORDS: Mapping[str, Words] = {
    "hubspot": Words(
        "contacts",
        {"email": EMAIL, "firstname": "Ana", "lifecyclestage": "lead", "country": "ES", "jobtitle": "Directora"},
        "company_size",
        "relevo_score",
        "relevo_fit",
        "lifecyclestage",
        "opportunity",
        "POST /crm/objects/contacts/batch/update",
    ),
    "salesforce": Words(
        "Lead",
        {"Email": EMAIL, "FirstName": "Ana", "LastName": "Gil", "Company": "B", "Country": "ES", "Title": "Directora"},
        "NumberOfEmployees",
        "Relevo_Score__c",
        "Relevo_Fit__c",
        "Status",
        "Closed - Not Converted",
        "PATCH /composite/sobjects",
    ),
    "zoho": Words(
        "Leads",
        {"Email": EMAIL, "First_Name": "Ana", "Last_Name": "Gil", "Country": "ES", "Designation": "Directora"},
        "No_of_Employees",
        "Relevo_Score",
        "Relevo_Fit",
        "Lead_Status",
        "Junk Lead",
        "PUT /Leads",
    ),
}


@dataclass(frozen=True, slots=True)
class Served:
    """The three CRMs on this machine, and the configuration that speaks to them."""

    crms: Mapping[str, StandIn]
    text: str


class Account:
    """One person in an account of its own at one CRM, and the application over it."""

    def __init__(self, served: Served, name: str, folder: Path) -> None:
        self.crm, self.name, self.words = served.crms[name], name, WORDS[name]
        self._text = served.text.replace("sqlite:///relevo.db", f"sqlite:///{folder / 'relevo.db'}")
        if name == "hubspot":  # HubSpot's own properties cannot be taken away
            size = {"name": "company_size", "label": "Company size", "type": "string", "fieldType": "text"}
            self.crm.load(properties={"contacts": [size]})
            self._text = self._text.replace("{from: numemployees,", "{from: company_size,")
        self.id = self._load({}, self.words.person)
        with self.open() as app:
            app.connector(name).provision(missing_fields(app, name))
        self.crm.clear_ledger()

    def configured(self, renamed: Mapping[str, str]) -> Config:
        """The configuration with other CRM fields in place of these."""
        text = self._text
        for old, new in renamed.items():
            text = re.sub(rf"\b{old}\b", new, text)
        return parse_config(text, {})

    def open(self) -> App:
        return App.open(self.configured({}), sleep=lambda _seconds: None)

    def edit(self, field: str, value: object) -> None:
        """As a person does in the CRM's pages."""
        self._load({"Id" if self.name == "salesforce" else "id": self.id}, {field: value})

    def take_away(self, field: str) -> None:
        """From the sight of the user as whom Relevo signs in."""
        words, crm = self.words, self.crm
        match crm:
            case SalesforceSandbox():
                crm.load(security={crm.username: {f"{words.object}.{field}": "hidden"}})
            case ZohoSandbox():
                crm.load(hidden={words.object: [field]})
            case _:
                assert crm.api("DELETE", f"/crm/v3/properties/{words.object}/{field}").status == 204

    def held(self, app: App, field: str) -> Any:
        (change,) = app.connector(self.name).read(Selection(self.words.object, (field,)), [self.id])
        return change.fields[field]

    def writes(self) -> list[tuple[str, Any, bool]]:
        """Each field that the application set, with its value and whether it held another one before."""
        key = "field" if self.name == "salesforce" else "property"
        return [(row[key], row["value"], row["changed"]) for row in self.crm.ledger()["writes"]]

    def _load(self, id_: Values, values: Values) -> str:
        nested = {"hubspot": "properties", "zoho": "values"}.get(self.name)
        row = {**id_, nested: dict(values)} if nested else {**id_, **values}
        return self.crm.load(objects={self.words.object: [row]})[self.words.object][0]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with ExitStack() as running:
        hubspot = running.enter_context(Sandbox.start(limits=False))
        salesforce = running.enter_context(SalesforceSandbox.start(limits=False))
        zoho = running.enter_context(ZohoSandbox.start(limits=False))
        crms: Mapping[str, StandIn] = {"hubspot": hubspot, "salesforce": salesforce, "zoho": zoho}
        yield Served(crms, local_config(hubspot, salesforce, zoho))


@pytest.fixture(params=sorted(WORDS))
def account(request: pytest.FixtureRequest, served: Served, tmp_path: Path) -> Account:
    crm = served.crms[request.param]
    if isinstance(crm, SalesforceSandbox):
        crm.config(**asdict(Settings(limits=False)), clock={})
    crm.config(clock={})
    crm.reset()
    crm.faults([])
    return Account(served, request.param, tmp_path)


def values_of(app: App) -> Mapping[str, Any]:
    """What is known of the person, by field."""
    (row,) = app.store.find_person(EMAIL)
    (known,) = app.store.facts_of([row.person]).values()
    (person,) = [fact for fact in known.facts if fact.kind == "person"]
    return person.values


@pytest.mark.parametrize("account", ["zoho"], indirect=True)
def test_pain_7_and_pain_9_what_hung_on_a_zoho_contact_goes_with_it_into_its_survivor(account: Account) -> None:
    """I11: Zoho moves the call without changing it otherwise, and says only that the contact is gone."""
    kept, lost = account.crm.load(
        objects={
            "Contacts": [{"values": {"Last_Name": name, "Email": f"{name}@b.example"}} for name in ("kept", "lost")]
        }
    )["Contacts"]
    call = {"Subject": "c", "Call_Type": "Outbound", "Call_Start_Time": "2026-03-01T09:00:00+00:00", "Who_Id": lost}
    account.crm.load(objects={"Calls": [{"values": call, "created": 1_772_355_600, "modified": 1_772_355_600}]})
    with account.open() as app:
        run_sync(app, account.name)
        merge = {"merge": [{"data": [{"id": lost}]}]}
        assert account.crm.api("POST", f"Contacts/{kept}/actions/merge", merge).status == 201
        account.crm.config(clock={"offset_s": 7_200})
        assert run_sync(app, account.name).run.state is RunState.DONE
        assert app.store.find_person("lost@b.example") == []
        (row,) = app.store.find_person("kept@b.example")
        (known,) = app.store.facts_of([row.person]).values()
    assert [fact.ref.object for fact in known.facts if fact.kind == "touchpoint"] == ["Calls"]


def test_pain_11_a_read_field_that_is_gone_is_named_and_nulls_nothing(account: Account) -> None:
    """I15."""
    account.edit(account.words.employees, 40)
    with account.open() as app:
        run_sync(app, account.name)
    account.take_away(account.words.employees)
    with account.open() as app:
        report = run_sync(app, account.name)
        assert report.run.state is RunState.PARTIAL
        assert account.words.employees in report.message
        assert values_of(app)["employees"] == 40


def test_pain_11_a_written_field_that_is_gone_is_named_and_no_write_is_tried(account: Account) -> None:
    """I15: what is owed stays owed."""
    with account.open() as app:
        run_sync(app, account.name)
    account.take_away(account.words.fit)
    account.edit(account.words.employees, 120)
    account.crm.clear_ledger()
    with account.open() as app:
        report = run_sync(app, account.name)
        assert account.words.fit in report.message
        assert report.ending is Ending.COMPLETE
        assert (account.writes(), app.store.rejected()) == ([], [])
        assert app.store.owed(account.name, account.words.object, app.now(), 10)


def test_pain_17_a_rejected_row_stays_until_it_can_be_read_and_is_then_settled(account: Account) -> None:
    """I6: quiet runs do not make it go away."""
    account.edit(account.words.employees, "sobre 40")
    with account.open() as app:
        for _ in range(3):
            run_sync(app, account.name)
            (row,) = app.store.rejected()
            assert (row.rejection.field, row.rejection.raw) == ("employees", "sobre 40")
        account.edit(account.words.employees, 40)
        run_sync(app, account.name)
        assert app.store.rejected() == []
        assert values_of(app)["employees"] == 40


def test_pain_18_a_write_whose_answer_was_lost_is_not_made_twice(account: Account) -> None:
    """I2: what was sent again changes nothing, and makes no second record."""
    account.crm.faults([{"effect": "drop", "route": account.words.update, "times": 1, "applied": True}])
    with account.open() as app:
        assert run_sync(app, account.name).ending is Ending.COMPLETE
        assert app.connector(account.name).count(account.words.object, Window()) == 1
        run_sync(app, account.name)
        assert (app.store.rejected(), app.store.conflicts()) == ([], [])
        assert app.store.owed(account.name, account.words.object, app.now() + timedelta(days=1), 10) == []
    assert list(account.crm.ledger()["faults"].values()) == [1]
    changed = Counter(field for field, _, changed in account.writes() if changed)
    assert changed[account.words.score] == 1
    assert set(changed.values()) == {1}


def test_pain_19_our_own_writes_come_back_and_cause_no_other(account: Account) -> None:
    """I8."""
    with account.open() as app:
        for _ in range(4):
            run_sync(app, account.name)
    assert [field for field, _, _ in account.writes()].count(account.words.score) == 1


def test_pain_20_a_persons_edit_of_our_field_is_kept_and_shown(account: Account) -> None:
    """I7."""
    with account.open() as app:
        run_sync(app, account.name)
        account.edit(account.words.score, "99" if account.name == "hubspot" else 99.0)
        account.edit(account.words.employees, 120)
        run_sync(app, account.name)
        assert float(account.held(app, account.words.score)) == 99
        (recorded,) = app.store.conflicts()
        assert float(str(recorded.conflict.theirs)) == 99


def test_pain_21_the_stage_that_sales_moves_is_read_and_never_written(account: Account) -> None:
    """I8: a configuration that would write what it reads is refused."""
    account.edit(account.words.stage, account.words.moved)
    with account.open() as app:
        run_sync(app, account.name)
        known = values_of(app)
        assert account.held(app, account.words.stage) == account.words.moved
    assert known["stage"] == "opportunity" if account.name == "hubspot" else known["disqualified"] is True
    fields = {field for field, _, _ in account.writes()}
    assert account.words.score in fields
    assert account.words.stage not in fields
    with pytest.raises(ConfigErrors, match="cannot be read as an input"):
        account.configured({account.words.score: account.words.stage})


def test_pain_22_a_record_that_changes_again_is_taken_again_and_one_that_did_not_is_not(account: Account) -> None:
    """I2: what tells two versions of one record apart is what they say, not that its id was seen before."""
    with account.open() as app:
        counts = []
        for employees in (40, 40, 120):
            account.edit(account.words.employees, employees)
            (told,) = [row for row in run_sync(app, account.name).run.objects if row.object == account.words.object]
            counts.append((told.taken.new, told.taken.changed))
        assert counts == [(1, 0), (0, 0), (0, 1)]
        assert values_of(app)["employees"] == 120


def test_what_a_run_wrote_is_put_back_and_stays(account: Account) -> None:
    """`relevo undo`, in the vendors' own words for a value and for none."""
    account.edit(account.words.score, 12)
    with account.open() as app:
        run = run_sync(app, account.name).run
        assert (account.held(app, account.words.fit), account.held(app, account.words.score)) != (None, 12)
        plans: list[UndoPlan] = []
        assert undo(app, run, plans.extend, apply=True).ending is Ending.COMPLETE
        assert [plan.changed for plan in plans] == [{}]
        held = [account.held(app, name) for name in (account.words.fit, account.words.score)]
        assert [None if value in (None, "") else float(value) for value in held] == [None, 12]
        account.crm.clear_ledger()
        assert run_sync(app, account.name).ending is Ending.COMPLETE
        assert account.writes() == []
