"""The in-memory connector keeps the contract."""

import pytest

from connectors.memory.bench import MemoryBench
from connectors.testing import Bench, ConnectorContract


class TestMemoryContract(ConnectorContract):
    @pytest.fixture
    def bench(self) -> Bench:
        return MemoryBench()
