"""The HTTP server: every request passes ledger, faults, session and limits on its way to a handler and back."""

from functools import partial

from starlette.types import Receive, Scope, Send

from sandbox.common import server, wire
from sandbox.common.server import deliver
from sandbox.common.wire import read_body, respond
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


class Server(server.Server[Org]):
    """The ASGI application."""

    def __init__(self, org: Org) -> None:
        super().__init__(org, control.CONTROLS, lambda old: Org(old.settings, old.clock))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, behind what was due to happen in the org."""
        self.tenant.settle()
        await super().__call__(scope, receive, send)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of the vendor's API."""
        org, path = self.tenant, scope["path"].rstrip("/") or "/"
        body = await read_body(receive)
        refused = too_long(scope)
        if refused is not None:
            org.ledger.count(f"{scope['method']} too long", refused.status)
            await respond(org.clock.now(), send, refused)
            return
        request = Request(scope["method"], path, scope["query_string"].decode(), dict(scope["headers"]), body)
        route = name_of(request)
        fault = org.faults.meet(route)
        with org.limits.running():
            answer = self.answer(request) if fault is None or fault.needs_answer else Answer(204)
            await deliver(org, scope, send, route, fault, answer, partial(self._spoil, request))

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
            return Api(self.tenant).answer(request)
        if path.startswith("/services/oauth2/"):
            return self._oauth(request, path.removeprefix("/services/oauth2"))
        if path.startswith("/services/Soap/u/"):
            return login(self._form(request), path.removeprefix("/services/Soap/u/"), request.body)
        raise not_found()

    def _form(self, request: Request) -> oauth.Form:
        return oauth.Form.read(self.tenant, request.headers, request.query, request.body, self.tenant.clock.now())

    def _oauth(self, request: Request, path: str) -> Answer:
        form = self._form(request)
        if path == "/userinfo":
            return oauth.userinfo(form, Api(self.tenant).session(request))
        handler = _OAUTH.get(path)
        if handler is None:
            raise not_found()
        if request.method != "POST":
            raise refuse(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed. Allowed are POST")
        return handler(form)

    def _spoil(self, request: Request, fault: Fault, answer: wire.Answer) -> wire.Answer:
        if fault.effect is Effect.STATUS:
            body, content_type = status_body(fault)
            return Answer(fault.code(503), body, fault.headers, content_type)
        if fault.effect is Effect.HTML:
            return Answer(fault.code(200), PAGE, fault.headers, "text/html")
        if fault.effect is Effect.LIMIT:
            return _refused(refuse(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
        if fault.effect is Effect.EXPIRED:
            self.tenant.sessions.revoke(request.bearer)
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
