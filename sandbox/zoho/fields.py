"""What a field is, how the settings API describes it, and which values it takes.

Types and attributes: zoho.com/crm/developer/docs/api/v8/field-meta.html; refusals: the examples of the published specification.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sandbox.zoho.errors import Refusal, invalid_value
from sandbox.zoho.times import local, parse


class DataType(StrEnum):
    """The vendor's `data_type` words."""

    TEXT = "text"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    WEBSITE = "website"
    PICKLIST = "picklist"
    MULTISELECT = "multiselectpicklist"
    INTEGER = "integer"
    BIGINT = "bigint"
    DOUBLE = "double"
    CURRENCY = "currency"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    LOOKUP = "lookup"
    OWNER = "ownerlookup"
    FORMULA = "formula"


TEXTS = frozenset({DataType.TEXT, DataType.TEXTAREA, DataType.EMAIL, DataType.PHONE, DataType.WEBSITE})
NUMBERS = frozenset({DataType.INTEGER, DataType.DOUBLE, DataType.CURRENCY})
LISTS = frozenset({DataType.PICKLIST, DataType.MULTISELECT})
REFERENCES = frozenset({DataType.LOOKUP, DataType.OWNER})

_JSON_TYPES = {
    DataType.MULTISELECT: "jsonarray",
    DataType.INTEGER: "integer",
    DataType.DOUBLE: "double",
    DataType.CURRENCY: "double",
    DataType.BOOLEAN: "boolean",
    DataType.LOOKUP: "jsonobject",
    DataType.OWNER: "jsonobject",
}
DEFAULT_LENGTHS = {
    DataType.TEXT: 255,
    DataType.TEXTAREA: 2_000,
    DataType.EMAIL: 100,
    DataType.PHONE: 30,
    DataType.WEBSITE: 450,
    DataType.PICKLIST: 120,
    DataType.INTEGER: 9,
    DataType.BIGINT: 18,
    DataType.DOUBLE: 16,
    DataType.CURRENCY: 16,
}


@dataclass(frozen=True, slots=True)
class Field:
    """`lookup` is the module that a lookup points into, `*` where $se_module says which. An invisible field is hidden from the user's profile."""

    id: str
    api_name: str
    label: str
    data_type: DataType
    length: int
    options: tuple[str, ...] = ()
    lookup: str = ""
    mandatory: bool = False
    read_only: bool = False
    unique: bool = False
    custom: bool = False
    visible: bool = True

    def shown(self, module_ids: Mapping[str, str]) -> dict[str, Any]:
        """As `settings/fields` describes it, given the ids of the modules that lookups point into."""
        writable = not self.read_only
        return {
            "id": self.id,
            "api_name": self.api_name,
            "field_label": self.label,
            "display_label": self.label,
            "data_type": self.data_type.value,
            "json_type": _JSON_TYPES.get(self.data_type, "string"),
            "length": self.length,
            "decimal_place": 2 if self.data_type in {DataType.DOUBLE, DataType.CURRENCY} else None,
            "custom_field": self.custom,
            "system_mandatory": self.mandatory,
            "read_only": False,
            "field_read_only": self.read_only,
            "visible": self.visible,
            "unique": {"case_sensitive": "false"} if self.unique else {},
            "lookup": _pointing(self.lookup, module_ids) if self.data_type is DataType.LOOKUP else {},
            "pick_list_values": [
                {"display_value": option, "actual_value": option, "sequence_number": n, "type": "used", "id": f"{n}"}
                for n, option in enumerate(self.options, 1)
            ],
            "operation_type": {
                "web_create": writable,
                "api_create": writable,
                "web_update": writable,
                "api_update": writable,
            },
            "sortable": self.data_type is not DataType.TEXTAREA,
            "filterable": self.data_type is not DataType.TEXTAREA,
            "searchable": True,
            "virtual_field": False,
            "type": "used",
            "created_source": "api" if self.custom else "default",
        }


