"""Logging in: with a token that stays, or by OAuth with one that HubSpot lets live for half an hour or less."""

from datetime import timedelta

from pydantic import SecretStr

from connectors.credentials import Credentials, Token
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
        self._refresh_token: SecretStr | None = None
        self.scopes: tuple[str, ...] | None = None

    def credentials(self) -> Credentials:
        """What the API is to log in with."""
        if isinstance(self._auth, OAuth):
            return Credentials(self._ports.now, LOGIN, fetch=self._fetch)
        return Credentials(self._ports.now, LOGIN, static=Token(self._auth.token.get_secret_value()))

    def _fetch(self) -> Token:
        assert isinstance(self._auth, OAuth)  # noqa: S101 (only an OAuth login fetches)
        refresh = self._refresh_token or self._auth.refresh_token
        form = (
            ("grant_type", "refresh_token"),
            ("client_id", self._auth.client_id),
            ("client_secret", self._auth.client_secret.get_secret_value()),
            ("refresh_token", refresh.get_secret_value()),
        )
        data = self.api.call(Request("POST", self._paths.token, form=form, authorised=False, pace="login")).data
        self._rotate(refresh, data.get("refresh_token"))
        self.scopes = tuple(data["scopes"]) if "scopes" in data else None
        return Token(data["access_token"], self._ports.now() + timedelta(seconds=data["expires_in"]))

    def _rotate(self, old: SecretStr, new: str | None) -> None:
        if new and new != old.get_secret_value():
            self._refresh_token = SecretStr(new)
            if self._ports.save_secret:
                self._ports.save_secret("auth.refresh_token", new)
