"""Zoho CRM keeps the contract, over real HTTP against the sandbox."""

import pytest

from connectors.testing import Bench, ConnectorContract


class TestZohoContract(ConnectorContract):
    @pytest.fixture
    def bench(self, zoho_bench: Bench) -> Bench:
        return zoho_bench


class TestZohoDealsContract(ConnectorContract):
    @pytest.fixture
    def bench(self, deal_bench: Bench) -> Bench:
        return deal_bench
