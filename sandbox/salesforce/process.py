"""The server process: `python -m sandbox.salesforce`."""

from sandbox.common.process import Program
from sandbox.salesforce.org import Org
from sandbox.salesforce.seed import seed
from sandbox.salesforce.server import Server
from sandbox.salesforce.sessions import SESSION_ID

PROGRAM = Program(
    module="sandbox.salesforce",
    crm="Salesforce",
    description="A local stand-in for Salesforce's REST, Bulk 2.0 and OAuth interfaces.",
    port=8901,
    generated="people",
    secrets=f"session id: {SESSION_ID}",
    tenant=Org,
    seed=seed,
    server=Server,
)
