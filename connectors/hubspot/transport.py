"""Sends requests through HubSpot's own SDK, and takes from it the one thing it does well: the connection.

Its typed models cost some 25 times the CPU of the raw answer and turn a 200 that is no JSON into an empty page, and its
retries sleep inside the call; so answers are taken as bytes and retries are off. Only `ApiClient.request` is used:
`call_api` decodes an error's body before looking at it, and fails on one that is not UTF-8.
"""

import urllib3
from hubspot import HubSpot as Sdk
from hubspot.crm.contacts.exceptions import ApiException

from connectors.http import TIMEOUT, NoAnswer, Request, Response

THREADS = 32


class Transport:
    """One pool of connections to one host. Thread-safe."""

    def __init__(self, host: str) -> None:
        self._host = host
        # Every access of an `…_api` builds a client and a pool of its own: one is taken and kept.
        self._client = Sdk(retry=False, connection_pool_maxsize=THREADS).crm.contacts.basic_api.api_client

    def __call__(self, request: Request, token: str | None) -> Response:
        """Send once. Raises `NoAnswer`."""
        headers = {**self._client.default_headers, "Accept": "application/json", "Accept-Encoding": "gzip"}
        headers["Content-Type"] = "application/x-www-form-urlencoded" if request.form else "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = self._client.request(
                request.method,
                self._host + request.path,
                query_params=list(request.query) or None,
                headers=headers,
                post_params=list(request.form),
                body=request.body,
                _preload_content=False,
                _request_timeout=TIMEOUT,
            )
            return Response(answer.status, _lower(answer.headers), answer.data)
        except ApiException as error:
            if error.status:
                return Response(error.status, _lower(error.headers), error.body or b"")
            raise NoAnswer(str(error.reason)) from error
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswer(f"no answer ({type(error).__name__})") from error


def _lower(headers: urllib3.HTTPHeaderDict) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
