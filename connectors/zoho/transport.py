"""Sends requests over kept connections, no more at once than the organisation's edition allows."""

from threading import BoundedSemaphore
from urllib.parse import urlencode

import orjson
import urllib3

from connectors.http import TIMEOUT, NoAnswer, Request, Response
from connectors.zoho.environment import Addresses


class Transport:
    """One pool of connections. Thread-safe. `api` is the host of the organisation's data, once a token has told it."""

    def __init__(self, addresses: Addresses, concurrency: int) -> None:
        self.api = addresses.api
        self._accounts = addresses.accounts
        self._places = BoundedSemaphore(concurrency)
        timeout = urllib3.Timeout(connect=TIMEOUT[0], read=TIMEOUT[1])
        self._pool = urllib3.PoolManager(maxsize=concurrency, block=True, retries=False, timeout=timeout)

    def __call__(self, request: Request, token: str | None) -> Response:
        """Send once. Raises `NoAnswer`."""
        headers = {"accept-encoding": "gzip", **dict(request.headers)}
        if token:
            headers["authorization"] = f"Zoho-oauthtoken {token}"
        try:
            with self._places:
                answer = self._sent(request, headers)
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswer(f"no answer ({type(error).__name__})") from error
        return Response(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.data)

    def _sent(self, request: Request, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        if request.form:
            fields = dict(request.form)
            return self._pool.request("POST", self._accounts, fields=fields, encode_multipart=False, headers=headers)
        query = f"?{urlencode(request.query)}" if request.query else ""
        body = None if request.body is None else orjson.dumps(request.body)
        if body is not None:
            headers = {**headers, "content-type": "application/json"}
        return self._pool.request(request.method, self.api + request.path + query, body=body, headers=headers)
