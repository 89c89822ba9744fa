"""The functions that look at null, or that compute only the arguments they need. No argument is computed twice."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from mapping import operators
from mapping.functions import FAMILIES, MANY, ExpressionFailure, Family, Function
from mapping.operators import Evaluate


class Part(NamedTuple):
    """A compiled part: how to compute it, the family it gives if that can be told, and its value if it is a literal."""

    evaluate: Evaluate
    family: Family | None
    literal: bool = False
    value: Any = None


@dataclass(frozen=True, slots=True)
class Form:
    """`conditions` and `results` tell, for a number of arguments, which positions are conditions and which the result."""

    build: Callable[[Sequence[Part]], Evaluate]
    usage: str
    least: int
    most: int = MANY
    gives: Family | None = None
    conditions: Callable[[int], Sequence[int]] = lambda count: ()
    results: Callable[[int], Sequence[int]] = lambda count: ()


def constant(value: Any) -> Evaluate:
    """Always `value`."""
    return lambda values: value


def call(name: str, function: Function, arguments: Sequence[Evaluate]) -> Evaluate:
    """A call of an ordinary function: null if an argument is null, a failure if one is of the wrong type."""
    accepted = [_classes(families) for families in function.takes]
    accepted += accepted[-1:] * (len(arguments) - len(accepted))
    apply = function.call
    if len(arguments) == 1:
        return _call_one(name, apply, arguments[0], accepted[0])
    pairs = tuple(zip(arguments, accepted, strict=False))

    def run(values: Mapping[str, Any]) -> Any:
        computed = []
        for argument, classes in pairs:
            value = argument(values)
            if value is None:
                return None
            if value.__class__ not in classes:
                raise _wrong(name, value)
            computed.append(value)
        return apply(*computed)

    return run


def _call_one(name: str, apply: Callable[..., Any], argument: Evaluate, classes: frozenset[type]) -> Evaluate:
    def run(values: Mapping[str, Any]) -> Any:
        value = argument(values)
        if value is None:
            return None
        if value.__class__ not in classes:
            raise _wrong(name, value)
        return apply(value)

    return run


def _classes(families: frozenset[Family]) -> frozenset[type]:
    return frozenset(kind for kind, family in FAMILIES.items() if not families or family in families)


def _wrong(name: str, value: Any) -> ExpressionFailure:
    return ExpressionFailure(f"{name} cannot take {FAMILIES.get(value.__class__) or 'a structure'} here")


def _if(arguments: Sequence[Part]) -> Evaluate:
    condition, then = arguments[0].evaluate, arguments[1].evaluate
    otherwise = arguments[2].evaluate if len(arguments) == 3 else constant(None)

    def run(values: Mapping[str, Any]) -> Any:
        return then(values) if operators.truth(condition(values)) else otherwise(values)

    return run


def _case(arguments: Sequence[Part]) -> Evaluate:
    subject, rest = arguments[0].evaluate, [part.evaluate for part in arguments[1:]]
    otherwise = rest.pop() if len(rest) % 2 else constant(None)
    branches = tuple(zip(rest[::2], rest[1::2], strict=True))

    def run(values: Mapping[str, Any]) -> Any:
        value = subject(values)
        if value is not None:
            for key, result in branches:
                if _equal(value, key(values)):
                    return result(values)
        return otherwise(values)

    return run


def _equal(value: Any, option: Any) -> bool:
    if option is None:
        return False
    left, right = FAMILIES.get(value.__class__), FAMILIES.get(option.__class__)
    if left is None or left is not right or left is Family.LIST:
        raise ExpressionFailure(operators.mismatch(left, right))
    return bool(value == option)


def _in(arguments: Sequence[Part]) -> Evaluate:
    subject, options = arguments[0].evaluate, arguments[1:]
    families = {option.family for option in options}
    if len(families) == 1 and None not in families and all(option.literal for option in options):
        return _in_literals(subject, frozenset(option.value for option in options), families.pop())
    computed = tuple(option.evaluate for option in options)

    def run(values: Mapping[str, Any]) -> bool | None:
        value = subject(values)
        return None if value is None else any(_equal(value, option(values)) for option in computed)

    return run


def _in_literals(subject: Evaluate, options: frozenset[Any], family: Family | None) -> Evaluate:
    def run(values: Mapping[str, Any]) -> bool | None:
        value = subject(values)
        if value is None:
            return None
        if FAMILIES.get(value.__class__) is not family:
            raise ExpressionFailure(operators.mismatch(FAMILIES.get(value.__class__), family))
        return value in options

    return run


def _coalesce(arguments: Sequence[Part]) -> Evaluate:
    parts = tuple(part.evaluate for part in arguments)

    def run(values: Mapping[str, Any]) -> Any:
        for part in parts:
            value = part(values)
            if value is not None:
                return value
        return None

    return run


def _isblank(arguments: Sequence[Part]) -> Evaluate:
    part = arguments[0].evaluate

    def run(values: Mapping[str, Any]) -> bool:
        value = part(values)
        return value is None or (value.__class__ is str and not value.strip())

    return run


def _case_results(count: int) -> Sequence[int]:
    last = (count - 1,) if count % 2 == 0 else ()
    return (*range(2, count, 2), *last)


SPECIAL: Mapping[str, Form] = MappingProxyType(
    {
        "IF": Form(
            _if,
            "IF(condition, then, otherwise)",
            least=2,
            most=3,
            conditions=lambda count: (0,),
            results=lambda count: range(1, count),
        ),
        "CASE": Form(_case, "CASE(value, option, result, …, otherwise)", least=3, results=_case_results),
        "IN": Form(_in, "IN(value, option, …)", least=2, gives=Family.BOOLEAN),
        "COALESCE": Form(_coalesce, "COALESCE(value, …)", least=1, results=range),
        "ISBLANK": Form(_isblank, "ISBLANK(value)", least=1, most=1, gives=Family.BOOLEAN),
        "NOT": Form(
            lambda arguments: operators.negation(arguments[0].evaluate),
            "NOT(condition)",
            least=1,
            most=1,
            gives=Family.BOOLEAN,
            conditions=range,
        ),
        "AND": Form(
            lambda arguments: operators.every([part.evaluate for part in arguments]),
            "AND(condition, …)",
            least=1,
            gives=Family.BOOLEAN,
            conditions=range,
        ),
        "OR": Form(
            lambda arguments: operators.some([part.evaluate for part in arguments]),
            "OR(condition, …)",
            least=1,
            gives=Family.BOOLEAN,
            conditions=range,
        ),
    }
)
