"""How the API says no: a JSON array of {message, errorCode, fields?}; inside collections the code is called `statusCode`.

Source: developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm and recorded answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.common.wire import Refused


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong; `code` and `message` are the vendor's words."""

    code: str
    message: str
    fields: Sequence[str] | None = None

    def shown(self) -> dict[str, Any]:
        """In the array of an answer that failed as a whole."""
        told: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        return told if self.fields is None else {**told, "fields": list(self.fields)}

    def in_result(self) -> dict[str, Any]:
        """In the result of one record of many."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields or ())}


class Refusal(Refused):
    """An answer that is not a success."""

    def __init__(self, status: int, *problems: Problem) -> None:
        super().__init__(status, problems)
        self.status = status
        self.problems = problems

    def body(self) -> list[dict[str, Any]]:
        """The JSON array of the answer."""
        return [problem.shown() for problem in self.problems]


class RowRefused(Refused):
    """A record that is not written; what becomes of the rest is the caller's choice. `status` is that of a call for this record alone."""

    def __init__(self, code: str, message: str, fields: Sequence[str] = (), status: int = 400) -> None:
        super().__init__(code, message)
        self.problem = Problem(code, message, fields)
        self.status = status


def refuse(status: int, code: str, message: str) -> Refusal:
    """A refusal for one reason."""
    return Refusal(status, Problem(code, message))


def not_found() -> Refusal:
    """404: no such path."""
    return refuse(404, "NOT_FOUND", "The requested resource does not exist")


def bad_json(message: str) -> Refusal:
    """400: the body, or a value in it, cannot be read as what it must be. It fails the whole call, however many records it carries."""
    return refuse(400, "JSON_PARSER_ERROR", message)
