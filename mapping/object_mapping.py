"""A compiled mapping: a CRM record becomes facts, a counted skip or problems; journey fields become CRM fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from journey.model import EVENTS_OF, REQUIRED_FIELDS, Fact, FieldType, Kind, Ref, StageChange, Value
from mapping.casts import Unreadable
from mapping.expression import Expression
from mapping.outbound import OutboundValue, Target, outbound_value, same
from mapping.reading import Reader
from mapping.records import FieldTrace, Mapped, Problem, RawRecord, Skipped, Unmappable
from mapping.touchpoints import TouchpointRule, milliseconds


@dataclass(frozen=True, slots=True)
class ObjectMapping:
    """The compiled mapping of one object of one connection.

    `raw_fields`, `links` and `history` are what to ask the CRM for; `written` are the CRM fields that Relevo owns, which are
    never inputs (I8). `origins` tells for each raw field where the mapping names it. `field_types` gives the journey fields and their types; `digest` changes whenever records have to be read again for it.
    """

    connection: str
    object: str
    kind: Kind
    digest: str
    raw_fields: tuple[str, ...]
    origins: Mapping[str, tuple[str | int, ...]]
    links: tuple[str, ...]
    history: tuple[str, ...]
    field_types: Mapping[str, FieldType]
    readers: tuple[Reader, ...]
    touchpoints: tuple[TouchpointRule, ...]
    skip_if: Expression | None
    targets: Mapping[str, Target]

    @property
    def written(self) -> tuple[str, ...]:
        """The CRM fields that Relevo writes and owns."""
        return tuple(self.targets)

    @property
    def events(self) -> tuple[str, ...]:
        """The objects that its touchpoint rules' events are stored as, each one rule's."""
        return tuple(self._event(rule) for rule in self.touchpoints)

    def inbound(self, record: RawRecord) -> Mapped | Skipped | Unmappable:
        """Understand one record. Nothing is dropped: it is facts, a skip with its reason, or problems (I6). Never raises."""
        ref = Ref(self.connection, self.object, record.id)
        if record.deleted or record.merged_into is not None:
            return Mapped((self._gone(ref, record),))
        fields = record.fields
        problems: list[Problem] = []
        if self.skip_if is not None:
            try:
                if self.skip_if(fields) is True:
                    return Skipped(f"skip_if: {self.skip_if.source}")
            except Unreadable as reason:
                problems.append(Problem("skip_if", None, str(reason)))
        values = self._values(fields, problems)
        touchpoints = self._touchpoints(ref, record, problems)
        if problems:
            return Unmappable(tuple(problems))
        links, stages = self._links(record), self._stages(record)
        fact = Fact(self.kind, ref, record.version, record.modified, values, links, stages)
        return Mapped((fact, *touchpoints))

    def explain(self, record: RawRecord) -> list[FieldTrace]:
        """Each field of the mapping, its raw value, what became of it, how, and the problem if there is one."""
        required = REQUIRED_FIELDS.get(self.kind, ())
        traces = [_trace(reader, record.fields, reader.name in required) for reader in self.readers]
        for rule in self.touchpoints:
            traces += [_trace(reader, record.fields) for reader in (rule.at, *rule.readers)]
        return traces

    def outbound(self, fields: Mapping[str, Value]) -> Mapping[str, OutboundValue]:
        """The given journey fields under their CRM names, for those that this mapping writes; None clears."""
        return {
            name: outbound_value(target, fields[target.field])
            for name, target in self.targets.items()
            if target.field in fields
        }

    def same(self, crm_field: str, desired: OutboundValue, raw: Any) -> bool:
        """Whether the CRM's raw value of a field that we write means `desired` already."""
        return same(self.targets[crm_field], desired, raw)

    def _gone(self, ref: Ref, record: RawRecord) -> Fact:
        survivor = record.merged_into
        into = None if survivor is None else Ref(self.connection, record.merged_object or self.object, survivor)
        return Fact(self.kind, ref, record.version, record.modified, deleted=record.deleted, merged_into=into)

    def _values(self, fields: Mapping[str, Any], problems: list[Problem]) -> Mapping[str, Value]:
        values: dict[str, Value] = {}
        for reader in self.readers:
            try:
                values[reader.name] = reader.read(fields)
            except Unreadable as reason:
                problems.append(Problem(reader.name, reader.raw(fields), str(reason)))
        problems.extend(
            Problem(name, None, f"is empty, and a {self.kind} needs it")
            for name in REQUIRED_FIELDS.get(self.kind, ())
            if values.get(name, True) is None
        )
        return values

    def _touchpoints(self, ref: Ref, record: RawRecord, problems: list[Problem]) -> list[Fact]:
        facts = []
        for rule in self.touchpoints:
            values = self._touchpoint_values(rule, record.fields, problems)
            at = values.get("at")
            if isinstance(at, datetime):
                own = Ref(ref.connection, self._event(rule), f"{ref.id}@{milliseconds(at)}")
                facts.append(
                    Fact(Kind.TOUCHPOINT, own, record.version, record.modified, values | rule.constants, (ref,))
                )
        return facts

    def _event(self, rule: TouchpointRule) -> str:
        return f"{self.object}{EVENTS_OF}{rule.id}"

    def _touchpoint_values(
        self, rule: TouchpointRule, fields: Mapping[str, Any], problems: list[Problem]
    ) -> dict[str, Value]:
        """The event's own values; none if the rule does not apply or a value cannot be read."""
        values: dict[str, Value] = {}
        reader: Reader | None = None
        try:
            if rule.when is not None and rule.when(fields) is not True:
                return {}
            for reader in (rule.at, *rule.readers):
                values[reader.name.rpartition(".")[2]] = reader.read(fields)
        except Unreadable as reason:
            name, raw = (reader.name, reader.raw(fields)) if reader else (f"{rule.id}.when", None)
            problems.append(Problem(name, raw, str(reason)))
            return {}
        return values

    def _links(self, record: RawRecord) -> tuple[Ref, ...]:
        if not self.links:
            return ()
        linked = record.links
        return tuple(Ref(self.connection, other, id_) for other in self.links for id_ in linked.get(other, ()))

    def _stages(self, record: RawRecord) -> tuple[StageChange, ...]:
        if not self.history:
            return ()
        source = self.history[0]
        words = next((r.stage_of for r in self.readers if r.name == "stage" and r.sources == (source,)), str)
        return tuple(StageChange(words(held.value), held.at) for held in record.history.get(source, ()) if held.value)


def _trace(reader: Reader, fields: Mapping[str, Any], required: bool = False) -> FieldTrace:
    raw = reader.raw(fields)
    try:
        result = reader.read(fields)
    except Unreadable as reason:
        return FieldTrace(reader.name, raw, None, reader.how, str(reason))
    problem = "is empty, and this record needs it" if required and result is None else None
    return FieldTrace(reader.name, raw, result, reader.how, problem)
