"""Access tokens: fetched once however many threads and processes ask, and given up on when the vendor rejects a fresh one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from pydantic import SecretStr

from connectors.base import Stop
from connectors.secrets import Remembered, Secrets

EARLY = timedelta(seconds=60)
ACCESS_TOKEN = "access_token"  # noqa: S105 (its name)
REFRESH_TOKEN = "refresh_token"  # noqa: S105 (its name)


class Unauthorised(Stop):
    """The vendor does not let us in at all."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; when it ends, where it is for and what it allows, as far as the vendor told."""

    secret: str = field(repr=False)
    expires: datetime | None = None
    where: str | None = None
    scopes: tuple[str, ...] | None = None

    def ends(self, now: datetime) -> bool:
        """Whether it is too late to begin anything with it."""
        return self.expires is not None and now >= self.expires - EARLY

    def text(self) -> str:
        """All of it, to be kept where secrets are."""
        expires = None if self.expires is None else self.expires.isoformat()
        return json.dumps([self.secret, expires, self.where, self.scopes])

    @classmethod
    def read(cls, text: str) -> "Token":
        """What `text` gave."""
        secret, expires, where, scopes = json.loads(text)
        until = None if expires is None else datetime.fromisoformat(expires)
        return cls(secret, until, where, None if scopes is None else tuple(scopes))


@dataclass(frozen=True, slots=True)
class TokenSource:
    """How a token comes to be: `fetch` gets a new one, `adopt` is told of each that will be used.

    Tokens are kept in `secrets`; `of` is everything that they were obtained with, so that other settings get their own.
    """

    fetch: Callable[[], Token]
    adopt: Callable[[Token], None] = lambda token: None
    secrets: Secrets = field(default_factory=Remembered)
    of: str = field(default="", repr=False)

    def obtain(self, rejected: Token | None, now: Callable[[], datetime]) -> tuple[Token, bool]:
        """A token other than `rejected`, and whether it is fresh: one that another process fetched meanwhile, or else a new one."""
        with self.secrets.exclusive():
            kept = self.secrets.get(ACCESS_TOKEN, self.of)
            token = None if kept is None else Token.read(kept)
            usable = (
                token is not None and not token.ends(now()) and (rejected is None or token.secret != rejected.secret)
            )
            if token is None or not usable:
                token = self.fetch()
                self.secrets.put(ACCESS_TOKEN, token.text(), self.of)
        self.adopt(token)
        return token, not usable


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The refresh token to log in with: the `configured` one, or what the vendor has replaced it by since."""

    secrets: Secrets
    configured: SecretStr

    def newest(self) -> str:
        """The token to send. Signing in again, which changes the configured one, discards what came of the old one."""
        configured = self.configured.get_secret_value()
        return self.secrets.get(REFRESH_TOKEN, configured) or configured

    def replaced_by(self, new: object) -> None:
        """Keep the token that a login answered with, if it is another one."""
        if isinstance(new, str) and new and new != self.newest():
            self.secrets.put(REFRESH_TOKEN, new, self.configured.get_secret_value())


class Credentials:
    """Hands out the current token. Without a `source` it is `static`."""

    def __init__(
        self,
        now: Callable[[], datetime],
        fix: str,
        static: Token | None = None,
        source: TokenSource | None = None,
    ) -> None:
        self._now = now
        self._fix = fix
        self._token = static
        self._source = source
        self._proven = True
        self._refusals = 0
        self._refused: Stop | None = None
        self._lock = RLock()

    def current(self) -> Token:
        """The token to send now; obtained first if there is none or it is about to end."""
        refusals = self._refusals
        with self._lock:
            if self._token is None or self._token.ends(self._now()):
                self._token, _ = self._obtained(refusals, None)
            return self._token

    def accepted(self, token: Token) -> None:
        """The vendor took this token."""
        if not self._proven and token is self._token:
            self._proven = True

    def renew(self, rejected: Token) -> None:
        """Replace a token that the vendor rejected, unless another thread has. Raises `Unauthorised` if a fresh one was rejected."""
        refusals = self._refusals
        with self._lock:
            if rejected is not self._token:
                return
            if not self._proven:
                raise self._stop("The CRM rejects the access token right after it was renewed.")
            self._token, fresh = self._obtained(refusals, rejected)
            self._proven = not fresh

    def _obtained(self, refusals: int, rejected: Token | None) -> tuple[Token, bool]:
        """A token, and whether it is fresh. Whoever waited while the vendor refused one is told the same, and does not ask again."""
        if self._source is None:
            raise self._stop("The CRM rejects the access token.")
        if self._refused is not None and self._refusals > refusals:
            raise Unauthorised(str(self._refused), self._refused.fix)
        try:
            return self._source.obtain(rejected, self._now)
        except Stop as refused:
            self._refusals, self._refused = self._refusals + 1, refused
            raise

    def _stop(self, message: str) -> Unauthorised:
        return Unauthorised(f"{message} {self._fix}", self._fix)
