"""Salesforce keeps the contract, over real HTTP against the sandbox."""

from connectors.testing import ConnectorContract


class TestSalesforceContract(ConnectorContract):
    """With the `bench` of this folder."""
