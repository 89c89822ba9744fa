"""The server process: binds loopback only, and ends with whoever started it."""

import argparse
import gc
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import uvicorn

from sandbox.process import Protocol, listen, watch
from sandbox.zoho.org import Org
from sandbox.zoho.seed import seed
from sandbox.zoho.server import Server
from sandbox.zoho.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.zoho", description="A local stand-in for Zoho CRM's API.")
    parser.add_argument("--port", type=int, default=8902, help="loopback port; 0 takes a free one (default 8902)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the generated data (default 7)")
    parser.add_argument("--people", type=int, default=1248, help="how many leads to generate (default 1248)")
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
        seed(org, options.people, options.days, options.seed, options.end or datetime.now(UTC))
        gc.freeze()  # records that live as long as the process are not worth looking through for garbage
    if options.socket is None:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        secrets = f"client id: {CLIENT_ID}  client secret: {CLIENT_SECRET}  refresh token: {REFRESH_TOKEN}"
        print(f"Zoho CRM stand-in: {url}  {secrets}", file=sys.stderr)
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
