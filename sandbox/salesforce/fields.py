"""Fields and objects as the describe calls know them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

Value = str | int | float | bool | None
Row = dict[str, Value]
"""A record: its values by field name, nulls left out. A write replaces it and never changes it."""


class FieldType(StrEnum):
    """The vendor's own names."""

    ID = "id"
    STRING = "string"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    PICKLIST = "picklist"
    COMBOBOX = "combobox"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    REFERENCE = "reference"
    ADDRESS = "address"


TEXTS = frozenset({
    FieldType.STRING, FieldType.TEXTAREA, FieldType.EMAIL, FieldType.PHONE, FieldType.URL, FieldType.PICKLIST, FieldType.COMBOBOX,
})  # fmt: skip
NUMBERS = frozenset({FieldType.INT, FieldType.DOUBLE, FieldType.CURRENCY, FieldType.PERCENT})
IDS = frozenset({FieldType.ID, FieldType.REFERENCE})
_FILTERABLE_TEXT = 255


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `formula` is text in the vendor's language (see `formulas`); such a field holds nothing itself.

    `default` is what a new record gets. `required` must be given at creation.
    """

    name: str
    type: FieldType
    length: int = 0
    precision: int = 0
    scale: int = 0
    label: str = ""
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    default: Value = None
    options: tuple[str, ...] = ()
    restricted: bool = False
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    formula: str | None = None
    external_id: bool = False
    unique: bool = False

    @property
    def required(self) -> bool:
        """Whether creation fails without it."""
        return self.createable and not self.nillable and self.default is None and self.name != "OwnerId"

    @property
    def custom(self) -> bool:
        """Whether an admin made it."""
        return self.name.endswith("__c")

    @property
    def filterable(self) -> bool:
        """Whether a WHERE may name it."""
        return self.type is not FieldType.ADDRESS and self.sortable

    @property
    def sortable(self) -> bool:
        """Whether an ORDER BY may name it."""
        long = self.type is FieldType.TEXTAREA and self.length > _FILTERABLE_TEXT
        return self.type is not FieldType.ADDRESS and not long

    @property
    def id_lookup(self) -> bool:
        """Whether an upsert may find records by it."""
        return self.external_id or self.type is FieldType.ID or self.name == "Email"


@dataclass(frozen=True, slots=True)
class Kind:
    """An object. `fields` by lower-case name, in the describe's order."""

    name: str
    prefix: str
    plural: str
    fields: Mapping[str, Field]
    writable: bool = True
    deletable: bool = True
    mergeable: bool = False
    children: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The singular in words."""
        return in_words(self.name)

    def with_field(self, new: Field) -> "Kind":
        """A copy that has this field too."""
        return replace(self, fields={**self.fields, new.name.lower(): new})


def in_words(name: str) -> str:
    """A field's or object's label from its API name: `FirstName` → `First Name`, `OwnerId` → `Owner ID`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("__c").replace("_", " "))
    return re.sub(r"\bId\b", "ID", spaced)


Many = Iterator[Field]


def _several(type_: FieldType) -> Callable[..., Many]:
    def make(names: str, **more: object) -> Many:
        for name in names.split():
            yield replace(Field(name, type_), **more)  # type: ignore[arg-type]  # dataclass keywords, checked by replace

    return make


numbers, money, counts = _several(FieldType.DOUBLE), _several(FieldType.CURRENCY), _several(FieldType.INT)
dates, datetimes = _several(FieldType.DATE), _several(FieldType.DATETIME)


def texts(length: int, names: str, type_: FieldType = FieldType.STRING, *, required: bool = False) -> Many:
    """Text fields of one length."""
    for name in names.split():
        yield Field(name, type_, length, nillable=not required)


def flags(names: str, *, writable: bool = True) -> Many:
    """Check boxes; false unless said otherwise."""
    for name in names.split():
        yield Field(name, FieldType.BOOLEAN, nillable=False, createable=writable, updateable=writable, default=False)


def choice(name: str, options: str, *, length: int = 255, default: str | None = None, restricted: bool = False) -> Many:
    """A picklist; `options` are separated by `|`."""
    values = tuple(options.split("|"))
    yield Field(
        name, FieldType.PICKLIST, length, nillable=default is None, default=default, options=values, restricted=restricted
    )  # fmt: skip


def link(
    name: str, to: str, *, required: bool = False, relationship: str | None = None, updateable: bool = True
) -> Many:
    """A lookup to one or several objects; the relationship is the name without `Id` unless said otherwise."""
    yield Field(
        name,
        FieldType.REFERENCE,
        18,
        nillable=not required,
        refers_to=tuple(to.split()),
        relationship=relationship or (name[:-3] + "__r" if name.endswith("__c") else name.removesuffix("Id")),
        updateable=updateable,
    )


def read_only(fields: Many) -> Many:
    """The same, kept by the server."""
    for one in fields:
        yield replace(one, createable=False, updateable=False)
