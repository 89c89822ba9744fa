"""What a person may set about a Salesforce connection."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from connectors import hosts
from connectors.plugin import Options, Span

API_VERSION = "64.0"
"""The API version that is spoken: the last one that knows the old login() call, and supported for years yet."""

TRUSTED = ("salesforce.com", "force.com", "salesforce.mil")
"""Domains that an org may be in."""

SHARED = frozenset({"login.salesforce.com", "test.salesforce.com"})
"""Hosts where anybody signs in, and no org answers."""


class JwtBearer(Options):
    """An app with a certificate, acting for a user who has been approved for it. No secret travels."""

    client_id: str = Field(description="The app's consumer key.")
    username: str = Field(description="The user to act for, approved for the app.")
    private_key: SecretStr | None = Field(
        None,
        description="The private key (PEM) of the app's certificate.",
        examples=["${file:/run/credentials/sf.key}"],
    )
    private_key_file: Path | None = Field(None, description="A file with that key, instead of `private_key`.")
    audience: str | None = Field(
        None, description="Whom the assertion is for: https://login.salesforce.com unless the org is a sandbox."
    )

    @model_validator(mode="after")
    def _has_one_key(self) -> Self:
        if (self.private_key is None) == (self.private_key_file is None):
            raise ValueError("give one of private_key and private_key_file")
        return self


class ClientCredentials(Options):
    """An app that runs as a user of its own choice; `host` must be the org's My Domain."""

    client_id: str = Field(description="The app's consumer key.")
    client_secret: SecretStr = Field(description="The app's consumer secret.", examples=["${SALESFORCE_CLIENT_SECRET}"])


class RefreshToken(Options):
    """An app that a user has authorised."""

    client_id: str = Field(description="The app's consumer key.")
    client_secret: SecretStr | None = Field(None, description="The app's consumer secret, where the app needs it.")
    refresh_token: SecretStr = Field(
        description="The refresh token got when the app was authorised.", examples=["${SALESFORCE_REFRESH_TOKEN}"]
    )


class SessionId(Options):
    """A session that somebody else opened; it cannot be renewed. `host` must be the org's own."""

    session_id: SecretStr = Field(description="A session id or access token.", examples=["${SALESFORCE_SESSION_ID}"])


class Password(Options):
    """The old login() call, which Salesforce retires in summer 2027 and new orgs have switched off."""

    username: str = Field(description="The user's name.")
    password: SecretStr = Field(description="The user's password.")
    security_token: SecretStr = Field(SecretStr(""), description="The user's security token.")
    legacy_login: Literal[True] = Field(description="Say true: this login is being retired (help article 005132110).")


def trusted(url: str) -> str:
    """The URL of a host that a token may be sent to, without a slash at its end. Raises ValueError for another."""
    return hosts.trusted(
        url,
        lambda name: any(name.endswith(f".{domain}") for domain in TRUSTED),
        "https://acme.my.salesforce.com",
        "a token may only be sent to https://*.salesforce.com or *.force.com, or to this machine",
    )


class SalesforceOptions(Options):
    """One Salesforce org."""

    auth: JwtBearer | ClientCredentials | RefreshToken | SessionId | Password = Field(
        description="How to sign in: {client_id, username, private_key}, {client_id, client_secret}, {client_id, refresh_token}, {session_id}."
    )
    host: Annotated[str, AfterValidator(trusted)] = Field(
        "https://login.salesforce.com",
        description="Where to sign in, best the org's My Domain; this machine is allowed too, for a sandbox.",
    )
    client: str = Field(
        "relevo", pattern=r"[A-Za-z0-9_.-]+", description="What our calls are named in Salesforce's logs."
    )
    overlap: Span = Field(
        timedelta(minutes=5),
        description="How late a change may show with an earlier time: every window is read once more after this time.",
    )
    deletions_every: Span = Field(
        timedelta(hours=1),
        description="How often to ask for records that were purged before they were seen as deleted.",
    )
    formulas_every: Span = Field(
        timedelta(days=1), description="How often to read all records again for formula fields; only where one is read."
    )
    bulk_from: int = Field(
        20_000, ge=0, description="From how many records on the first pull of an object uses the Bulk API."
    )
    bulk_writes_from: int | None = Field(
        2_000,
        ge=1,
        le=10_000,
        description="From how many records of an object on writes go by the Bulk API; null: never.",
    )
    bulk_deadline: Span = Field(
        timedelta(minutes=30), description="How long to wait for a bulk job before it is given up."
    )

    @model_validator(mode="after")
    def _has_an_org(self) -> Self:
        if isinstance(self.auth, ClientCredentials | SessionId) and urlsplit(self.host).hostname in SHARED:
            raise ValueError("this login needs `host`: the org's My Domain, as in https://acme.my.salesforce.com")
        return self
