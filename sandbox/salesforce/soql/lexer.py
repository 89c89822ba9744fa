"""SOQL text as tokens, and the vendor's way to point at one."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sandbox.salesforce.errors import Refusal, refuse

LONGEST = 100_000
_SHOWN_BEFORE, _SHOWN_AFTER = 60, 40


class Token(StrEnum):
    """What a token is."""

    STRING = "string"
    DATETIME = "datetime"
    DATE = "date"
    NUMBER = "number"
    NAME = "name"
    OPERATOR = "operator"
    MARK = "mark"
    END = "end"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token and where it begins (from 0)."""

    token: Token
    text: str
    at: int

    @property
    def word(self) -> str:
        """The text as a keyword."""
        return self.text.upper() if self.token is Token.NAME else self.text


_PATTERN = re.compile(
    r"(?P<string>'(?:\\.|[^'\\])*')"
    r"|(?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))"
    r"|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?)"
    r"|(?P<operator><=|>=|!=|<>|=|<|>)"
    r"|(?P<mark>[(),])"
)
_SPACE = re.compile(r"\s*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "_": "_", "%": "%"}


def lexemes(source: str) -> list[Lexeme]:
    """The tokens of a query, an END after them. Raises the vendor's MALFORMED_QUERY."""
    if len(source) > LONGEST:
        raise refuse(400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {LONGEST} characters.")
    found, at = [], _skip(source, 0)
    while at < len(source):
        match = _PATTERN.match(source, at)
        if match is None:
            raise malformed(source, at, f"unexpected token: '{source[at]}'")
        found.append(Lexeme(Token(str(match.lastgroup)), match.group(), at))
        at = _skip(source, match.end())
    return [*found, Lexeme(Token.END, "<EOF>", len(source))]


def _skip(source: str, at: int) -> int:
    match = _SPACE.match(source, at)
    return at if match is None else match.end()


def unquoted(text: str) -> str:
    """What a string literal says."""
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])


def pointed(source: str, at: int, message: str) -> str:
    """A message under a caret, as the vendor writes it."""
    row = source.count("\n", 0, at) + 1
    column = at - (source.rfind("\n", 0, at) + 1) + 1
    start = max(0, at - _SHOWN_BEFORE)
    shown = source[start : at + _SHOWN_AFTER]
    return f"\n{shown}\n{' ' * (at - start)}^\nERROR at Row:{row}:Column:{column}\n{message}"


def malformed(source: str, at: int, message: str) -> Refusal:
    """400: not SOQL."""
    return refuse(400, "MALFORMED_QUERY", pointed(source, at, message))


def invalid_field(source: str, at: int, message: str) -> Refusal:
    """400: a field that is not there, or may not be used so."""
    return refuse(400, "INVALID_FIELD", pointed(source, at, message))
