"""What the org says of its objects and fields, as the caller may see them."""

from collections.abc import Mapping
from typing import Any

from sandbox.salesforce.access import Access
from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.fields import NUMBERS, TEXTS, Field, FieldType, Kind
from sandbox.salesforce.values import label

_SOAP = {
    FieldType.ID: "tns:ID",
    FieldType.REFERENCE: "tns:ID",
    FieldType.BOOLEAN: "xsd:boolean",
    FieldType.INT: "xsd:int",
    FieldType.DATE: "xsd:date",
    FieldType.DATETIME: "xsd:dateTime",
    FieldType.ADDRESS: "urn:address",
}
_NAME_OF = {"OpportunityHistory": "", "Task": "Subject", "Event": "Subject", "CampaignMember": ""}


def global_describe(call: Call) -> Answer:
    """`GET /sobjects`."""
    kinds = [table.kind for table in call.org.tables.values()]
    told = [{**object_shown(kind), "urls": _urls(call, kind)} for kind in kinds]
    return ok({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": told})


def basic(call: Call) -> Answer:
    """`GET /sobjects/{object}`."""
    kind = call.org.named(call.params["object"]).kind
    return ok({"objectDescribe": {**object_shown(kind), "urls": _urls(call, kind)}, "recentItems": []})


def describe(call: Call) -> Answer:
    """`GET /sobjects/{object}/describe`: fields that the user may not see are not there."""
    kind = call.org.named(call.params["object"]).kind
    access = call.org.access(call.actor.user, kind)
    told = object_shown(kind)
    told["childRelationships"] = [
        {"childSObject": child, "field": field, "relationshipName": name, "cascadeDelete": False, "deprecatedAndHidden": False}
        for name, (child, field) in kind.children.items()
    ]  # fmt: skip
    told["fields"] = [field_shown(kind, field, access) for field in access.readable.values()]
    return ok({**told, "recordTypeInfos": [], "supportedScopes": [], "urls": _urls(call, kind)})


def object_shown(kind: Kind) -> dict[str, Any]:
    """The object's own attributes."""
    return {
        "activateable": False,
        "createable": kind.writable,
        "custom": False,
        "customSetting": False,
        "deletable": kind.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": kind.mergeable,
        "keyPrefix": kind.prefix,
        "label": kind.label,
        "labelPlural": kind.plural,
        "layoutable": kind.writable,
        "mergeable": kind.mergeable,
        "mruEnabled": kind.writable,
        "name": kind.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": kind.writable,
        "triggerable": kind.writable,
        "undeletable": kind.deletable,
        "updateable": kind.writable,
    }


def _urls(call: Call, kind: Kind) -> Mapping[str, str]:
    here = f"{call.root}/sobjects/{kind.name}"
    return {"sobject": here, "describe": f"{here}/describe", "rowTemplate": f"{here}/{{ID}}"}


def field_shown(kind: Kind, field: Field, access: Access) -> dict[str, Any]:
    """One field. `createable` and `updateable` are what this user may do."""
    editable = field.name.lower() in access.editable
    default = field.default is not None or field.name in {"OwnerId", "Id"} or field.type is FieldType.BOOLEAN
    return {
        "aggregatable": field.type not in {FieldType.BOOLEAN, FieldType.ADDRESS} and field.sortable,
        "byteLength": field.length * 3 if field.type in TEXTS else field.length,
        "calculated": field.formula is not None,
        "calculatedFormula": field.formula,
        "caseSensitive": False,
        "createable": field.createable and editable,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultedOnCreate": default or (not field.createable and not field.nillable),
        "deprecatedAndHidden": False,
        "digits": field.precision if field.type is FieldType.INT else 0,
        "externalId": field.external_id,
        "filterable": field.filterable,
        "groupable": field.sortable and field.type not in NUMBERS | {FieldType.DATETIME, FieldType.ADDRESS},
        "idLookup": field.id_lookup,
        "label": label(field) if field.name != "Id" else f"{kind.label} ID",
        "length": field.length,
        "name": field.name,
        "nameField": field.name == _NAME_OF.get(kind.name, "Name"),
        "namePointing": len(field.refers_to) > 1,
        "nillable": field.nillable,
        "permissionable": field.nillable and field.createable,
        "picklistValues": [_option(field, value) for value in field.options],
        "polymorphicForeignKey": len(field.refers_to) > 1,
        "precision": field.precision if field.type is not FieldType.INT else 0,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "soapType": _SOAP.get(field.type, "xsd:double" if field.type in NUMBERS else "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable and editable,
    }


def _option(field: Field, value: str) -> dict[str, Any]:
    default = value == field.default
    return {"active": True, "defaultValue": default, "label": value, "validFor": None, "value": value}
