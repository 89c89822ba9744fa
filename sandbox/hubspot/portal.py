"""Endpoints about the account and its tokens."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.common.times import Millis, iso
from sandbox.common.wire import Answer, ok
from sandbox.hubspot.call import Call
from sandbox.hubspot.errors import Refusal
from sandbox.hubspot.tokens import Token

APP_ID, USER_ID, DOMAIN = 987_654, 45_001, "ibertech-demo.example"


def details(call: Call) -> Answer:
    """`GET /account-info/…/details`."""
    settings, now = call.account.settings, call.account.clock.now()
    offset = datetime.fromtimestamp(now / 1000, ZoneInfo(settings.time_zone)).utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    return ok(
        {
            "portalId": settings.portal_id,
            "accountType": "STANDARD",
            "timeZone": settings.time_zone,
            "companyCurrency": settings.currency,
            "additionalCurrencies": [],
            "utcOffset": f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
            "utcOffsetMilliseconds": minutes * 60_000,
            "uiDomain": "app-eu1.hubspot.com",
            "dataHostingLocation": "eu1",
        }
    )


def daily_usage(call: Call) -> Answer:
    """`GET /account-info/…/api-usage/daily/private-apps`."""
    limits, now = call.account.limits, call.account.clock.now()
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": call.account.settings.daily,
        "currentUsage": limits.used_today(now),
        "collectedAt": iso(now),
        "fetchStatus": "SUCCESS",
        "resetsAt": iso(limits.resets_at(now)),
    }
    return ok({"results": [usage]})


def token(call: Call) -> Answer:
    """`POST /oauth/…/token`: refresh_token grant; an unknown refresh token is a 400 invalid_grant."""
    form, account = call.form(), call.account
    if account.tokens.clients.get(form.get("client_id", "")) != form.get("client_secret"):
        raise Refusal(400, "BAD_CLIENT_ID", "missing or invalid client id or client secret")
    if form.get("grant_type") != "refresh_token":
        raise Refusal(400, "BAD_GRANT_TYPE", "missing or unknown grant type")
    refresh = form.get("refresh_token", "")
    try:
        issued = account.tokens.issue(refresh, account.clock.now(), account.settings.token_life_s)
    except KeyError:
        told = {
            "status": "BAD_REFRESH_TOKEN",
            "message": "missing or invalid refresh token",
            "error": "invalid_grant",
            "error_description": "missing or invalid refresh token",
            "correlationId": account.correlation(),
        }
        return ok(told, 400)
    body: dict[str, object] = {
        "access_token": issued.text,
        "refresh_token": refresh,
        "token_type": "bearer",
        "expires_in": account.settings.token_life_s,
    }
    if call.dated:
        body |= {
            "token_use": "access_token",
            "hub_id": account.settings.portal_id,
            "scopes": sorted(issued.scopes),
            "user_id": USER_ID,
        }
    return ok(body)


def _told(call: Call, held: Token) -> dict[str, object]:
    now = call.account.clock.now()
    return {
        "token": held.text,
        "user": f"admin@{DOMAIN}",
        "hub_domain": DOMAIN,
        "scopes": sorted(held.scopes),
        "hub_id": call.account.settings.portal_id,
        "app_id": APP_ID,
        "expires_in": max(0, ((held.expires or Millis(now)) - now) // 1000),
        "user_id": USER_ID,
        "token_type": "access",
    }


def access_token(call: Call) -> Answer:
    """`GET /oauth/v1/access-tokens/{token}`."""
    held = call.account.tokens.access.get(call.params["token"])
    if held is None or held.expires is None:
        raise Refusal(404, "BAD_TOKEN", "the access token does not exist")
    return ok(_told(call, held))


def introspect(call: Call) -> Answer:
    """`POST /oauth/2026-03/token/introspect`: an unknown or ended token is inactive, not an error."""
    held = call.account.tokens.access.get(call.form().get("token", ""))
    now = call.account.clock.now()
    if held is None or held.expires is None or held.expires <= now:
        return ok({"active": False})
    return ok({**_told(call, held), "active": True, "token_use": "access_token", "is_private_distribution": True})


def private_app_token(call: Call) -> Answer:
    """`POST /oauth/v2/private-apps/get/access-token-info` {tokenKey}."""
    held = call.account.tokens.access.get(str(call.json().get("tokenKey", "")))
    if held is None or held.expires is not None:
        raise Refusal(404, "OBJECT_NOT_FOUND", "The private app access token does not exist")
    return ok(
        {"userId": USER_ID, "hubId": call.account.settings.portal_id, "appId": APP_ID, "scopes": sorted(held.scopes)}
    )
