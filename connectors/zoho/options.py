"""What a person may set about a Zoho CRM connection."""

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from connectors.hosts import is_loopback
from connectors.plugin import Options, Span

DataCentre = Literal["us", "eu", "in", "au", "jp", "cn", "ca", "sa"]


class OAuth(Options):
    """A client of the Zoho API console that a Zoho CRM user has authorised."""

    client_id: str = Field(description="The client's id.")
    client_secret: SecretStr = Field(description="The client's secret.", examples=["${ZOHO_CLIENT_SECRET}"])
    refresh_token: SecretStr = Field(
        description="The refresh token got when the client was authorised.", examples=["${ZOHO_REFRESH_TOKEN}"]
    )


def _host(url: str) -> str:
    parts = urlsplit(url)
    if not is_loopback(url) or parts.path.strip("/") or parts.query or parts.username:
        raise ValueError(
            "only an address on this machine, as in http://127.0.0.1:8000; Zoho's own follow from data_centre"
        )
    return url.rstrip("/")


class ZohoOptions(Options):
    """One Zoho CRM organisation."""

    auth: OAuth = Field(description="How to log in: {client_id, client_secret, refresh_token}.")
    data_centre: DataCentre = Field(
        description="Where the organisation lives: the end of the address that its users see (crm.zoho.eu is eu, .com is us)."
    )
    environment: Literal["production", "sandbox", "developer"] = Field(
        "production", description="Which of the organisation's environments the refresh token is for."
    )
    host: Annotated[str, AfterValidator(_host)] | None = Field(
        None, description="An address on this machine in place of Zoho's: a sandbox."
    )
    concurrency: int = Field(
        5,
        ge=1,
        le=25,
        description="Calls at once that the edition allows (5 on Free, 10 Standard, 15 Professional, 20 Enterprise).",
    )
    credits_a_day: int = Field(
        50_000, ge=1_000, description="API credits in 24 hours, as the Developer Hub of the organisation shows them."
    )
    deleted_every: Span = Field(timedelta(hours=1), description="How often to look for deleted records.")
    formulas_every: Span = Field(
        timedelta(days=1), description="How often to read all records again for formula fields; only where one is read."
    )
    emails_for: Span = Field(
        timedelta(days=30),
        description="How far back a first pull of e-mails goes: each record that was active since is a call.",
    )
    bulk_from: int = Field(
        10_000,
        ge=1,
        description="From how many records on a first pull is a bulk read; below, lists cost fewer credits.",
    )
    run_workflows: bool = Field(
        False, description="Let Relevo's writes trigger the organisation's workflows, approvals and blueprints."
    )
