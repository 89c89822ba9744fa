"""Where Zoho's servers are, by the vendor's own SDK: its table of data centres is also the list of hosts that may get a token.

The SDK is imported when a connector is built, not when this module is.
"""

from dataclasses import dataclass

from connectors.base import Stop
from connectors.hosts import is_loopback
from connectors.zoho.options import ZohoOptions

TOKEN_PATH = "/oauth/v2/token"  # noqa: S105 (a path)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The API's host, and where tokens are asked for."""

    api: str
    accounts: str


def addresses(options: ZohoOptions) -> Addresses:
    """The addresses of a connection before Zoho has told its own."""
    if options.host:
        return Addresses(options.host, options.host + TOKEN_PATH)
    from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter

    found = DataCenter.get(options.data_centre)
    if options.environment != "production":
        found = DataCenter.get(found.url.replace("//www.", f"//{options.environment}."))
    return Addresses(found.url, found.accounts_url)


def domain(options: ZohoOptions, told: object, known: str) -> str:
    """The API's host after a token came with its `api_domain`. Raises `Stop` for a host that is not Zoho's.

    Calls to another host than the token's are refused as an invalid token. The hosts of the sandbox and developer environments
    are kept: a token's domain says only the data centre.
    """
    if not isinstance(told, str) or not told or options.environment != "production":
        return known
    told = told.rstrip("/")
    if options.host:
        if is_loopback(told):
            return told
    else:
        from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter

        if DataCenter.get(told) is not None:
            return told
    fix = "Check data_centre; if Zoho has opened a new one, a newer Relevo knows it."
    raise Stop(f"Zoho names an API host that is not in the list of its data centres. {fix}", fix)
