"""What goes over the wire: a request's body, an answer, and an answer that says no."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import orjson
from starlette.types import Receive, Send

from sandbox.common.times import Millis

TRANSPORT = "sandbox.transport"
"""The key under which the protocol puts the connection into the scope, so that a fault can close it."""
PAGE = b"<!DOCTYPE html><html><head><title>One moment</title></head><body><h1>Something went wrong</h1></body></html>"
"""What gateways and proxies answer instead of JSON."""
_WITHOUT_BODY = frozenset({204, 304})


class Refused(Exception):
    """What a vendor's own refusal is a kind of: the answer to a call that was not granted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the whole text, empty for 204."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=utf-8"


def ok(body: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return Answer(status, orjson.dumps(body))


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def respond(now: Millis, send: Send, answer: Answer, *, cut: bool = False) -> None:
    """Send an answer, dated `now`; a cut one stops half-way, upon which the protocol closes the connection."""
    headers = [
        (b"date", formatdate(now / 1000, usegmt=True).encode()),
        *((name.lower().encode(), value.encode()) for name, value in answer.headers.items()),
    ]
    if answer.status not in _WITHOUT_BODY:
        headers += [
            (b"content-type", answer.content_type.encode()),
            (b"content-length", str(len(answer.body)).encode()),
        ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = answer.body[: len(answer.body) // 2] if cut else answer.body
    await send({"type": "http.response.body", "body": body, "more_body": cut})
