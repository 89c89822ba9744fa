"""A Salesforce sandbox of one's own: the server as a child process, and its control endpoints as methods."""

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
from sandbox.salesforce.sessions import CLIENT_ID, CLIENT_SECRET, INTEGRATION_USER, PASSWORD, REFRESH_TOKEN, SESSION_ID
from sandbox.serve import Reply, SandboxError

_LOADED_AT_ONCE = 10_000
_STARTS_WITHIN_S = 120.0


@dataclass(slots=True)
class SalesforceSandbox:
    """A running sandbox. `token` is a session id of the integration user that never ends; the other secrets get tokens that do."""

    url: str
    process: subprocess.Popen[bytes]
    _lifeline: int
    token: str = SESSION_ID
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    refresh_token: str = REFRESH_TOKEN
    username: str = INTEGRATION_USER
    password: str = PASSWORD
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
        passed = [listener.fileno(), lifeline]
        command = [sys.executable, "-m", "sandbox.salesforce", "--socket", str(passed[0]), "--lifeline", str(lifeline)]
        command += ["--empty"] if empty else ["--seed", str(seed), "--people", str(people), "--days", str(days)]
        command += [] if end is None else ["--end", end.isoformat()]
        try:
            process = subprocess.Popen(  # noqa: S603 (our own module)
                command,
                pass_fds=passed,
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
            sandbox.config(limits=limits)
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
        """One raw call, `body` as JSON (bytes go as they are). Raises SandboxError when no whole answer comes."""
        sent = {"authorization": f"Bearer {self.token if token is None else token}", **(headers or {})}
        data = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        if body is not None:
            sent.setdefault("content-type", "application/json")
        told = self._send(method, path, data, sent)
        return Reply(told.status, {name.lower(): value for name, value in told.headers.items()}, told.data)

    def health(self) -> Mapping[str, Any]:
        """The server's time, and how many live records there are by object."""
        return self._control("GET", "health")

    def ledger(self, *, writes: bool = True) -> Mapping[str, Any]:
        """`calls` by "METHOD /template", `statuses`, `faults`, `clients`, `logins`, `writes`, `queries`, `totals` since `clear_ledger`."""
        return self._control("GET", f"ledger?writes={int(writes)}")

    def clear_ledger(self) -> None:
        """Count anew."""
        self._control("DELETE", "ledger")

    def faults(self, rules: Sequence[Mapping[str, Any]], *, seed: int = 0) -> None:
        """Put these fault rules in force instead of the present ones; see `sandbox.salesforce.faults.Fault`."""
        self._control("POST", f"faults?seed={seed}", list(rules))

    def config(self, **values: Any) -> None:
        """Change settings (see `sandbox.salesforce.settings.Settings`), `clock` ({"frozen": …}, {"offset_s": …} or {}) and `used`."""
        self._control("POST", "config", values)

    def load(
        self, *, objects: Mapping[str, Sequence[Mapping[str, Any]]] | None = None, **more: Any
    ) -> dict[str, list[str]]:
        """Load records and more past the API's rules; the ids by object. See `sandbox.salesforce.load.load`."""
        ids = dict(self._control("POST", "load", more)["ids"]) if more else {}
        for name, rows in (objects or {}).items():
            made = ids.setdefault(name, [])
            for start in range(0, len(rows), _LOADED_AT_ONCE):
                part = {"objects": {name: list(rows[start : start + _LOADED_AT_ONCE])}}
                made += self._control("POST", "load", part)["ids"][name]
        return ids

    def merge(self, master: str, losers: Sequence[str]) -> None:
        """Merge up to two records into another."""
        self._control("POST", "merge", {"master": master, "losers": list(losers)})

    def convert(self, lead: str, **more: Any) -> Mapping[str, Any]:
        """Convert a lead: {accountId, contactId, opportunityId}. `account`, `contact`, `opportunity` (a name, or None for none)."""
        return self._control("POST", "convert", {"lead": lead, **more})

    def delete(self, ids: Sequence[str], *, purge: bool = False) -> None:
        """Move records to the recycle bin, or out of existence."""
        self._control("POST", "delete", {"ids": list(ids), "purge": purge})

    def app(self, **values: Any) -> None:
        """Register or change a connected app: client_id, secret, certificate (PEM), runs_as, approved."""
        self._control("POST", "app", {"client_id": self.client_id, **values})

    def expire(self, token: str | None = None) -> None:
        """End one session (or refresh token), or every session that can end."""
        self._control("POST", "expire", {} if token is None else {"token": token})

    def dump(self, *, times: bool = True) -> bytes:
        """The whole state as canonical JSON; without `times`, what the server's clock wrote is left out."""
        return self._request("GET", f"dump?times={int(times)}", None)

    def reset(self) -> None:
        """Empty the org; settings and clock stay."""
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
