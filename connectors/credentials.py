"""Access tokens: fetched once however many threads ask, and given up on when the vendor rejects a fresh one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from connectors.base import Stop

EARLY = timedelta(seconds=60)


class Unauthorised(Stop):
    """The vendor does not let us in at all."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and when it ends if that is known."""

    secret: str = field(repr=False)
    expires: datetime | None = None


class Credentials:
    """Hands out the current token. `fetch` gets a new one; None means that the token is static."""

    def __init__(
        self,
        now: Callable[[], datetime],
        fix: str,
        static: Token | None = None,
        fetch: Callable[[], Token] | None = None,
    ) -> None:
        self._now = now
        self._fix = fix
        self._token = static
        self._fetch = fetch
        self._proven = True
        self._refusals = 0
        self._refused: Stop | None = None
        self._lock = RLock()

    def current(self) -> Token:
        """The token to send now; fetched first if there is none or it is about to end."""
        refusals = self._refusals
        with self._lock:
            if self._token is None or (self._token.expires and self._now() >= self._token.expires - EARLY):
                self._token = self._fetched(refusals)
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
            self._token = self._fetched(refusals)
            self._proven = False

    def _fetched(self, refusals: int) -> Token:
        """A new token. Whoever waited while the vendor refused one is told the same, and does not ask again."""
        if self._fetch is None:
            raise self._stop("The CRM rejects the access token.")
        if self._refused is not None and self._refusals > refusals:
            raise Unauthorised(str(self._refused), self._refused.fix)
        try:
            return self._fetch()
        except Stop as refused:
            self._refusals, self._refused = self._refusals + 1, refused
            raise

    def _stop(self, message: str) -> Unauthorised:
        return Unauthorised(f"{message} {self._fix}", self._fix)
