"""One sandbox process for all tests; each test finds it empty, with the default settings but no limits."""

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from sandbox.hubspot.settings import Settings
from sandbox.serve import Sandbox


@pytest.fixture(scope="session")
def _process() -> Iterator[Sandbox]:
    with Sandbox.start(limits=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_process: Sandbox) -> Sandbox:
    """An empty account."""
    _process.reset()
    _process.config(**asdict(Settings(limits=False)), clock={})
    return _process
