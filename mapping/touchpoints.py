"""Dated events that a record tells with its own fields: a form conversion, a last click."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from journey.model import KNOWN_FIELDS, FieldType, Kind, Value
from mapping.expression import Expression
from mapping.reading import FieldProblem, Reader, compile_expr, compile_reader
from mapping.spec import FieldSpec, TouchpointSpec

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class TouchpointRule:
    """A compiled touchpoint rule. Its reader names are `<rule id>.<field>`; `constants` are type, direction and actor."""

    id: str
    at: Reader
    readers: tuple[Reader, ...]
    constants: dict[str, Value]
    when: Expression | None

    @property
    def sources(self) -> tuple[str, ...]:
        """The CRM fields it reads."""
        when = self.when.fields if self.when is not None else ()
        return (*when, *(source for reader in (self.at, *self.readers) for source in reader.sources))

    @property
    def field_types(self) -> Mapping[str, FieldType]:
        """The touchpoint fields it gives, besides those that every touchpoint has."""
        return {reader.name.rpartition(".")[2]: reader.type for reader in self.readers}


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, which identify one occurrence of a rule's event."""
    return (at - _EPOCH) // _MILLISECOND


def compile_touchpoint(spec: TouchpointSpec) -> TouchpointRule:
    """Compile one rule. Raises `FieldProblem` with the key inside the rule."""
    known = KNOWN_FIELDS[Kind.TOUCHPOINT]
    named = {name: getattr(spec, name) for name in ("owner", "subject", "outcome", "campaign")}
    fields: dict[str, FieldSpec] = {name: field for name, field in named.items() if field is not None}
    for name in spec.fields:
        if name in known:
            raise FieldProblem(f"fields.{name}", f"{name} is a key of the touchpoint itself")
    readers = [_reader(spec.id, name, field, name, known.get(name)) for name, field in fields.items()]
    readers += [_reader(spec.id, name, field, f"fields.{name}", None) for name, field in spec.fields.items()]
    return TouchpointRule(
        spec.id,
        _reader(spec.id, "at", spec.at, "at", FieldType.DATETIME),
        tuple(readers),
        {"type": spec.type.value, "direction": spec.direction.value, "actor": spec.actor.value},
        compile_expr("when", spec.when, condition=True) if spec.when is not None else None,
    )


def _reader(rule: str, name: str, spec: FieldSpec, key: str, known: FieldType | None) -> Reader:
    try:
        return compile_reader(f"{rule}.{name}", spec, known)
    except FieldProblem as problem:
        raise FieldProblem(f"{key}.{problem.key}", str(problem), problem.inside) from None
