"""Setting a Salesforce connection up: options, checks, fields."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.base import Connector, FieldKind, FieldSpec, Write, Written
from connectors.plugin import Ports
from connectors.registry import load
from connectors.salesforce import Salesforce
from connectors.salesforce.fields import UNSEEN
from connectors.testing import Clock
from sandbox.salesforce.serve import SalesforceSandbox

Connect = Callable[..., Salesforce]
MY_DOMAIN = "https://acme.my.salesforce.com"
SCORE = FieldSpec("Lead", "Relevo_Score__c", "Relevo score", FieldKind.NUMBER, description="How ready they are.")
KINDS = [FieldSpec("Lead", f"Relevo_{kind}__c", kind.title(), kind, options=("a", "b")) for kind in FieldKind]


def options(**given: Any) -> Any:
    return Salesforce.Options.model_validate({"auth": {"session_id": "sid-secret"}, "host": MY_DOMAIN, **given})


def test_the_registry_finds_it() -> None:
    assert load("salesforce") is Salesforce


def test_it_is_a_connector(connect: Connect) -> None:
    typed: Connector = connect()
    assert isinstance(typed, Connector)


def test_its_heavy_library_is_not_imported_by_the_others() -> None:
    """The SOAP half of it costs every start of the command a quarter of a second."""
    code = "import sync.cli, connectors.hubspot, sys; print('zeep' in sys.modules, 'simple_salesforce' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    "host",
    [
        "http://acme.my.salesforce.com",
        "https://salesforce.com.evil.example",
        "https://evilsalesforce.com",
        "https://user@acme.my.salesforce.com",
        "https://acme.my.salesforce.com/services",
        "ftp://127.0.0.1",
        "http://10.0.0.1",
    ],
)
def test_the_token_is_sent_nowhere_else(host: str) -> None:
    """I12."""
    with pytest.raises(ValidationError) as caught:
        options(host=host)
    assert "sid-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host", [f"{MY_DOMAIN}/", "https://acme.my.site.force.com", "http://127.0.0.1:80", "http://[::1]:80"]
)
def test_the_real_hosts_and_this_machine_are_taken(host: str) -> None:
    assert options(host=host).host == host.rstrip("/")


APP = {"client_id": "a", "client_secret": "b"}
KEYED = {"client_id": "a", "username": "u"}


@pytest.mark.parametrize(
    "auth",
    [
        {},
        {"client_id": "a"},
        KEYED,
        {**KEYED, "private_key": "k", "private_key_file": "f"},
        {**APP, "session_id": "s"},
        {"username": "u", "password": "p"},
        {"username": "u", "password": "p", "legacy_login": False},
    ],
)
def test_a_login_is_whole_and_of_one_kind(auth: Mapping[str, Any]) -> None:
    """The old password login must be asked for in so many words."""
    with pytest.raises(ValidationError):
        options(auth=auth)


@pytest.mark.parametrize("auth", [APP, {"session_id": "s"}])
def test_a_login_that_needs_the_orgs_own_host_says_so(auth: Mapping[str, str]) -> None:
    with pytest.raises(ValidationError, match="My Domain"):
        options(auth=auth, host="https://login.salesforce.com")


def test_spans_are_written_with_their_unit() -> None:
    assert options(overlap="90s", formulas_every="2d").formulas_every == timedelta(days=2)


def test_secrets_are_not_in_the_options_text() -> None:
    """I12."""
    assert "sid-secret" not in repr(options()) + str(options().model_dump())


def test_every_option_is_described() -> None:
    schema = Salesforce.Options.model_json_schema()
    fields = [schema["properties"], *(part["properties"] for part in schema["$defs"].values())]
    assert all(field.get("description") for part in fields for field in part.values())


def test_a_check_names_user_clock_objects_and_quota(org: SalesforceSandbox, connect: Connect) -> None:
    findings = {finding.name: finding for finding in connect().check()}
    assert {"user", "clock", "read Lead", "read CampaignMember", "write Opportunity", "quota"} <= set(findings)
    assert [finding for finding in findings.values() if not finding.ok] == []
    assert org.username in findings["user"].detail


def test_pain_11_a_check_tells_what_the_user_does_not_see(org: SalesforceSandbox, connect: Connect) -> None:
    seen = {"sobjects": [{"name": "Lead", "queryable": True, "updateable": False}]}
    org.faults([{"effect": "status", "status": 200, "body": seen, "route": "GET /sobjects"}])
    findings = {finding.name: finding.ok for finding in connect().check()}
    assert (findings["read Lead"], findings["write Lead"], findings["read Contact"]) == (True, False, False)


def test_a_check_sees_a_clock_that_is_wrong(org: SalesforceSandbox, clock: Clock) -> None:
    slow = Ports(lambda: clock.now() - timedelta(minutes=10), clock.sleep)
    given = {"auth": {"session_id": org.token}, "host": org.url}
    findings = {finding.name: finding for finding in Salesforce(Salesforce.Options.model_validate(given), slow).check()}
    assert not findings["clock"].ok
    assert "behind" in findings["clock"].detail


def test_fields_of_every_kind_are_created_granted_and_described_as_such(connect: Connect) -> None:
    salesforce = connect()
    created = salesforce.provision(KINDS)
    assert [(item.spec, item.created, item.problem) for item in created] == [(spec, True, None) for spec in KINDS]
    told = salesforce.describe("Lead").fields
    kinds = {spec.name: FieldKind.TEXT if spec.kind is FieldKind.OTHER else spec.kind for spec in KINDS}
    assert {name: (told[name].kind, told[name].writable) for name in kinds} == {
        name: (kind, True) for name, kind in kinds.items()
    }
    assert told["Relevo_enum__c"].options == ("a", "b")


def test_a_new_field_can_be_written_at_once(org: SalesforceSandbox, connect: Connect) -> None:
    (id_,) = org.load(objects={"Lead": [{"LastName": "Gil", "Company": "ACME"}]})["Lead"]
    salesforce = connect()
    salesforce.provision([SCORE])
    (outcome,) = salesforce.push([Write("Lead", id_, {SCORE.name: 70.5})])
    assert isinstance(outcome, Written)


def test_nothing_to_create_costs_one_call_for_each_object(org: SalesforceSandbox, connect: Connect) -> None:
    salesforce = connect()
    salesforce.provision([SCORE])
    org.clear_ledger()
    assert [item.created for item in salesforce.provision([SCORE])] == [False]
    assert org.ledger()["totals"]["calls"] == 1


def test_pain_11_a_field_that_is_there_but_hidden_is_granted(org: SalesforceSandbox, connect: Connect) -> None:
    org.load(fields={"Lead": [{"name": SCORE.name, "type": "double", "precision": 5, "grant": "none"}]})
    salesforce = connect()
    assert [(item.created, item.problem) for item in salesforce.provision([SCORE])] == [(False, None)]
    assert salesforce.describe("Lead").fields[SCORE.name].writable


def test_pain_11_a_field_that_stays_hidden_is_a_problem_that_says_so(org: SalesforceSandbox, connect: Connect) -> None:
    """A permission set may not be made by everybody."""
    org.faults([{"effect": "status", "status": 403, "route": "POST /sobjects/*"}])
    (told,) = connect().provision([SCORE])
    assert (told.created, told.problem) == (True, UNSEEN)


def test_a_field_that_may_not_be_created_is_a_problem_and_not_an_error(
    org: SalesforceSandbox, connect: Connect
) -> None:
    org.faults([{"effect": "status", "status": 403, "route": "POST /tooling/*"}])
    (told,) = connect().provision([SCORE])
    assert not told.created
    assert "permission set" in (told.problem or "")


def test_a_name_that_no_custom_field_can_have_is_a_problem(connect: Connect) -> None:
    (told,) = connect().provision([FieldSpec("Lead", "score", "Score", FieldKind.NUMBER)])
    assert (told.created, told.problem) == (False, "A custom field's name ends in __c.")
