"""One sandbox process for all tests; each test finds it empty, with the default settings but no limits."""

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from sandbox.zoho.serve import ZohoSandbox
from sandbox.zoho.settings import Settings


@pytest.fixture(scope="session")
def _zoho_process() -> Iterator[ZohoSandbox]:
    with ZohoSandbox.start(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def zoho(_zoho_process: ZohoSandbox) -> ZohoSandbox:
    """An empty organisation."""
    _zoho_process.reset()
    _zoho_process.config(**asdict(Settings(limits=False)), clock={})
    return _zoho_process
