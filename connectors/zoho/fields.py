"""What fields a module has, and how the ones that Relevo writes to come to be.

Sources: zoho.com/crm/developer/docs/api/v8/field-meta.html and …/create-field.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors import provisioning
from connectors.base import Field, FieldKind, FieldSpec, Provisioned, Schema, Stop
from connectors.credentials import Unauthorised
from connectors.http import Declined, Request
from connectors.zoho import emails
from connectors.zoho.account import API, Account
from connectors.zoho.listing import batches
from connectors.zoho.signals import reason
from connectors.zoho.users import FIELDS, USERS

MADE_AT_ONCE = 5
KNOWN_FOR = timedelta(minutes=5)
"""How long a description is taken to hold: Zoho ignores in silence a write to a field that is no more."""

FORMULAS = ("formula", "rollup_summary")
_KINDS: Mapping[str, FieldKind] = {
    **dict.fromkeys(("text", "textarea", "email", "phone", "website", "autonumber"), FieldKind.TEXT),
    **dict.fromkeys(("integer", "bigint", "double", "currency", "percent"), FieldKind.NUMBER),
    **dict.fromkeys(("lookup", "ownerlookup", "userlookup"), FieldKind.TEXT),
    **dict.fromkeys(("picklist", "multiselectpicklist"), FieldKind.ENUM),
    "boolean": FieldKind.BOOLEAN,
    "date": FieldKind.DATE,
    "datetime": FieldKind.DATETIME,
}
# A single line ends at 255 letters; the reasons that are written may be longer.
_TYPES: Mapping[FieldKind, Mapping[str, Any]] = {
    FieldKind.TEXT: {"data_type": "textarea", "length": 2000},
    FieldKind.NUMBER: {"data_type": "double", "length": 16, "decimal_place": 2},
    FieldKind.BOOLEAN: {"data_type": "boolean"},
    FieldKind.DATE: {"data_type": "date"},
    FieldKind.DATETIME: {"data_type": "datetime"},
    FieldKind.ENUM: {"data_type": "picklist", "length": 120},
    FieldKind.OTHER: {"data_type": "textarea", "length": 2000},
}


class Descriptions:
    """What the modules' fields are, remembered for `KNOWN_FOR`. Asking twice at once costs a call and no more."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._known: dict[str, tuple[datetime, Mapping[str, Mapping[str, Any]]]] = {}

    def fresh(self, object_: str) -> Mapping[str, Mapping[str, Any]]:
        """The fields as Zoho describes them now, by API name."""
        each = frozenset({"api_name", "data_type"})
        request = Request("GET", API + "/settings/fields", query=(("module", object_),), promises="fields", each=each)
        rows = self._account.api.call(request).data["fields"]
        found = {str(row["api_name"]): row for row in rows}
        self._known[object_] = (self._account.ports.now(), found)
        return found

    def formulas(self, object_: str) -> set[str]:
        """The fields that Zoho works out again and again, as it describes them now."""
        return {name for name, row in self.fresh(object_).items() if row["data_type"] in FORMULAS}

    def types(self, object_: str) -> Mapping[str, str]:
        """The data type of every field that may be written."""
        at, fields = self._known.get(object_, (None, {}))
        if at is None or self._account.ports.now() - at >= KNOWN_FOR:
            fields = self.fresh(object_)
        return {name: str(row["data_type"]) for name, row in fields.items() if _writable(row)}


def describe(descriptions: Descriptions, object_: str) -> Schema:
    """The module's fields, and of each lookup the name that it points to; those of users and e-mails are fixed."""
    if object_ == emails.EMAILS:
        return emails.describe()
    if object_ == USERS:
        return Schema(object_, {name: Field(name, name, FieldKind.TEXT, writable=False) for name in FIELDS})
    fields: dict[str, Field] = {}
    for name, row in descriptions.fresh(object_).items():
        fields[name] = _field(name, row)
        for part in _parts(row):
            label = f"{fields[name].label}: {part}"
            fields[f"{name}.{part}"] = Field(f"{name}.{part}", label, FieldKind.TEXT, writable=False)
    return Schema(object_, fields)


def provision(account: Account, descriptions: Descriptions, specs: Sequence[FieldSpec]) -> list[Provisioned]:
    """Create what is missing; what each spec came to, in order."""
    return provisioning.provision(
        specs, descriptions.fresh, lambda object_, missing: _made(account, descriptions, object_, missing)
    )


def _made(
    account: Account, descriptions: Descriptions, object_: str, missing: Sequence[FieldSpec]
) -> Iterator[Provisioned]:
    wanted, problems = {spec.name: spec for spec in missing}, dict[str, str]()
    for names in batches(wanted, MADE_AT_ONCE):
        problems |= _problems(account, object_, [wanted[name] for name in names])
    there = descriptions.fresh(object_)
    for spec in wanted.values():
        yield _outcome(spec, there, problems)


def _outcome(spec: FieldSpec, there: Mapping[str, Any], problems: Mapping[str, str]) -> Provisioned:
    if spec.name in there:
        return Provisioned(spec, created=spec.name not in problems)
    otherwise = (
        f"Zoho CRM made the field under another API name than {spec.name}; give it that name in Setup, or map to it."
    )
    return Provisioned(spec, created=False, problem=problems.get(spec.name, otherwise))


def _problems(account: Account, object_: str, specs: Sequence[FieldSpec]) -> dict[str, str]:
    """Why fields could not be made, by name; none for those that were."""
    body = {"fields": [_body(spec) for spec in specs]}
    query = (("module", object_),)
    try:
        told = account.api.call(
            Request("POST", API + "/settings/fields", query=query, body=body, promises="fields")
        ).data
    except Unauthorised:
        raise
    except Declined as declined:
        told = declined.data
        if not isinstance(told.get("fields"), list):
            return {spec.name: declined.reason for spec in specs}
    except Stop as stop:
        return {spec.name: str(stop) for spec in specs}
    return {
        spec.name: reason(one) for spec, one in zip(specs, told["fields"], strict=False) if one.get("code") != "SUCCESS"
    }


def _body(spec: FieldSpec) -> dict[str, Any]:
    body = {"field_label": spec.label, "api_name": spec.name, **_TYPES[spec.kind]}
    if spec.description:
        body["tooltip"] = {"name": "info_icon", "value": spec.description[:255]}
    if spec.kind is FieldKind.ENUM:
        body["pick_list_values"] = [{"display_value": option, "actual_value": option} for option in spec.options]
    return body


def _writable(row: Mapping[str, Any]) -> bool:
    may = row.get("operation_type")
    return not (row.get("field_read_only") or row.get("read_only")) and (
        not isinstance(may, dict) or bool(may.get("api_update", True))
    )


def _field(name: str, row: Mapping[str, Any]) -> Field:
    values = row.get("pick_list_values")
    return Field(
        name=name,
        label=str(row.get("field_label") or name),
        kind=_KINDS.get(str(row["data_type"]), FieldKind.OTHER),
        writable=_writable(row),
        calculated=row["data_type"] in (*FORMULAS, "autonumber"),
        options=tuple(str(one["actual_value"]) for one in values or () if one.get("actual_value")),
    )


def _parts(row: Mapping[str, Any]) -> Iterator[str]:
    if row["data_type"] in ("lookup", "ownerlookup", "userlookup"):
        yield "name"
    if row["data_type"] in ("ownerlookup", "userlookup"):
        yield "email"
