"""From the text of an expression to closures: Python's parser, a whitelist of its nodes, and the types that can be told."""

import ast
import io
import math
import tokenize
import warnings
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from journey.model import FieldType
from mapping import operators
from mapping.functions import FAMILIES, FUNCTIONS, Family, Function
from mapping.operators import Evaluate
from mapping.special import SPECIAL, Part, call, constant

LONGEST_SOURCE = 2_000
MOST_NODES = 200
DEEPEST = 40
LARGEST_LITERAL = 10**18

FAMILY_OF_TYPE: Mapping[FieldType, Family] = MappingProxyType(
    {
        FieldType.TEXT: Family.TEXT,
        FieldType.INTEGER: Family.NUMBER,
        FieldType.NUMBER: Family.NUMBER,
        FieldType.DECIMAL: Family.NUMBER,
        FieldType.BOOLEAN: Family.BOOLEAN,
        FieldType.DATE: Family.DATE,
        FieldType.DATETIME: Family.DATETIME,
        FieldType.LIST: Family.LIST,
    }
)
_WORDS = MappingProxyType({"true": True, "false": False, "null": None})
_INSTEAD: Mapping[type[ast.AST], str] = MappingProxyType(
    {
        ast.Attribute: 'attributes are not part of the language; for a CRM field with a dot write FIELD("a.b")',
        ast.Subscript: "brackets are not part of the language; use LEFT, RIGHT or SPLIT_PART",
        ast.IfExp: "write IF(condition, then, otherwise)",
        ast.Lambda: "functions cannot be defined",
        ast.List: "lists cannot be written; use IN(value, option, …)",
        ast.Tuple: "lists cannot be written; use IN(value, option, …)",
        ast.JoinedStr: "use CONCAT(text, …) or +",
        ast.NamedExpr: "use == to compare",
    }
)