def _pointing(module: str, module_ids: Mapping[str, str]) -> dict[str, Any]:
    if module == "*":
        return {"module": {"api_name": "se_module", "id": None}}
    return {"module": {"api_name": module, "id": module_ids[module]}, "id": None, "display_label": module}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes: what it is checked against, and its place in the body for refusals."""

    field: Field
    path: str
    zone: str
    strict_picklists: bool
    refers: Callable[[str, str], bool]
    """Whether a module has a live record of this id."""

    def wrong_type(self, expected: str) -> Refusal:
        """The value is of another type."""
        return invalid_value(self.field.api_name, self.path, expected_data_type=expected)


def take(place: Place, value: object) -> Any:
    """The value as it is held; None clears. Raises the vendor's INVALID_DATA."""
    return None if value is None or value == "" else _TAKERS[place.field.data_type](place, value)


def _text(place: Place, value: object) -> str:
    if not isinstance(value, str):
        raise place.wrong_type("text" if place.field.data_type is DataType.TEXT else place.field.data_type)
    if len(value) > place.field.length:
        raise invalid_value(place.field.api_name, place.path, maximum_length=place.field.length)
    return value


_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]{2,}")


def _email(place: Place, value: object) -> str:
    text = _text(place, value)
    if not _EMAIL.fullmatch(text):
        raise place.wrong_type("email")
    return text


def _option(place: Place, value: object) -> str:
    text = _text(place, value)
    if place.strict_picklists and text not in place.field.options:
        raise invalid_value(place.field.api_name, place.path, supported_values=list(place.field.options))
    return text


def _options(place: Place, value: object) -> list[str]:
    if not isinstance(value, list):
        raise place.wrong_type("jsonarray")
    return [_option(place, one) for one in value]


def _integer(place: Place, value: object) -> int:
    if type(value) is not int:
        raise place.wrong_type("integer")
    if len(str(abs(value))) > place.field.length:
        raise invalid_value(place.field.api_name, place.path, maximum_length=place.field.length)
    return value


def _bigint(place: Place, value: object) -> str:
    if not isinstance(value, str | int) or not re.fullmatch(r"-?\d{1,18}", str(value)):
        raise place.wrong_type("bigint")
    return str(value)


def _number(place: Place, value: object) -> float | int:
    if type(value) not in (int, float):
        raise place.wrong_type("double")
    assert isinstance(value, int | float)  # noqa: S101 (told to the type checker)
    if len(str(int(abs(value)))) > place.field.length:
        raise invalid_value(place.field.api_name, place.path, maximum_length=place.field.length)
    return value


def _boolean(place: Place, value: object) -> bool:
    if not isinstance(value, bool):
        raise place.wrong_type("boolean")
    return value


def _date(place: Place, value: object) -> str:
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise place.wrong_type("date")


def _datetime(place: Place, value: object) -> str:
    at = parse(value) if isinstance(value, str) else None
    if at is None:
        raise place.wrong_type("datetime")
    return local(at, place.zone)


def _reference(place: Place, value: object) -> str:
    """An object with an id, or the id alone; it must exist."""
    id_ = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(id_, str | int) or isinstance(id_, bool):
        raise place.wrong_type("jsonobject")
    if not place.refers(place.field.lookup, str(id_)):
        refusal = invalid_value(place.field.api_name, place.path)
        refusal.message = "the related id given seems to be invalid"
        raise refusal
    return str(id_)


_TAKERS: dict[DataType, Callable[[Place, object], Any]] = {
    **dict.fromkeys(TEXTS, _text),
    DataType.EMAIL: _email,
    DataType.PICKLIST: _option,
    DataType.MULTISELECT: _options,
    DataType.INTEGER: _integer,
    DataType.BIGINT: _bigint,
    DataType.DOUBLE: _number,
    DataType.CURRENCY: _number,
    DataType.BOOLEAN: _boolean,
    DataType.DATE: _date,
    DataType.DATETIME: _datetime,
    DataType.LOOKUP: _reference,
    DataType.OWNER: _reference,
}


def api_name_of(label: str, taken: Sequence[str]) -> str:
    """The name that the API gives a new custom field: its label with underscores, numbered when there is one already."""
    base = re.sub(r"\W+", "_", label.strip()).strip("_") or "Field"
    base = base if base[0].isalpha() else f"Field_{base}"
    name, n = base, 0
    while name in taken:
        n += 1
        name = f"{base}{n}"
    return name
