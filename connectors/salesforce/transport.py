"""Sends requests through simple-salesforce, held to one attempt without a login of its own.

Its own session refresh has no lock and, through its typed objects, no end; it has no timeouts; and it tells no headers with an
error. So a client is made for each call around the token of that call, and the answer is taken as it came.
"""

from collections.abc import Callable
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce as Sdk
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceError
from simple_salesforce.login import SalesforceLogin

from connectors.base import Later
from connectors.credentials import Unauthorised
from connectors.http import TIMEOUT, NoAnswer, Request, Response, redacted
from connectors.salesforce.options import API_VERSION, Password
from connectors.salesforce.signals import LOGIN

THREADS = 32


class Session(requests.Session):
    """Connections with timeouts; they follow no redirect, keep no cookie, and take no login from a .netrc file."""

    def __init__(self) -> None:
        super().__init__()
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=THREADS, max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.auth = lambda prepared: prepared

    def request(self, *args: Any, **more: Any) -> requests.Response:
        """One request."""
        return super().request(*args, **{"timeout": TIMEOUT, "allow_redirects": False, **more})


class Transport:
    """One pool of connections. `instance` is where the org is now; `host` where to sign in. Thread-safe."""

    def __init__(self, host: str, client: str, instance: Callable[[], str]) -> None:
        self._host = host
        self._client = client
        self._instance = instance
        self._session = Session()

    def __call__(self, request: Request, token: str | None) -> Response:
        """Send once. Raises `NoAnswer`."""
        try:
            answer = self._authorised(request, token) if token else self._plain(request)
            body = answer.content
        except requests.RequestException as error:
            raise NoAnswer(f"no answer ({type(error).__name__})") from None
        if answer.ok and request.promises == "results" and body[:1] == b"[":
            body = b'{"results":' + body + b"}"  # collections answer with a bare list
        return Response(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body)

    def _plain(self, request: Request) -> requests.Response:
        return self._session.request(request.method, self._host + request.path, data=dict(request.form))

    def _authorised(self, request: Request, token: str) -> requests.Response:
        instance = self._instance()
        sdk = Sdk(session_id=token, instance_url=instance, session=self._session, version=API_VERSION)
        headers = {"X-PrettyPrint": "0", "Sforce-Call-Options": f"client={self._client}", **dict(request.headers)}
        answers: list[requests.Response] = []
        with suppress(SalesforceError):  # the answer says more than the error does
            sdk._call_salesforce(  # noqa: SLF001 (the public calls decode the answer and drop its headers)
                request.method,
                instance + request.path,
                name=request.route,
                params=dict(request.query),
                data=request.file or (None if request.body is None else orjson.dumps(request.body)),
                headers=headers,
                hooks={"response": lambda answer, **_: answers.append(answer)},
            )
        return answers[-1]

    def legacy_login(self, auth: Password) -> tuple[str, str]:
        """A session id and the org's URL by the old login() call, once. Raises `Unauthorised` or `Later`."""
        try:
            session, instance = SalesforceLogin(
                username=auth.username,
                password=auth.password.get_secret_value(),
                security_token=auth.security_token.get_secret_value(),
                session=self._session,
                sf_version=API_VERSION,
                scratch_url=self._host,
            )
        except SalesforceAuthenticationFailed as error:
            reason = redacted(f"{error.code}: {error.auth_message}")
            raise Unauthorised(f"Salesforce refuses the login ({reason}). {LOGIN}", LOGIN) from None
        except requests.RequestException as error:
            raise Later(f"Salesforce does not answer the login ({type(error).__name__}).", 60) from None
        return session, f"{urlsplit(self._host).scheme}://{instance}"
