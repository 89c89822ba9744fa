"""SELECT as a function from a record to what is shown of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.fields import Row
from sandbox.salesforce.soql.columns import Column, Getter
from sandbox.salesforce.soql.lexer import malformed
from sandbox.salesforce.soql.scope import Resolved, Scope, Step
from sandbox.salesforce.soql.tree import AllFields, Name, Query

ALL_FIELDS_LIMIT = 200


@dataclass(slots=True)
class _Branch:
    """What is selected of the records that one lookup leads to."""

    step: Step | None = None
    stored: list[str] = field(default_factory=list)
    computed: list[tuple[str, Getter]] = field(default_factory=list)
    below: dict[str, "_Branch"] = field(default_factory=dict)


Child = tuple[str, Callable[[Row], dict[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class Selection:
    """`shape` makes the JSON object of a record."""

    columns: Sequence[Column]
    shape: Callable[[Row], dict[str, Any]]


def select(scope: Scope, query: Query, root: str, children: Sequence[Child] = ()) -> Selection:
    """The fields of a query; `root` is `/services/data/v59.0`. Raises the vendor's refusal for a name that is not there, or twice."""
    branch, columns = _Branch(), list[Column]()
    taken: set[str] = set()
    for name in named(scope, query):
        resolved = scope.resolve(name)
        path = ".".join([*(step.relationship for step in resolved.steps), resolved.field.name])
        if path in taken:
            raise malformed(query.source, name.at, f"duplicate field selected: {path}")
        taken.add(path)
        columns.append(Column(path, resolved.field, resolved.get))
        _place(branch, resolved)
    return Selection(columns, _shape(scope, branch, root, children))


def named(scope: Scope, query: Query) -> Iterator[Name]:
    """The selected names, FIELDS() spelled out."""
    for one in query.selected:
        if isinstance(one, Name):
            yield one
        elif isinstance(one, AllFields):
            yield from _all(scope, query, one)


def _all(scope: Scope, query: Query, one: AllFields) -> Iterator[Name]:
    if one.which != "STANDARD" and (query.limit is None or query.limit > ALL_FIELDS_LIMIT):
        message = f"The SOQL FIELDS function must have a LIMIT of at most {ALL_FIELDS_LIMIT}"
        raise malformed(query.source, one.at, message)
    for known in scope.org.access(scope.user, scope.kind).readable.values():
        if one.which == "ALL" or known.custom == (one.which == "CUSTOM"):
            yield Name(known.name, one.at)


def _place(branch: _Branch, resolved: Resolved) -> None:
    for step in resolved.steps:
        branch = branch.below.setdefault(step.relationship, _Branch(step))
    name = resolved.field.name
    if resolved.field.formula is None and resolved.field.type != "address" and name != "Type":
        branch.stored.append(name)
    else:
        branch.computed.append((name, resolved.own))


def _shape(scope: Scope, branch: _Branch, root: str, children: Sequence[Child] = ()) -> Callable[[Row], dict[str, Any]]:
    kinds = {table.kind.prefix: table.kind.name for table in scope.org.tables.values()}
    many = branch.step is not None and branch.step.many
    stored, computed = branch.stored, branch.computed
    below = [
        (name, one.step.follow, _shape(scope, one, root)) for name, one in branch.below.items() if one.step is not None
    ]

    def shape(row: Row) -> dict[str, Any]:
        id_ = str(row["Id"])
        kind = kinds[id_[:3]]
        told: dict[str, Any] = {
            "attributes": {"type": "Name" if many else kind, "url": f"{root}/sobjects/{kind}/{id_}"}
        }
        for name in stored:
            told[name] = row.get(name)
        for name, get in computed:
            told[name] = get(row)
        for name, follow, inner in below:
            other = follow(row)
            told[name] = None if other is None else inner(other)
        for name, look in children:
            told[name] = look(row)
        return told

    return shape
