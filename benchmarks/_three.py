"""Empty sandboxes of the three CRMs without limits, and what a connection to each is configured with."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.serve import Sandbox
from sandbox.zoho.serve import ZohoSandbox


class Server(Protocol):
    """What the three sandboxes share."""

    url: str
    client_id: str
    client_secret: str
    refresh_token: str

    def ledger(self, *, writes: bool = True) -> Mapping[str, Any]:
        """What was called."""
        ...

    def clear_ledger(self) -> None:
        """Count anew."""
        ...

    def faults(self, rules: Sequence[Mapping[str, Any]], *, seed: int = 0) -> None:
        """Put fault rules in force."""
        ...

    def config(self, **values: Any) -> None:
        """Change settings."""
        ...

    def load(
        self, *, objects: Mapping[str, Sequence[Mapping[str, Any]]] | None = None, **more: Any
    ) -> dict[str, list[str]]:
        """Load records; the ids by object."""
        ...


@contextmanager
def three() -> Iterator[Mapping[str, Server]]:
    """A server of each CRM, by the name of its connector."""
    with (
        Sandbox.start(limits=False) as hubspot,
        SalesforceSandbox.start(limits=False) as salesforce,
        ZohoSandbox.start(limits=False) as zoho,
    ):
        yield {"hubspot": hubspot, "salesforce": salesforce, "zoho": zoho}


def options(vendor: str, server: Server, **more: Any) -> dict[str, Any]:
    """The options of a connection that signs in with a refresh token."""
    auth = {
        "client_id": server.client_id,
        "client_secret": server.client_secret,
        "refresh_token": server.refresh_token,
    }
    own = {"data_centre": "eu"} if vendor == "zoho" else {}
    return {"auth": auth, "host": server.url, **own, **more}
