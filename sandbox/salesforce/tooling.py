"""The Tooling API's CustomField: create fields, and ask which there are.

Source: developer.salesforce.com/docs/atlas.en-us.api_tooling.meta/api_tooling/tooling_api_objects_customfield.htm; the Metadata types of the Metadata API. A new
field is seen by nobody until a permission set grants it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.salesforce.call import Answer, Call, ok
from sandbox.salesforce.errors import not_found, refuse
from sandbox.salesforce.fields import Field, FieldType
from sandbox.salesforce.soql.parser import parse
from sandbox.salesforce.soql.tree import Both, Compare, Condition, Name

_TYPES = {
    "Text": FieldType.STRING,
    "TextArea": FieldType.TEXTAREA,
    "LongTextArea": FieldType.TEXTAREA,
    "Number": FieldType.DOUBLE,
    "Currency": FieldType.CURRENCY,
    "Percent": FieldType.PERCENT,
    "Checkbox": FieldType.BOOLEAN,
    "Date": FieldType.DATE,
    "DateTime": FieldType.DATETIME,
    "Email": FieldType.EMAIL,
    "Phone": FieldType.PHONE,
    "Url": FieldType.URL,
    "Picklist": FieldType.PICKLIST,
}
_LENGTHS = {
    FieldType.EMAIL: 80,
    FieldType.PHONE: 40,
    FieldType.URL: 255,
    FieldType.PICKLIST: 255,
    FieldType.TEXTAREA: 255,
}
_FULL_NAME = re.compile(r"(\w+)\.([A-Za-z](?:\w*[A-Za-z0-9])?__c)")
_EXCEPTION = "FIELD_INTEGRITY_EXCEPTION"


def create_field(call: Call) -> Answer:
    """`POST /tooling/sobjects/CustomField` {FullName: "Lead.X__c", Metadata: {type, label, …}}."""
    given = call.object()
    found = _FULL_NAME.fullmatch(str(given.get("FullName", "")))
    metadata = given.get("Metadata")
    if found is None or not isinstance(metadata, dict):
        raise refuse(400, _EXCEPTION, "The developer name must be Object.Field__c, and Metadata must be given")
    table = call.org.tables.get(found[1].lower())
    if table is None:
        raise refuse(400, "INVALID_TYPE", f"sObject type '{found[1]}' is not supported.")
    if found[2].lower() in table.kind.fields:
        developer = found[2].removesuffix("__c")
        message = f"There is already a field named {developer} on {table.kind.label}."
        raise refuse(400, "DUPLICATE_DEVELOPER_NAME", message)
    id_ = call.org.add_field(table.kind.name, field_of(found[2], metadata))
    return ok({"id": id_, "success": True, "errors": [], "warnings": [], "infos": []}, 201)


def field_of(name: str, metadata: Mapping[str, Any]) -> Field:
    """A field from its Metadata. Raises the vendor's refusal for what is missing or too much."""
    type_ = _TYPES.get(str(metadata.get("type")))
    if type_ is None or not metadata.get("label"):
        raise refuse(
            400, _EXCEPTION, f"Field {name}: type and label are required, and type must be one of {', '.join(_TYPES)}"
        )
    needs = {
        FieldType.STRING: ("length",),
        FieldType.DOUBLE: ("precision", "scale"),
        FieldType.CURRENCY: ("precision", "scale"),
    }
    for need in needs.get(type_, ()):
        if not isinstance(metadata.get(need), int):
            raise refuse(400, _EXCEPTION, f"Must specify '{need}' for a CustomField of type {metadata['type']}")
    if type_ is FieldType.BOOLEAN and "defaultValue" not in metadata:
        raise refuse(400, _EXCEPTION, "Must specify 'defaultValue' for a CustomField of type Checkbox")
    length = int(metadata.get("length") or _LENGTHS.get(type_, 0))
    if type_ is FieldType.STRING and not 1 <= length <= 255:
        raise refuse(400, _EXCEPTION, "Text length must be between 1 and 255")
    value_set = metadata.get("valueSet") or {}
    options = tuple(str(one.get("valueName") or one.get("fullName")) for one in _values(value_set))
    return Field(
        name,
        type_,
        length,
        int(metadata.get("precision") or 18),
        int(metadata.get("scale") or 0),
        str(metadata["label"]),
        nillable=not metadata.get("required", False) and type_ is not FieldType.BOOLEAN,
        default=str(metadata["defaultValue"]).lower() == "true" if type_ is FieldType.BOOLEAN else None,
        options=options,
        restricted=bool(value_set.get("restricted", False)),
        external_id=bool(metadata.get("externalId", False)),
        unique=bool(metadata.get("unique", False)),
    )


def _values(value_set: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (value_set.get("valueSetDefinition") or {}).get("value", ())


def get_field(call: Call) -> Answer:
    """`GET /tooling/sobjects/CustomField/{id}`."""
    found = call.org.custom_fields.get(call.org.id_of(call.params["id"]) or "")
    if found is None:
        raise not_found()
    return ok(_shown(call, str(call.org.id_of(call.params["id"])), *found))


def _shown(call: Call, id_: str, kind: str, field: Field) -> dict[str, Any]:
    return {
        "attributes": {"type": "CustomField", "url": f"{call.root}/tooling/sobjects/CustomField/{id_}"},
        "Id": id_,
        "DeveloperName": field.name.removesuffix("__c"),
        "FullName": f"{kind}.{field.name}",
        "TableEnumOrId": kind,
    }


def query(call: Call) -> Answer:
    """`GET /tooling/query?q=SELECT … FROM CustomField`: by TableEnumOrId and DeveloperName, joined by AND."""
    source = call.query.get("q", "")
    parsed = parse(source)
    if parsed.kind.text.lower() != "customfield":
        raise refuse(400, "INVALID_TYPE", f"sObject type '{parsed.kind.text}' is not supported.")
    rows = [_shown(call, id_, kind, field) for id_, (kind, field) in call.org.custom_fields.items()]
    known = {name.lower(): name for name in ("Id", "DeveloperName", "FullName", "TableEnumOrId")}
    for column in parsed.selected:
        if not isinstance(column, Name) or column.text.lower() not in known:
            raise refuse(
                400, "INVALID_FIELD", f"No such column '{getattr(column, 'text', '')}' on entity 'CustomField'."
            )
    wanted = [known[column.text.lower()] for column in parsed.selected if isinstance(column, Name)]
    found = [row for row in rows if _fits(row, parsed.where, known)]
    records = [{"attributes": row["attributes"], **{name: row[name] for name in wanted}} for row in found]
    return ok({"size": len(records), "totalSize": len(records), "done": True, "records": records})


def _fits(row: Mapping[str, Any], where: Condition | None, known: Mapping[str, str]) -> bool:
    if where is None:
        return True
    if isinstance(where, Both):
        return all(_fits(row, part, known) for part in where.parts)
    if not isinstance(where, Compare) or where.operator not in {"=", "IN"} or where.name.text.lower() not in known:
        raise refuse(400, "MALFORMED_QUERY", "only =, IN and AND over CustomField's own columns are understood here")
    values = {str(one.value).lower() for one in where.literals}
    return str(row[known[where.name.text.lower()]]).lower() in values
