"""How the API says no.

Shape: {status, message, correlationId, category, subCategory?, errors[{message, code, context}]?, context?}; source:
developers.hubspot.com/docs/api-reference/latest/error-handling and the `Error` schema of the published specifications.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.common.wire import Refused


@dataclass(slots=True)
class Refusal(Refused):
    """An answer that is not a success. `category` and `message` are the vendor's words."""

    status: int
    category: str
    message: str
    errors: Sequence[Mapping[str, Any]] = ()
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sub_category: str | None = None

    def body(self, correlation: str) -> dict[str, Any]:
        """The JSON object of the answer."""
        told: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation,
            "category": self.category,
        }
        if self.sub_category:
            told["subCategory"] = self.sub_category
        if self.errors:
            told["errors"] = list(self.errors)
        if self.context:
            told["context"] = self.context
        return told


@dataclass(frozen=True, slots=True)
class Problem:
    """One property value that the account will not take; `code` is the vendor's (`INVALID_OPTION` …)."""

    code: str
    name: str
    message: str


def bad_request(message: str) -> Refusal:
    """400: the request itself is malformed."""
    return Refusal(400, "VALIDATION_ERROR", message)


def not_found(message: str = "resource not found", **context: Sequence[str]) -> Refusal:
    """404: no such record, property or path."""
    return Refusal(404, "OBJECT_NOT_FOUND", message, context=context)


def conflict(message: str) -> Refusal:
    """409: the record exists already."""
    return Refusal(409, "CONFLICT", message)


def invalid_values(problems: Sequence[Problem], portal: int) -> Refusal:
    """400 for property values: the list of problems stands as JSON text inside `message`, and again in `errors`."""
    listed = [
        {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.name,
            "localizedErrorMessage": problem.message,
            "portalId": portal,
        }
        for problem in problems
    ]
    return Refusal(
        400,
        "VALIDATION_ERROR",
        f"Property values were not valid: {orjson.dumps(listed).decode()}",
        errors=[
            {"message": problem.message, "code": problem.code, "context": {"propertyName": [problem.name]}}
            for problem in problems
        ],
    )
