"""The server process: binds loopback only, and ends with whoever started it."""

import argparse
import gc
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.common.control import T
from sandbox.common.server import Server
from sandbox.common.wire import TRANSPORT


class Protocol(HttpToolsProtocol):
    """Hands the connection to the application, so that a fault can drop it."""

    def on_message_begin(self) -> None:
        """A request starts."""
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]


@dataclass(frozen=True, slots=True)
class Program(Generic[T]):
    """A stand-in as a program of its own.

    `module` is what `python -m` runs, `generated` the kind that `--people` counts, `secrets` what a client signs in with. `seed` fills a tenant:
    how many, over how many days, with which seed, up to when.
    """

    module: str
    crm: str
    description: str
    port: int
    generated: str
    secrets: str
    tenant: Callable[[], T]
    seed: Callable[[T, int, int, int, datetime], None]
    server: Callable[[T], Server[T]]

    def run(self, given: Sequence[str] | None = None) -> None:
        """Serve until stopped. Nothing is printed on stdout."""
        options = self._arguments(given)
        if options.lifeline is not None:
            watch(options.lifeline)
        try:
            listener = listen(options.port) if options.socket is None else socket.socket(fileno=options.socket)
        except OSError as error:
            raise SystemExit(f"cannot listen on port {options.port}: {error.strerror}") from None
        tenant = self.tenant()
        if not options.empty:
            self._fill(tenant, options)
        if options.socket is None:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            print(f"{self.crm} stand-in: {url}  {self.secrets}", file=sys.stderr)
        config = uvicorn.Config(
            self.server(tenant),
            http=Protocol,
            lifespan="off",
            access_log=False,
            log_level="critical",
            timeout_keep_alive=75,
            server_header=False,
            date_header=False,
        )
        uvicorn.Server(config).run(sockets=[listener])

    def _fill(self, tenant: T, options: argparse.Namespace) -> None:
        # Hundreds of thousands of records that live as long as the process are not worth looking through for garbage.
        gc.disable()
        self.seed(tenant, options.people, options.days, options.seed, options.end or datetime.now(UTC))
        gc.freeze()
        gc.enable()

    def _arguments(self, given: Sequence[str] | None) -> argparse.Namespace:
        parser = argparse.ArgumentParser(prog=f"python -m {self.module}", description=self.description)
        port, people = f"(default {self.port})", f"how many {self.generated} to generate (default 1248)"
        parser.add_argument("--port", type=int, default=self.port, help=f"loopback port; 0 takes a free one {port}")
        parser.add_argument("--seed", type=int, default=7, help="seed of the generated data (default 7)")
        parser.add_argument("--people", type=int, default=1248, help=people)
        parser.add_argument("--days", type=int, default=90, help="how many days of history (default 90)")
        parser.add_argument("--end", type=datetime.fromisoformat, help="the end of that history (default: now)")
        parser.add_argument("--empty", action="store_true", help="generate nothing")
        parser.add_argument("--socket", type=int, help=argparse.SUPPRESS)
        parser.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
        return parser.parse_args(given)


def watch(lifeline: int) -> None:
    """End this process when the other end of the pipe is closed, which the kernel does for a parent however it dies."""

    def wait() -> None:
        while os.read(lifeline, 1):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True, name="lifeline").start()


def listen(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(1024)
    return listener
