"""Setting a HubSpot connection up: options, checks, fields."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.base import Connector, FieldKind, FieldSpec
from connectors.credentials import Unauthorised
from connectors.hubspot import HubSpot
from connectors.plugin import Ports
from connectors.registry import load
from connectors.testing import Clock
from sandbox.serve import Sandbox

Connect = Callable[..., HubSpot]

SCORE = FieldSpec("contacts", "relevo_score", "Relevo score", FieldKind.NUMBER)
KINDS = [FieldSpec("contacts", f"relevo_{kind}", kind.title(), kind, options=("a", "b")) for kind in FieldKind]


def options(**given: Any) -> Any:
    return HubSpot.Options.model_validate({"auth": {"token": "pat-secret"}, **given})


def test_the_registry_finds_it() -> None:
    assert load("hubspot") is HubSpot


def test_it_is_a_connector(connect: Connect) -> None:
    typed: Connector = connect()
    assert isinstance(typed, Connector)


@pytest.mark.parametrize(
    "host",
    [
        "http://api.hubapi.com",
        "https://hubapi.com.evil.example",
        "https://evil.example",
        "https://user@api.hubapi.com",
        "https://api.hubapi.com/crm",
        "ftp://127.0.0.1",
        "http://10.0.0.1",
    ],
)
def test_the_token_is_sent_nowhere_else(host: str) -> None:
    """I12."""
    with pytest.raises(ValidationError) as caught:
        options(host=host)
    assert "pat-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["https://api.hubapi.com/", "https://api-eu1.hubapi.com", "http://127.0.0.1:80", "http://[::1]:80"]
)
def test_the_real_hosts_and_this_machine_are_taken(host: str) -> None:
    assert options(host=host).host == host.rstrip("/")


@pytest.mark.parametrize(
    "auth", [{}, {"token": "a", "client_id": "b"}, {"client_id": "a", "client_secret": "b"}, {"tokn": "a"}]
)
def test_a_login_is_whole_and_of_one_kind(auth: Mapping[str, str]) -> None:
    with pytest.raises(ValidationError):
        options(auth=auth)


def test_spans_are_written_with_their_unit() -> None:
    given = options(second_pass_after="90s", archived_every="2h", spend_every="2d")
    assert (given.second_pass_after, given.archived_every, given.spend_every) == (
        timedelta(seconds=90),
        timedelta(hours=2),
        timedelta(days=2),
    )


def test_secrets_are_not_in_the_options_text() -> None:
    """I12."""
    assert "pat-secret" not in repr(options()) + str(options().model_dump())


def test_every_option_is_described() -> None:
    schema = HubSpot.Options.model_json_schema()
    fields = [schema["properties"], *(part["properties"] for part in schema["$defs"].values())]
    assert all(field.get("description") for part in fields for field in part.values())


def test_a_check_names_account_clock_objects_scopes_and_quota(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.config(limits=True)
    findings = {finding.name: finding for finding in connect().check()}
    assert {"account", "clock", "read contacts", "read leads", "write contacts", "quota"} <= set(findings)
    assert [finding for finding in findings.values() if not finding.ok] == []
    assert "Europe/Madrid" in findings["account"].detail


def test_a_check_says_which_scope_is_missing_and_what_to_do(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.load(tokens=[{"token": "pat-narrow", "scopes": ["crm.objects.contacts.read"]}])
    findings = {finding.name: finding for finding in connect(auth={"token": "pat-narrow"}).check()}
    assert findings["read contacts"].ok
    assert not findings["read deals"].ok
    assert "crm.objects.deals.read" in findings["read deals"].fix
    assert "crm.objects.contacts.write" in findings["write contacts"].fix


def test_a_check_with_a_dead_token_stops(connect: Connect) -> None:
    with pytest.raises(Unauthorised) as caught:
        connect(auth={"token": "pat-dead"}).check()
    assert "token" in caught.value.fix


def test_a_check_sees_a_clock_that_is_wrong(sandbox: Sandbox, clock: Clock) -> None:
    slow = Ports(lambda: clock.now() - timedelta(minutes=10), clock.sleep)
    given = {"auth": {"token": sandbox.token}, "host": sandbox.url}
    findings = {finding.name: finding for finding in HubSpot(HubSpot.Options.model_validate(given), slow).check()}
    assert not findings["clock"].ok
    assert re.search(r"(59|60)\d s behind", findings["clock"].detail)


def test_the_daily_quota_is_told_after_a_call(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.config(limits=True)
    hubspot = connect()
    assert hubspot.quota() is None
    hubspot.describe("contacts")
    quota = hubspot.quota()
    assert quota
    assert (quota.limit, quota.used > 0, quota.window) == (625_000, True, "day")


def test_fields_of_every_kind_are_created_and_described_as_such(connect: Connect) -> None:
    hubspot = connect()
    created = hubspot.provision(KINDS)
    assert [(item.spec, item.created, item.problem) for item in created] == [(spec, True, None) for spec in KINDS]
    told = hubspot.describe("contacts").fields
    kinds = {spec.name: FieldKind.TEXT if spec.kind is FieldKind.OTHER else spec.kind for spec in KINDS}
    assert {name: told[name].kind for name in kinds} == kinds
    assert told["relevo_enum"].options == ("a", "b")


def test_nothing_to_create_costs_one_call_for_each_object(sandbox: Sandbox, connect: Connect) -> None:
    hubspot = connect()
    hubspot.provision([SCORE])
    sandbox.clear_ledger()
    assert [item.created for item in hubspot.provision([SCORE])] == [False]
    assert sandbox.ledger()["totals"]["calls"] == 1


def test_a_field_that_may_not_be_created_is_a_problem_and_not_an_error(sandbox: Sandbox, connect: Connect) -> None:
    scopes = ["crm.objects.contacts.read", "crm.schemas.contacts.read"]
    sandbox.load(tokens=[{"token": "pat-reader", "scopes": scopes}])
    (told,) = connect(auth={"token": "pat-reader"}).provision([SCORE])
    assert not told.created
    assert "crm.schemas.contacts.write" in (told.problem or "")
