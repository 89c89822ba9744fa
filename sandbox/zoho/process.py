"""The server process: `python -m sandbox.zoho`."""

from sandbox.common.process import Program
from sandbox.zoho.org import Org
from sandbox.zoho.seed import seed
from sandbox.zoho.server import Server
from sandbox.zoho.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN

PROGRAM = Program(
    module="sandbox.zoho",
    crm="Zoho CRM",
    description="A local stand-in for Zoho CRM's API.",
    port=8902,
    generated="leads",
    secrets=f"client id: {CLIENT_ID}  client secret: {CLIENT_SECRET}  refresh token: {REFRESH_TOKEN}",
    tenant=Org,
    seed=seed,
    server=Server,
)
