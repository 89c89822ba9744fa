"""The server process: binds loopback only, and ends with whoever started it."""

import argparse
import gc
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import uvicorn

from sandbox.process import Protocol, listen, watch
from sandbox.salesforce.org import Org
from sandbox.salesforce.seed import seed
from sandbox.salesforce.server import Server
from sandbox.salesforce.sessions import SESSION_ID


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    description = "A local stand-in for Salesforce's REST, Bulk 2.0 and OAuth interfaces."
    parser = argparse.ArgumentParser(prog="python -m sandbox.salesforce", description=description)
    parser.add_argument("--port", type=int, default=8901, help="loopback port; 0 takes a free one (default 8901)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the generated data (default 7)")
    parser.add_argument("--people", type=int, default=1248, help="how many people to generate (default 1248)")
    parser.add_argument("--days", type=int, default=90, help="how many days of history (default 90)")
    parser.add_argument("--end", type=datetime.fromisoformat, help="the end of that history (default: now)")
    parser.add_argument("--empty", action="store_true", help="generate nothing")
    parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(given)


def run(given: Sequence[str] | None = None) -> None:
    """Serve until stopped. Nothing is printed on stdout."""
    options = arguments(given)
    if options.lifeline is not None:
        watch(options.lifeline)
    listener = listen(options.port) if options.socket is None else socket.socket(fileno=options.socket)
    org = Org()
    if not options.empty:
        # Hundreds of thousands of records that live as long as the process are not worth looking through for garbage.
        gc.disable()
        seed(org, options.people, options.days, options.seed, options.end or datetime.now(UTC))
        gc.freeze()
        gc.enable()
    if options.socket is None:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        print(f"Salesforce stand-in: {url}  session id: {SESSION_ID}", file=sys.stderr)
    config = uvicorn.Config(
        Server(org),
        http=Protocol,
        lifespan="off",
        access_log=False,
        log_level="critical",
        timeout_keep_alive=75,
        server_header=False,
        date_header=False,
    )
    uvicorn.Server(config).run(sockets=[listener])
