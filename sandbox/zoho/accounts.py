"""The accounts server: `/oauth/v2/token` and its revocation.

zoho.com/crm/developer/docs/api/v8/refresh.html, …/revoke-tokens.html, …/token-validity.html. Its refusals are HTTP 200 with an `error`.
"""

from sandbox.common.wire import Answer, ok
from sandbox.zoho.call import Call
from sandbox.zoho.tokens import TooManyTokens

_TOO_MANY = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}


def token(call: Call) -> Answer:
    """`POST /oauth/v2/token` with grant_type refresh_token."""
    form, org = call.form(), call.org
    secret = org.tokens.clients.get(form.get("client_id", ""))
    if secret is None:
        return ok({"error": "invalid_client"})
    if secret != form.get("client_secret"):
        return ok({"error": "invalid_client_secret"})
    if form.get("grant_type") != "refresh_token":
        return ok({"error": "unsupported_grant_type"})
    try:
        issued = org.tokens.issue(form.get("refresh_token", ""), org.now(), org.settings)
    except KeyError:
        return ok({"error": "invalid_code"})
    except TooManyTokens:
        return ok(_TOO_MANY)
    return ok(
        {
            "access_token": issued.text,
            "scope": " ".join(sorted(issued.scopes)),
            "api_domain": org.settings.api_domain or f"http://{call.headers.get(b'host', b'').decode('latin-1')}",
            "token_type": "Bearer",
            "expires_in": org.settings.token_life_s,
        }
    )


def revoke(call: Call) -> Answer:
    """`POST /oauth/v2/token/revoke?token=`: a refresh token ends with all that it made."""
    call.org.tokens.revoke(call.form().get("token", ""))
    return ok({"status": "success"})
