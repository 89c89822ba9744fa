"""What a person may set about a HubSpot connection."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from connectors.hosts import trusted
from connectors.plugin import Options, Span

API_VERSION: Literal["2026-03"] = "2026-03"
"""The dated API that is spoken unless an account asks for another one; supported for 18 months (developers.hubspot.com/docs/guides)."""


class StaticToken(Options):
    """A service key or the token of a private app."""

    token: SecretStr = Field(
        description="A service key or a private app's access token.", examples=["${HUBSPOT_TOKEN}"]
    )


class OAuth(Options):
    """An OAuth app that a HubSpot user has authorised."""

    client_id: str = Field(description="The app's client id.")
    client_secret: SecretStr = Field(description="The app's client secret.", examples=["${HUBSPOT_CLIENT_SECRET}"])
    refresh_token: SecretStr = Field(
        description="The refresh token got when the app was authorised.", examples=["${HUBSPOT_REFRESH_TOKEN}"]
    )


def _host(url: str) -> str:
    return trusted(
        url,
        lambda name: name == "hubapi.com" or name.endswith(".hubapi.com"),
        "https://api.hubapi.com",
        "the token may only be sent to https://*.hubapi.com, or to this machine",
    )


class HubSpotOptions(Options):
    """One HubSpot account."""

    auth: StaticToken | OAuth = Field(
        description="How to log in: {token} or {client_id, client_secret, refresh_token}."
    )
    host: Annotated[str, AfterValidator(_host)] = Field(
        "https://api.hubapi.com", description="Where the API is; this machine is allowed too, for a sandbox."
    )
    api_version: Literal["2026-03", "2026-09", "v3"] = Field(
        API_VERSION, description="The API version to speak; v3 is the older, undated one."
    )
    burst: int = Field(
        190, ge=10, description="Calls the account allows in 10 seconds (100 on Free and Starter); 95 % of it is used."
    )
    search_burst: int = Field(5, ge=1, description="Searches the account allows in a second; 95 % of it is used.")
    second_pass_after: Span = Field(
        timedelta(minutes=15),
        description="How long HubSpot's search may lag: every window is read once more after this time.",
    )
    archived_every: Span = Field(timedelta(hours=1), description="How often to look for archived records.")
    calculated_every: Span = Field(
        timedelta(days=1),
        description="How often to read all records again for calculated properties; only where one is read.",
    )
    spend_every: Span = Field(
        timedelta(days=1), description="How often to read the spend of unchanged campaigns again."
    )
