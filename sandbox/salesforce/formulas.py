"""Formula fields: computed when read, so that nothing about the record changes when their value does.

Two shapes are understood, each in the vendor's own language: a path over lookups (`Account.Industry`), and the age in days
(`TODAY() - DATEVALUE(CreatedDate)`).
"""

import re
from collections.abc import Callable
from datetime import date

from sandbox.salesforce.fields import Kind, Row, Value

Lookup = Callable[[str], Row | None]
"""The record with an id, of whatever object."""
Formula = Callable[[Row, Lookup, str], Value]
"""A record, a way to others, and today's date give the value."""

_AGE = re.compile(r"TODAY\(\)\s*-\s*DATEVALUE\(\s*(\w+)\s*\)")
_PATH = re.compile(r"(\w+)\.(\w+)")


def compile_formula(kind: Kind, source: str) -> Formula:
    """Raises ValueError for a formula of another shape, or one over fields that are not there."""
    if found := _AGE.fullmatch(source.strip()):
        return _age(_named(kind, found[1]))
    if found := _PATH.fullmatch(source.strip()):
        return _path(_through(kind, found[1]), found[2])
    raise ValueError(f"formula {source!r}: only Relationship.Field and TODAY() - DATEVALUE(Field) are understood")


def _named(kind: Kind, name: str) -> str:
    field = kind.fields.get(name.lower())
    if field is None:
        raise ValueError(f"{kind.name} has no field {name!r}")
    return field.name


def _through(kind: Kind, relationship: str) -> str:
    for field in kind.fields.values():
        if field.relationship and field.relationship.lower() == relationship.lower():
            return field.name
    raise ValueError(f"{kind.name} has no relationship {relationship!r}")


def _age(name: str) -> Formula:
    def age(row: Row, lookup: Lookup, today: str) -> Value:
        held = row.get(name)
        if not isinstance(held, str):
            return None
        return (date.fromisoformat(today) - date.fromisoformat(held[:10])).days

    return age


def _path(name: str, field: str) -> Formula:
    def path(row: Row, lookup: Lookup, today: str) -> Value:
        id_ = row.get(name)
        other = lookup(id_) if isinstance(id_, str) else None
        return None if other is None else other.get(field)

    return path
