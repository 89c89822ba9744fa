"""The JWT bearer assertion: who signed it, for whom, and whether it is still good.

Source: help.salesforce.com remoteaccess_oauth_jwt_flow: RS256; iss is the client id, sub the user name, aud the login host or My Domain, exp at most
three minutes ahead.
"""

from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sandbox.common.times import Millis

LONGEST_LIFE_S = 180
_SKEW_S = 5
LOGIN_HOSTS = frozenset({"login.salesforce.com", "test.salesforce.com"})


class BadAssertion(Exception):
    """The vendor's `error_description`."""


def public_key(pem: str) -> RSAPublicKey:
    """The key in a certificate or public key, PEM text. Raises ValueError for what is neither, TypeError for a key that is not RSA."""
    data = pem.encode()
    certified = "BEGIN CERTIFICATE" in pem
    key = x509.load_pem_x509_certificate(data).public_key() if certified else serialization.load_pem_public_key(data)
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the certificate must hold an RSA key")
    return key


def issuer(assertion: str) -> str:
    """The client id that an assertion names, unverified. Raises BadAssertion for what is not a JWT."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        raise BadAssertion("invalid assertion") from None
    return str(claims.get("iss", ""))


def subject(assertion: str, certificate: str | None, host: str, now: Millis) -> str:
    """The user name that a good assertion speaks for. Raises BadAssertion."""
    if certificate is None:
        raise BadAssertion("invalid assertion")
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            public_key(certificate),
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.PyJWTError:
        raise BadAssertion("invalid assertion") from None
    _check_audience(claims.get("aud"), host)
    try:
        expires = int(claims["exp"])
    except (KeyError, TypeError, ValueError):
        raise BadAssertion("invalid assertion") from None
    present = now // 1000
    if expires <= present:
        raise BadAssertion("expired assertion")
    if expires > present + LONGEST_LIFE_S + _SKEW_S:
        raise BadAssertion("invalid assertion")
    return str(claims.get("sub", ""))


def _check_audience(audience: object, host: str) -> None:
    named = urlsplit(str(audience)).hostname if isinstance(audience, str) else None
    if named is None or not (named in LOGIN_HOSTS or named == host or named.endswith(".my.salesforce.com")):
        raise BadAssertion("audience is invalid")
