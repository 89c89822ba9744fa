"""A request as the handlers see it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import orjson

from sandbox.common.wire import Answer
from sandbox.zoho.errors import bad, forbidden, invalid_param
from sandbox.zoho.modules import Module
from sandbox.zoho.org import Org
from sandbox.zoho.store import Store
from sandbox.zoho.times import Seconds, parse
from sandbox.zoho.tokens import Token

MOST_PER_PAGE = 200


@dataclass(frozen=True, slots=True)
class Call:
    """`params` come from the path, `query` from behind the question mark."""

    org: Org
    method: str
    params: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    headers: Mapping[bytes, bytes]
    body: bytes
    token: Token | None = None

    @property
    def module(self) -> Module:
        """The module of the path."""
        return self.org.module(self.params["module"])

    @property
    def store(self) -> Store:
        """The records of the path's module."""
        return self.org.stores[self.module.api_name]

    def one(self, name: str, default: str = "") -> str:
        """A query parameter's last value."""
        return self.query[name][-1] if name in self.query else default

    def choice(self, name: str, *options: str) -> str:
        """A query parameter that is one of these, the first by default."""
        value = self.one(name, options[0])
        if value not in options:
            raise invalid_param(name, supported_values=list(options))
        return value

    def number(self, name: str, default: int, most: int) -> int:
        """A query parameter that counts from one."""
        text = self.one(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise invalid_param(name)
        return int(text)

    def since(self, header: bytes) -> Seconds | None:
        """The instant in a header, None without it; raises the vendor's 400 for another format."""
        text = self.headers.get(header)
        if text is None:
            return None
        at = parse(text.decode("latin-1"))
        if at is None:
            raise bad("INVALID_DATA", "invalid data", header_name=header.decode().title())
        return at

    def after(self) -> Seconds | None:
        """Records modified after this instant are wanted: If-Modified-Since."""
        at = self.since(b"if-modified-since")
        return Seconds(at - 1) if at is not None and self.org.settings.since_inclusive else at

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        try:
            given = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            given = None
        if not isinstance(given, dict):
            raise bad("INVALID_DATA", "body", expected_data_type="jsonobject")
        return given

    def form(self) -> Mapping[str, str]:
        """The body's form fields and the query's, as the accounts server takes either."""
        given = {**self.query, **parse_qs(self.body.decode("latin-1"))}
        return {name: values[-1] for name, values in given.items()}

    def allow(self, permission: str) -> None:
        """Raise the vendor's 403 unless the user's profile has this permission on the path's module."""
        name = f"{permission}_{self.module.api_name}"
        if self.org.forbids(name):
            raise forbidden(name)


Handler = Callable[[Call], Answer]


def nothing() -> Answer:
    """204: the answer to a question that nothing fits."""
    return Answer(204)
