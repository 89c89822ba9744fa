"""Who sees and edits which field: field-level security, as permission sets grant it.

Standard fields are open to everyone unless a test closes them; a custom field is shut until a permission set that the user has (their
profile's own among them) has a FieldPermissions row for it. What a user may not see does not exist for them: not in the describe, not in a query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sandbox.salesforce.fields import Field, Kind
from sandbox.salesforce.store import Table


class Grant(StrEnum):
    """What a user may do with a field."""

    HIDDEN = "hidden"
    READ = "read"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Access:
    """One user's view of one object. Both maps are by lower-case field name."""

    readable: Mapping[str, Field]
    editable: frozenset[str]


class Security:
    """Answers who may do what; keep it posted of changes with `forget`."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._closed: dict[tuple[str, str, str], Grant] = {}
        self._known: dict[tuple[str, str], Access] = {}

    def close(self, user: str, kind: str, field: str, grant: Grant) -> None:
        """Set what a user may do with a standard field, by user id, object and field name."""
        self._closed[user, kind.lower(), field.lower()] = grant
        self.forget()

    def forget(self) -> None:
        """Fields or permissions have changed."""
        self._known.clear()

    def of(self, user: str, kind: Kind) -> Access:
        """The user's view of an object."""
        known = self._known.get((user, kind.name))
        if known is None:
            known = self._known[user, kind.name] = self._seen(user, kind)
        return known

    def _seen(self, user: str, kind: Kind) -> Access:
        granted = self._granted(user, kind.name)
        grants = {name: self._grant(user, kind, field, granted) for name, field in kind.fields.items()}
        readable = {name: field for name, field in kind.fields.items() if grants[name] is not Grant.HIDDEN}
        return Access(readable, frozenset(name for name, grant in grants.items() if grant is Grant.EDIT))

    def _grant(self, user: str, kind: Kind, field: Field, granted: Mapping[str, Grant]) -> Grant:
        closed = self._closed.get((user, kind.name.lower(), field.name.lower()))
        if closed is not None:
            return closed
        return granted.get(field.name.lower(), Grant.HIDDEN) if field.custom else Grant.EDIT

    def _granted(self, user: str, kind: str) -> dict[str, Grant]:
        sets = {
            row.get("PermissionSetId")
            for row in self._tables["permissionsetassignment"].rows.values()
            if row.get("AssigneeId") == user
        }
        granted: dict[str, Grant] = {}
        for row in self._tables["fieldpermissions"].rows.values():
            object_, _, field = str(row.get("Field")).lower().partition(".")
            if object_ != kind.lower() or row.get("ParentId") not in sets:
                continue
            if row.get("PermissionsEdit"):
                granted[field] = Grant.EDIT
            elif row.get("PermissionsRead"):
                granted.setdefault(field, Grant.READ)
        return granted
