"""A request as the handlers see it."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import orjson

from sandbox.common.wire import Answer
from sandbox.hubspot.account import Account
from sandbox.hubspot.errors import Refusal, bad_request
from sandbox.hubspot.kinds import Kind, kind_named
from sandbox.hubspot.store import Store


@dataclass(frozen=True, slots=True)
class Call:
    """`params` come from the path, `query` from behind the question mark; `dated` tells /2026-03/ paths from /v3/ ones."""

    account: Account
    method: str
    params: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    headers: Mapping[bytes, bytes]
    body: bytes
    dated: bool

    @property
    def kind(self) -> Kind:
        """The object type of the path."""
        return kind_named(self.params["object"])

    @property
    def store(self) -> Store:
        """The records of the path's object type."""
        return self.account.stores[self.kind.name]

    def one(self, name: str, default: str = "") -> str:
        """A query parameter's last value."""
        return self.query[name][-1] if name in self.query else default

    def many(self, name: str) -> list[str]:
        """A query parameter's values, repeated or separated by commas."""
        return [part for value in self.query.get(name, ()) for part in value.split(",") if part]

    def flag(self, name: str) -> bool:
        """A boolean query parameter."""
        text = self.one(name, "false").lower()
        if text not in {"true", "false"}:
            raise bad_request(f"Invalid boolean value for {name}: {text}")
        return text == "true"

    def limit(self, default: int, most: int) -> int:
        """The page size; above the most it is a 400, never cut down in silence."""
        text = self.one("limit", str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise bad_request(f"Invalid limit: {text}; it must be between 1 and {most}")
        return int(text)

    def after(self) -> int:
        """The position of an opaque cursor that `cursor` made; 0 without one."""
        return read_cursor(self.one("after"))

    def after_number(self) -> int:
        """An `after` that is a plain number, as some endpoints have it."""
        text = self.one("after", "0")
        if not text.isdecimal():
            raise bad_request(f"Invalid paging cursor: {text}")
        return int(text)

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object sent as JSON."""
        if not self.headers.get(b"content-type", b"").lower().startswith(b"application/json"):
            raise Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "HTTP 415 Unsupported Media Type")
        try:
            given = orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise bad_request(f"Invalid input JSON on line {error.lineno}, column {error.colno}: {error.msg}") from None
        if not isinstance(given, dict):
            raise bad_request("Invalid input JSON on line 1, column 1: Cannot deserialize value of type object")
        return given

    def form(self) -> dict[str, str]:
        """The body as form fields."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}


Handler = Callable[[Call], Answer]


def cursor(position: int) -> str:
    """An opaque `after`."""
    return base64.urlsafe_b64encode(f"v1:{position}".encode()).decode()


def read_cursor(text: str) -> int:
    """The position in an `after`; the vendor's 400 for anything that is not one of ours."""
    if not text:
        return 0
    try:
        mark, _, position = base64.urlsafe_b64decode(text.encode()).decode().partition(":")
        if mark == "v1":
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise bad_request(f"Invalid paging cursor: {text}")


def next_page(after: str) -> dict[str, Any]:
    """The `paging` of a page that has a next one; the last page has none."""
    return {"next": {"after": after, "link": f"?after={after}"}}
