"""Who may call: access tokens that end, made from refresh tokens that do not.

Quotas: zoho.com/crm/developer/docs/api/v8/token-validity.html. Scopes are `ZohoCRM.{resource}[.{part}].{operation}`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.zoho.settings import Settings
from sandbox.zoho.times import Seconds

CLIENT_ID = "1000.ABCDEFGHIJKLMNOPQRSTUVWXYZ0123"
CLIENT_SECRET = "00112233445566778899aabbccddeeff0011223344"  # noqa: S105 (a made-up secret that only ever opens this stand-in)
REFRESH_TOKEN = "1000.refresh.0123456789abcdef"  # noqa: S105 (as above)
STATIC_TOKEN = "1000.static.0123456789abcdef"  # noqa: S105 (as above; never ends, for tests that are not about tokens)
ALL_SCOPES = frozenset(
    {
        "ZohoCRM.modules.ALL",
        "ZohoCRM.settings.ALL",
        "ZohoCRM.users.ALL",
        "ZohoCRM.org.ALL",
        "ZohoCRM.bulk.ALL",
        "ZohoCRM.coql.READ",
        "ZohoCRM.notifications.ALL",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """What an access token opens, and until when (None: always)."""

    text: str
    scopes: frozenset[str]
    expires: Seconds | None = None

    def allows(self, *wanted: str) -> bool:
        """Whether any of these scopes is granted, itself or by an ALL above it. Letter case makes no difference."""
        held = {scope.lower() for scope in self.scopes}
        return any(_covering(scope.lower()) & held for scope in wanted)


def _covering(scope: str) -> set[str]:
    """zohocrm.modules.leads.read is covered by modules.leads.all, modules.read and modules.all."""
    *path, operation = scope.split(".")
    covers = {scope}
    while len(path) > 1:
        covers |= {".".join((*path, operation)), ".".join((*path, "all"))}
        path.pop()
    return covers


@dataclass(slots=True)
class Grant:
    """A refresh token: its scopes, when it made tokens, and which of them live, oldest first."""

    scopes: frozenset[str] = ALL_SCOPES
    made: deque[Seconds] = field(default_factory=deque)
    live: deque[str] = field(default_factory=deque)


class TooManyTokens(Exception):
    """The refresh token made its quota of access tokens."""


class Tokens:
    """The accounts server's memory."""

    def __init__(self) -> None:
        self.access: dict[str, Token] = {STATIC_TOKEN: Token(STATIC_TOKEN, ALL_SCOPES)}
        self.grants: dict[str, Grant] = {REFRESH_TOKEN: Grant()}
        self.clients: dict[str, str] = {CLIENT_ID: CLIENT_SECRET}
        self._count = 0

    def issue(self, refresh: str, now: Seconds, settings: Settings) -> Token:
        """A new access token; the oldest dies when there are too many. Raises KeyError for an unknown refresh token, or TooManyTokens."""
        grant = self.grants[refresh]
        while grant.made and grant.made[0] <= now - settings.token_window_s:
            grant.made.popleft()
        if len(grant.made) >= settings.tokens_per_window:
            raise TooManyTokens
        grant.made.append(now)
        self._count += 1
        token = Token(f"1000.access.{self._count:06d}.{'f' * 32}", grant.scopes, Seconds(now + settings.token_life_s))
        self.access[token.text] = token
        grant.live.append(token.text)
        while len(grant.live) > settings.tokens_live:
            self.access.pop(grant.live.popleft(), None)
        return token

    def revoke(self, text: str) -> None:
        """End a refresh token with all that it made, or one access token."""
        grant = self.grants.pop(text, None)
        for access in (text,) if grant is None else grant.live:
            self.access.pop(access, None)

    def grant(self, refresh: str, scopes: Sequence[str]) -> None:
        """Know a refresh token from now on."""
        self.grants[refresh] = Grant(frozenset(scopes))
