"""What is wrong with a configuration, all at once, each with its place, its line and a caret. No secret is ever quoted."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sync.config_source import Location, Problem, Source

LONGEST_LINE = 160
LATER = frozenset({"notify", "dashboard", "webhooks"})

_SECRETS = "token|secret|password|passwd|credential|api_?key|private_?key|access_?key"
_SECRET_NAME = re.compile(rf"(?i){_SECRETS}")
_SECRET_VALUE = re.compile(rf"(?i)[\w-]*(?:{_SECRETS})[\w-]*[\"']?\s*:\s*(?!\s*[\"']?\$\{{)(\S.*)")
_URL_PASSWORD = re.compile(r"://[^:/@\s]*:([^@\s]+)(?=@)")
_LOOKS_SECRET = re.compile(r"(?<![\w./:${-])(?=[^\s,]*\d)([A-Za-z0-9+/=_.-]{16,})(?![\w./:-])")
_MESSAGES: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be a text",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "bool_parsing": "must be true or false",
    "dict_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "model_type": "must be a mapping of keys to values",
}


class ConfigErrors(Exception):
    """A configuration that cannot be used. `problems` are ordered as they stand in the file."""

    def __init__(self, source: Source, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda problem: place(source, problem)))
        super().__init__("\n".join(render(source, problem) for problem in self.problems))


def place(source: Source, problem: Problem) -> tuple[int, int]:
    """Line and column of a problem, counting from 1."""
    if problem.at is not None:
        return problem.at
    if problem.inside is not None:
        return source.inside(problem.location, *problem.inside)
    found, mark = source.locate(problem.location)
    if mark is None:
        return 1, 1
    points_at_key = problem.on_key or found != problem.location or mark.style is None
    return (mark.key_line, mark.key_column) if points_at_key else (mark.line, mark.column)


def render(source: Source, problem: Problem) -> str:
    """`file:line:column: path: message`, the line, and a caret under the place."""
    line, column = place(source, problem)
    path = ".".join(str(part) for part in problem.location)
    head = f"{source.path}:{line}:{column}: {path + ': ' if path else ''}{_without_values(source, problem.message)}"
    lines = source.text.splitlines()
    if not 0 < line <= len(lines):
        return head
    start = max(0, column - LONGEST_LINE)
    shown = masked(lines[line - 1], strictly=problem.location[:1] in ((), ("connections",)))
    shown = "".join(letter if letter.isprintable() else " " for letter in shown)[start : start + LONGEST_LINE]
    return f"{head}\n    {shown}\n    {' ' * (column - 1 - start)}^"


def is_secret(name: object) -> bool:
    """Whether a key's name says that its value is a secret."""
    return _SECRET_NAME.search(str(name)) is not None


def masked(line: str, *, strictly: bool = False) -> str:
    """A line of the file without the secrets that stand in it; `strictly` without anything that looks like one."""
    line = _URL_PASSWORD.sub(_dots, _SECRET_VALUE.sub(_dots, line))
    return _LOOKS_SECRET.sub(_dots, line) if strictly else line


def _dots(match: re.Match[str]) -> str:
    """As many dots as letters, so that a caret below still points at its place."""
    return match[0].removesuffix(match[match.lastindex or 0]) + "•" * len(match[match.lastindex or 0])


def _without_values(source: Source, message: str) -> str:
    for value in source.filled:
        if len(value) > 2:
            message = message.replace(value, "•••")
    return message


def problems_of(
    error: ValidationError, source: Source, schema: Mapping[str, Any], prefix: Location = ()
) -> list[Problem]:
    """Pydantic's errors as problems at their places; of a choice of forms, those of the form that was most nearly meant."""
    details = error.errors(include_url=False)
    return [_problem(detail, source, schema, prefix) for detail in _nearest_form(details, source, prefix)]


def _nearest_form(details: list[ErrorDetails], source: Source, prefix: Location) -> list[ErrorDetails]:
    """Where a value may have several forms, pydantic reports every form: keep the one with the fewest errors."""
    forms = [_form(detail, source, prefix) for detail in details]
    counts = Counter(form for form in forms if form)
    best: dict[Location, str] = {}
    for (where, form), _ in sorted(counts.items(), key=lambda item: item[1]):
        best.setdefault(where, form)
    return [detail for detail, form in zip(details, forms, strict=True) if form is None or best[form[0]] == form[1]]


def _form(detail: ErrorDetails, source: Source, prefix: Location) -> tuple[Location, str] | None:
    """The place of the first part of the error's path that is no key of the file but the name of a form."""
    found: Location = prefix
    last = len(detail["loc"]) - 1
    for index, part in enumerate(detail["loc"]):
        if (*found, part) in source.marks:
            found = (*found, part)
        elif index < last or detail["type"] not in ("missing", "extra_forbidden"):
            return found, str(part)
    return None


def _problem(detail: ErrorDetails, source: Source, schema: Mapping[str, Any], prefix: Location) -> Problem:
    location = (*prefix, *detail["loc"])
    known = source.locate(location)[0]
    if detail["type"] == "missing":
        return Problem((*known, location[-1]), "is missing")
    if detail["type"] == "extra_forbidden":
        message = _unknown_key(str(location[-1]), known_keys(schema, known[len(prefix) : -1]))
        return Problem(known, message, on_key=True)
    message = _MESSAGES.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
    return Problem(known, _in_our_words(message) + _got(detail, source, known) + _choice(detail))


def _unknown_key(name: str, known: list[str]) -> str:
    if name in LATER:
        return f"'{name}' is not available yet"
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(sorted(known))}" if known else ""
    return f"unknown key '{name}'" + (f"; {hint}" if hint else "")


def _in_our_words(message: str) -> str:
    message = message.replace("Input should be", "must be")
    return message[:1].lower() + message[1:]


def _got(detail: ErrorDetails, source: Source, location: Location) -> str:
    value = detail["input"]
    secret = location in source.origins or is_secret(location[-1] if location else "")
    if secret or not isinstance(value, str | int | float | bool) or detail["type"] == "value_error":
        return ""
    return f" (got {str(value)[:60]!r})" if isinstance(value, str) else f" (got {value})"


def _choice(detail: ErrorDetails) -> str:
    if detail["type"] not in ("enum", "literal_error") or not isinstance(detail["input"], str):
        return ""
    options = re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))
    near = get_close_matches(detail["input"], options, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def known_keys(schema: Mapping[str, Any], location: Location) -> list[str]:
    """The keys that a JSON Schema knows at `location`."""
    nodes = [schema]
    for part in location:
        nodes = [child for node in nodes for child in _below(_forms(schema, node), part)]
    return sorted({key for node in nodes for form in _forms(schema, node) for key in form.get("properties", {})})


def _forms(schema: Mapping[str, Any], node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    choices = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
    return [form for choice in choices for form in _forms(schema, choice)] if choices else [node]


def _below(forms: list[Mapping[str, Any]], part: str | int) -> Iterable[Mapping[str, Any]]:
    for form in forms:
        if isinstance(part, int):
            child = form.get("items")
        else:
            others = [*form.get("patternProperties", {}).values(), form.get("additionalProperties")]
            child = form.get("properties", {}).get(part) or next(
                (other for other in others if isinstance(other, dict)), None
            )
        if isinstance(child, dict):
            yield child
