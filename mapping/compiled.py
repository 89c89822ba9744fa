"""Compile an `objects:` entry, reporting every problem in it at once."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from journey.model import KNOWN_FIELDS, REQUIRED_FIELDS, Actor, DealStatus, Direction, Kind, TouchType
from mapping.object_mapping import ObjectMapping
from mapping.outbound import WRITABLE, OutboundValue, Target
from mapping.reading import FieldProblem, Reader, compile_expr, compile_reader
from mapping.records import FieldTrace, Mapped, Problem, RawRecord, Skipped, Unmappable
from mapping.spec import FieldSpec, ObjectSpec, Otherwise
from mapping.syntax import nearest
from mapping.touchpoints import TouchpointRule, compile_touchpoint

__all__ = [
    "WRITABLE",
    "FieldTrace",
    "Mapped",
    "MappingError",
    "MappingErrors",
    "ObjectMapping",
    "OutboundValue",
    "Problem",
    "RawRecord",
    "Skipped",
    "Unmappable",
    "compile_object",
]

Path = tuple[str | int, ...]
Part = TypeVar("Part")

WORDS: Mapping[tuple[Kind, str], type[StrEnum]] = MappingProxyType(
    {
        (Kind.TOUCHPOINT, "type"): TouchType,
        (Kind.TOUCHPOINT, "direction"): Direction,
        (Kind.TOUCHPOINT, "actor"): Actor,
        (Kind.DEAL, "status"): DealStatus,
    }
)
"""Fields whose values are a closed set of words."""

TAKEN_PREFIXES: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {Kind.PERSON: ("company_",), Kind.TOUCHPOINT: ("person_",)}
)
"""Rules see a person's company and a touchpoint's person under these prefixes."""


@dataclass(frozen=True, slots=True)
class MappingError:
    """One thing wrong.

    `path` leads to it below the object; `inside` is (line, column) within an expression's text; `on_key` if it is the last key
    of the path that is wrong and not its value.
    """

    path: Path
    message: str
    inside: tuple[int, int] | None = None
    on_key: bool = False


class MappingErrors(ValueError):
    """Everything wrong with one object's mapping."""

    def __init__(self, errors: Iterable[MappingError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{'.'.join(map(str, e.path))}: {e.message}" for e in self.errors))


def compile_object(connection: str, object: str, spec: ObjectSpec) -> ObjectMapping:  # noqa: A002 (the domain's word)
    """Compile the mapping of `<connection>.<object>`. Raises `MappingErrors` with all that is wrong."""
    compiler = _Compiler(spec)
    readers = [reader for name, field in spec.fields.items() if (reader := compiler.field(name, field))]
    touchpoints = [rule for index in range(len(spec.touchpoints)) if (rule := compiler.touchpoint(index))]
    skip_if = compiler.skip_if()
    targets = compiler.targets()
    compiler.check(touchpoints)
    sources: dict[str, Path] = dict.fromkeys(skip_if.fields if skip_if else (), ("skip_if",))
    sources |= {source: ("fields", reader.name) for reader in readers for source in reader.sources}
    sources |= {source: ("touchpoints",) for rule in touchpoints for source in rule.sources}
    sources |= dict.fromkeys(spec.history, ("history",))
    compiler.check_ownership(sources, targets)
    if compiler.errors:
        raise MappingErrors(compiler.errors)
    return ObjectMapping(
        connection=connection,
        object=object,
        kind=spec.kind,
        digest=hashlib.blake2b(spec.model_dump_json(exclude={"write"}).encode(), digest_size=8).hexdigest(),
        raw_fields=tuple(sources),
        origins=MappingProxyType(sources),
        links=tuple(spec.links),
        history=spec.history,
        field_types=MappingProxyType({reader.name: reader.type for reader in readers}),
        readers=tuple(readers),
        touchpoints=tuple(touchpoints),
        skip_if=skip_if,
        targets=MappingProxyType(targets),
    )


class _Compiler:
    """Compiles the parts of one object and gathers what is wrong with each."""

    def __init__(self, spec: ObjectSpec) -> None:
        self.spec = spec
        self.errors: list[MappingError] = []

    def refuse(self, path: Path, message: str, inside: tuple[int, int] | None = None, *, on_key: bool = False) -> None:
        """Note one thing wrong."""
        self.errors.append(MappingError(path, message, inside, on_key))

    def attempt(self, path: Path, part: Callable[[], Part]) -> Part | None:
        """What `part` compiles to, or None with its problem noted."""
        try:
            return part()
        except FieldProblem as problem:
            self.refuse((*path, *problem.key.split(".")), str(problem), problem.inside)
            return None

    def field(self, name: str, spec: FieldSpec) -> Reader | None:
        """One field of the record."""
        kind = self.spec.kind
        for prefix in TAKEN_PREFIXES.get(kind, ()):
            if name.startswith(prefix):
                self.refuse(("fields", name), f"names starting with {prefix} are taken on a {kind}", on_key=True)
        words = WORDS.get((kind, name))
        if words is not None:
            for key, value in _given_words(spec):
                self._check_word(("fields", name, key), value, words)
        return self.attempt(("fields", name), lambda: compile_reader(name, spec, KNOWN_FIELDS[kind].get(name)))

    def _check_word(self, path: Path, value: Any, words: type[StrEnum]) -> None:
        known = [word.value for word in words]
        if value is not None and value not in known:
            hint = nearest(str(value), known) or f"one of {', '.join(known)}"
            self.refuse(path, f"unknown {path[1]} '{value}'; {hint}")

    def touchpoint(self, index: int) -> TouchpointRule | None:
        """One rule of `touchpoints:`."""
        return self.attempt(("touchpoints", index), lambda: compile_touchpoint(self.spec.touchpoints[index]))

    def skip_if(self) -> Any:
        """The condition under which records are left out."""
        source = self.spec.skip_if
        return None if source is None else self.attempt((), lambda: compile_expr("skip_if", source, condition=True))

    def targets(self) -> dict[str, Target]:
        """The CRM fields to write, by name."""
        targets: dict[str, Target] = {}
        for name, write in self.spec.write.items():
            if name not in WRITABLE:
                hint = nearest(name, list(WRITABLE)) or f"one of {', '.join(WRITABLE)}"
                self.refuse(("write", name), f"'{name}' cannot be written; {hint}", on_key=True)
            elif write.to in targets:
                self.refuse(("write", name, "to"), f"'{write.to}' is written twice")
            else:
                targets[write.to] = Target(write.to, name, WRITABLE[name], write.on_conflict)
        return targets

    def check(self, rules: Iterable[TouchpointRule]) -> None:
        """What concerns the object as a whole."""
        spec = self.spec
        for name in REQUIRED_FIELDS.get(spec.kind, ()):
            if name not in spec.fields:
                self.refuse(("fields",), f"a {spec.kind} needs the field '{name}'")
        if spec.write and spec.kind is not Kind.PERSON:
            self.refuse(("write",), f"score and SLA belong to people; a {spec.kind} has none to write")
        if spec.touchpoints and spec.kind is Kind.TOUCHPOINT:
            self.refuse(("touchpoints",), "a touchpoint record is one already")
        ids = [rule.id for rule in rules]
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            self.refuse(("touchpoints",), f"the id '{name}' is used twice")

    def check_ownership(self, sources: Mapping[str, Path], targets: Mapping[str, Target]) -> None:
        """What we write never comes back as an input (I8)."""
        for name in targets:
            if name in sources:
                self.refuse(sources[name], f"'{name}' is written by Relevo and cannot be read as an input")


def _given_words(spec: FieldSpec) -> Iterator[tuple[str, Any]]:
    """The values a spec itself names, with the key they stand under."""
    yield "value", spec.value
    yield "default", spec.default
    yield from (("map", value) for value in (spec.map or {}).values())
    if isinstance(spec.otherwise, Otherwise):
        yield "otherwise", spec.otherwise.value
