"""Setting up a Zoho CRM connection: options, check, fields, positions, and a whole generated organisation."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.base import Connector, FieldKind, FieldSpec, Selection, Window, Write, Written
from connectors.plugin import Ports
from connectors.registry import load
from connectors.testing import Clock
from connectors.zoho import Zoho
from connectors.zoho.checks import WRITTEN
from connectors.zoho.cursor import Bulk, Edge, Live, Mails, Position, Snapshot, dump
from connectors.zoho.cursor import load as read_cursor
from connectors.zoho.environment import addresses, domain
from connectors.zoho.modules import MODULES
from connectors.zoho.options import ZohoOptions
from sandbox.zoho.serve import ZohoSandbox

Connect = Callable[..., Zoho]
AUTH = {"client_id": "1000.C", "client_secret": "very-secret", "refresh_token": "1000.refresh"}


def parsed(**given: Any) -> ZohoOptions:
    return ZohoOptions.model_validate({"auth": AUTH, "data_centre": "eu", **given})


def test_the_registry_finds_it() -> None:
    assert load("zoho") is Zoho


def test_it_is_a_connector(connect: Connect) -> None:
    assert isinstance(connect(), Connector)


def test_importing_it_does_not_import_the_vendors_sdk() -> None:
    """It costs a third of a second, and a command that only prints help should not pay it."""
    code = "import sys, connectors.zoho; sys.exit('zohocrmsdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 (our own code)


@pytest.mark.parametrize(
    ("centre", "api", "accounts"),
    [
        ("us", "https://www.zohoapis.com", "https://accounts.zoho.com/oauth/v2/token"),
        ("eu", "https://www.zohoapis.eu", "https://accounts.zoho.eu/oauth/v2/token"),
        ("in", "https://www.zohoapis.in", "https://accounts.zoho.in/oauth/v2/token"),
        ("au", "https://www.zohoapis.com.au", "https://accounts.zoho.com.au/oauth/v2/token"),
        ("jp", "https://www.zohoapis.jp", "https://accounts.zoho.jp/oauth/v2/token"),
        ("cn", "https://www.zohoapis.com.cn", "https://accounts.zoho.com.cn/oauth/v2/token"),
        ("ca", "https://www.zohoapis.ca", "https://accounts.zohocloud.ca/oauth/v2/token"),
        ("sa", "https://www.zohoapis.sa", "https://accounts.zoho.sa/oauth/v2/token"),
    ],
)
def test_pain_15_every_data_centre_has_its_addresses(centre: str, api: str, accounts: str) -> None:
    found = addresses(parsed(data_centre=centre))
    assert (found.api, found.accounts) == (api, accounts)


def test_a_sandbox_organisation_is_never_left_for_production() -> None:
    options = parsed(environment="sandbox")
    assert addresses(options).api == "https://sandbox.zohoapis.eu"
    assert domain(options, "https://www.zohoapis.eu", "https://sandbox.zohoapis.eu") == "https://sandbox.zohoapis.eu"


def test_an_organisation_that_has_moved_is_followed() -> None:
    assert domain(parsed(), "https://www.zohoapis.in", "https://www.zohoapis.eu") == "https://www.zohoapis.in"


@pytest.mark.parametrize(
    "given",
    [
        {"host": "https://www.zohoapis.eu"},
        {"host": "http://evil.example.com"},
        {"host": "http://127.0.0.1:8000/crm"},
        {"data_centre": "uk"},
        {"auth": {"client_id": "x"}},
        {"concurrency": 0},
        {"surprise": 1},
    ],
)
def test_options_that_make_no_sense_are_refused(given: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        parsed(**given)


def test_secrets_are_not_in_the_options_text() -> None:
    """I12."""
    assert "very-secret" not in repr(parsed())
    assert "1000.refresh" not in str(parsed())


def test_every_option_is_described() -> None:
    assert all(field.description for field in ZohoOptions.model_fields.values())


def test_a_check_names_account_clock_objects_and_scopes(sandbox: ZohoSandbox, connect: Connect) -> None:
    findings = {finding.name: finding for finding in connect().check()}
    asked = {*(f"read {name}" for name in (*MODULES, "Users")), *(f"write {name}" for name in WRITTEN)}
    assert set(findings) == {"account", "clock", *asked}
    assert all(finding.ok for finding in findings.values())
    assert "Europe/Madrid" in findings["account"].detail


def test_a_check_sees_a_clock_that_is_wrong(sandbox: ZohoSandbox, connect: Connect, clock: Clock) -> None:
    clock.time = clock.time.replace(year=clock.time.year - 1)
    findings = {finding.name: finding for finding in connect().check()}
    assert (findings["clock"].ok, "NTP" in findings["clock"].fix) == (False, True)


def test_a_check_tells_of_credits_that_are_used_up(sandbox: ZohoSandbox, connect: Connect) -> None:
    sandbox.config(limits=True, credits=1_000, credits_used=900)
    findings = {finding.name: finding for finding in connect(credits_a_day=1_000).check()}
    assert (findings["quota"].ok, "1000 credits" in findings["quota"].detail) == (True, True)


def test_fields_of_every_kind_are_created_five_a_call_and_can_be_written(
    sandbox: ZohoSandbox, connect: Connect
) -> None:
    """I2: once, and the longest reason fits."""
    zoho = connect()
    specs = [
        FieldSpec(
            "Leads", f"relevo_{kind}", f"Relevo: {kind}", kind, ("a", "b") if kind is FieldKind.ENUM else (), "Why"
        )
        for kind in FieldKind
    ]
    assert [made.created for made in zoho.provision(specs)] == [True] * len(specs)
    assert [made.created for made in zoho.provision(specs)] == [False] * len(specs)
    assert sandbox.ledger()["calls"]["POST /settings/fields"] == 2
    told = zoho.describe("Leads").fields
    kinds = {spec.name: told[spec.name].kind for spec in specs}
    assert kinds == {spec.name: FieldKind.TEXT if spec.kind is FieldKind.OTHER else spec.kind for spec in specs}
    (id_,) = sandbox.load(objects={"Leads": [{"values": {"Last_Name": "x"}}]})["Leads"]
    (outcome,) = zoho.push([Write("Leads", id_, {"relevo_text": "x" * 500, "relevo_number": 70})])
    assert isinstance(outcome, Written)


def test_a_field_that_cannot_be_made_is_a_problem_and_not_an_error(sandbox: ZohoSandbox, connect: Connect) -> None:
    """Its label is taken, or the profile may not."""
    good = FieldSpec("Leads", "relevo_one", "Relevo one", FieldKind.NUMBER)
    taken = FieldSpec("Leads", "relevo_two", "Last Name", FieldKind.NUMBER)
    told = connect().provision([taken, good])
    assert [(made.created, bool(made.problem)) for made in told] == [(False, True), (True, False)]
    sandbox.config(denied="Customize_Zoho_CRM")
    (made,) = connect().provision([FieldSpec("Leads", "relevo_three", "Relevo three", FieldKind.NUMBER)])
    assert (made.created, "forbids" in (made.problem or "")) == (False, True)


@pytest.mark.parametrize(
    "position",
    [
        Live(Edge(0), 0),
        Live(Edge(1_700_000_000, {"1": 1_700_000_001}), 1_699_999_000),
        Bulk(1_700_000_000, 12_345, "77", 2, 3_000, 200_000),
        Bulk(1_700_000_000, 12_345, converted=True),
        Snapshot({"1": "abc"}),
        Mails({"Leads": 1_700_000_000}),
    ],
)
def test_a_position_survives_being_written_down(position: Position) -> None:
    assert read_cursor(dump(position)) == position


LINKED = {"Contacts": ("Accounts",), "Deals": ("Accounts", "Contacts"), "Calls": ("Leads", "Contacts", "Deals")}


@pytest.fixture(scope="module")
def populated() -> Iterator[ZohoSandbox]:
    with ZohoSandbox.start(empty=False, people=200, limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def zoho(populated: ZohoSandbox, ports: Ports) -> Zoho:
    auth = {
        "client_id": populated.client_id,
        "client_secret": populated.client_secret,
        "refresh_token": populated.refresh_token,
    }
    given = {"auth": auth, "data_centre": "eu", "host": populated.url}
    return Zoho(Zoho.Options.model_validate(given), ports)


def selection(object_: str) -> Selection:
    return Selection(object_, (), LINKED.get(object_, ()), ("Stage",) if object_ == "Deals" else ())


def test_all_objects_pulled_at_once_through_one_connector_count_what_zoho_counts(zoho: Zoho) -> None:
    def live(object_: str) -> int:
        pages = zoho.pull(selection(object_), None)
        return len({change.id for page in pages for change in page.changes if not change.deleted})

    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(zoho.abilities.objects, pool.map(live, zoho.abilities.objects), strict=True))
    assert found == {object_: zoho.count(object_, Window()) for object_ in found}
    del found["Emails"]  # the generated records do not tell when they were last active
    assert min(found.values()) > 0


@pytest.mark.parametrize("object_", MODULES)
def test_a_pull_and_a_read_tell_the_same(zoho: Zoho, object_: str) -> None:
    found = [change for page in zoho.pull(selection(object_), None) for change in page.changes][:50]
    read = {change.id: change for change in zoho.read(selection(object_), [change.id for change in found])}
    assert {change.id: change for change in found} == read
