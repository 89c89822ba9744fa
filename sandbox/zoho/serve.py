"""A sandbox of one's own: the server as a child process, and its control endpoints as methods."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import orjson
import urllib3

from sandbox.process import listen
from sandbox.serve import Reply, SandboxError
from sandbox.zoho.tokens import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, STATIC_TOKEN

_LOADED_AT_ONCE = 10_000
_STARTS_WITHIN_S = 120.0


@dataclass(slots=True)
class ZohoSandbox:
    """A running sandbox: API and accounts server under one `url`. `token` is an access token that never ends, with every scope."""

    url: str
    process: subprocess.Popen[bytes]
    _lifeline: int
    token: str = STATIC_TOKEN
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    refresh_token: str = REFRESH_TOKEN
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
        listener = listen(port)
        lifeline, ours = os.pipe()
        command = [
            sys.executable,
            "-m",
            "sandbox.zoho",
            "--socket",
            str(listener.fileno()),
            "--lifeline",
            str(lifeline),
        ]
        command += ["--empty"] if empty else ["--seed", str(seed), "--people", str(people), "--days", str(days)]
        command += [] if end is None else ["--end", end.isoformat()]
        try:
            process = subprocess.Popen(  # noqa: S603 (our own module)
                command,
                pass_fds=[listener.fileno(), lifeline],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            sandbox = cls(f"http://127.0.0.1:{listener.getsockname()[1]}", process, ours)
        finally:
            listener.close()
            os.close(lifeline)
        try:
            sandbox.health()
            if not limits:
                sandbox.config(limits=False)
        except BaseException:
            sandbox.stop()
            raise
        return sandbox

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
        """One raw call, `body` as JSON; a path that begins with no slash is below /crm/v8/. Raises SandboxError when no whole answer comes."""
        sent = {"authorization": f"Zoho-oauthtoken {self.token if token is None else token}", **(headers or {})}
        path = path if path.startswith("/") else f"/crm/v8/{path}"
        told = self._send(method, path, None if body is None else orjson.dumps(body), sent)
        return Reply(told.status, {name.lower(): value for name, value in told.headers.items()}, told.data)

    def refresh(self, **form: str) -> Mapping[str, Any]:
        """The accounts server's answer to a refresh_token grant, by default with the right secrets."""
        given = {
            "grant_type": "refresh_token",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
            **form,
        }
        told = self._pool.request("POST", f"{self.url}/oauth/v2/token", fields=given, encode_multipart=False)
        answer: Mapping[str, Any] = orjson.loads(told.data)
        return answer

    def health(self) -> Mapping[str, Any]:
        """The server's time, and how many live records there are by module."""
        return self._control("GET", "health")

    def ledger(self, *, writes: bool = True) -> Mapping[str, Any]:
        """`calls`, `credits` by "METHOD /template", `statuses`, `faults`, `writes`, `workflow_runs` and `totals` since the start or `clear_ledger`."""
        return self._control("GET", f"ledger?writes={int(writes)}")

    def clear_ledger(self) -> None:
        """Count anew."""
        self._control("DELETE", "ledger")

    def faults(self, rules: Sequence[Mapping[str, Any]], *, seed: int = 0) -> None:
        """Put these fault rules in force instead of the present ones; see `sandbox.hubspot.faults.Fault`."""
        self._control("POST", f"faults?seed={seed}", list(rules))

    def config(self, **values: Any) -> None:
        """Change settings (see `sandbox.zoho.settings.Settings`) and `clock`: {"frozen": …}, {"offset_s": …} or {}."""
        self._control("POST", "config", values)

    def load(
        self, *, objects: Mapping[str, Sequence[Mapping[str, Any]]] | None = None, **more: Any
    ) -> dict[str, list[str]]:
        """Load records and more past the API's rules; the ids by module. See `sandbox.zoho.load.load`."""
        ids: dict[str, list[str]] = {name: [] for name in objects or {}}
        self._control("POST", "load", {name: more[name] for name in more if name != "emails"})
        for name, rows in (objects or {}).items():
            for start in range(0, len(rows), _LOADED_AT_ONCE):
                told = self._control("POST", "load", {"objects": {name: rows[start : start + _LOADED_AT_ONCE]}})
                ids[name] += told["ids"][name]
        self._control("POST", "load", {"emails": more.get("emails", ())})
        return ids

    def dump(self, *, times: bool = True) -> bytes:
        """The whole state as canonical JSON; without `times`, what the server's clock wrote is left out."""
        return self._request("GET", f"dump?times={int(times)}", None)

    def reset(self) -> None:
        """Empty the organisation; settings and clock stay."""
        self._control("POST", "reset")

    def _control(self, method: str, path: str, body: object = None) -> Mapping[str, Any]:
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
