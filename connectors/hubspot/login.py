"""Logging in: with a token that stays, or by OAuth with one that HubSpot lets live for half an hour or less."""

from datetime import timedelta

from connectors.credentials import Credentials, RefreshToken, Token, TokenSource
from connectors.http import Api, Request
from connectors.hubspot.options import HubSpotOptions, OAuth
from connectors.hubspot.paths import Paths
from connectors.hubspot.signals import LOGIN
from connectors.plugin import Ports


class Login:
    """Fetches tokens through the API that they are for: `api` is set once that exists.

    `scopes` are those that the last token was given, where HubSpot told them.
    """

    api: Api

    def __init__(self, options: HubSpotOptions, paths: Paths, ports: Ports) -> None:
        self._auth = options.auth
        self._paths = paths
        self._ports = ports
        self.scopes: tuple[str, ...] | None = None

    def credentials(self) -> Credentials:
        """What the API is to log in with."""
        auth = self._auth
        if isinstance(auth, OAuth):
            of = f"{auth.client_id}\n{auth.client_secret.get_secret_value()}\n{auth.refresh_token.get_secret_value()}"
            return Credentials(
                self._ports.now, LOGIN, source=TokenSource(self._fetch, self._adopt, self._ports.secrets, of)
            )
        return Credentials(self._ports.now, LOGIN, static=Token(auth.token.get_secret_value()))

    def _fetch(self) -> Token:
        assert isinstance(self._auth, OAuth)  # noqa: S101 (only an OAuth login fetches)
        refresh = RefreshToken(self._ports.secrets, self._auth.refresh_token)
        form = (
            ("grant_type", "refresh_token"),
            ("client_id", self._auth.client_id),
            ("client_secret", self._auth.client_secret.get_secret_value()),
            ("refresh_token", refresh.newest()),
        )
        data = self.api.call(Request("POST", self._paths.token, form=form, authorised=False, pace="login")).data
        refresh.replaced_by(data.get("refresh_token"))
        scopes = tuple(data["scopes"]) if "scopes" in data else None
        return Token(data["access_token"], self._ports.now() + timedelta(seconds=data["expires_in"]), scopes=scopes)

    def _adopt(self, token: Token) -> None:
        self.scopes = token.scopes
