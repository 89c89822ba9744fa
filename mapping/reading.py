"""How one field is read: a chain compiled from its spec. Blank becomes the default; everything else is cast or refused."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from journey.model import FieldType, Value
from mapping import casts
from mapping.casts import Unreadable
from mapping.expression import Expression, ExpressionError, compile_expression
from mapping.functions import FUNCTIONS
from mapping.spec import FieldSpec, Otherwise, Transform

Read = Callable[[Mapping[str, Any]], Value]
Step = Callable[[Any], Any]

TRANSFORMS: Mapping[Transform, Callable[[str], str | None]] = {
    Transform.TRIM: str.strip,
    Transform.LOWER: str.lower,
    Transform.UPPER: str.upper,
    Transform.DIGITS: lambda text: "".join(letter for letter in text if letter in "0123456789"),
    Transform.COLLAPSE: lambda text: " ".join(text.split()),
    Transform.DOMAIN: FUNCTIONS["DOMAIN"].call,
}
LONGEST_QUOTE = 200


class FieldProblem(ValueError):
    """A field's spec cannot be compiled. `key` is where in the spec; `inside` is the position within an expression."""

    def __init__(self, key: str, message: str, inside: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.inside = inside


@dataclass(frozen=True, slots=True)
class Reader:
    """A compiled field. `read` raises `Unreadable`; `sources` are the CRM fields it needs; `how` says in words what it does."""

    name: str
    type: FieldType
    sources: tuple[str, ...]
    how: str
    read: Read
    stage_of: Callable[[str], str]

    def raw(self, fields: Mapping[str, Any]) -> str | None:
        """What was read, quoted and cut: kept beside a problem for a person to look at."""
        if len(self.sources) == 1:
            raw = fields.get(self.sources[0])
            return None if raw is None else str(raw)[:LONGEST_QUOTE]
        return ", ".join(f"{name}={fields.get(name)}" for name in self.sources)[:LONGEST_QUOTE] or None


def compile_expr(key: str, source: str, *, condition: bool = False) -> Expression:
    """An expression over a record's CRM fields; any name may be read. Raises `FieldProblem`."""
    try:
        return compile_expression(source, condition=condition)
    except ExpressionError as error:
        message = error.message + (f"; {error.hint}" if error.hint else "")
        raise FieldProblem(key, message, (error.line, error.column)) from None


def compile_reader(name: str, spec: FieldSpec, known: FieldType | None = None) -> Reader:
    """Compile one field. `known` is the type Relevo itself gives it. Raises `FieldProblem`."""
    kind = _type_of(name, spec, known)
    cast = _cast(spec, kind)
    default = _fixed("default", spec.default, cast)
    steps = [step for step in (*_transforms(spec), _mapped(spec, kind)) if step]
    get, sources, how = _origin(spec)
    chain = _chain(get, spec.source if spec.expr is None else None, steps, cast, default)
    if spec.map is None:
        _fixed("value", spec.value, cast)
    return Reader(name, kind, sources, _describe(how, spec), chain, _stage_words(steps))


def _type_of(name: str, spec: FieldSpec, known: FieldType | None) -> FieldType:
    if known and spec.type and spec.type is not known:
        raise FieldProblem(
            "type", f"{name} is always {known}; map it to a field of another name to keep it as {spec.type}"
        )
    return known or spec.type or FieldType.TEXT


def _cast(spec: FieldSpec, kind: FieldType) -> casts.Cast:
    if spec.format and spec.format not in casts.FORMATS.get(kind, ()):
        raise FieldProblem("format", f"a field of type {kind} has no format {spec.format}")
    if spec.zone and kind not in (FieldType.DATE, FieldType.DATETIME):
        raise FieldProblem("zone", f"a field of type {kind} has no time zone")
    return casts.cast_for(kind, spec.format, zone_named(spec.zone) if spec.zone else None)


def zone_named(name: str) -> ZoneInfo:
    """The time zone `name`. Raises `FieldProblem` if there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise FieldProblem("zone", "unknown time zone; use a name such as Europe/Madrid") from None


def _fixed(key: str, value: Any, cast: casts.Cast) -> Value:
    try:
        return cast(value)
    except Unreadable as reason:
        raise FieldProblem(key, f"the {key} {reason}") from None


def _origin(spec: FieldSpec) -> tuple[Read, tuple[str, ...], str]:
    if spec.expr is not None:
        expression = compile_expr("expr", spec.expr)
        return expression, expression.fields, f"expr {spec.expr}"
    if spec.source is not None:
        source = spec.source
        return (lambda fields: fields.get(source)), (source,), f"from {source}"
    return (lambda fields: spec.value), (), "value"


def _transforms(spec: FieldSpec) -> Sequence[Step]:
    return [_on_text(TRANSFORMS[transform]) for transform in spec.transform]


def _on_text(apply: Callable[[str], str | None]) -> Step:
    return lambda raw: apply(raw) if isinstance(raw, str) else raw


def _mapped(spec: FieldSpec, kind: FieldType) -> Step | None:
    if spec.map is None:
        return None
    if kind is FieldType.LIST:
        raise FieldProblem("map", "a list cannot be mapped")
    table = dict(spec.map)
    otherwise = spec.otherwise
    cast = _cast(spec, kind)
    for key, value in table.items():
        _fixed_in_map(key, value, cast)
    fallback = otherwise.value if isinstance(otherwise, Otherwise) else None
    _fixed("otherwise", fallback, cast)

    def step(raw: Any) -> Any:
        key = raw if isinstance(raw, str) else casts.to_text(raw)
        if key in table:
            return table[key]
        if otherwise == "reject":
            raise Unreadable("is not in the map")
        return raw if otherwise == "keep" else fallback

    return step


def _fixed_in_map(key: str, value: Any, cast: casts.Cast) -> None:
    try:
        cast(value)
    except Unreadable as reason:
        raise FieldProblem("map", f"what the map gives for '{key}' {reason}") from None


def _chain(get: Read, source: str | None, steps: Sequence[Step], cast: casts.Cast, default: Value) -> Read:
    if source is not None and not steps and default is None:
        return lambda fields: cast(fields.get(source))

    def read(fields: Mapping[str, Any]) -> Value:
        raw: Any = get(fields)
        for step in steps:
            if raw is None or raw == "":
                return default
            raw = step(raw)
        value = cast(raw)
        return default if value is None else value

    return read


def _stage_words(steps: Sequence[Step]) -> Callable[[str], str]:
    """For past stages: our word for it, or the CRM's own where today's map has none, so that no past stage is lost."""

    def stage_of(raw: str) -> str:
        value: Any = raw
        try:
            for step in steps:
                value = step(value) if value else value
        except Unreadable:
            return raw
        return str(value) if value else raw

    return stage_of


def _describe(how: str, spec: FieldSpec) -> str:
    parts = [how, *spec.transform, *(["map"] if spec.map is not None else ())]
    return ", ".join(str(part) for part in parts)
