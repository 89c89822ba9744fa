"""The REST interface behind /services/data/vXX.X: version, session, limits, then the endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from sandbox.salesforce.bulk.progress import advance
from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.errors import Refusal, RowRefused, not_found, refuse
from sandbox.salesforce.info import check_version
from sandbox.salesforce.org import Org
from sandbox.salesforce.records import alone
from sandbox.salesforce.routes import Found, find
from sandbox.salesforce.sessions import Session
from sandbox.salesforce.writes import Actor

_PREFIX = "/services/data/v"


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire; no slash at the path's end."""

    method: str
    path: str
    query: str
    headers: Mapping[bytes, bytes]
    body: bytes

    @property
    def bearer(self) -> str:
        """The token of the Authorization header, empty without one."""
        scheme, _, token = self.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        return token.strip() if scheme.lower() in {"bearer", "oauth"} else ""


def options(headers: Mapping[bytes, bytes]) -> str:
    """The client's name in Sforce-Call-Options."""
    for part in headers.get(b"sforce-call-options", b"").decode("latin-1").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "client":
            return value
    return ""


class Api:
    """Answers REST calls of one org."""

    def __init__(self, org: Org) -> None:
        self._org = org

    @staticmethod
    def name_of(request: Request) -> str:
        """ "METHOD /template" with the object named, for ledger and faults."""
        _, _, path = request.path.removeprefix(_PREFIX).partition("/")
        found = find(request.method, path)
        if isinstance(found, int):
            return f"{request.method} unknown"
        name = found.params.get("object")
        template = found.endpoint.template if name is None else found.endpoint.template.replace("{object}", name)
        return f"{request.method} {template}"

    def session(self, request: Request) -> Session:
        """Whose call it is. Raises the vendor's 401."""
        if b"authorization" not in request.headers or not request.bearer:
            raise refuse(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
        used = self._org.sessions.use(request.bearer, self._org.clock.now(), self._org.settings.session_s)
        if used is None:
            raise refuse(401, "INVALID_SESSION_ID", "Session expired or invalid")
        return used

    def answer(self, request: Request) -> Answer:
        """The answer, refusals included, with the usage header."""
        org, now = self._org, self._org.clock.now()
        version, _, path = request.path.removeprefix(_PREFIX).partition("/")
        try:
            check_version(version)
            session = self.session(request)
            org.limits.spend(now)
            advance(org)
            client = options(request.headers)
            org.ledger.clients[client] += 1
            call = Call(
                org,
                Actor(session.user, client),
                request.method,
                version,
                {},
                {},
                request.headers,
                request.body,
                now,
                self._dispatch,
            )
            answer = self._found(call, f"{path}?{request.query}")
        except Refusal as refusal:
            answer = ok(refusal.body(), refusal.status)
        return replace(answer, headers={**answer.headers, "Sforce-Limit-Info": org.limits.header(now)})

    def _found(self, call: Call, target: str) -> Answer:
        path, _, query = target.partition("?")
        found = find(call.method, path)
        if not isinstance(found, Found):
            raise not_found() if found == 404 else not_allowed(call.method)
        values = {name: many[-1] for name, many in parse_qs(query, keep_blank_values=True).items()}
        try:
            return found.endpoint.handler(replace(call, params=found.params, query=values))
        except RowRefused as refused:
            raise alone(refused) from None

    def _dispatch(self, call: Call, method: str, target: str, body: bytes) -> Answer:
        """A call within a call, `target` being its path with the version and its query."""
        version, _, path = target.removeprefix(_PREFIX).partition("/")
        if not target.startswith(_PREFIX) or version != call.version:
            raise refuse(400, "INVALID_INPUT", f"the version of {target} differs from that of the composite call")
        try:
            return self._found(replace(call, method=method, body=body), path)
        except Refusal as refusal:
            return ok(refusal.body(), refusal.status)


def not_allowed(method: str) -> Refusal:
    """405: the path is there, the method is not."""
    return refuse(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed.")
