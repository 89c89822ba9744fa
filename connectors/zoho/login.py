"""Logging in: an hour's access token for a refresh token that stays.

Zoho makes ten access tokens of a refresh token in ten minutes and then answers "Access Denied" with status 200; fifteen live
at once, and the sixteenth ends the oldest (zoho.com/crm/developer/docs/api/v8/token-validity.html).
"""

from datetime import timedelta

from connectors.base import Later
from connectors.credentials import Credentials, Token, TokenSource
from connectors.http import Api, Request
from connectors.plugin import Ports
from connectors.zoho.environment import TOKEN_PATH, domain
from connectors.zoho.options import ZohoOptions
from connectors.zoho.signals import LOGIN
from connectors.zoho.transport import Transport


class Login:
    """Fetches tokens through the API that they are for: `api` is set once that exists.

    `scopes` are those that the last token was given, where Zoho told them.
    """

    api: Api

    def __init__(self, options: ZohoOptions, transport: Transport, ports: Ports) -> None:
        self._options = options
        self._transport = transport
        self._ports = ports
        self.scopes: tuple[str, ...] = ()

    def credentials(self) -> Credentials:
        """What the API is to log in with."""
        options, auth = self._options, self._options.auth
        of = "\n".join(
            (
                options.host or "",
                options.data_centre,
                options.environment,
                auth.client_id,
                auth.client_secret.get_secret_value(),
                auth.refresh_token.get_secret_value(),
            )
        )
        return Credentials(
            self._ports.now, LOGIN, source=TokenSource(self._fetch, self._adopt, self._ports.secrets, of)
        )

    def _fetch(self) -> Token:
        auth = self._options.auth
        form = (
            ("grant_type", "refresh_token"),
            ("client_id", auth.client_id),
            ("client_secret", auth.client_secret.get_secret_value()),
            ("refresh_token", auth.refresh_token.get_secret_value()),
        )
        data = self.api.call(Request("POST", TOKEN_PATH, form=form, authorised=False, pace="login")).data
        if not isinstance(data.get("access_token"), str):
            raise Later("Zoho's accounts server answers without an access token.", 60)
        where = domain(self._options, data.get("api_domain"), self._transport.api)
        scopes = tuple(str(data.get("scope") or "").replace(",", " ").split())
        lives = timedelta(seconds=int(data.get("expires_in") or 3600))
        return Token(data["access_token"], self._ports.now() + lives, where, scopes)

    def _adopt(self, token: Token) -> None:
        self._transport.api = domain(self._options, token.where, self._transport.api)
        self.scopes = token.scopes or ()
