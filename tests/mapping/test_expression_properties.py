"""Whatever is written and whatever the record holds: compile errors and value errors, and nothing else."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mapping.expression import ExpressionError, ExpressionFailure, compile_expression
from mapping.functions import FUNCTIONS
from mapping.special import SPECIAL

NAMES = ("a", "b", "c")
RAW = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=30),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.lists(st.text(max_size=3), max_size=3),
    st.lists(st.text(max_size=3), max_size=3).map(tuple),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)
ATOMS = st.sampled_from([*NAMES, "1", "2.5", '"x"', '"2026-01-01"', "true", "null", "-3", '"="', "0"])


def _joined(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "and", "or"])
    calls = st.tuples(st.sampled_from([*FUNCTIONS, *SPECIAL]), st.lists(children, min_size=1, max_size=4))
    return st.one_of(
        st.tuples(children, operators, children).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        calls.map(lambda call: f"{call[0]}({', '.join(call[1])})"),
        children.map(lambda child: f"(not {child})"),
        children.map(lambda child: f"(-{child})"),
    )


SOURCES = st.recursive(ATOMS, _joined, max_leaves=12)


@given(SOURCES, st.fixed_dictionaries(dict.fromkeys(NAMES, RAW)))
def test_a_call_gives_a_value_or_a_reason(source: str, values: dict[str, Any]) -> None:
    try:
        expression = compile_expression(source)
    except ExpressionError:
        return
    expression.holds(values)
    try:
        result = expression(values)
    except ExpressionFailure:
        return
    allowed = (str, int, float, bool, type(None), date, datetime, tuple, list, dict)
    assert isinstance(result, allowed) or type(result).__name__ == "Decimal"


@given(SOURCES, st.fixed_dictionaries(dict.fromkeys(NAMES, RAW)))
def test_computing_twice_gives_the_same(source: str, values: dict[str, Any]) -> None:
    try:
        expression = compile_expression(source)
        first = expression(values)
    except (ExpressionError, ExpressionFailure):
        return
    assert repr(expression(values)) == repr(first)


def refusal(source: str, fields: dict[str, None] | None = None) -> ExpressionError | None:
    """Why `source` does not compile."""
    try:
        compile_expression(source, fields)
    except ExpressionError as error:
        return error
    return None


@given(st.text(max_size=200))
def test_any_text_compiles_or_is_refused_at_a_place_inside_it(source: str) -> None:
    """I15."""
    error = refusal(source, {})
    if error is not None:
        assert 1 <= error.line <= source.count("\n") + 1
        assert 1 <= error.column <= max(len(line) for line in source.split("\n")) + 1


PIECES = ["(", ")", "IF", "a", ",", " ", "==", '"', "1", "not", ".", "[", "]", "#", "\n", "-", "\\", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_broken_syntax_never_escapes_as_anything_but_an_error(parts: list[str]) -> None:
    error = refusal("".join(parts))
    assert error is None or error.message
