"""The HTTP server: every request passes ledger, faults, token, limits and scopes on its way to a handler and back."""

import asyncio
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from sandbox.hubspot.account import Account
from sandbox.hubspot.call import Answer, Call, ok
from sandbox.hubspot.control import CONTROLS, Control
from sandbox.hubspot.errors import Refusal, bad_request
from sandbox.hubspot.faults import PAGE, Effect, Fault, bend, status_body
from sandbox.hubspot.kinds import kind_named
from sandbox.hubspot.limits import Policy, refusal_body
from sandbox.hubspot.routes import ENDPOINTS, Endpoint
from sandbox.hubspot.scopes import missing_scopes
from sandbox.hubspot.times import iso
from sandbox.hubspot.tokens import Token

LONGEST_URL = 8_192
TRANSPORT = "sandbox.transport"
"""The key under which the protocol puts the connection into the scope, so that a fault can close it."""


class Server:
    """The ASGI application. `account` is replaced by a reset."""

    def __init__(self, account: Account) -> None:
        self.account = account
        reset = Control("POST", "/reset", self._reset)
        self._routes = [
            *(
                Route(prefix + endpoint.path, Door(self, endpoint, dated), methods=[endpoint.method])
                for endpoint in ENDPOINTS
                for prefix, dated in endpoint.resource.prefixes()
            ),
            *(
                Route(f"/_sandbox{one.path}", ControlDoor(self, one), methods=[one.method])
                for one in (*CONTROLS, reset)
            ),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a slash at the end makes no difference."""
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URL:
            self.account.ledger.count(f"{scope['method']} too long", 414)
            await respond(self.account, send, Answer(414, PAGE, content_type="text/html"))
            return
        scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        status = 404
        for route in self._routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                await route.app({**scope, **found}, receive, send)
                return
            if match is Match.PARTIAL:
                status = 405
        await self._unknown(status, scope["method"], send)

    def _reset(self, account: Account, query: Mapping[str, str], given: Any) -> Answer:
        """Begin again with an empty account; settings and clock stay."""
        self.account = Account(account.settings, account.clock)
        return ok({})

    async def _unknown(self, status: int, method: str, send: Send) -> None:
        self.account.ledger.count(f"{method} unknown", status)
        message = "Unable to find the requested resource" if status == 404 else "HTTP 405 Method Not Allowed"
        body = Refusal(status, "OBJECT_NOT_FOUND" if status == 404 else "METHOD_NOT_ALLOWED", message).body(
            self.account.correlation()
        )
        await respond(self.account, send, ok(body, status))


class Door:
    """One endpoint under one prefix, as an ASGI application."""

    def __init__(self, server: Server, endpoint: Endpoint, dated: bool) -> None:
        self._server = server
        self._endpoint = endpoint
        self._dated = dated

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or what a fault leaves of it."""
        account = self._server.account
        body = await read_body(receive)
        params: dict[str, str] = scope["path_params"]
        route = f"{self._endpoint.method} {filled(self._endpoint.template, params)}"
        call = Call(
            account,
            scope["method"],
            params,
            parse_qs(scope["query_string"].decode(), keep_blank_values=True),
            dict(scope["headers"]),
            body,
            self._dated,
        )
        fault = account.faults.meet(route)
        answer = self.answer(call) if fault is None or fault.needs_answer else Answer(204)
        if fault is None:
            account.ledger.count(route, answer.status)
            await respond(account, send, answer)
        else:
            account.ledger.faults[f"{fault.effect} {route}"] += 1
            await self._spoiled(fault, route, answer, scope, send)

    def answer(self, call: Call) -> Answer:
        """What the account says: a refusal is an answer too."""
        account, endpoint = call.account, self._endpoint
        now, headers = account.clock.now(), {}
        try:
            if endpoint.needs is None:
                return endpoint.handler(call)
            token = bearer(call)
            policy = account.limits.spend(token, now, endpoint.search)
            headers = account.limits.headers(token, now) if account.settings.limits and not endpoint.search else {}
            if policy is not None:
                return limited(account, policy, headers)
            needs = endpoint.needs(call)
            if not all(need & token.scopes for need in needs):
                raise missing_scopes(needs)
            answer = endpoint.handler(call)
        except Refusal as refusal:
            answer = ok(refusal.body(account.correlation()), refusal.status)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # A body of the wrong shape somewhere inside: the vendor's JSON binding refuses it too.
            answer = ok(
                bad_request(f"Invalid input JSON: {type(error).__name__} {error}").body(account.correlation()), 400
            )
        return Answer(answer.status, answer.body, headers, answer.content_type)

    async def _spoiled(self, fault: Fault, route: str, answer: Answer, scope: Scope, send: Send) -> None:
        account = self._server.account
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.effect is Effect.DROP:
            account.ledger.count(route, 0)
            scope[TRANSPORT].abort()
            return
        cut = fault.effect is Effect.CUT
        answer = spoil(account, fault, answer)
        account.ledger.count(route, 0 if cut else answer.status)
        await respond(account, send, answer, cut=cut)


class ControlDoor:
    """One control endpoint, as an ASGI application: no token, no limit, no ledger."""

    def __init__(self, server: Server, control: Control) -> None:
        self._server = server
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a mistake of the caller's is a 400 with its reason."""
        body = await read_body(receive)
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}
        try:
            answer = self._control.run(self._server.account, query, orjson.loads(body) if body else {})
        except (Refusal, ValueError, TypeError, KeyError) as error:
            answer = ok({"error": f"{type(error).__name__}: {error}"}, 400)
        await respond(self._server.account, send, answer)


