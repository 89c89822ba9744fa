"""The server process: `python -m sandbox`."""

from sandbox.common.process import Program
from sandbox.hubspot.account import Account
from sandbox.hubspot.seed import seed
from sandbox.hubspot.server import Server
from sandbox.hubspot.tokens import SERVICE_KEY

PROGRAM = Program(
    module="sandbox",
    crm="HubSpot",
    description="A local stand-in for HubSpot's CRM API.",
    port=8900,
    generated="contacts",
    secrets=f"token: {SERVICE_KEY}",
    tenant=Account,
    seed=seed,
    server=Server,
)
