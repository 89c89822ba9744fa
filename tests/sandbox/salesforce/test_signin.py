"""Signing in: each flow, and each way in which it fails."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import orjson
import pytest
import urllib3

from sandbox.salesforce.serve import SalesforceSandbox

TOKEN = "/services/oauth2/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIMITS = "/services/data/v62.0/limits"


def post(
    sandbox: SalesforceSandbox, path: str = TOKEN, *, host: str | None = None, **form: str
) -> tuple[int, dict[str, Any]]:
    """Status and body of a form posted to the OAuth endpoints, as if by way of `host`."""
    headers = {} if host is None else {"Host": host}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    told = urllib3.request("POST", sandbox.url + path, body=urlencode(form), headers=headers)
    return told.status, orjson.loads(told.data) if told.data else {}


def assertion(sandbox: SalesforceSandbox, key: str, **changed: object) -> str:
    """A good assertion, but for what is changed."""
    ends = datetime.now(UTC) + timedelta(minutes=3)
    claims = {"iss": sandbox.client_id, "sub": sandbox.username, "aud": "https://login.salesforce.com", "exp": ends}
    return jwt.encode({**claims, **changed}, key, algorithm="RS256")


def test_an_assertion_signed_by_the_registered_key_opens_a_session(
    salesforce: SalesforceSandbox, keys: tuple[str, str]
) -> None:
    """JWT bearer: a session of the named user, without expires_in or refresh token."""
    salesforce.app(certificate=keys[1])
    status, told = post(salesforce, grant_type=JWT_BEARER, assertion=assertion(salesforce, keys[0]))
    assert (status, set(told)) == (200, {"access_token", "scope", "instance_url", "id", "token_type"})
    assert told["instance_url"] == salesforce.url
    assert salesforce.api("GET", LIMITS, token=told["access_token"]).status == 200
    who = salesforce.api("GET", "/services/oauth2/userinfo", token=told["access_token"]).json
    assert who["preferred_username"] == salesforce.username


@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"aud": "https://example.com"}, "invalid_grant", "audience is invalid"),
        ({"exp": datetime(2020, 1, 1, tzinfo=UTC)}, "invalid_grant", "expired assertion"),
        ({"exp": datetime(2099, 1, 1, tzinfo=UTC)}, "invalid_grant", "invalid assertion"),
        ({"iss": "nobody"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "nobody@acme.example"}, "invalid_grant", "user hasn't approved this consumer"),
    ],
)
def test_an_assertion_that_is_wrong_anywhere_opens_nothing(
    salesforce: SalesforceSandbox, keys: tuple[str, str], changed: dict[str, object], error: str, description: str
) -> None:
    """Audience, life of at most three minutes, app and user are all looked at."""
    salesforce.app(certificate=keys[1])
    given = assertion(salesforce, keys[0], **changed)
    told = post(salesforce, grant_type=JWT_BEARER, assertion=given)
    assert told == (400, {"error": error, "error_description": description})


def test_another_key_or_a_user_who_has_not_approved_the_app_opens_nothing(
    salesforce: SalesforceSandbox, keys: tuple[str, str]
) -> None:
    """The signature is verified; without a certificate no assertion is good."""
    good = assertion(salesforce, keys[0])
    assert post(salesforce, grant_type=JWT_BEARER, assertion=good)[1]["error_description"] == "invalid assertion"
    salesforce.app(certificate=keys[1], approved=["somebody@acme.example"])
    forged = good[:-8] + "AAAAAAAA"
    assert post(salesforce, grant_type=JWT_BEARER, assertion=forged)[1]["error_description"] == "invalid assertion"
    told = post(salesforce, grant_type=JWT_BEARER, assertion=good)[1]
    assert told["error_description"] == "user hasn't approved this consumer"


def test_client_credentials_work_on_the_my_domain_only(salesforce: SalesforceSandbox) -> None:
    """The Host header tells; at login.salesforce.com the flow is not supported."""
    client = {"client_id": salesforce.client_id, "client_secret": salesforce.client_secret}
    status, told = post(salesforce, host="acme.my.salesforce.com", grant_type="client_credentials", **client)
    assert (status, told["instance_url"]) == (200, "https://acme.my.salesforce.com")
    assert post(salesforce, host="login.salesforce.com", grant_type="client_credentials", **client) == (
        400,
        {"error": "invalid_grant", "error_description": "request not supported on this domain"},
    )
    wrong = {**client, "client_secret": "wrong"}
    assert post(salesforce, grant_type="client_credentials", **wrong)[1]["error"] == "invalid_client"


def refreshed(sandbox: SalesforceSandbox, token: str) -> tuple[int, dict[str, Any]]:
    """A refresh."""
    client = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    return post(sandbox, grant_type="refresh_token", refresh_token=token, **client)


def test_a_refresh_token_serves_until_it_is_revoked(salesforce: SalesforceSandbox) -> None:
    """A revoked one is invalid_grant, and its sessions end with it."""
    token = refreshed(salesforce, salesforce.refresh_token)[1]["access_token"]
    assert refreshed(salesforce, salesforce.refresh_token)[0] == 200
    assert post(salesforce, "/services/oauth2/revoke", token=salesforce.refresh_token)[0] == 200
    status, told = refreshed(salesforce, salesforce.refresh_token)
    assert (status, told["error"]) == (400, "invalid_grant")
    assert salesforce.api("GET", LIMITS, token=token).status == 401


def test_a_rotated_refresh_token_is_good_once(salesforce: SalesforceSandbox) -> None:
    """With rotation switched on, each answer has the next one."""
    salesforce.config(rotate_refresh=True)
    second = refreshed(salesforce, salesforce.refresh_token)[1]["refresh_token"]
    assert refreshed(salesforce, salesforce.refresh_token)[1]["error"] == "invalid_grant"
    assert refreshed(salesforce, second)[0] == 200


def test_a_session_dies_of_idleness_not_of_age(salesforce: SalesforceSandbox) -> None:
    """The vendor's array body with INVALID_SESSION_ID; there was no expires_in to foretell it."""
    salesforce.config(session_s=100, clock={"frozen": "2026-11-24T10:00:00Z"})
    token = refreshed(salesforce, salesforce.refresh_token)[1]["access_token"]
    for second in (90, 180):
        salesforce.config(clock={"frozen": f"2026-11-24T10:{second // 60:02d}:{second % 60:02d}Z"})
        assert salesforce.api("GET", LIMITS, token=token).status == 200
    salesforce.config(clock={"frozen": "2026-11-24T10:04:41Z"})
    reply = salesforce.api("GET", LIMITS, token=token)
    assert reply.status == 401
    assert reply.json == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_without_a_bearer_there_is_no_answer(salesforce: SalesforceSandbox) -> None:
    """An Authorization header of another kind is told apart from a dead session."""
    reply = salesforce.api("GET", LIMITS, headers={"authorization": "Basic xxx"})
    assert (reply.status, reply.json[0]["errorCode"]) == (401, "INVALID_AUTH_HEADER")


