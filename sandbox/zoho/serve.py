"""A Zoho CRM sandbox of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from sandbox.common.stand_in import StandIn
from sandbox.zoho.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, STATIC_TOKEN


@dataclass(slots=True)
class ZohoSandbox(StandIn):
    """A running sandbox: API and accounts server under one `url`. `token` is an access token that never ends, with every scope."""

    MODULE: ClassVar[str] = "sandbox.zoho"
    SCHEME: ClassVar[str] = "Zoho-oauthtoken"
    ROOT: ClassVar[str] = "/crm/v8/"
    LOADED_LAST: ClassVar[frozenset[str]] = frozenset({"emails"})

    token: str = STATIC_TOKEN
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    refresh_token: str = REFRESH_TOKEN

    def refresh(self, **form: str) -> Mapping[str, Any]:
        """The accounts server's answer to a refresh_token grant, by default with the right secrets."""
        given = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            **form,
        }
        told = self._pool.request("POST", f"{self.url}/oauth/v2/token", fields=given, encode_multipart=False)
        answer: Mapping[str, Any] = orjson.loads(told.data)
        return answer
