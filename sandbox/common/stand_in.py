"""A stand-in of one's own: the server as a child process, and its control endpoints as methods."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

import orjson
import urllib3

from sandbox.common.process import listen

_LOADED_AT_ONCE = 10_000
_STARTS_WITHIN_S = 120.0


class SandboxError(Exception):
    """The sandbox did not start, or a control call was wrong."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the account's API; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed. Raises ValueError when it is not JSON."""
        return orjson.loads(self.body)


@dataclass(slots=True)
class StandIn:
    """A running server. A vendor's own adds its secrets, `token` among them: one that never ends, with every right."""

    MODULE: ClassVar[str]
    """What `python -m` runs."""
    SCHEME: ClassVar[str] = "Bearer"
    ROOT: ClassVar[str] = "/"
    """What a path that begins with no slash is below."""
    LOADED_LAST: ClassVar[frozenset[str]] = frozenset()
    """What `load` loads behind the records, because it names them."""

    url: str
    process: subprocess.Popen[bytes]
    _lifeline: int
    token: str = ""
    _pool: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(retries=False, timeout=_STARTS_WITHIN_S)
    )

    @classmethod
    def start(
        cls,
        *,
        empty: bool = True,
        seed: int = 7,
        people: int = 1248,
        days: int = 90,
        end: datetime | None = None,
        limits: bool = True,
        port: int = 0,
    ) -> Self:
        """Start a server on a free loopback port, empty or with generated data; it ends with this process, however that ends.

        Raises SandboxError when it does not answer.
        """
        options = ["--empty"] if empty else ["--seed", str(seed), "--people", str(people), "--days", str(days)]
        stand_in = cls(*_spawn(cls.MODULE, options + ([] if end is None else ["--end", end.isoformat()]), port))
        try:
            stand_in.health()
            if not limits:
                stand_in.config(limits=False)
        except BaseException:
            stand_in.stop()
            raise
        return stand_in

    def stop(self) -> None:
        """End the server. Does nothing the second time."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        self._pool.clear()
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One raw call of the vendor's API, `body` as JSON (bytes go as they are). Raises SandboxError when no whole answer comes."""
        sent = {"authorization": f"{self.SCHEME} {self.token if token is None else token}", **(headers or {})}
        data = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        if data is not None:
            sent.setdefault("content-type", "application/json")
        told = self._send(method, path if path.startswith("/") else self.ROOT + path, data, sent)
        return Reply(told.status, {name.lower(): value for name, value in told.headers.items()}, told.data)

    def health(self) -> Mapping[str, Any]:
        """The server's time, and how many live records there are by kind."""
        return self.control("GET", "health")

    def ledger(self, *, writes: bool = True) -> Mapping[str, Any]:
        """`calls` by "METHOD /template", `statuses`, `faults`, `writes`, `totals` and what the vendor adds, since `clear_ledger`."""
        return self.control("GET", f"ledger?writes={int(writes)}")

    def clear_ledger(self) -> None:
        """Count anew."""
        self.control("DELETE", "ledger")

    def faults(self, rules: Sequence[Mapping[str, Any]], *, seed: int = 0) -> None:
        """Put these fault rules in force instead of the present ones; see the vendor's module `faults`."""
        self.control("POST", f"faults?seed={seed}", list(rules))

    def config(self, **values: Any) -> None:
        """Change settings (see the vendor's module `settings`) and `clock`: {"frozen": …}, {"offset_s": …} or {}."""
        self.control("POST", "config", values)

    def load(
        self, *, objects: Mapping[str, Sequence[Mapping[str, Any]]] | None = None, **more: Any
    ) -> dict[str, list[str]]:
        """Load records and more past the API's rules; the ids by kind. See the vendor's module `load`."""
        first = {name: value for name, value in more.items() if name not in self.LOADED_LAST}
        ids: dict[str, list[str]] = dict(self.control("POST", "load", first)["ids"])
        for name, rows in (objects or {}).items():
            made = ids.setdefault(name, [])
            for start in range(0, len(rows), _LOADED_AT_ONCE):
                part = {"objects": {name: list(rows[start : start + _LOADED_AT_ONCE])}}
                made += self.control("POST", "load", part)["ids"][name]
        last = {name: value for name, value in more.items() if name in self.LOADED_LAST}
        if last:
            self.control("POST", "load", last)
        return ids

    def dump(self, *, times: bool = True) -> bytes:
        """The whole state as canonical JSON; without `times`, what the server's clock wrote is left out."""
        return self._request("GET", f"dump?times={int(times)}", None)

    def reset(self) -> None:
        """Empty the tenant; settings and clock stay."""
        self.control("POST", "reset")

    def control(self, method: str, path: str, body: object = None) -> Mapping[str, Any]:
        """One call of a control endpoint. Raises SandboxError when it is refused."""
        told: Mapping[str, Any] = orjson.loads(self._request(method, path, body))
        return told

    def _request(self, method: str, path: str, body: object) -> bytes:
        told = self._send(method, f"/_sandbox/{path}", None if body is None else orjson.dumps(body), {})
        if told.status != 200:
            raise SandboxError(f"{method} {path}: {told.data.decode()}")
        return told.data

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(method, self.url + path, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise SandboxError(f"{method} {path}: no answer from {self.url}: {error}") from error


def _spawn(module: str, options: Sequence[str], port: int) -> tuple[str, subprocess.Popen[bytes], int]:
    """Start the server on a socket that listens already; its URL, the process, and our end of the pipe that keeps it alive."""
    listener = listen(port)
    lifeline, ours = os.pipe()
    passed = [listener.fileno(), lifeline]
    command = [sys.executable, "-m", module, "--socket", str(passed[0]), "--lifeline", str(lifeline), *options]
    try:
        process = subprocess.Popen(  # noqa: S603 (our own module)
            command,
            pass_fds=passed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return f"http://127.0.0.1:{listener.getsockname()[1]}", process, ours
    finally:
        listener.close()
        os.close(lifeline)
