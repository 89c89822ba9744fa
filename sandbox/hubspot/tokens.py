"""Who may call: static service keys, and OAuth access tokens that end.

Access tokens live as long as `expires_in` says, half an hour at present (developers.hubspot.com/docs/api-reference/2026-03/authentication).
"""

from dataclasses import dataclass

from sandbox.common.times import Millis
from sandbox.hubspot.kinds import KINDS

SERVICE_KEY = "pat-eu1-00000000-aaaa-4bbb-8ccc-dddddddddddd"
CLIENT_ID = "11111111-2222-4333-8444-555555555555"
CLIENT_SECRET = "66666666-7777-4888-8999-aaaaaaaaaaaa"  # noqa: S105 (a made-up secret that only ever opens this stand-in)
REFRESH_TOKEN = "eu1-bbbb-cccc-dddd"  # noqa: S105 (as above)

ALL_SCOPES = frozenset(
    {
        "oauth",
        "crm.objects.owners.read",
        "marketing.campaigns.read",
        "marketing.campaigns.write",
        *(scope for kind in KINDS for scope in (*kind.read_scopes, *kind.write_scopes)),
        *(f"crm.schemas.{kind.name}.{way}" for kind in KINDS for way in ("read", "write")),
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """What a bearer token opens; a static key never expires."""

    text: str
    scopes: frozenset[str] = ALL_SCOPES
    expires: Millis | None = None


class Tokens:
    """The account's tokens. Refresh tokens are not rotated."""

    def __init__(self) -> None:
        self.access: dict[str, Token] = {SERVICE_KEY: Token(SERVICE_KEY)}
        self.refresh: dict[str, frozenset[str]] = {REFRESH_TOKEN: ALL_SCOPES}
        self.clients: dict[str, str] = {CLIENT_ID: CLIENT_SECRET}
        self._made = 0

    def issue(self, refresh: str, now: Millis, life_s: int) -> Token:
        """A new access token for a refresh token that is known. Raises KeyError when it is not."""
        scopes = self.refresh[refresh]
        self._made += 1
        token = Token(f"CO{self._made:06d}-{'x' * 240}", scopes, Millis(now + life_s * 1000))
        self.access[token.text] = token
        return token
