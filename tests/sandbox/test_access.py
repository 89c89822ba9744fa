"""Tokens, scopes, and what the account says of itself."""

from urllib.parse import urlencode

import pytest
import urllib3

from sandbox.serve import Reply, Sandbox

CONTACTS = "/crm/objects/2026-03/contacts"


def token_call(sandbox: Sandbox, path: str, **form: str) -> Reply:
    given = {
        "grant_type": "refresh_token",
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        **form,
    }
    told = urllib3.request(
        "POST",
        sandbox.url + path,
        body=urlencode(given),
        headers={"content-type": "application/x-www-form-urlencoded"},
        retries=False,
    )
    return Reply(told.status, dict(told.headers), told.data)


def test_no_token_or_a_wrong_one_is_a_401(sandbox: Sandbox) -> None:
    told = sandbox.api("GET", CONTACTS, token="pat-wrong")
    assert (told.status, told.json["category"]) == (401, "INVALID_AUTHENTICATION")
    assert told.json["correlationId"]
    assert sandbox.api("GET", CONTACTS, token="").status == 401


def test_a_missing_scope_is_a_403_that_names_it(sandbox: Sandbox) -> None:
    sandbox.load(tokens=[{"token": "narrow", "scopes": ["crm.objects.contacts.read"]}])
    assert sandbox.api("GET", CONTACTS, token="narrow").status == 200
    told = sandbox.api(
        "POST", f"{CONTACTS}/batch/update", {"inputs": [{"id": "1", "properties": {"city": "x"}}]}, token="narrow"
    )
    assert (told.status, told.json["category"]) == (403, "MISSING_SCOPES")
    assert told.json["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]
    assert sandbox.api("GET", "/crm/objects/2026-03/emails", token="narrow").status == 403
    assert sandbox.api("GET", "/crm/objects/2026-03/calls", token="narrow").status == 200


def test_associations_need_the_scopes_of_both_ends(sandbox: Sandbox) -> None:
    sandbox.load(tokens=[{"token": "narrow", "scopes": ["crm.objects.contacts.read"]}])
    path, body = "/crm/associations/2026-03/{}/batch/read", {"inputs": [{"id": "1"}]}
    assert sandbox.api("POST", path.format("contacts/companies"), body, token="narrow").status == 403
    assert sandbox.api("POST", path.format("companies/contacts"), body, token="narrow").status == 403
    assert sandbox.api("POST", path.format("contacts/calls"), body, token="narrow").status == 207


def test_creating_properties_needs_the_schema_scope(sandbox: Sandbox) -> None:
    sandbox.load(tokens=[{"token": "writer", "scopes": ["crm.objects.contacts.write", "crm.objects.contacts.read"]}])
    assert sandbox.api("GET", "/crm/properties/2026-03/contacts", token="writer").status == 200
    assert sandbox.api("POST", "/crm/properties/2026-03/contacts", {}, token="writer").status == 403


@pytest.mark.parametrize("path", ["/oauth/v1/token", "/oauth/2026-03/token", "/oauth/2026-09/token"])
def test_a_refreshed_token_opens_the_account_until_it_ends(sandbox: Sandbox, path: str) -> None:
    sandbox.config(clock={"frozen": "2026-06-01T00:00:00Z"})
    told = token_call(sandbox, path, refresh_token=sandbox.refresh_token)
    assert (told.status, told.json["expires_in"], told.json["refresh_token"]) == (200, 1800, sandbox.refresh_token)
    assert ("token_use" in told.json) is ("v1" not in path)
    assert len(told.json["access_token"]) > 200
    token = told.json["access_token"]
    assert sandbox.api("GET", CONTACTS, token=token).status == 200
    sandbox.config(clock={"frozen": "2026-06-01T00:30:00Z"})
    ended = sandbox.api("GET", CONTACTS, token=token)
    assert (ended.status, ended.json["category"]) == (401, "EXPIRED_AUTHENTICATION")


def test_a_refresh_token_that_is_unknown_is_an_invalid_grant(sandbox: Sandbox) -> None:
    told = token_call(sandbox, "/oauth/2026-03/token", refresh_token="stolen")
    assert (told.status, told.json["error"], told.json["status"]) == (400, "invalid_grant", "BAD_REFRESH_TOKEN")
    assert (
        token_call(sandbox, "/oauth/v1/token", refresh_token=sandbox.refresh_token, client_secret="wrong").status == 400
    )
    assert token_call(sandbox, "/oauth/v1/token", grant_type="password").status == 400


def test_tokens_can_be_looked_into(sandbox: Sandbox) -> None:
    token = token_call(sandbox, "/oauth/v1/token", refresh_token=sandbox.refresh_token).json["access_token"]
    assert "crm.objects.leads.read" in sandbox.api("GET", f"/oauth/v1/access-tokens/{token}").json["scopes"]
    assert token_call(sandbox, "/oauth/2026-03/token/introspect", token=token).json["active"] is True
    assert token_call(sandbox, "/oauth/2026-03/token/introspect", token="x").json == {"active": False}
    told = sandbox.api("POST", "/oauth/v2/private-apps/get/access-token-info", {"tokenKey": sandbox.token}).json
    assert told["hubId"] == 14_500_777


@pytest.mark.parametrize("version", ["2026-03", "2026-09", "v3"])
def test_the_account_tells_its_zone_currency_and_use(sandbox: Sandbox, version: str) -> None:
    sandbox.config(clock={"frozen": "2026-07-01T21:59:00Z"})
    told = sandbox.api("GET", f"/account-info/{version}/details").json
    assert (told["timeZone"], told["companyCurrency"], told["utcOffset"]) == ("Europe/Madrid", "EUR", "+02:00")
    (usage,) = sandbox.api("GET", f"/account-info/{version}/api-usage/daily/private-apps").json["results"]
    assert (usage["usageLimit"], usage["currentUsage"], usage["resetsAt"]) == (625_000, 2, "2026-07-01T22:00:00Z")
