"""Looking names up: which field a path means for this user, and how to read it from a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.salesforce.fields import Field, FieldType, Kind, Row, Value
from sandbox.salesforce.org import Org
from sandbox.salesforce.soql.columns import Getter, Shown
from sandbox.salesforce.soql.lexer import invalid_field
from sandbox.salesforce.soql.tree import Name

_DEEPEST = 5
_ENTITY_NAME = frozenset({"id", "name", "firstname", "lastname", "email", "phone", "title", "username", "alias"})
"""What a lookup to several objects lets one see of them: the fields of the vendor's `Name` object."""
_HELP = "Please reference your WSDL or the describe call for the appropriate names."  # the vendor's own ending of such messages


@dataclass(frozen=True, slots=True)
class Step:
    """A lookup on the way to a field; `many`: it may lead to several objects."""

    relationship: str
    follow: Callable[[Row], Row | None]
    many: bool


@dataclass(frozen=True, slots=True)
class Resolved:
    """A field reached over `steps`; `get` reads it from where the path begins, `own` from the record that has it."""

    field: Field
    steps: Sequence[Step]
    get: Getter
    own: Getter


class Scope:
    """One object as one user sees it, for one query."""

    def __init__(self, org: Org, kind: Kind, user: str, source: str) -> None:
        self.org = org
        self.kind = kind
        self.user = user
        self.source = source
        self.today = org.today()

    def resolve(self, name: Name) -> Resolved:
        """The field that a name means. Raises the vendor's INVALID_FIELD."""
        *path, last = name.text.split(".")
        if path and path[0].lower() == self.kind.name.lower():
            path = path[1:]
        if len(path) > _DEEPEST:
            raise invalid_field(self.source, name.at, f"SOQL relationship path may not exceed {_DEEPEST} levels")
        kinds, steps = [self.kind], list[Step]()
        for part in path:
            step, kinds = self._step(kinds, part, name)
            steps.append(step)
        field, own = self._field(kinds, last, name)
        return Resolved(field, steps, _through(steps, own), own)

    def getter(self, kind: Kind, field: Field) -> Getter:
        """How to read a field of a record of its own object."""
        if field.formula is not None:
            formula, org, today = self.org.formulas[kind.name, field.name], self.org, self.today
            return lambda row: formula(row, org.lookup, today)
        if field.type is FieldType.ADDRESS:
            return _address(field.name.removesuffix("Address"))
        stored = field.name
        return lambda row: row.get(stored)

    def _step(self, kinds: Sequence[Kind], part: str, name: Name) -> tuple[Step, list[Kind]]:
        for kind in kinds:
            for field in self.org.access(self.user, kind).readable.values():
                if field.relationship and field.relationship.lower() == part.lower():
                    targets = [self.org.table(one).kind for one in field.refers_to if one.lower() in self.org.tables]
                    step = Step(field.relationship, self._follow(field.name), len(field.refers_to) > 1)
                    return step, targets
        raise invalid_field(
            self.source,
            name.at,
            f"Didn't understand relationship '{part}' in field path. If you are attempting to use a custom relationship, be sure to append "
            f"the '__r' after the custom relationship name. {_HELP}",
        )

    def _follow(self, stored: str) -> Callable[[Row], Row | None]:
        lookup = self.org.lookup

        def follow(row: Row) -> Row | None:
            id_ = row.get(stored)
            return lookup(id_) if isinstance(id_, str) else None

        return follow

    def _field(self, kinds: Sequence[Kind], last: str, name: Name) -> tuple[Field, Getter]:
        many = len(kinds) > 1
        if many and last.lower() == "type":
            return Field("Type", FieldType.STRING, 40), self._type_of
        for kind in kinds:
            field = self.org.access(self.user, kind).readable.get(last.lower())
            if field is not None and (not many or last.lower() in _ENTITY_NAME):
                return field, self.getter(kind, field)
        entity = "Name" if many else kinds[0].name
        raise invalid_field(
            self.source,
            name.at,
            f"No such column '{last}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append the '__c' after "
            f"the custom field name. {_HELP}",
        )

    def _type_of(self, row: Row) -> Value:
        table = self.org.table_of(str(row["Id"]))
        return None if table is None else table.kind.name


def _through(steps: Sequence[Step], own: Getter) -> Getter:
    if not steps:
        return own

    def get(row: Row) -> Shown:
        at: Row | None = row
        for step in steps:
            at = None if at is None else step.follow(at)
        return None if at is None else own(at)

    return get


def _address(prefix: str) -> Getter:
    parts = {"city": "City", "country": "Country", "postalCode": "PostalCode", "state": "State", "street": "Street"}

    def address(row: Row) -> Shown:
        told: dict[str, Value] = {shown: row.get(prefix + stored) for shown, stored in parts.items()}
        if not any(told.values()):
            return None
        return {**told, "geocodeAccuracy": None, "latitude": None, "longitude": None}

    return address
