"""The demo's three CRMs: local stand-ins that tell of the same people, and the configuration that speaks to them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.serve import Sandbox
from sandbox.zoho.serve import ZohoSandbox
from sync.init import example
from sync.templates import OTHERS, with_crms

VARIABLE = re.compile(r"\$\{(\w+)(?::-[^}]*)?\}")


class LocalCrm(Protocol):
    """What the demo asks of a sandbox besides its API."""

    @property
    def url(self) -> str:
        """Where it is."""
        ...

    def ledger(self) -> Mapping[str, Any]:
        """What was asked of it and written to it."""
        ...

    def clear_ledger(self) -> None:
        """Count anew."""
        ...


@dataclass(frozen=True, slots=True)
class Size:
    """Which sample data: the same seed and number of people tell the same story."""

    seed: int
    people: int


@dataclass(frozen=True, slots=True)
class LocalCrms:
    """The running CRMs by connection, and a configuration that speaks to them."""

    by_connection: Mapping[str, LocalCrm]
    config: str


@contextmanager
def local_crms(size: Size, end: datetime) -> Iterator[LocalCrms]:
    """Start a HubSpot, a Salesforce and a Zoho CRM on this machine, with histories that end at `end`."""
    seed, people = size.seed, size.people
    with ExitStack() as running:
        hubspot = running.enter_context(Sandbox.start(empty=False, seed=seed, people=people, end=end))
        salesforce = running.enter_context(SalesforceSandbox.start(empty=False, seed=seed, people=people, end=end))
        zoho = running.enter_context(ZohoSandbox.start(empty=False, seed=seed, people=people, end=end))
        config = local_config(hubspot, salesforce, zoho)
        yield LocalCrms({"hubspot": hubspot, "salesforce": salesforce, "zoho": zoho}, config)


def local_config(hubspot: Sandbox, salesforce: SalesforceSandbox, zoho: ZohoSandbox) -> str:
    """The shipped example and starting points, speaking to these three."""
    values = {
        "HUBSPOT_TOKEN": hubspot.token,
        "HUBSPOT_HOST": hubspot.url,
        "SALESFORCE_HOST": salesforce.url,
        "SALESFORCE_CLIENT_ID": salesforce.client_id,
        "SALESFORCE_CLIENT_SECRET": salesforce.client_secret,
        "SALESFORCE_REFRESH_TOKEN": salesforce.refresh_token,
        "ZOHO_CLIENT_ID": zoho.client_id,
        "ZOHO_CLIENT_SECRET": zoho.client_secret,
        "ZOHO_REFRESH_TOKEN": zoho.refresh_token,
    }
    local = with_crms(example(), OTHERS).replace("    data_centre:", f"    host: {zoho.url}\n    data_centre:")
    return VARIABLE.sub(lambda name: values.get(name[1], name[0]), local)
