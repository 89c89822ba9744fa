"""The configuration against the live CRM: does every field exist, can it be read, can ours be written?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from connectors.base import Schema
from mapping.compiled import ObjectMapping


@dataclass(frozen=True, slots=True)
class SchemaFinding:
    """One field that will not work: one we write to, or one we read. `path` leads to it in the file; `fixable` if Relevo can
    create the field itself.
    """

    object: str
    path: tuple[str | int, ...]
    field: str
    problem: str
    fix: str
    written: bool = False
    fixable: bool = False


def check_against_schema(mappings: Mapping[str, ObjectMapping], schemas: Mapping[str, Schema]) -> list[SchemaFinding]:
    """Compare one connection's mappings with what the CRM describes; objects without a schema are not looked at."""
    findings: list[SchemaFinding] = []
    for name, mapping in mappings.items():
        schema = schemas.get(name)
        if schema is not None:
            findings += [*_read(mapping, schema), *_written(mapping, schema)]
    return findings


def _read(mapping: ObjectMapping, schema: Schema) -> Iterator[SchemaFinding]:
    place = ("objects", f"{mapping.connection}.{mapping.object}")
    for name, origin in mapping.origins.items():
        field = schema.fields.get(name)
        if field is None:
            near = get_close_matches(name, list(schema.fields), n=1)
            fix = f"did you mean '{near[0]}'?" if near else "create it in the CRM, or map another field"
            yield SchemaFinding(mapping.object, (*place, *origin), name, f"the CRM has no field '{name}'", fix)
        elif not field.readable:
            fix = "give this user access to the field, or map another one"
            yield SchemaFinding(mapping.object, (*place, *origin), name, f"'{name}' may not be read", fix)


def _written(mapping: ObjectMapping, schema: Schema) -> Iterator[SchemaFinding]:
    for name, target in mapping.targets.items():
        path = ("objects", f"{mapping.connection}.{mapping.object}", "write", target.field)
        field = schema.fields.get(name)
        if field is None:
            fix = "run relevo fields apply to create it"
            yield SchemaFinding(
                mapping.object, path, name, f"the CRM has no field '{name}'", fix, written=True, fixable=True
            )
        elif field.calculated:
            yield SchemaFinding(
                mapping.object,
                path,
                name,
                f"'{name}' is calculated by the CRM",
                "write to a field of your own",
                written=True,
            )
        elif not field.writable:
            fix = "give this user the right to edit the field, or write to another one"
            yield SchemaFinding(mapping.object, path, name, f"'{name}' may not be written", fix, written=True)
