"""A Salesforce sandbox of one's own, and what its people do in the CRM's own pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sandbox.common.stand_in import StandIn
from sandbox.salesforce.sessions import CLIENT_ID, CLIENT_SECRET, INTEGRATION_USER, PASSWORD, REFRESH_TOKEN, SESSION_ID


@dataclass(slots=True)
class SalesforceSandbox(StandIn):
    """A running sandbox. `token` is a session id of the integration user that never ends; the other secrets get tokens that do."""

    MODULE: ClassVar[str] = "sandbox.salesforce"

    token: str = SESSION_ID
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    refresh_token: str = REFRESH_TOKEN
    username: str = INTEGRATION_USER
    password: str = PASSWORD

    def merge(self, master: str, losers: Sequence[str]) -> None:
        """Merge up to two records into another."""
        self.control("POST", "merge", {"master": master, "losers": list(losers)})

    def convert(self, lead: str, **more: Any) -> Mapping[str, Any]:
        """Convert a lead: {accountId, contactId, opportunityId}. `account`, `contact`, `opportunity` (a name, or None for none)."""
        return self.control("POST", "convert", {"lead": lead, **more})

    def delete(self, ids: Sequence[str], *, purge: bool = False) -> None:
        """Move records to the recycle bin, or out of existence."""
        self.control("POST", "delete", {"ids": list(ids), "purge": purge})

    def app(self, **values: Any) -> None:
        """Register or change a connected app: client_id, secret, certificate (PEM), runs_as, approved."""
        self.control("POST", "app", {"client_id": self.client_id, **values})

    def expire(self, token: str | None = None) -> None:
        """End one session (or refresh token), or every session that can end."""
        self.control("POST", "expire", {} if token is None else {"token": token})
