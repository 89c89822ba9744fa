"""One person in three CRMs: one journey, scored once, written in all of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Selection
from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.serve import Sandbox
from sandbox.zoho.serve import ZohoSandbox
from sync.app import App
from sync.config import Config, parse_config
from sync.demo_crms import local_config
from sync.engine import Ending, run_sync
from sync.fields import missing_fields

NOW = datetime.now(UTC)
EMAIL = "ana.gil@bodegas.example"


class Three:
    """The three CRMs, empty at first, and the configuration that speaks to them."""

    def __init__(self, running: ExitStack, folder: Path) -> None:
        self.hubspot = running.enter_context(Sandbox.start(limits=False))
        self.salesforce = running.enter_context(SalesforceSandbox.start(limits=False))
        self.zoho = running.enter_context(ZohoSandbox.start(limits=False))
        text = local_config(self.hubspot, self.salesforce, self.zoho)
        self.config: Config = parse_config(text.replace("sqlite:///relevo.db", f"sqlite:///{folder / 'relevo.db'}"), {})

    def begin(self) -> tuple[str, str]:
        """Ana fills in a form that HubSpot knows of, and is a lead in Salesforce; the contact's id and the lead's."""
        form = NOW - timedelta(days=9)
        person = {"email": EMAIL, "firstname": "Ana", "lastname": "Gil", "country": "ES", "jobtitle": "Directora"}
        came = {
            "recent_conversion_date": form.isoformat(),
            "recent_conversion_event_name": "Demo",
            "lifecyclestage": "lead",
        }
        (contact,) = self.hubspot.load(objects={"contacts": [{"properties": {**person, **came}}]})["contacts"]
        lead = {
            "FirstName": "Ana",
            "LastName": "Gil",
            "Company": "Bodegas",
            "Email": EMAIL.upper(),
            "NumberOfEmployees": 120,
        }
        (lead_id,) = self.salesforce.load(objects={"Lead": [lead]})["Lead"]
        return contact, lead_id

    def sync(self, app: App) -> None:
        """All connections twice: what one tells of a person is known when the others are written to."""
        for _ in range(2):
            for name in app.connections:
                assert run_sync(app, name).ending is Ending.COMPLETE


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    with ExitStack() as running:
        yield Three(running, tmp_path)


def scores(app: App, connection: str, object_: str, field: str, ids: list[str]) -> list[Any]:
    changes = app.connector(connection).read(Selection(object_, (field,)), ids)
    return [float(change.fields[field]) for change in changes if not change.deleted]


def test_a_lead_that_starts_in_one_crm_is_converted_in_another_and_closes_in_the_third(three: Three) -> None:
    """I11: HubSpot knows the form, Salesforce converted the lead, Zoho won the deal: one journey."""
    contact, lead_id = three.begin()
    with App.open(three.config) as app:
        for name in app.connections:
            app.connector(name).provision(missing_fields(app, name))
        three.sync(app)
        assert app.store.people_count().people == 1

        converted = three.salesforce.convert(lead_id, opportunity="Bodegas")
        (in_zoho,) = three.zoho.load(objects={"Contacts": [{"values": {"Last_Name": "Gil", "Email": EMAIL}}]})[
            "Contacts"
        ]
        won = {"Deal_Name": "Bodegas", "Stage": "Closed Won", "Amount": 18400.0, "Contact_Name": in_zoho}
        three.zoho.load(objects={"Deals": [{"values": won}]})
        three.sync(app)

        assert app.store.people_count().people == 1
        (row,) = app.store.find_person(EMAIL)
        assert {ref.connection for ref in row.records} == {"hubspot", "salesforce", "zoho"}
        (known,) = app.store.facts_of([row.person]).values()
        deals = [fact for fact in known.facts if fact.kind == "deal"]
        assert {(fact.ref.connection, fact.values["status"]) for fact in deals} == {
            ("salesforce", "open"),
            ("zoho", "won"),
        }
        assert row.score is not None
        assert row.score > 0
        written = [
            *scores(app, "hubspot", "contacts", "relevo_score", [contact]),
            *scores(app, "salesforce", "Contact", "Relevo_Score__c", [converted["contactId"]]),
            *scores(app, "zoho", "Contacts", "Relevo_Score", [in_zoho]),
        ]
        assert written == [row.score] * 3
