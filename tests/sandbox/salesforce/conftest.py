"""One sandbox process for all tests; each test finds it empty, with the default settings but no limits."""

from collections.abc import Iterator
from dataclasses import asdict

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sandbox.salesforce.serve import SalesforceSandbox
from sandbox.salesforce.settings import Settings


@pytest.fixture(scope="session")
def _process() -> Iterator[SalesforceSandbox]:
    with SalesforceSandbox.start(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def salesforce(_process: SalesforceSandbox) -> SalesforceSandbox:
    """An empty org."""
    _process.config(**asdict(Settings(limits=False)), clock={})
    _process.reset()
    return _process


@pytest.fixture(scope="session")
def keys() -> tuple[str, str]:
    """A private key and its public half, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return private, public
