"""Who may call: connected apps, their users, refresh tokens, and sessions that die of idleness."""

from dataclasses import dataclass

from sandbox.common.times import Millis

CLIENT_ID = "3MVG9sandboxClientId.0000000000000000000000000000000000000000000"
CLIENT_SECRET = "00000000000000000000000000000000000000000000000000000000SANDBOX1"  # noqa: S105 (opens nothing but this stand-in)
REFRESH_TOKEN = "5Aep861sandboxRefreshToken"  # noqa: S105 (as above)
SESSION_ID = "00D5g0000000001!AQsandboxSession"
PASSWORD = "sandbox-password"  # noqa: S105 (as above)
SECURITY_TOKEN = "sandboxtoken"  # noqa: S105 (as above)
ORG_ID = "00D5g0000000001EAA"
INTEGRATION_USER = "integration@acme.example"
ADMIN_USER = "admin@acme.example"


@dataclass(slots=True)
class Session:
    """What an access token opens: a user's rights. `expires` moves on with use; None: never."""

    token: str
    user: str
    client: str
    expires: Millis | None


@dataclass(slots=True)
class App:
    """A connected app. `certificate` is PEM text, a certificate or a public key, for the JWT bearer flow; `runs_as`: client credentials."""

    client_id: str
    secret: str
    certificate: str | None = None
    runs_as: str = INTEGRATION_USER
    approved: frozenset[str] | None = None
    """Users who may use the app; None: all."""


class Sessions:
    """Apps, sessions and refresh tokens; users by id."""

    def __init__(self, integration_user: str) -> None:
        self.apps: dict[str, App] = {CLIENT_ID: App(CLIENT_ID, CLIENT_SECRET)}
        self.open: dict[str, Session] = {SESSION_ID: Session(SESSION_ID, integration_user, CLIENT_ID, None)}
        self.refresh: dict[str, tuple[str, str]] = {REFRESH_TOKEN: (integration_user, CLIENT_ID)}
        self.logins = 0
        self._made = 0

    def begin(self, user: str, client: str, now: Millis, life_s: int) -> Session:
        """A new session for a user id."""
        self._made += 1
        self.logins += 1
        token = f"{ORG_ID[:15]}!AQ{self._made:06d}.{'x' * 80}"
        session = Session(token, user, client, Millis(now + life_s * 1000))
        self.open[token] = session
        return session

    def use(self, token: str, now: Millis, life_s: int) -> Session | None:
        """The session, its life prolonged; None when it is unknown or dead."""
        session = self.open.get(token)
        if session is None or (session.expires is not None and session.expires <= now):
            return None
        if session.expires is not None:
            session.expires = Millis(max(session.expires, now + life_s * 1000))
        return session

    def rotate(self, old: str) -> str:
        """Replace a refresh token; the old one is dead."""
        self._made += 1
        new = f"5Aep861rotated{self._made:06d}"
        self.refresh[new] = self.refresh.pop(old)
        return new

    def revoke(self, token: str) -> bool:
        """End a session, or a refresh token with every session of its user and app. Whether there was one."""
        if token in self.refresh:
            user, client = self.refresh.pop(token)
            gone = [text for text, one in self.open.items() if (one.user, one.client) == (user, client)]
            for text in gone:
                del self.open[text]
            return True
        return self.open.pop(token, None) is not None
