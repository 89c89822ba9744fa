"""/services/oauth2: tokens by JWT bearer, client credentials, refresh token and password; introspection, user info, revocation.

Source: help.salesforce.com remoteaccess_oauth_flows. Answers have no `expires_in`: a session lives as long as it is used.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.common.times import Millis
from sandbox.salesforce.assertion import LOGIN_HOSTS, BadAssertion, issuer, subject
from sandbox.salesforce.call import Answer, ok
from sandbox.salesforce.fields import Row
from sandbox.salesforce.org import Org
from sandbox.salesforce.sessions import ORG_ID, PASSWORD, SECURITY_TOKEN, App, Session

MY_DOMAIN = "acme.my.salesforce.com"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class OAuthRefusal(Exception):
    """400 with `error` and `error_description`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description

    def answer(self) -> Answer:
        """The answer."""
        return ok({"error": self.error, "error_description": self.description}, 400)


@dataclass(frozen=True, slots=True)
class Form:
    """A request to the OAuth endpoints. `host` is the Host header."""

    org: Org
    host: str
    fields: Mapping[str, str]
    authorization: str
    now: Millis

    @classmethod
    def read(cls, org: Org, headers: Mapping[bytes, bytes], query: str, body: bytes, now: Millis) -> "Form":
        """From a request's parts; fields in the query count too, as they do there."""
        given = {**parse_qs(query), **parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)}
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        return cls(org, host, {name: values[-1] for name, values in given.items()}, authorization, now)

    def field(self, name: str) -> str:
        """A field's text, empty without one."""
        return self.fields.get(name, "")

    @property
    def hostname(self) -> str:
        """The host without its port."""
        return urlsplit(f"//{self.host}").hostname or ""

    @property
    def instance_url(self) -> str:
        """Where the API is to be called: as set; or here, where "here" is loopback; or the org's My Domain."""
        if self.org.settings.instance_url:
            return self.org.settings.instance_url
        if self.hostname in _LOOPBACK:
            return f"http://{self.host}"
        return f"https://{MY_DOMAIN if self.hostname in LOGIN_HOSTS else self.host}"


def token(form: Form) -> Answer:
    """`POST /services/oauth2/token`. Raises OAuthRefusal."""
    grant = _GRANTS.get(form.field("grant_type"))
    if grant is None:
        raise OAuthRefusal("unsupported_grant_type", "grant type not supported")
    return ok(grant(form))


def _jwt_bearer(form: Form) -> dict[str, Any]:
    try:
        app = _app(form.org, issuer(form.field("assertion")))
        username = subject(form.field("assertion"), app.certificate, form.hostname, form.now)
    except BadAssertion as bad:
        raise OAuthRefusal("invalid_grant", str(bad)) from None
    user = _active_user(form.org, username)
    if app.approved is not None and username not in app.approved:
        raise OAuthRefusal("invalid_grant", "user hasn't approved this consumer")
    told = _granted(form, user, app)
    return {name: told[name] for name in ("access_token", "scope", "instance_url", "id", "token_type")}


def _client_credentials(form: Form) -> dict[str, Any]:
    if form.hostname in LOGIN_HOSTS:
        raise OAuthRefusal("invalid_grant", "request not supported on this domain")
    app = _authenticated_app(form)
    return _granted(form, _active_user(form.org, app.runs_as), app)


def _refresh_token(form: Form) -> dict[str, Any]:
    app = _app(form.org, _credentials(form)[0])
    if _credentials(form)[1] not in {"", app.secret}:
        raise OAuthRefusal("invalid_client", "invalid client credentials")
    given = form.field("refresh_token")
    user_id, client = form.org.sessions.refresh.get(given, ("", ""))
    user = form.org.lookup(user_id)
    if user is None or client != app.client_id:
        raise OAuthRefusal("invalid_grant", "expired access/refresh token")
    if not user.get("IsActive"):
        raise OAuthRefusal("invalid_grant", "inactive user")
    told = _granted(form, user, app)
    if form.org.settings.rotate_refresh:
        told["refresh_token"] = form.org.sessions.rotate(given)
    return told


def _password(form: Form) -> dict[str, Any]:
    app = _authenticated_app(form)
    if not password_fits(form.field("password")):
        raise OAuthRefusal("invalid_grant", "authentication failure")
    return _granted(form, _active_user(form.org, form.field("username")), app)


def password_fits(given: str) -> bool:
    """Whether this is the sandbox's password, the security token appended or not."""
    return given in {PASSWORD, PASSWORD + SECURITY_TOKEN}


_GRANTS: dict[str, Callable[[Form], dict[str, Any]]] = {
    "urn:ietf:params:oauth:grant-type:jwt-bearer": _jwt_bearer,
    "client_credentials": _client_credentials,
    "refresh_token": _refresh_token,
    "password": _password,
}


def _app(org: Org, client_id: str) -> App:
    app = org.sessions.apps.get(client_id)
    if app is None:
        raise OAuthRefusal("invalid_client_id", "client identifier invalid")
    return app


def _credentials(form: Form) -> tuple[str, str]:
    scheme, _, encoded = form.authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise OAuthRefusal("invalid_client", "invalid client credentials") from None
        return client, secret
    return form.field("client_id"), form.field("client_secret")


def _authenticated_app(form: Form) -> App:
    client, secret = _credentials(form)
    app = _app(form.org, client)
    if secret != app.secret:
        raise OAuthRefusal("invalid_client", "invalid client credentials")
    return app


def _active_user(org: Org, username: str) -> Row:
    user = org.user_named(username)
    if user is None:
        raise OAuthRefusal("invalid_grant", "user hasn't approved this consumer")
    if not user.get("IsActive"):
        raise OAuthRefusal("invalid_grant", "inactive user")
    return user


def _granted(form: Form, user: Row, app: App) -> dict[str, Any]:
    session = form.org.sessions.begin(str(user["Id"]), app.client_id, form.now, form.org.settings.session_s)
    identity, issued = f"{form.instance_url}/id/{ORG_ID}/{user['Id']}", str(form.now)
    signed = hmac.digest(app.secret.encode(), (identity + issued).encode(), hashlib.sha256)
    return {
        "access_token": session.token,
        "signature": base64.b64encode(signed).decode(),
        "scope": "api refresh_token",
        "instance_url": form.instance_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
    }


def revoke(form: Form) -> Answer:
    """`POST /services/oauth2/revoke`."""
    if not form.org.sessions.revoke(form.field("token")):
        raise OAuthRefusal("unsupported_token_type", "this token type is not supported")
    return Answer(200)


def introspect(form: Form) -> Answer:
    """`POST /services/oauth2/introspect`."""
    _authenticated_app(form)
    session = form.org.sessions.open.get(form.field("token"))
    if session is None or (session.expires is not None and session.expires <= form.now):
        return ok({"active": False})
    user = form.org.lookup(session.user) or {}
    told = {"active": True, "scope": "api refresh_token", "client_id": session.client, "username": user.get("Username")}
    return ok({**told, "sub": f"{form.instance_url}/id/{ORG_ID}/{session.user}", "token_type": "access_token"})


def userinfo(form: Form, session: Session) -> Answer:
    """`GET /services/oauth2/userinfo`."""
    user = form.org.lookup(session.user) or {}
    return ok(
        {
            "sub": f"{form.instance_url}/id/{ORG_ID}/{session.user}",
            "user_id": session.user,
            "organization_id": ORG_ID,
            "preferred_username": user.get("Username"),
            "name": user.get("Name"),
            "email": user.get("Email"),
            "zoneinfo": user.get("TimeZoneSidKey"),
            "active": bool(user.get("IsActive")),
        }
    )
