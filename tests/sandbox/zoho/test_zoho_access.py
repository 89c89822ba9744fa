"""Who may call: tokens, their quotas and ends, scopes, profiles, data centres, paths."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.serve import Reply
from sandbox.zoho.serve import ZohoSandbox
from sandbox.zoho.tokens import Token

NOON = "2026-11-24T12:00:00Z"


def refused(told: Reply) -> tuple[int, str]:
    return told.status, told.json["code"]


def test_a_refresh_token_makes_an_access_token_for_an_hour_and_says_where_it_is_good(zoho: ZohoSandbox) -> None:
    zoho.config(clock={"frozen": NOON})
    told = zoho.refresh()
    assert (told["api_domain"], told["expires_in"], told["token_type"]) == (zoho.url, 3600, "Bearer")
    answer = zoho.api("GET", "Leads?fields=Last_Name", token=told["access_token"])
    assert (answer.status, answer.headers["x-accesstoken-reset"]) == (204, "2026-11-24T14:00:00+01:00")
    zoho.config(clock={"frozen": "2026-11-24T13:00:00Z"})
    assert refused(zoho.api("GET", "users", token=told["access_token"])) == (401, "INVALID_TOKEN")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_id": "1000.NOBODY"}, "invalid_client"),
        ({"client_secret": "wrong"}, "invalid_client_secret"),
        ({"refresh_token": "1000.gone"}, "invalid_code"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_the_accounts_server_refuses_with_a_200(zoho: ZohoSandbox, form: dict[str, str], error: str) -> None:
    assert zoho.refresh(**form) == {"error": error}


def test_pain_13_an_eleventh_token_in_ten_minutes_is_a_200_that_denies_access(zoho: ZohoSandbox) -> None:
    zoho.config(clock={"frozen": NOON})
    assert all("access_token" in zoho.refresh() for _ in range(10))
    denied = zoho.refresh()
    assert (denied["error"], denied["status"]) == ("Access Denied", "failure")
    zoho.config(clock={"frozen": "2026-11-24T12:10:00Z"})
    assert "access_token" in zoho.refresh()


def test_pain_15_the_sixteenth_live_token_kills_the_oldest(zoho: ZohoSandbox) -> None:
    zoho.config(tokens_per_window=100)
    tokens = [zoho.refresh()["access_token"] for _ in range(16)]
    statuses = [zoho.api("GET", "org", token=token).status for token in tokens]
    assert statuses == [401] + [200] * 15


def test_a_revoked_refresh_token_takes_its_access_tokens_along(zoho: ZohoSandbox) -> None:
    token = zoho.refresh()["access_token"]
    assert zoho.api("POST", f"/oauth/v2/token/revoke?token={zoho.refresh_token}").json == {"status": "success"}
    assert zoho.api("GET", "org", token=token).status == 401
    assert zoho.refresh() == {"error": "invalid_code"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer {}", "INVALID_TOKEN"),
        ("Zoho-oauthtoken wrong", "INVALID_TOKEN"),
        ("Zoho-oauthtoken", "AUTHENTICATION_FAILURE"),
    ],
)
def test_only_the_vendors_header_with_a_known_token_opens(zoho: ZohoSandbox, header: str, code: str) -> None:
    told = zoho.api("GET", "org", headers={"authorization": header.format(zoho.token)})
    assert refused(told) == (401, code)


def test_pain_15_a_token_is_good_at_its_own_api_domain_alone(zoho: ZohoSandbox) -> None:
    other = f"http://localhost:{urlsplit(zoho.url).port}"
    zoho.config(api_domain=other)
    assert zoho.refresh()["api_domain"] == other
    assert refused(zoho.api("GET", "org")) == (401, "INVALID_TOKEN")
    assert zoho.api("GET", "org", headers={"host": urlsplit(other).netloc}).status == 200


SCOPES: list[tuple[str, str, Any, str, str]] = [
    ("GET", "Leads?fields=id", None, "ZohoCRM.modules.leads.READ", "ZohoCRM.modules.deals.ALL"),
    ("PUT", "Leads", {"data": [{"id": "1"}]}, "ZohoCRM.modules.UPDATE", "ZohoCRM.modules.READ"),
    (
        "POST",
        "coql",
        {"select_query": "select id from Leads where id is not null"},
        "ZohoCRM.coql.READ",
        "ZohoCRM.org.ALL",
    ),
    ("GET", "settings/fields?module=Leads", None, "ZohoCRM.settings.fields.READ", "ZohoCRM.settings.modules.ALL"),
    ("POST", "settings/fields?module=Leads", {"fields": []}, "ZohoCRM.settings.ALL", "ZohoCRM.settings.fields.READ"),
    ("GET", "users", None, "ZohoCRM.users.READ", "ZohoCRM.org.READ"),
]


@pytest.mark.parametrize(("method", "path", "body", "right", "wrong"), SCOPES)
def test_each_resource_has_its_scope(
    zoho: ZohoSandbox, method: str, path: str, body: Any, right: str, wrong: str
) -> None:
    zoho.load(tokens=[{"token": "right", "scopes": [right]}, {"token": "wrong", "scopes": [wrong]}])
    assert refused(zoho.api(method, path, body, token="wrong")) == (401, "OAUTH_SCOPE_MISMATCH")
    assert zoho.api(method, path, body, token="right").status in {200, 204, 400}


def test_a_scope_is_granted_by_any_all_above_it() -> None:
    token = Token("t", frozenset({"ZohoCRM.modules.ALL"}))
    assert token.allows("ZohoCRM.modules.Leads.READ")
    assert not token.allows("ZohoCRM.settings.fields.READ")
    assert not Token("t", frozenset({"ZohoCRM.modules.Leads.READ"})).allows("ZohoCRM.modules.Leads.UPDATE")


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("GET", "Leads?fields=id", "View_Leads"),
        ("POST", "Leads", "Create_Leads"),
        ("PUT", "Leads", "Edit_Leads"),
        ("DELETE", "Leads?ids=1", "Delete_Leads"),
        ("POST", "coql", "View_Leads"),
        ("POST", "settings/fields?module=Leads", "Customize_Zoho_CRM"),
    ],
)
def test_the_profile_forbids_what_it_lacks(zoho: ZohoSandbox, method: str, path: str, permission: str) -> None:
    zoho.config(denied=permission)
    body = {"data": [{"id": "1"}], "select_query": "select id from Leads where id is not null"}
    told = zoho.api(method, path, None if method in {"GET", "DELETE"} else body)
    assert (told.status, told.json["code"]) == (403, "NO_PERMISSION")
    assert told.json["details"] == {"permissions": [f"Crm_Implied_{permission}"]}


@pytest.mark.parametrize("path", ["/crm/v7/Leads?fields=id", "/crm/v8/Leads/1/Nothing", "/elsewhere"])
def test_an_unknown_path_is_a_wrong_url(zoho: ZohoSandbox, path: str) -> None:
    assert refused(zoho.api("GET", path)) == (404, "INVALID_URL_PATTERN")


def test_an_unknown_module_and_method_are_named(zoho: ZohoSandbox) -> None:
    assert refused(zoho.api("GET", "Unicorns?fields=id")) == (400, "INVALID_MODULE")
    assert refused(zoho.api("PATCH", "Leads")) == (400, "INVALID_REQUEST_METHOD")
