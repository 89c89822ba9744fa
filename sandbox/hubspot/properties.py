"""The account's property definitions: what a value may be, and which properties there are.

Shapes: the `Property`, `PropertyCreate` and `PropertyGroup` schemas of the published specifications. A property that was archived and is
created again comes back to life (201); one that exists is a 409 `Properties.PROPERTY_WITH_NAME_EXISTS`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.common.times import EPOCH, Millis, iso
from sandbox.hubspot.errors import Refusal, bad_request, not_found

TYPES = {
    "bool": ("booleancheckbox", "calculation_equation"),
    "date": ("date",),
    "datetime": ("date",),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox", "calculation_equation"),
    "number": ("number", "calculation_equation"),
    "phone_number": ("phonenumber",),
    "string": ("text", "textarea", "html", "file", "phonenumber", "calculation_equation"),
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an enumeration; `value` is what the API carries."""

    value: str
    label: str
    order: int = -1
    hidden: bool = False

    def shown(self) -> dict[str, Any]:
        """As the API writes it."""
        return {
            "label": self.label,
            "value": self.value,
            "displayOrder": self.order,
            "hidden": self.hidden,
            "description": "",
        }


@dataclass(frozen=True, slots=True)
class Property:
    """`epoch`: a datetime that reads as epoch milliseconds. `read_only`: the value, not the definition."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    description: str = ""
    options: tuple[Option, ...] = ()
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    hidden: bool = False
    hubspot_defined: bool = False
    epoch: bool = False
    external: bool = False
    created: Millis = EPOCH
    updated: Millis = EPOCH
    archived_at: Millis | None = None

    def shown(self) -> dict[str, Any]:
        """As the API writes it."""
        told = {
            "updatedAt": iso(self.updated),
            "createdAt": iso(self.created),
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [option.shown() for option in self.options],
            "displayOrder": -1,
            "calculated": self.calculated,
            "externalOptions": self.external,
            "archived": self.archived_at is not None,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.hubspot_defined,
            "formField": not self.read_only,
            "dataSensitivity": "non_sensitive",
            "modificationMetadata": {
                "archivable": not self.hubspot_defined,
                "readOnlyDefinition": self.hubspot_defined,
                "readOnlyOptions": self.hubspot_defined,
                "readOnlyValue": self.read_only,
            },
        }
        if self.archived_at is not None:
            told["archivedAt"] = iso(self.archived_at)
        return told


def parse_property(given: Mapping[str, Any], now: Millis) -> Property:
    """A definition out of a create body; refuses what HubSpot's documents rule out."""
    missing = [name for name in ("name", "label", "type", "fieldType", "groupName") if not given.get(name)]
    if missing:
        raise bad_request(f"Some required fields were not set: {missing}")
    name, kind, field_type = str(given["name"]), str(given["type"]), str(given["fieldType"])
    if not _NAME.fullmatch(name):
        raise bad_request(f"Invalid property name: {name}")
    if field_type not in TYPES.get(kind, ()):
        raise bad_request(f"Invalid type and fieldType combination: {kind}, {field_type}")
    return Property(
        name,
        str(given["label"]),
        kind,
        field_type,
        str(given["groupName"]),
        description=str(given.get("description") or ""),
        options=_options(given, kind),
        unique=bool(given.get("hasUniqueValue", False)),
        hidden=bool(given.get("hidden", False)),
        created=now,
        updated=now,
    )


def _options(given: Mapping[str, Any], kind: str) -> tuple[Option, ...]:
    options = tuple(
        Option(str(one["value"]), str(one["label"]), int(one.get("displayOrder", -1)), bool(one.get("hidden", False)))
        for one in given.get("options") or ()
    )
    if kind == "bool" and {option.value for option in options} != {"true", "false"}:
        raise bad_request(
            "Boolean properties must have exactly two options; one with a value of 'true', the other with a value of 'false'."
        )
    if kind == "enumeration" and not options:
        raise bad_request("Enumeration properties must have at least one option.")
    if len({option.value for option in options}) < len(options):
        raise bad_request("Property option values must be unique.")
    return options


class Catalog:
    """One kind's properties and groups, by name."""

    def __init__(self, standard: Iterable[Property], groups: Mapping[str, str]) -> None:
        self.live: dict[str, Property] = {one.name: one for one in standard}
        self.groups: dict[str, str] = dict(groups)
        self.archived: dict[str, Property] = {}
        self.version = 0

    def __contains__(self, name: str) -> bool:
        return name in self.live

    def get(self, name: str) -> Property | None:
        """The live definition, if there is one."""
        return self.live.get(name)

    def unique(self) -> list[str]:
        """The names of properties whose values are unique in the account."""
        return [one.name for one in self.live.values() if one.unique]

    def create(self, new: Property) -> Property:
        """Add a definition, or bring an archived one back."""
        if new.name in self.live:
            raise Refusal(
                409,
                "OBJECT_ALREADY_EXISTS",
                f"A property named '{new.name}' already exists.",
                sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
            )
        if new.group not in self.groups:
            raise bad_request(f"Property group {new.group} does not exist")
        restored = self.archived.pop(new.name, None)
        self.live[new.name] = replace(restored, archived_at=None, updated=new.updated) if restored else new
        self.version += 1
        return self.live[new.name]

    def update(self, name: str, given: Mapping[str, Any], now: Millis) -> Property:
        """Change label, description, group or options (the list of options is replaced whole)."""
        held = self.named(name)
        if held.hubspot_defined and "options" not in given:
            raise bad_request(f"Property {name} is read only and cannot be modified")
        self.live[name] = replace(
            held,
            label=str(given.get("label", held.label)),
            description=str(given.get("description", held.description)),
            group=str(given.get("groupName", held.group)),
            options=_options(given, held.type) if "options" in given else held.options,
            updated=now,
        )
        self.version += 1
        return self.live[name]

    def archive(self, name: str, now: Millis) -> None:
        """Archive a custom property; its values stop being readable."""
        held = self.named(name)
        if held.hubspot_defined:
            raise bad_request(f"Property {name} is defined by HubSpot and cannot be archived")
        self.archived[name] = replace(self.live.pop(name), archived_at=now)
        self.version += 1

    def named(self, name: str, archived: bool = False) -> Property:
        """The definition, or the vendor's 404."""
        held = (self.archived if archived else self.live).get(name)
        if held is None:
            raise not_found(f"Property {name} does not exist")
        return held
