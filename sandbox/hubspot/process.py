"""The server process: `python -m sandbox`."""

from sandbox.common.process import Program
from sandbox.hubspot.account import Account
from sandbox.hubspot.seed import seed
from sandbox.hubspot.server import Server
from sandbox.hubspot.tokens import SERVICE_KEY

PROGRAM = Program(
    "sandbox",
    "HubSpot",
    "A local stand-in for HubSpot's CRM API.",
    8900,
    "contacts",
    f"token: {SERVICE_KEY}",
    Account,
    seed,
    Server,
)