def test_introspection_tells_a_live_token_from_a_dead_one(salesforce: SalesforceSandbox) -> None:
    """Only to an app that proves who it is."""
    client = {"client_id": salesforce.client_id, "client_secret": salesforce.client_secret}
    token = refreshed(salesforce, salesforce.refresh_token)[1]["access_token"]
    told = post(salesforce, "/services/oauth2/introspect", token=token, **client)[1]
    assert (told["active"], told["username"]) == (True, salesforce.username)
    salesforce.expire(token)
    assert post(salesforce, "/services/oauth2/introspect", token=token, **client)[1] == {"active": False}


@pytest.mark.parametrize(
    ("version", "enabled", "words"),
    [("59.0", False, "disabled by default"), ("65.0", True, "not available in version 65.0")],
)
def test_the_soap_login_is_off_and_gone_from_version_65_on(
    salesforce: SalesforceSandbox, version: str, enabled: bool, words: str
) -> None:
    """500 with a SOAP fault."""
    salesforce.config(soap_login=enabled)
    body = f"<login><username>{salesforce.username}</username><password>{salesforce.password}</password></login>"
    headers = {"content-type": "text/xml"}
    reply = salesforce.api("POST", f"/services/Soap/u/{version}", body.encode(), headers=headers)
    assert reply.status == 500
    assert words in reply.body.decode()


def test_a_user_who_was_deactivated_cannot_sign_in(salesforce: SalesforceSandbox) -> None:
    """Neither with a refresh token nor with a password."""
    found = salesforce.api("GET", "/services/data/v62.0/query?q=SELECT+Id,Username+FROM+User").json["records"]
    (me,) = [one["Id"] for one in found if one["Username"] == salesforce.username]
    salesforce.load(objects={"User": [{"Id": me, "IsActive": False}]})
    assert refreshed(salesforce, salesforce.refresh_token)[1]["error_description"] == "inactive user"