class Refused(Exception):
    """The source is not an expression of this language; `offset` is the place in its text, in characters from 0."""

    def __init__(self, offset: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.hint = hint


def parse(source: str) -> ast.expr:
    """The syntax tree of `source`, if it is within bounds."""
    if len(source) > LONGEST_SOURCE:
        raise Refused(0, f"an expression may have at most {LONGEST_SOURCE:,} characters")
    if not source.strip():
        raise Refused(0, "the expression is empty")
    flat = "".join(" " if letter.isspace() else letter for letter in source)
    lead = len(flat) - len(flat.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            tree = ast.parse(flat.lstrip(), mode="eval").body
    except SyntaxError as error:
        offset = lead + max((error.offset or 1) - 1, 0)
        assigns = "'=='" in error.msg or flat[offset : offset + 1] == "="
        raise Refused(offset, "use == to compare" if assigns else error.msg) from None
    except (ValueError, MemoryError, RecursionError):
        raise Refused(0, "this cannot be read as an expression") from None
    _check_size(tree)
    _check_comments(flat.lstrip(), lead)
    return tree


def _check_size(tree: ast.expr) -> None:
    nodes, level = 0, [tree]
    for _ in range(DEEPEST):
        nodes += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if not level:
            break
    if level:
        raise Refused(0, f"the expression is nested more than {DEEPEST} levels deep", "split it into several fields")
    if nodes > MOST_NODES:
        raise Refused(0, f"the expression has more than {MOST_NODES} parts", "split it into several fields")


def _check_comments(flat: str, lead: int) -> None:
    if "#" not in flat:
        return
    for token in tokenize.generate_tokens(io.StringIO(flat).readline):
        if token.type == tokenize.COMMENT:
            raise Refused(lead + token.start[1], "comments are not part of the language", "use a YAML comment")


class Compilation:
    """One expression being compiled. `names` collects the fields it reads, in order of appearance."""

    def __init__(self, source: str, fields: Mapping[str, Family | None] | None) -> None:
        self._fields = fields
        self._lead = len(source) - len(source.lstrip())
        self._bytes = source.lstrip().encode("utf-8", "surrogatepass")
        self.names: dict[str, None] = {}

    def refuse(self, node: ast.expr, message: str, hint: str = "") -> Refused:
        """The error for `node`, at its place in the source."""
        before = self._bytes[: node.col_offset].decode("utf-8", "replace")
        return Refused(self._lead + len(before), message, hint)

    def build(self, node: ast.expr) -> Part:
        """Compile one node and everything below it."""
        match node:
            case ast.Constant():
                return self._literal(node)
            case ast.Name():
                return self._name(node)
            case ast.Call():
                return self._call(node)
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp():
                return self._junction(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.UnaryOp():
                return self._unary(node)
        words = _INSTEAD.get(type(node), "only literals, fields, operators and functions can be used")
        raise self.refuse(node, "this is not part of the language", words)

    def _literal(self, node: ast.Constant) -> Part:
        value = node.value
        if value is not None and value.__class__ not in (str, int, float, bool):
            raise self.refuse(node, "this kind of literal is not part of the language")
        if isinstance(value, int | float) and not (abs(value) <= LARGEST_LITERAL and math.isfinite(value)):
            raise self.refuse(node, "the number is too large")
        return Part(constant(value), FAMILIES.get(value.__class__), literal=True, value=value)

    def _name(self, node: ast.Name) -> Part:
        if node.id in _WORDS:
            value = _WORDS[node.id]
            return Part(constant(value), FAMILIES.get(value.__class__), literal=True, value=value)
        return self._field(node, node.id)

    def _field(self, node: ast.expr, name: str) -> Part:
        if self._fields is not None and name not in self._fields:
            hint = nearest(name, self._fields)
            if name in FUNCTIONS or name in SPECIAL:
                hint = f"{name} is a function: {name}(…)"
            raise self.refuse(node, f"unknown field '{name}'", hint)
        self.names[name] = None

        def read(values: Mapping[str, Any]) -> Any:
            value = values.get(name)
            return None if value == "" else value

        return Part(read, self._fields[name] if self._fields is not None else None)

    def _call(self, node: ast.Call) -> Part:
        if not isinstance(node.func, ast.Name):
            raise self.refuse(node, "only functions can be called", _INSTEAD.get(type(node.func), ""))
        name = node.func.id
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.refuse(node, f"{name} takes plain arguments only")
        if name == "FIELD":
            return self._field_by_text(node)
        if name in SPECIAL:
            return self._special(node, name)
        function = FUNCTIONS.get(name)
        if function is None:
            raise self.refuse(
                node, f"unknown function '{name}'", nearest(name.upper(), [*FUNCTIONS, *SPECIAL, "FIELD"])
            )
        arguments = [self.build(argument) for argument in node.args]
        self._check_count(node, function.usage, len(arguments), function.least, function.most)
        self._check_arguments(node, name, function, arguments)
        return Part(call(name, function, [argument.evaluate for argument in arguments]), function.gives)

    def _field_by_text(self, node: ast.Call) -> Part:
        match node.args:
            case [ast.Constant(value=str(name))] if name:
                return self._field(node, name)
        raise self.refuse(node, "FIELD takes one field name, in quotes", 'FIELD("a.b")')

    def _special(self, node: ast.Call, name: str) -> Part:
        form = SPECIAL[name]
        self._check_count(node, form.usage, len(node.args), form.least, form.most)
        arguments = [self.build(argument) for argument in node.args]
        for position in form.conditions(len(arguments)):
            self._check_condition(node.args[position], arguments[position])
        if name in ("IN", "CASE"):
            self._check_options(node, arguments, step=2 if name == "CASE" else 1)
        families = {arguments[position].family for position in form.results(len(arguments))}
        family = form.gives or (families.pop() if len(families) == 1 else None)
        return Part(form.build(arguments), family)

    def _check_count(self, node: ast.Call, usage: str, count: int, least: int, most: int) -> None:
        if not least <= count <= most:
            raise self.refuse(node, f"{usage} cannot take {count} argument{'' if count == 1 else 's'}")

    def _check_arguments(self, node: ast.Call, name: str, function: Function, arguments: Sequence[Part]) -> None:
        for position, argument in enumerate(arguments):
            wanted = function.takes[min(position, len(function.takes) - 1)]
            if wanted and argument.family is not None and argument.family not in wanted:
                words = " or ".join(sorted(wanted))
                raise self.refuse(node.args[position], f"{name} needs {words} here, not {argument.family}")

    def _check_options(self, node: ast.Call, arguments: Sequence[Part], step: int) -> None:
        subject = arguments[0].family
        last = len(arguments) - (1 if step == 2 and len(arguments) % 2 == 0 else 0)
        for position in range(1, last, step):
            option = arguments[position].family
            if subject is not None and option is not None and option is not subject:
                raise self.refuse(node.args[position], operators.mismatch(subject, option))

    def _check_condition(self, node: ast.expr, built: Part) -> None:
        if built.family not in (None, Family.BOOLEAN):
            raise self.refuse(node, f"needs true/false here, not {built.family}")

    def _compare(self, node: ast.Compare) -> Part:
        if len(node.ops) > 1:
            raise self.refuse(node, "compare two values at a time", "join comparisons with and")
        left, right = self.build(node.left), self.build(node.comparators[0])
        return Part(self._comparison(node, node.ops[0], left, right), Family.BOOLEAN)

    def _comparison(self, node: ast.Compare, test: ast.cmpop, left: Part, right: Part) -> Evaluate:
        ordered = type(test) in operators.ORDER
        apply = operators.ORDER.get(type(test)) or operators.EQUALITY.get(type(test))
        if apply is None:
            raise self.refuse(
                node, "this comparison is not part of the language", "use IN(value, option, …) or ISBLANK(value)"
            )
        for side in (left, right):
            if side.literal and side.value in (None, ""):
                raise self.refuse(node, "comparing with null or an empty text is always null", "use ISBLANK(value)")
        if left.family and right.family and left.family is not right.family:
            raise self.refuse(node, operators.mismatch(left.family, right.family))
        if ordered and {left.family, right.family} & operators.UNORDERED:
            raise self.refuse(node, f"cannot order {left.family or right.family}")
        if right.literal and isinstance(right.value, str):
            return operators.compare_with_text(apply, left.evaluate, right.value)
        return operators.compare(apply, ordered, left.evaluate, right.evaluate)

    def _junction(self, node: ast.BoolOp) -> Part:
        parts = [self.build(value) for value in node.values]
        for place, part in zip(node.values, parts, strict=True):
            self._check_condition(place, part)
        join = operators.every if isinstance(node.op, ast.And) else operators.some
        return Part(join([part.evaluate for part in parts]), Family.BOOLEAN)

    def _arithmetic(self, node: ast.BinOp) -> Part:
        if type(node.op) not in operators.ARITHMETIC:
            raise self.refuse(node, "this operator is not part of the language", "use + - * / %")
        left, right = self.build(node.left), self.build(node.right)
        families = {left.family, right.family} - {None}
        texts = isinstance(node.op, ast.Add) and families == {Family.TEXT}
        if families - {Family.NUMBER} and not texts:
            dates = families & {Family.DATE, Family.DATETIME}
            hint = "use DAYS_BETWEEN(start, end)" if dates else "convert texts with NUMBER(…)"
            raise self.refuse(node, "can only calculate with numbers", hint)
        number = families == {Family.NUMBER} or not isinstance(node.op, ast.Add)
        family = Family.TEXT if texts else Family.NUMBER if number else None
        return Part(operators.arithmetic(type(node.op), left.evaluate, right.evaluate), family)

    def _unary(self, node: ast.UnaryOp) -> Part:
        operand = self.build(node.operand)
        if isinstance(node.op, ast.Not):
            self._check_condition(node.operand, operand)
            return Part(operators.negation(operand.evaluate), Family.BOOLEAN)
        if not isinstance(node.op, ast.USub):
            raise self.refuse(node, "this operator is not part of the language", "use - or not")
        if operand.family not in (None, Family.NUMBER):
            raise self.refuse(node, "can only calculate with numbers")
        return Part(operators.negative(operand.evaluate), Family.NUMBER)


def nearest(word: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    """A "did you mean" for `word`, or nothing."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{matches[0]}'?" if matches else ""
