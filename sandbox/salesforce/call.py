"""A request as the handlers see it, and their answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.common import wire
from sandbox.common.times import Millis
from sandbox.salesforce.errors import bad_json, refuse
from sandbox.salesforce.org import Org
from sandbox.salesforce.writes import Actor

JSON = "application/json;charset=UTF-8"
CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Answer(wire.Answer):
    """The charset in capitals, as this vendor writes it."""

    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class Call:
    """`params` come from the path, `query` from behind the question mark (last value of each); `version` is "59.0".

    `dispatch` answers another call in the same user's name: a composite call is made of such.
    """

    org: Org
    actor: Actor
    method: str
    version: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    body: bytes
    now: Millis
    dispatch: Callable[["Call", str, str, bytes], Answer]

    @property
    def root(self) -> str:
        """`/services/data/v59.0`."""
        return f"/services/data/v{self.version}"

    def header(self, name: str) -> str:
        """A header's text, empty without one."""
        return self.headers.get(name.lower().encode(), b"").decode("latin-1")

    def json(self) -> Any:
        """The body, which must be JSON and sent as such."""
        if not self.header("content-type").lower().startswith("application/json"):
            raise refuse(415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported content type")
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise bad_json(f"{error.msg} at [line:{error.lineno}, column:{error.colno}]") from None

    def object(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        given = self.json()
        if not isinstance(given, dict):
            raise bad_json("Unexpected character: an object was expected at [line:1, column:1]")
        return given


Handler = Callable[[Call], Answer]


def ok(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(status, orjson.dumps(body), headers or {})
