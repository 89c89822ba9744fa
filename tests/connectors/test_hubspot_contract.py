"""HubSpot keeps the contract, over real HTTP against the sandbox."""

import pytest

from connectors.testing import Bench, ConnectorContract


class TestHubSpotContract(ConnectorContract):
    @pytest.fixture
    def bench(self, hubspot_bench: Bench) -> Bench:
        return hubspot_bench
