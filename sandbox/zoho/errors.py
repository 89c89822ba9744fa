"""How the API says no.

Shape: {code, details, message, status: "error"}, alone for a request and inside `data` for one record of a batch; source: the error
examples of the published specification.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.common.wire import Refused


@dataclass(slots=True)
class Refusal(Refused):
    """An answer, or one record's part of it, that is not a success; code and message are the vendor's words."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    envelope: str = ""
    """The list that the object stands in, when it stands in one though it is about the whole request."""

    def within(self, envelope: str) -> "Refusal":
        """The same, in a list of this name."""
        self.envelope = envelope
        return self

    def answer(self) -> dict[str, Any]:
        """The whole body of the answer."""
        return {self.envelope: [self.body()]} if self.envelope else self.body()

    def body(self) -> dict[str, Any]:
        """The JSON object."""
        return {"code": self.code, "details": dict(self.details), "message": self.message, "status": "error"}


def bad(code: str, message: str, **details: Any) -> Refusal:
    """400."""
    return Refusal(400, code, message, details)


def no_such_path() -> Refusal:
    """404: not one of the API's paths."""
    return Refusal(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")


def invalid_module() -> Refusal:
    """400: the path's module is not one of the organisation's."""
    return bad("INVALID_MODULE", "the module name given seems to be invalid", resource_path_index=0)


def invalid_id(index: int = 1) -> Refusal:
    """400: the path's id is none."""
    return bad("INVALID_DATA", "the id given seems to be invalid", resource_path_index=index)


def invalid_param(name: str, **details: Any) -> Refusal:
    """400: a query parameter's value."""
    return bad("INVALID_DATA", "invalid data", param_name=name, **details)


def invalid_value(api_name: str, path: str, **details: Any) -> Refusal:
    """400: a value in the body."""
    return bad("INVALID_DATA", "invalid data", **details, api_name=api_name, json_path=path)


def not_given(api_name: str, path: str) -> Refusal:
    """400: a value that must be in the body is not."""
    return bad("MANDATORY_NOT_FOUND", "required field not found", api_name=api_name, json_path=path)


def forbidden(permission: str) -> Refusal:
    """403: the user's profile does not allow it."""
    return Refusal(403, "NO_PERMISSION", "Permission denied", {"permissions": [f"Crm_Implied_{permission}"]})


def too_many() -> Refusal:
    """429: credits, concurrent calls or downloads are used up. There is no Retry-After."""
    return Refusal(
        429, "TOO_MANY_REQUESTS", "You have reached the maximum number of requests. Please try after some time."
    )


def together(problems: Sequence[Refusal]) -> Refusal:
    """One refusal for everything that is wrong with a record."""
    if len(problems) == 1:
        return problems[0]
    return bad(
        "MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request", errors=[problem.body() for problem in problems]
    )
