"""The connections of the configuration, each validated by its own connector, and what their connectors can do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import Field, ValidationError, create_model

from connectors import registry
from connectors.base import Abilities
from connectors.plugin import ConnectorClass, Options
from journey.model import FieldType, Kind
from mapping.compiled import ObjectMapping
from sync.config_errors import problems_of
from sync.config_model import Budget
from sync.config_source import Location, Problem, Source


@dataclass(frozen=True, slots=True)
class Connection:
    """One configured account. `options` is an instance of its connector's own `Options`."""

    name: str
    connector: str
    options: Options
    budget: Budget


def read_connections(source: Source) -> tuple[dict[str, Connection], list[Problem]]:
    """Validate each connection through the registry."""
    section = source.data.get("connections")
    connections: dict[str, Connection] = {}
    problems: list[Problem] = []
    for name, data in section.items() if isinstance(section, dict) else ():
        location: Location = ("connections", name)
        if not isinstance(data, dict) or not isinstance(data.get("connector"), str):
            problems.append(Problem((*location, "connector"), "is missing; name one of " + ", ".join(registry.names())))
            continue
        try:
            model = _model(data["connector"], registry.load(data["connector"]))
            connections[name] = _connection(name, model.model_validate(data), data)
        except registry.UnknownConnector as error:
            hint = (
                f"did you mean '{error.suggestion}'?"
                if error.suggestion
                else f"installed: {', '.join(registry.names())}"
            )
            problems.append(Problem((*location, "connector"), f"there is no connector '{error.name}'; {hint}"))
        except registry.BrokenConnector as error:
            problems.append(Problem((*location, "connector"), str(error)))
        except ValidationError as error:
            problems += problems_of(error, source, model.model_json_schema(), location)
    return connections, problems


def _model(name: str, connector: ConnectorClass) -> type[Options]:
    """The connector's options together with the keys that every connection has."""
    own: dict[str, Any] = {
        "connector": (Literal[name], Field(description="The kind of CRM.")),
        "budget": (Budget, Field(default_factory=Budget, description="How much of the API quota may be used.")),
    }
    return create_model(f"{name.capitalize()}Connection", __base__=connector.Options, **own)


def _connection(name: str, whole: Options, data: Mapping[str, Any]) -> Connection:
    return Connection(name, data["connector"], whole, whole.budget)  # type: ignore[attr-defined]


def connection_schemas() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """JSON Schemas of all installed connectors' connections, and the definitions that they refer to."""
    forms: list[dict[str, Any]] = []
    definitions: dict[str, Any] = {}
    for name in registry.names():
        try:
            schema = _model(name, registry.load(name)).model_json_schema()
        except registry.BrokenConnector:
            continue
        schema = json.loads(json.dumps(schema).replace("#/$defs/", f"#/$defs/{name}."))
        definitions |= {f"{name}.{key}": value for key, value in schema.pop("$defs", {}).items()}
        forms.append(schema)
    return forms, definitions


def check_objects(
    mappings: Mapping[str, Mapping[str, ObjectMapping]], connections: Mapping[str, Connection]
) -> list[Problem]:
    """What the objects of the file ask of each other and of their connectors."""
    problems: list[Problem] = []
    types: dict[tuple[Kind, str], FieldType] = {}
    for name, objects in mappings.items():
        abilities = _abilities(connections.get(name))
        for object_, mapping in objects.items():
            location = ("objects", f"{name}.{object_}")
            if abilities is not None:
                problems += _beyond(location, mapping, abilities)
            problems += _retyped(location, mapping, types)
    return problems


def _abilities(connection: Connection | None) -> Abilities | None:
    if connection is None:
        return None
    abilities = getattr(registry.load(connection.connector), "abilities", None)
    return abilities if isinstance(abilities, Abilities) else None


def _beyond(location: Location, mapping: ObjectMapping, abilities: Abilities) -> list[Problem]:
    """What the connector cannot do."""
    if mapping.object not in abilities.objects:
        near = get_close_matches(mapping.object, abilities.objects, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(abilities.objects)}"
        return [Problem(location, f"the connector has no object '{mapping.object}'; {hint}")]
    problems = []
    if mapping.written and mapping.object not in abilities.writable:
        problems.append(Problem((*location, "write"), f"the connector cannot write {mapping.object}"))
    if mapping.history and mapping.object not in abilities.history:
        problems.append(Problem((*location, "history"), f"the connector has no history of {mapping.object}"))
    linked = abilities.links.get(mapping.object, ())
    for other in mapping.links:
        if other not in linked:
            hint = f"linked are {', '.join(linked)}" if linked else "it has no links"
            problems.append(
                Problem((*location, "links", other), f"the connector links no {other} here; {hint}", on_key=True)
            )
    return problems


def _retyped(location: Location, mapping: ObjectMapping, types: dict[tuple[Kind, str], FieldType]) -> list[Problem]:
    """A field of one name has one type, whichever object tells it."""
    problems = []
    for name, kind in mapping.field_types.items():
        first = types.setdefault((mapping.kind, name), kind)
        if first is not kind:
            problems.append(Problem((*location, "fields", name), f"is {kind} here but {first} in an object above"))
    return problems
