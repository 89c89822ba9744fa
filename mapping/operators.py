"""Operators of the expression language as closures. Null in, null out; `and`, `or`, `not` know three values as SQL does."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from mapping.functions import FAMILIES, ExpressionFailure, Family, bounded, finite

Evaluate = Callable[[Mapping[str, Any]], Any]

EQUALITY: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = MappingProxyType(
    {ast.Eq: operator.eq, ast.NotEq: operator.ne}
)
ORDER: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = MappingProxyType(
    {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}
)
ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.Mod: operator.mod,
    }
)
UNORDERED = frozenset({Family.BOOLEAN, Family.LIST})
HINTS: Mapping[frozenset[Family], str] = MappingProxyType(
    {
        frozenset({Family.TEXT, Family.NUMBER}): "NUMBER(…)",
        frozenset({Family.TEXT, Family.BOOLEAN}): "BOOLEAN(…)",
        frozenset({Family.TEXT, Family.DATE}): "DATE(…)",
        frozenset({Family.TEXT, Family.DATETIME}): "DATETIME(…)",
        frozenset({Family.DATE, Family.DATETIME}): "DATE(…)",
        frozenset({Family.TEXT, Family.LIST}): "CONTAINS(…)",
    }
)


def mismatch(left: Family | None, right: Family | None) -> str:
    """Why two families cannot be compared, and what to write instead."""
    hint = HINTS.get(frozenset({left, right} - {None})) if left and right else None
    words = f"cannot compare {left or 'a structure'} with {right or 'a structure'}"
    return f"{words}; convert with {hint}" if hint else words


def compare(test: Callable[[Any, Any], bool], ordered: bool, left: Evaluate, right: Evaluate) -> Evaluate:
    """`left test right` over values of one family; a list cannot be compared at all, true/false cannot be ordered."""

    def run(values: Mapping[str, Any]) -> bool | None:
        a, b = left(values), right(values)
        if a is None or b is None:
            return None
        family = FAMILIES.get(a.__class__)
        if family is None or family is not FAMILIES.get(b.__class__):
            raise ExpressionFailure(mismatch(family, FAMILIES.get(b.__class__)))
        if family in UNORDERED and (ordered or family is Family.LIST):
            raise ExpressionFailure(f"cannot order {family}" if ordered else "cannot compare lists; use CONTAINS")
        return test(a, b)

    return run


def compare_with_text(test: Callable[[Any, Any], bool], left: Evaluate, text: str) -> Evaluate:
    """The commonest comparison of all, without the detours."""

    def run(values: Mapping[str, Any]) -> bool | None:
        a = left(values)
        if a is None:
            return None
        if a.__class__ is not str:
            raise ExpressionFailure(mismatch(FAMILIES.get(a.__class__), Family.TEXT))
        return test(a, text)

    return run


def arithmetic(node: type[ast.operator], left: Evaluate, right: Evaluate) -> Evaluate:
    """`+ - * / %` over numbers; `+` also joins texts."""
    apply = ARITHMETIC[node]
    joins = node is ast.Add

    def run(values: Mapping[str, Any]) -> Any:
        a, b = left(values), right(values)
        if a is None or b is None:
            return None
        if joins and a.__class__ is str and b.__class__ is str:
            return bounded(a + b)
        if FAMILIES.get(a.__class__) is not Family.NUMBER or FAMILIES.get(b.__class__) is not Family.NUMBER:
            raise ExpressionFailure("can only calculate with numbers; convert texts with NUMBER(…)")
        return finite(apply(*_alike(a, b)))

    return run


def _alike(a: Any, b: Any) -> tuple[Any, Any]:
    if isinstance(a, Decimal) and isinstance(b, float):
        return a, Decimal(repr(b))
    if isinstance(a, float) and isinstance(b, Decimal):
        return Decimal(repr(a)), b
    return a, b


def negative(operand: Evaluate) -> Evaluate:
    """`-x`."""

    def run(values: Mapping[str, Any]) -> Any:
        a = operand(values)
        if a is None:
            return None
        if FAMILIES.get(a.__class__) is not Family.NUMBER:
            raise ExpressionFailure("can only calculate with numbers; convert texts with NUMBER(…)")
        return -a

    return run


def truth(value: Any) -> bool | None:
    """A value used as a condition: true, false or null; anything else is a failure."""
    if value is None or isinstance(value, bool):
        return value
    words = FAMILIES.get(value.__class__) or "a structure"
    hint = '; compare it, as in name == "true"' if value.__class__ is str else ""
    raise ExpressionFailure(f"needs true/false here, not {words}{hint}")


def negation(operand: Evaluate) -> Evaluate:
    """`not x`."""

    def run(values: Mapping[str, Any]) -> bool | None:
        value = truth(operand(values))
        return None if value is None else not value

    return run


def every(operands: Sequence[Evaluate]) -> Evaluate:
    """`a and b …`: false as soon as one is false; null if none is false and one is null."""
    return _junction(operands, decisive=False)


def some(operands: Sequence[Evaluate]) -> Evaluate:
    """`a or b …`: true as soon as one is true; null if none is true and one is null."""
    return _junction(operands, decisive=True)


def _junction(operands: Sequence[Evaluate], *, decisive: bool) -> Evaluate:
    parts = tuple(operands)

    def run(values: Mapping[str, Any]) -> bool | None:
        unknown = False
        for part in parts:
            value = truth(part(values))
            if value is decisive:
                return decisive
            unknown = unknown or value is None
        return None if unknown else not decisive

    return run