def bearer(call: Call) -> Token:
    """The call's token; raises the vendor's 401."""
    scheme, _, text = call.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    held = call.account.tokens.access.get(text.strip())
    if scheme.lower() != "bearer" or held is None:
        raise Refusal(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
    now = call.account.clock.now()
    if held.expires is not None and held.expires <= now:
        raise Refusal(
            401,
            "EXPIRED_AUTHENTICATION",
            f"The OAuth token used to make this call expired {(now - held.expires) // 1000} second(s) ago.",
            context={"expireTime": [iso(held.expires)]},
        )
    return held


def limited(account: Account, policy: Policy, headers: dict[str, str]) -> Answer:
    """A 429."""
    return Answer(429, orjson.dumps(refusal_body(policy, account.correlation())), headers)


def spoil(account: Account, fault: Fault, answer: Answer) -> Answer:
    """What a fault makes of the true answer."""
    if fault.effect is Effect.RATE_LIMIT:
        return limited(account, fault.policy, dict(fault.headers))
    if fault.effect is Effect.STATUS:
        body, content_type = status_body(fault, account.correlation())
        return Answer(fault.code(503), body, fault.headers, content_type)
    if fault.effect is Effect.HTML:
        return Answer(fault.code(200), PAGE, fault.headers, "text/html")
    return Answer(answer.status, bend(fault, answer.body), answer.headers, answer.content_type)


def filled(template: str, params: dict[str, str]) -> str:
    """The template with the kinds in it named: that is what tests and faults speak of."""
    for name in ("object", "from", "to"):
        if name in params:
            try:
                template = template.replace(f"{{{name}}}", kind_named(params[name]).name)
            except Refusal:
                template = template.replace(f"{{{name}}}", "unknown")
    return template


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def respond(account: Account, send: Send, answer: Answer, cut: bool = False) -> None:
    """Send an answer, dated by the account's clock; a cut one stops half-way, upon which the protocol closes the connection."""
    headers: Iterable[tuple[bytes, bytes]] = [
        (b"date", formatdate(account.clock.now() / 1000, usegmt=True).encode()),
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    if answer.status == 204:
        headers = [(name, value) for name, value in headers if not name.startswith(b"content-")]
    await send({"type": "http.response.start", "status": answer.status, "headers": list(headers)})
    body = answer.body[: len(answer.body) // 2] if cut else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": cut})
