"""The one place that retries.

`Api` sends requests through a vendor's transport and lets the vendor's signals say what an answer means. What comes back
from `Api.call` is the promised JSON object; everything else is raised: `Stop`, `Later`, or `Declined` when the vendor
understood the request and said no.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

import orjson
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from connectors.base import ConnectorError, Later, Stop
from connectors.credentials import Credentials, Unauthorised
from connectors.pace import Pace
from connectors.plugin import Call, Ports

TIMEOUT = (3.0, 30.0)
"""Seconds to connect, and to wait for the next bytes; on every call."""

ATTEMPTS = 6
PATIENCE = 90.0
"""Seconds that one call may spend waiting, over all its attempts; a longer wait is the schedule's: `Later`."""

E_MAIL = re.compile(r"[^\s@\"'<>]+@[^\s@\"'<>]+")


class NoAnswer(Exception):
    """Raised by a transport when no answer came: refused, dropped, timed out. The text holds no secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """`route` is the path with its variable parts in braces.

    `promises` names a list that the answer must hold, `each` the keys that every row of it must have. `pace` is the class of
    rate limit that the call counts against. `form` or `file` is sent instead of a JSON `body`; a file may be taken without a
    word. `opens` is what an answer begins with (one of these) that is promised to be a file and no JSON.
    """

    method: str
    route: str
    parts: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    promises: str | None = None
    each: frozenset[str] = frozenset()
    file: bytes = field(default=b"", repr=False)
    opens: bytes | tuple[bytes, ...] = b""
    pace: str = "calls"
    authorised: bool = True

    @property
    def path(self) -> str:
        """The route with its parts filled in."""
        return self.route.format_map(self.parts) if self.parts else self.route


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """A good answer, decoded. `data` is empty for an answer without a body; `file` is the body where a file was promised."""

    status: int
    headers: Mapping[str, str]
    data: Mapping[str, Any]
    file: bytes = field(default=b"", repr=False)


class Declined(Stop):
    """The vendor said no to this request and would again. Where that is expected it is caught; elsewhere it stops."""

    def __init__(self, status: int, code: str, reason: str, data: Mapping[str, Any]) -> None:
        super().__init__(f"The CRM declined the request ({status} {code}): {redacted(reason)}")
        self.status = status
        self.code = code
        self.reason = reason
        self.data = data


@dataclass(frozen=True, slots=True)
class Good:
    """The request was served."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try again, `after` seconds from now (None: with back-off). With `everyone`, nobody may call before that."""

    reason: str
    after: float | None = None
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Renew:
    """The access token was rejected."""


Verdict = Good | Again | Renew | ConnectorError


class Transport(Protocol):
    """Sends one request, once, with `TIMEOUT`. Raises `NoAnswer`."""

    def __call__(self, request: Request, token: str | None) -> Response:
        """Send it; `token` is None for a request that is not `authorised`."""
        ...


Signals = Callable[[Request, Response], Verdict]


class _Unserved(Exception):
    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Api:
    """A vendor's API. Thread-safe. Every request must be safe to repeat: reads, and updates by record id."""

    def __init__(
        self,
        transport: Transport,
        signals: Signals,
        credentials: Credentials,
        pace: Pace,
        ports: Ports,
        seen: Callable[[Response], None] | None = None,
    ) -> None:
        self._transport = transport
        self._signals = signals
        self._credentials = credentials
        self._pace = pace
        self._ports = ports
        self._seen = seen

    def call(self, request: Request) -> Reply:
        """The answer to the request. Raises `Declined`, `Stop` or `Later`."""
        loop = Retrying(
            sleep=self._ports.sleep,
            retry=retry_if_exception_type(_Unserved),
            wait=_wait,
            stop=_stop,
            retry_error_callback=lambda state: _give_up(request, state),
        )
        reply: Reply = loop(self._attempt, request)
        return reply

    def _attempt(self, request: Request) -> Reply:
        self._pace.wait(request.pace, PATIENCE)
        token = self._credentials.current() if request.authorised else None
        response = self._send(request, token.secret if token else None)
        if self._seen:
            self._seen(response)
        match self._signals(request, response):
            case Good():
                if token:
                    self._credentials.accepted(token)
                return _decoded(request, response)
            case Again(reason, after, everyone):
                if everyone and after:
                    self._pace.block(request.pace, after)
                raise _Unserved(reason, after)
            case Renew():
                if token is None:
                    raise Unauthorised("The CRM rejects the login.")
                self._credentials.renew(token)
                raise _Unserved("the access token was renewed", 0.0)
            case error:
                raise error

    def _send(self, request: Request, token: str | None) -> Response:
        try:
            response = self._transport(request, token)
        except NoAnswer as error:
            self._ports.ledger.record(Call(request.method, request.route, 0))
            raise _Unserved(str(error)) from error
        self._ports.ledger.record(Call(request.method, request.route, response.status))
        return response if response.status < 400 else _silenced(request, response, token)


def redacted(text: str) -> str:
    """A vendor's message without the e-mail addresses that it may quote back."""
    return E_MAIL.sub("<e-mail>", text)


def _silenced(request: Request, response: Response, token: str | None) -> Response:
    """The answer without the secrets that were sent: its text may end up in an error."""
    body = response.body
    for secret in (token, *(value for name, value in request.form if name != "grant_type")):
        if secret:
            body = body.replace(secret.encode(), b"<secret>")
    return replace(response, body=body)


def _decoded(request: Request, response: Response) -> Reply:
    if not response.body and (request.file or response.status in (204, 304)):
        return Reply(response.status, response.headers, {})
    if request.opens:
        if not response.body.startswith(request.opens):
            raise _Unserved(f"status {response.status} came without the promised file")
        return Reply(response.status, response.headers, {}, response.body)
    try:
        data = orjson.loads(response.body)
    except orjson.JSONDecodeError as error:
        raise _Unserved(f"status {response.status} came without the promised JSON") from error
    if not isinstance(data, dict):
        raise _Unserved(f"status {response.status} came with JSON that is no object")
    if request.promises:
        _check_rows(request, data.get(request.promises))
    return Reply(response.status, response.headers, data)


def _check_rows(request: Request, rows: object) -> None:
    if not isinstance(rows, list):
        raise _Unserved(f"the answer came without its list {request.promises!r}")
    if not all(isinstance(row, dict) and row.keys() >= request.each for row in rows):
        raise _Unserved(f"the answer came with a row that lacks one of {', '.join(sorted(request.each))}")


_backoff = wait_random_exponential(multiplier=0.5, max=30)


def _wait(state: RetryCallState) -> float:
    error = _error(state)
    return error.after if error.after is not None else _backoff(state)


def _stop(state: RetryCallState) -> bool:
    return state.attempt_number >= ATTEMPTS or state.idle_for + state.upcoming_sleep > PATIENCE


def _give_up(request: Request, state: RetryCallState) -> Reply:
    error = _error(state)
    after = error.after or 60.0
    raise Later(f"The CRM did not serve {request.method} {request.route}: {error}.", after) from error


def _error(state: RetryCallState) -> _Unserved:
    return cast("_Unserved", state.outcome and state.outcome.exception())
