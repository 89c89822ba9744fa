"""Which addresses a secret may be sent to."""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Whether a web address is one of this machine's."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    try:
        here = name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
    return here and parts.scheme in ("http", "https")


def trusted(url: str, vendors: Callable[[str], bool], example: str, otherwise: str) -> str:
    """The address without a slash at its end: this machine's, or one over https whose host name is the vendor's.

    Raises ValueError: with an `example` for what is more than scheme and host, saying `otherwise` for any other host.
    """
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query or parts.username:
        raise ValueError(f"give the scheme and host only, as in {example}")
    if is_loopback(url) or (parts.scheme == "https" and vendors(parts.hostname or "")):
        return url.rstrip("/")
    raise ValueError(otherwise)
