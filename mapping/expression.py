"""The expression language of `expr:`, `when:` and `skip_if:`: a closed subset of Python's expression grammar.

Literals, field names, `+ - * / %`, comparisons, `and or not` and the upper-case functions of `functions.py`; nothing else.
An expression is compiled once into closures and cannot loop, reach attributes or grow: its source, its nodes, its depth and
its results are bounded. Null (also an empty text) makes the result null, except in `IF`, `CASE`, `COALESCE`, `ISBLANK`,
`AND`, `OR`. Texts and numbers are never compared silently: `NUMBER(employees) > 200`.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from journey.model import FieldType, Value
from mapping.casts import Unreadable
from mapping.functions import LONGEST_TEXT, ExpressionFailure, Family
from mapping.operators import Evaluate
from mapping.syntax import FAMILY_OF_TYPE, Compilation, Refused, parse

__all__ = ["Expression", "ExpressionError", "ExpressionFailure", "compile_expression"]


_NOT_COMPUTABLE = (ArithmeticError, ValueError, TypeError)
"""What Python raises for values that do not fit: overflows, a naive time beside an aware one."""


class ExpressionError(ValueError):
    """An expression that cannot be compiled. `line` and `column` count from 1 inside the expression's own text."""

    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(f"{line}:{column}: {message}" + (f"; {hint}" if hint else ""))
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint


class Expression:
    """A compiled expression. `fields` are the names it reads; `family` is the type it gives, where that can be told."""

    __slots__ = ("_evaluate", "family", "fields", "source")

    def __init__(self, source: str, fields: tuple[str, ...], family: Family | None, evaluate: Evaluate) -> None:
        self.source = source
        self.fields = fields
        self.family = family
        self._evaluate = evaluate

    def __call__(self, values: Mapping[str, Any]) -> Value:
        """The result for one record. Raises `ExpressionFailure`, and nothing else, when it cannot be computed."""
        try:
            result: Value = self._evaluate(values)
        except ExpressionFailure:
            raise
        except _NOT_COMPUTABLE as error:
            raise ExpressionFailure(_reason(error)) from None
        if isinstance(result, str) and len(result) > LONGEST_TEXT:
            raise ExpressionFailure(f"gives a text longer than {LONGEST_TEXT:,} characters")
        return result

    def holds(self, values: Mapping[str, Any]) -> bool:
        """The expression as a condition: true only if it gives true. Null is not true, and neither is what cannot be computed."""
        try:
            return self._evaluate(values) is True
        except _NOT_COMPUTABLE:
            return False

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


def _reason(error: Exception) -> str:
    """Only our own words: Python's messages may quote the value."""
    if isinstance(error, Unreadable):
        return f"has an argument that {error}"
    return "divides by zero" if isinstance(error, ZeroDivisionError) else "cannot be computed from these values"


def compile_expression(
    source: str, fields: Mapping[str, FieldType | None] | None = None, *, condition: bool = False
) -> Expression:
    """Compile `source`. `fields` are the names it may read, with their types; None allows any name (a CRM's raw fields).

    With known types, comparisons and arguments are checked here. `condition` demands a true/false result.
    Raises `ExpressionError` with position and, for a misspelt name, the nearest known one.
    """
    known = None if fields is None else {name: FAMILY_OF_TYPE[kind] if kind else None for name, kind in fields.items()}
    try:
        compilation = Compilation(source, known)
        result = compilation.build(parse(source))
    except Refused as refused:
        _fail(source, refused)
    if condition and result.family not in (None, Family.BOOLEAN):
        raise ExpressionError(1, 1, f"a condition must be true/false; this is {result.family}")
    return Expression(source, tuple(compilation.names), result.family, result.evaluate)


def _fail(source: str, refused: Refused) -> NoReturn:
    before = source[: refused.offset]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    raise ExpressionError(line, column, refused.message, refused.hint) from None
