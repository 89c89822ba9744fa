"""The journey fields that conditions of the agreement may name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from journey.model import KNOWN_FIELDS, FieldType, Kind
from mapping.compiled import ObjectMapping

Fields = Mapping[str, FieldType | None]

TOUCHPOINT_FIELDS: Fields = {
    "type": FieldType.TEXT,
    "direction": FieldType.TEXT,
    "actor": FieldType.TEXT,
    "owner": FieldType.TEXT,
}
"""What a rule sees of every touchpoint, mapped or not."""


@dataclass(slots=True)
class Vocabulary:
    """The journey fields that conditions may name, with their types, as the mappings give them."""

    person: dict[str, FieldType | None] = field(default_factory=dict)
    touchpoint: dict[str, FieldType | None] = field(default_factory=dict)


def vocabulary(mappings: Iterable[ObjectMapping]) -> Vocabulary:
    """Gather the fields of people (their company's as company_…) and of touchpoints (the person's as person_…)."""
    words = Vocabulary(touchpoint=dict(TOUCHPOINT_FIELDS))
    for mapping in mappings:
        if mapping.kind is Kind.PERSON:
            words.person |= mapping.field_types
        elif mapping.kind is Kind.COMPANY:
            words.person |= {f"company_{name}": kind for name, kind in mapping.field_types.items()}
        elif mapping.kind is Kind.TOUCHPOINT:
            words.touchpoint |= mapping.field_types
        for rule in mapping.touchpoints:
            words.touchpoint |= {"at": FieldType.DATETIME, **rule.field_types}
    words.touchpoint |= {f"person_{name}": kind for name, kind in words.person.items()}
    return words


def add_unread(words: Vocabulary, data: Mapping[str, Any]) -> None:
    """Let conditions name fields whose mapping is wrong, so that one mistake is not reported twice."""
    for name in KNOWN_FIELDS[Kind.TOUCHPOINT]:
        words.touchpoint.setdefault(name, None)
    objects = data.get("objects")
    for spec in objects.values() if isinstance(objects, dict) else ():
        fields = spec.get("fields") if isinstance(spec, dict) else None
        for name in fields if isinstance(fields, dict) else ():
            for known in (name, f"company_{name}"):
                words.person.setdefault(known, None)
                words.touchpoint.setdefault(f"person_{known}", None)
            words.touchpoint.setdefault(name, None)
