"""The HTTP server: every request passes ledger, faults, session and limits on its way to a handler and back."""

import asyncio
from email.utils import formatdate
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from sandbox.hubspot.server import TRANSPORT, read_body
from sandbox.salesforce import control, oauth
from sandbox.salesforce.api import Api, Request
from sandbox.salesforce.call import Answer, ok
from sandbox.salesforce.errors import Refusal, not_found, refuse
from sandbox.salesforce.faults import PAGE, Effect, Fault, bend, status_body
from sandbox.salesforce.info import versions
from sandbox.salesforce.org import Org
from sandbox.salesforce.soap import login

LONGEST_URI = 16_384
"""Characters; the same again for the headers (developer.salesforce.com REST guide: 414 and 431)."""
_OAUTH = {"/token": oauth.token, "/revoke": oauth.revoke, "/introspect": oauth.introspect}


class Server:
    """The ASGI application. `org` is replaced by a reset."""

    def __init__(self, org: Org) -> None:
        self.org = org

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path: str = scope["path"]
        body = await read_body(receive)
        self.org.settle()
        if path.startswith("/_sandbox/"):
            await respond(self.org, send, self._control(scope, path.removeprefix("/_sandbox"), body))
            return
        refused = too_long(scope)
        if refused is not None:
            self.org.ledger.count(f"{scope['method']} too long", refused.status)
            await respond(self.org, send, refused)
            return
        request = Request(
            scope["method"], path.rstrip("/") or "/", scope["query_string"].decode(), dict(scope["headers"]), body
        )
        route = name_of(request)
        fault = self.org.faults.meet(route)
        with self.org.limits.running():
            answer = self.answer(request) if fault is None or fault.needs_answer else Answer(204)
            if fault is None:
                self.org.ledger.count(route, answer.status)
                await respond(self.org, send, answer)
            else:
                self.org.ledger.faults[f"{fault.effect} {route}"] += 1
                await self._spoiled(fault, route, request, answer, scope, send)

    def answer(self, request: Request) -> Answer:
        """What the org says: a refusal is an answer too."""
        try:
            return self._routed(request)
        except Refusal as refusal:
            return ok(refusal.body(), refusal.status)
        except oauth.OAuthRefusal as refused:
            return refused.answer()

    def _routed(self, request: Request) -> Answer:
        path = request.path
        if path == "/services/data":
            return ok(versions())
        if path.startswith("/services/data/"):
            return Api(self.org).answer(request)
        if path.startswith("/services/oauth2/"):
            return self._oauth(request, path.removeprefix("/services/oauth2"))
        if path.startswith("/services/Soap/u/"):
            return login(self._form(request), path.removeprefix("/services/Soap/u/"), request.body)
        raise not_found()

    def _form(self, request: Request) -> oauth.Form:
        return oauth.Form.read(self.org, request.headers, request.query, request.body, self.org.clock.now())

    def _oauth(self, request: Request, path: str) -> Answer:
        form = self._form(request)
        if path == "/userinfo":
            return oauth.userinfo(form, Api(self.org).session(request))
        handler = _OAUTH.get(path)
        if handler is None:
            raise not_found()
        if request.method != "POST":
            raise refuse(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed. Allowed are POST")
        return handler(form)

    def _control(self, scope: Scope, path: str, body: bytes) -> Answer:
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode()).items()}
        if (scope["method"], path) == ("POST", "/reset"):
            self.org = Org(self.org.settings, self.org.clock)
            return ok({})
        return control.answer(self.org, scope["method"], path, query, body)

    async def _spoiled(
        self, fault: Fault, route: str, request: Request, answer: Answer, scope: Scope, send: Send
    ) -> None:
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.effect is Effect.DROP:
            self.org.ledger.count(route, 0)
            scope[TRANSPORT].abort()
            return
        cut = fault.effect is Effect.CUT
        answer = self._spoil(fault, request, answer)
        self.org.ledger.count(route, 0 if cut else answer.status)
        await respond(self.org, send, answer, cut=cut)

    def _spoil(self, fault: Fault, request: Request, answer: Answer) -> Answer:
        if fault.effect is Effect.STATUS:
            body, content_type = status_body(fault)
            return Answer(fault.status or 503, body, fault.headers, content_type)
        if fault.effect is Effect.HTML:
            return Answer(fault.status or 200, PAGE, fault.headers, "text/html")
        if fault.effect is Effect.LIMIT:
            return _refused(refuse(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
        if fault.effect is Effect.EXPIRED:
            self.org.sessions.revoke(request.bearer)
            return _refused(refuse(401, "INVALID_SESSION_ID", "Session expired or invalid"))
        return Answer(answer.status, bend(fault, answer.body), answer.headers, answer.content_type)


def _refused(refusal: Refusal) -> Answer:
    return ok(refusal.body(), refusal.status)


def name_of(request: Request) -> str:
    """How ledger and faults call a request: "METHOD /template", without the version in front."""
    if request.path.startswith("/services/data/v"):
        return Api.name_of(request)
    return f"{request.method} {request.path}"


def too_long(scope: Scope) -> Answer | None:
    """414 or 431 for a request that is too long."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URI:
        return ok([{"message": "The URI is too long", "errorCode": "URI_TOO_LONG"}], 414)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_URI:
        return ok([{"message": "Request header fields too large", "errorCode": "REQUEST_HEADER_TOO_LARGE"}], 431)
    return None


async def respond(org: Org, send: Send, answer: Answer, *, cut: bool = False) -> None:
    """Send an answer, dated by the org's clock; a cut one stops half-way, upon which the protocol closes the connection."""
    headers = [
        (b"date", formatdate(org.clock.now() / 1000, usegmt=True).encode()),
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    if answer.status == 204:
        headers = [(name, value) for name, value in headers if not name.startswith(b"content-")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send(
        {
            "type": "http.response.body",
            "body": answer.body[: len(answer.body) // 2] if cut else answer.body,
            "more_body": cut,
        }
    )
