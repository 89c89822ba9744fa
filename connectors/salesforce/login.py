"""Signing in: how a token comes to be, and which org it is for."""

from collections.abc import Callable
from datetime import datetime

import jwt
from pydantic import BaseModel, SecretStr

from connectors.base import Stop
from connectors.credentials import Credentials, Token, TokenSource
from connectors.credentials import RefreshToken as KeptRefreshToken
from connectors.hosts import is_loopback
from connectors.http import Api, Request
from connectors.plugin import Call, Ports
from connectors.salesforce.options import (
    ClientCredentials,
    JwtBearer,
    Password,
    RefreshToken,
    SalesforceOptions,
    SessionId,
    trusted,
)
from connectors.salesforce.signals import LOGIN
from connectors.salesforce.transport import Transport

TOKEN = "/services/oauth2/token"  # noqa: S105 (a path)
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIVES = 120
"""Seconds; Salesforce takes up to three minutes (help.salesforce.com remoteaccess_oauth_jwt_flow)."""

Form = tuple[tuple[str, str], ...]


class Login:
    """Fetches tokens through the API that they are for: `api` and `transport` are set once those exist.

    `instance` is where the org answers; each token says so anew, for an org may move.
    """

    api: Api
    transport: Transport

    def __init__(self, options: SalesforceOptions, ports: Ports, now: Callable[[], datetime]) -> None:
        self._options = options
        self._ports = ports
        self._now = now
        self.instance = options.host

    def credentials(self) -> Credentials:
        """What the API is to log in with. Salesforce does not tell when a token ends: it is used until it is rejected."""
        auth = self._options.auth
        if isinstance(auth, SessionId):
            return Credentials(self._ports.now, LOGIN, static=Token(auth.session_id.get_secret_value()))
        of = f"{self._options.host}\n{_shown(auth)}"
        return Credentials(
            self._ports.now, LOGIN, source=TokenSource(self._fetch, self._adopt, self._ports.secrets, of)
        )

    def _fetch(self) -> Token:
        auth = self._options.auth
        if isinstance(auth, Password):
            secret, instance = self.transport.legacy_login(auth)
            self._ports.ledger.record(Call("POST", "/services/Soap/u", 200))
        else:
            request = Request("POST", TOKEN, form=self._form(auth), authorised=False, pace="login")
            data = self.api.call(request).data
            secret, instance = str(data.get("access_token", "")), str(data.get("instance_url", ""))
            if isinstance(auth, RefreshToken):
                KeptRefreshToken(self._ports.secrets, auth.refresh_token).replaced_by(data.get("refresh_token"))
        return Token(secret, where=self._checked(instance))

    def _adopt(self, token: Token) -> None:
        self.instance = self._checked(token.where or "")

    def _form(self, auth: JwtBearer | ClientCredentials | RefreshToken | SessionId) -> Form:
        match auth:
            case JwtBearer():
                return (("grant_type", JWT_BEARER), ("assertion", self._assertion(auth)))
            case ClientCredentials():
                secret = auth.client_secret.get_secret_value()
                return (("grant_type", "client_credentials"), ("client_id", auth.client_id), ("client_secret", secret))
            case RefreshToken():
                refresh = KeptRefreshToken(self._ports.secrets, auth.refresh_token).newest()
                shown = (("client_secret", auth.client_secret.get_secret_value()),) if auth.client_secret else ()
                return (
                    ("grant_type", "refresh_token"),
                    ("client_id", auth.client_id),
                    *shown,
                    ("refresh_token", refresh),
                )
        raise TypeError(auth)

    def _assertion(self, auth: JwtBearer) -> str:
        fix = "Put the PEM text of the certificate's private key into private_key, or its file into private_key_file."
        claims = {
            "iss": auth.client_id,
            "sub": auth.username,
            "aud": auth.audience or audience(self._options.host),
            "exp": int(self._now().timestamp()) + ASSERTION_LIVES,
        }
        try:
            key = auth.private_key.get_secret_value() if auth.private_key else _read(auth)
            return jwt.encode(claims, key, algorithm="RS256")
        except (OSError, ValueError, TypeError, jwt.PyJWTError) as error:
            raise Stop(f"The private key cannot be used ({type(error).__name__}). {fix}", fix) from None

    def _checked(self, instance: str) -> str:
        """The org's URL; one on this machine only where the login is here too."""
        try:
            url = trusted(instance)
        except ValueError:
            url = ""
        if not url or (is_loopback(url) and not is_loopback(self._options.host)):
            fix = "Check the connection's `host`: the login answers with an address that is no Salesforce org."
            raise Stop(f"The login leads to a host that is not to be trusted. {fix}", fix)
        return url


def audience(host: str) -> str:
    """Whom an assertion must be for: the shared login host of production orgs or of sandboxes."""
    is_sandbox = ".sandbox." in host or host.startswith("https://test.")
    return f"https://{'test' if is_sandbox else 'login'}.salesforce.com"


def _shown(auth: BaseModel) -> str:
    """All settings of a login, secrets included."""
    values = (getattr(auth, name) for name in type(auth).model_fields)
    return "\n".join(str(v.get_secret_value() if isinstance(v, SecretStr) else v) for v in values)


def _read(auth: JwtBearer) -> str:
    return auth.private_key_file.read_text() if auth.private_key_file else ""
