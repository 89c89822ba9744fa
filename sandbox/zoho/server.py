"""The HTTP server: every request passes ledger, faults, token, limits and scopes on its way to a handler and back."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from sandbox.common import server
from sandbox.common.server import deliver
from sandbox.common.wire import Answer, ok, read_body, respond
from sandbox.zoho.call import Call
from sandbox.zoho.control import CONTROLS
from sandbox.zoho.errors import Refusal, bad, no_such_path, too_many
from sandbox.zoho.faults import spoil
from sandbox.zoho.org import Org
from sandbox.zoho.routes import API, ENDPOINTS, Endpoint
from sandbox.zoho.tokens import Token


class Server(server.Server[Org]):
    """The ASGI application."""

    def __init__(self, org: Org) -> None:
        super().__init__(org, CONTROLS, lambda old: Org(old.settings, old.clock))
        self._routes = [Route(one.prefix + one.path, Door(self, one), methods=[one.method]) for one in ENDPOINTS]

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        refusal = no_such_path()
        for route in self._routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                await route.app({**scope, **found}, receive, send)
                return
            if match is Match.PARTIAL and scope["path"].startswith(API):
                refusal = bad("INVALID_REQUEST_METHOD", "The http request method type is not a valid one")
        await read_body(receive)
        self.tenant.ledger.count(f"{scope['method']} unknown", refusal.status)
        await respond(self.tenant.clock.now(), send, ok(refusal.body(), refusal.status))


class Door:
    """One endpoint as an ASGI application."""

    def __init__(self, server: Server, endpoint: Endpoint) -> None:
        self._server = server
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or what a fault leaves of it."""
        org, endpoint = self._server.tenant, self._endpoint
        body = await read_body(receive)
        params: dict[str, str] = scope["path_params"]
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        call = Call(org, scope["method"], params, query, dict(scope["headers"]), body)
        route = f"{endpoint.method} {filled(endpoint.template, params, org)}"
        fault = org.faults.meet(route)
        answer = await self._answer(call, route) if fault is None or fault.needs_answer else Answer(204)
        await deliver(org, scope, send, route, fault, answer, spoil)

    async def _answer(self, call: Call, route: str) -> Answer:
        """What the organisation says, while the call holds its place among those under way."""
        org, endpoint = call.org, self._endpoint
        if endpoint.scopes is None:
            return endpoint.handler(call)
        if org.limits.busy(endpoint.heavy):
            return ok(too_many().body(), 429)
        org.limits.under_way += 1
        org.limits.heavy_under_way += endpoint.heavy
        try:
            if org.settings.latency_s:
                await asyncio.sleep(org.settings.latency_s)
            return answer(endpoint, call, route)
        finally:
            org.limits.under_way -= 1
            org.limits.heavy_under_way -= endpoint.heavy


def answer(endpoint: Endpoint, call: Call, route: str) -> Answer:
    """What the organisation says, a refusal included: token, credits and scopes first."""
    headers: dict[str, str] = {}
    try:
        admit(endpoint, call, route, headers)
        told = endpoint.handler(call)
    except Refusal as refusal:
        told = ok(refusal.answer(), refusal.status)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        # A body of the wrong shape somewhere inside: the vendor's JSON binding refuses it too.
        told = ok(bad("INVALID_DATA", "invalid data").body(), 400)
    return Answer(told.status, told.body, {**told.headers, **headers}, told.content_type)


def admit(endpoint: Endpoint, call: Call, route: str, headers: dict[str, str]) -> None:
    """Take the call's price, and say in the headers what is left; raises the vendor's 401 or 429."""
    org, now = call.org, call.org.now()
    token, price = bearer(call), endpoint.credits(call)
    if token.expires is not None:
        headers["x-accesstoken-reset"] = org.local(token.expires)
    if not org.limits.affords(price, now):
        raise too_many()
    org.limits.spend(price, now)
    org.ledger.credits[route] += price
    headers.update(org.limits.headers(now))
    if endpoint.scopes is not None and not token.allows(*endpoint.scopes(call)):
        raise Refusal(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")


def bearer(call: Call) -> Token:
    """The call's token; raises the vendor's 401, also under any address but the one that the token was issued for."""
    org = call.org
    scheme, _, text = call.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if not text:
        raise Refusal(401, "AUTHENTICATION_FAILURE", "Authentication failed")
    held = org.tokens.access.get(text.strip())
    ended = held is not None and held.expires is not None and held.expires <= org.now()
    domain = urlsplit(org.settings.api_domain).netloc
    astray = bool(domain) and call.headers.get(b"host", b"").decode("latin-1") != domain
    if scheme.lower() != "zoho-oauthtoken" or held is None or ended or astray:
        raise Refusal(401, "INVALID_TOKEN", "invalid oauth token")
    return held


def filled(template: str, params: Mapping[str, str], org: Org) -> str:
    """The template with the module named: that is what tests and faults speak of."""
    name = params.get("module", "")
    return template.replace("{module}", name if name in org.modules else "unknown")
