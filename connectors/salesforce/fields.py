"""What fields an object has for this user, and how the ones that Relevo writes to come to be.

Sources: the describe call; developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm.
A field is seen by nobody until a permission set grants it: so is a new one, and the user who made it is no exception.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors import provisioning
from connectors.base import Field, FieldKind, FieldSpec, Provisioned, Schema, Stop
from connectors.credentials import Unauthorised
from connectors.http import Declined, Request
from connectors.salesforce.account import ROOT, Account
from connectors.salesforce.grants import granted

_KINDS: Mapping[str, FieldKind] = {
    **dict.fromkeys(("string", "textarea", "email", "phone", "url", "id", "reference", "combobox"), FieldKind.TEXT),
    **dict.fromkeys(("int", "long", "double", "currency", "percent"), FieldKind.NUMBER),
    **dict.fromkeys(("picklist", "multipicklist"), FieldKind.ENUM),
    "boolean": FieldKind.BOOLEAN,
    "date": FieldKind.DATE,
    "datetime": FieldKind.DATETIME,
}
_METADATA: Mapping[FieldKind, Mapping[str, Any]] = {
    FieldKind.TEXT: {"type": "Text", "length": 255},
    FieldKind.NUMBER: {"type": "Number", "precision": 18, "scale": 4},
    FieldKind.BOOLEAN: {"type": "Checkbox", "defaultValue": "false"},
    FieldKind.DATE: {"type": "Date"},
    FieldKind.DATETIME: {"type": "DateTime"},
    FieldKind.ENUM: {"type": "Picklist"},
    FieldKind.OTHER: {"type": "Text", "length": 255},
}
UNSEEN = "The field exists, but this user may not see it: grant it (field-level security) in a permission set."
EXISTS = frozenset({"DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"})
EACH = frozenset({"name", "label", "type"})


def describe(account: Account, object_: str) -> Schema:
    """The object's fields, as far as this user may see them."""
    return Schema(object_, {row["name"]: _field(row) for row in _described(account, object_)})


def types(account: Account, object_: str) -> Mapping[str, str]:
    """The fields' types in Salesforce's words."""
    return {row["name"]: row["type"] for row in _described(account, object_)}


def provision(account: Account, specs: Sequence[FieldSpec]) -> list[Provisioned]:
    """Create what is missing and let this user edit it; what each spec came to, in order."""
    return provisioning.provision(
        specs,
        lambda object_: describe(account, object_).fields,
        lambda object_, missing: _made(account, object_, missing),
    )


def _made(account: Account, object_: str, missing: Sequence[FieldSpec]) -> Iterator[Provisioned]:
    told = [_create(account, spec) for spec in missing]
    there = [one.spec.name for one in told if one.problem is None]
    if there:
        granted(account, object_, there)
        seen = describe(account, object_).fields
        unseen = {name for name in there if name not in seen or not seen[name].writable}
        told = [Provisioned(one.spec, one.created, UNSEEN) if one.spec.name in unseen else one for one in told]
    yield from told


def _create(account: Account, spec: FieldSpec) -> Provisioned:
    if not spec.name.endswith("__c"):
        return Provisioned(spec, created=False, problem="A custom field's name ends in __c.")
    body = {"FullName": f"{spec.object}.{spec.name}", "Metadata": _metadata(spec)}
    try:
        account.api.call(Request("POST", f"{ROOT}/tooling/sobjects/CustomField", body=body))
    except Unauthorised:
        raise
    except Stop as stop:
        exists = isinstance(stop, Declined) and stop.code in EXISTS
        return Provisioned(spec, created=False, problem=None if exists else str(stop))
    return Provisioned(spec, created=True)


def _metadata(spec: FieldSpec) -> dict[str, Any]:
    told = {"label": spec.label, "description": spec.description, **_METADATA[spec.kind]}
    if spec.kind is FieldKind.ENUM:
        values = [{"fullName": option, "label": option, "default": False} for option in spec.options]
        told["valueSet"] = {"restricted": True, "valueSetDefinition": {"sorted": False, "value": values}}
    return told


def _described(account: Account, object_: str) -> list[Mapping[str, Any]]:
    request = Request("GET", f"{ROOT}/sobjects/{{object}}/describe", {"object": object_}, promises="fields", each=EACH)
    rows: list[Mapping[str, Any]] = account.api.call(request).data["fields"]
    return rows


def _field(row: Mapping[str, Any]) -> Field:
    return Field(
        name=row["name"],
        label=row["label"],
        kind=_KINDS.get(row["type"], FieldKind.OTHER),
        writable=bool(row.get("updateable")),
        calculated=bool(row.get("calculated")),
        options=tuple(option["value"] for option in row.get("picklistValues") or () if option.get("active")),
    )
