"""A HubSpot sandbox of one's own."""

from dataclasses import dataclass
from typing import ClassVar

from sandbox.common.stand_in import Reply, SandboxError, StandIn
from sandbox.hubspot.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SERVICE_KEY

__all__ = ["Reply", "Sandbox", "SandboxError"]


@dataclass(slots=True)
class Sandbox(StandIn):
    """A running sandbox. `token` is a static key with every scope; the OAuth client's three secrets refresh access tokens."""

    MODULE: ClassVar[str] = "sandbox"
    LOADED_LAST: ClassVar[frozenset[str]] = frozenset({"associations"})

    token: str = SERVICE_KEY
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    refresh_token: str = REFRESH_TOKEN
