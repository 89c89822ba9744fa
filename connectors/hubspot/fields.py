"""What fields an object has, and how the ones that Relevo writes to come to be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors import provisioning
from connectors.base import Field, FieldKind, FieldSpec, Provisioned, Schema, Stop
from connectors.credentials import Unauthorised
from connectors.http import Declined, Request
from connectors.hubspot.account import Account
from connectors.hubspot.paths import CRM_OBJECTS
from connectors.hubspot.snapshots import FIELDS

GROUP = "relevo"

_KINDS: Mapping[str, FieldKind] = {
    "string": FieldKind.TEXT,
    "phone_number": FieldKind.TEXT,
    "number": FieldKind.NUMBER,
    "bool": FieldKind.BOOLEAN,
    "date": FieldKind.DATE,
    "datetime": FieldKind.DATETIME,
    "enumeration": FieldKind.ENUM,
}
_TYPES: Mapping[FieldKind, tuple[str, str]] = {
    FieldKind.TEXT: ("string", "text"),
    FieldKind.NUMBER: ("number", "number"),
    FieldKind.BOOLEAN: ("bool", "booleancheckbox"),
    FieldKind.DATE: ("date", "date"),
    FieldKind.DATETIME: ("datetime", "date"),
    FieldKind.ENUM: ("enumeration", "select"),
    FieldKind.OTHER: ("string", "text"),
}


def describe(account: Account, object_: str) -> Schema:
    """The object's fields; those of the small lists are fixed and cannot be written."""
    if object_ not in CRM_OBJECTS:
        names = FIELDS[object_]
        return Schema(object_, {name: Field(name, name, FieldKind.TEXT, writable=False) for name in names})
    each = frozenset({"name", "label", "type"})
    request = Request("GET", account.paths.properties, {"object": object_}, promises="results", each=each)
    rows = account.api.call(request).data["results"]
    return Schema(object_, {row["name"]: _field(row) for row in rows})


def provision(account: Account, specs: Sequence[FieldSpec]) -> list[Provisioned]:
    """Create what is missing, in a property group of our own; what each spec came to, in order."""
    return provisioning.provision(
        specs,
        lambda object_: describe(account, object_).fields,
        lambda object_, missing: _made(account, object_, missing),
    )


def _made(account: Account, object_: str, missing: Sequence[FieldSpec]) -> Iterator[Provisioned]:
    problem = _create(account, "/groups", object_, {"name": GROUP, "label": "Relevo"})[1]
    for spec in missing:
        created, refusal = (False, problem) if problem else _create(account, "", object_, _property(spec))
        yield Provisioned(spec, created, refusal)


def _property(spec: FieldSpec) -> dict[str, Any]:
    type_, field_type = _TYPES[spec.kind]
    options = ("true", "false") if spec.kind is FieldKind.BOOLEAN else spec.options
    return {
        "name": spec.name,
        "label": spec.label,
        "description": spec.description,
        "groupName": GROUP,
        "type": type_,
        "fieldType": field_type,
        "options": [{"label": option, "value": option, "displayOrder": n} for n, option in enumerate(options)],
    }


def _create(account: Account, route: str, object_: str, body: Mapping[str, Any]) -> tuple[bool, str | None]:
    """Whether it was made now, and why it cannot be. Neither, if it is there already (409)."""
    try:
        account.api.call(Request("POST", account.paths.properties + route, {"object": object_}, body=body))
    except Unauthorised:
        raise
    except Stop as stop:
        exists = isinstance(stop, Declined) and stop.status == 409
        return False, None if exists else str(stop)
    return True, None


def _field(row: Mapping[str, Any]) -> Field:
    return Field(
        name=row["name"],
        label=row["label"],
        kind=_KINDS.get(row["type"], FieldKind.OTHER),
        writable=not (row.get("modificationMetadata") or {}).get("readOnlyValue", False),
        calculated=bool(row.get("calculated")),
        options=tuple(option["value"] for option in row.get("options") or ()),
    )
