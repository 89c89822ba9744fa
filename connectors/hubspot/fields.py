"""What fields an object has, and how the ones that Relevo writes to come to be."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from connectors.base import Field, FieldKind, FieldSpec, Provisioned, Schema, Stop
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
    request = Request("GET", account.paths.properties, {"object": object_}, promises="results")
    rows = account.api.call(request).data["results"]
    return Schema(object_, {row["name"]: _field(row) for row in rows})


def provision(account: Account, specs: Sequence[FieldSpec]) -> list[Provisioned]:
    """Create what is missing, in a property group of our own; what each spec came to, in order."""
    made: dict[FieldSpec, Provisioned] = {}
    for object_, same in groupby(sorted(specs, key=lambda spec: spec.object), key=lambda spec: spec.object):
        known = set(describe(account, object_).fields)
        missing = [spec for spec in same if spec.name not in known]
        if missing:
            _create(account, "/groups", object_, {"name": GROUP, "label": "Relevo"})
        made.update((spec, _created(account, spec)) for spec in missing)
    return [made.get(spec, Provisioned(spec, created=False)) for spec in specs]


def _created(account: Account, spec: FieldSpec) -> Provisioned:
    type_, field_type = _TYPES[spec.kind]
    options = ("true", "false") if spec.kind is FieldKind.BOOLEAN else spec.options
    body = {
        "name": spec.name,
        "label": spec.label,
        "description": spec.description,
        "groupName": GROUP,
        "type": type_,
        "fieldType": field_type,
        "options": [{"label": option, "value": option, "displayOrder": n} for n, option in enumerate(options)],
    }
    try:
        return Provisioned(spec, created=_create(account, "", spec.object, body))
    except Stop as stop:
        return Provisioned(spec, created=False, problem=str(stop))


def _create(account: Account, route: str, object_: str, body: Mapping[str, Any]) -> bool:
    """True if it was made now, False if it was there. Raises `Stop` where HubSpot does not allow it."""
    try:
        account.api.call(Request("POST", account.paths.properties + route, {"object": object_}, body=body))
    except Declined as declined:
        if declined.status != 409:
            raise
        return False
    return True


def _field(row: Mapping[str, Any]) -> Field:
    return Field(
        name=row["name"],
        label=row["label"],
        kind=_KINDS.get(row["type"], FieldKind.OTHER),
        writable=not (row.get("modificationMetadata") or {}).get("readOnlyValue", False),
        calculated=bool(row.get("calculated")),
        options=tuple(option["value"] for option in row.get("options") or ()),
    )
