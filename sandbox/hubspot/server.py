"""The HTTP server: every request passes ledger, faults, token, limits and scopes on its way to a handler and back."""

from functools import partial
from urllib.parse import parse_qs

import orjson
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from sandbox.common import server
from sandbox.common.faults import Effect
from sandbox.common.server import deliver
from sandbox.common.times import iso
from sandbox.common.wire import PAGE, Answer, ok, read_body, respond
from sandbox.hubspot.account import Account
from sandbox.hubspot.call import Call
from sandbox.hubspot.control import CONTROLS
from sandbox.hubspot.errors import Refusal, bad_request
from sandbox.hubspot.faults import Fault, bend, status_body
from sandbox.hubspot.kinds import kind_named
from sandbox.hubspot.limits import Policy, refusal_body
from sandbox.hubspot.routes import ENDPOINTS, Endpoint
from sandbox.hubspot.scopes import missing_scopes
from sandbox.hubspot.tokens import Token

LONGEST_URL = 8_192


class Server(server.Server[Account]):
    """The ASGI application."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, CONTROLS, lambda old: Account(old.settings, old.clock))
        self._routes = [
            Route(prefix + endpoint.path, Door(self, endpoint, dated), methods=[endpoint.method])
            for endpoint in ENDPOINTS
            for prefix, dated in endpoint.resource.prefixes()
        ]

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; a slash at the end makes no difference."""
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URL:
            self.tenant.ledger.count(f"{scope['method']} too long", 414)
            await respond(self.tenant.clock.now(), send, Answer(414, PAGE, content_type="text/html"))
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

    async def _unknown(self, status: int, method: str, send: Send) -> None:
        account = self.tenant
        account.ledger.count(f"{method} unknown", status)
        message = "Unable to find the requested resource" if status == 404 else "HTTP 405 Method Not Allowed"
        refusal = Refusal(status, "OBJECT_NOT_FOUND" if status == 404 else "METHOD_NOT_ALLOWED", message)
        await respond(account.clock.now(), send, ok(refusal.body(account.correlation()), status))


class Door:
    """One endpoint under one prefix, as an ASGI application."""

    def __init__(self, server: Server, endpoint: Endpoint, dated: bool) -> None:
        self._server = server
        self._endpoint = endpoint
        self._dated = dated

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or what a fault leaves of it."""
        account = self._server.tenant
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
        await deliver(account, scope, send, route, fault, answer, partial(spoil, account))

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
